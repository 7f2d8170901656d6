"""Our Structs and AWS's shapes, walked side by side: every difference is told by its path."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import botocore.loaders
import msgspec
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from msgspec import inspect

from preamp.wire import Operation, ServiceError
from preamp.wire.binding import labels


@dataclass(frozen=True)
class Difference:
    """One place where the two do not say the same, each side in words."""

    path: str
    ours: str
    aws: str


@cache
def amplifybackend() -> ServiceModel:
    """The service's model as botocore ships it."""
    loader = botocore.loaders.Loader()
    model = loader.load_service_model("amplifybackend", "service-2", "2020-08-11")
    return ServiceModel(model, "amplifybackend")


@cache
def service_model(name: str, version: str) -> ServiceModel:
    """A service's model as botocore ships it."""
    return ServiceModel(botocore.loaders.Loader().load_service_model(name, "service-2", version), name)


def cognito_idp() -> ServiceModel:
    """The model of user pools."""
    return service_model("cognito-idp", "2016-04-18")


@cache
def scaffold() -> ModuleType:
    """tools/scaffold.py, which knows how AWS's patterns are written for `re`."""
    path = Path(__file__).parents[2] / "tools" / "scaffold.py"
    spec = importlib.util.spec_from_file_location("preamp_scaffold", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Walk:
    """One comparison. `pairs` are the structures that were compared, so that a test can see what the walk reached."""

    def __init__(self) -> None:
        self.pairs: dict[tuple[str, type[msgspec.Struct]], StructureShape] = {}

    def structure(self, path: str, ours: type[msgspec.Struct], aws: StructureShape) -> Iterator[Difference]:
        """Members by wire name: there or not, required or not, label or not, and of which kind."""
        if (aws.name, ours) in self.pairs:
            return
        self.pairs[aws.name, ours] = aws
        if ours.__struct_config__.forbid_unknown_fields:
            yield Difference(path, "unknown members are refused", "unknown members are ignored")
        fields = {field.encode_name: field for field in inspect.type_info(ours).fields}  # type: ignore[attr-defined]
        members = {member.serialization.get("name", name): (name, member) for name, member in aws.members.items()}
        in_path = labels(ours)
        for wire_name in sorted(fields.keys() | members.keys()):
            here = f"{path}.{wire_name}"
            if wire_name not in members:
                yield Difference(here, "a member", "no member")
            elif wire_name not in fields:
                yield Difference(here, "no member", "a member")
            else:
                name, member = members[wire_name]
                required = name in aws.required_members
                yield from self._member(here, fields[wire_name], member, required, wire_name in in_path)

    def _member(self, path: str, field: inspect.Field, aws: Shape, required: bool, label: bool) -> Iterator[Difference]:
        location = aws.serialization.get("location", "body")
        if (location == "uri") != label:
            yield Difference(path, "label" if label else "body", location)
        kind, nullable = unwrapped(field.type)
        if label:
            if field.default != "":
                yield Difference(path, f"default {field.default!r}", "a label, set from the path")
        elif field.required != required or nullable == required:
            ours = f"{'required' if field.required else 'optional'}, null {'taken' if nullable else 'refused'}"
            yield Difference(path, ours, "required" if required else "optional")
        elif not required and field.default is not None:
            yield Difference(path, f"default {field.default!r}", "absent")
        yield from self._kind(path, kind, aws)

    def _kind(self, path: str, ours: inspect.Type, aws: Shape) -> Iterator[Difference]:
        if aws.metadata.get("document") and isinstance(ours, inspect.AnyType):
            return
        if aws.type_name == "timestamp" and isinstance(ours, inspect.DateTimeType):
            return
        if isinstance(aws, MapShape) and isinstance(ours, inspect.DictType):
            yield from _bounds(path, (ours.min_length, ours.max_length), aws)
            yield from self._kind(f"{path}{{key}}", ours.key_type, aws.key)
            yield from self._kind(f"{path}{{value}}", ours.value_type, aws.value)
            return
        if isinstance(aws, StructureShape) and isinstance(ours, inspect.StructType):
            yield from self.structure(path, ours.cls, aws)
            return
        if isinstance(aws, ListShape) and isinstance(ours, inspect.VarTupleType):
            yield from _bounds(path, (ours.min_length, ours.max_length), aws)
            yield from self._kind(f"{path}[]", ours.item_type, aws.member)
            return
        yield from _scalar(path, ours, aws)


def _scalar(path: str, ours: inspect.Type, aws: Shape) -> Iterator[Difference]:
    expected = _kind_of(aws)
    found = type(ours)
    if found is not expected:
        yield Difference(path, found.__name__, f"{aws.type_name} ({expected.__name__})")
    elif isinstance(ours, inspect.LiteralType):
        if sorted(ours.values) != sorted(aws.enum):  # type: ignore[attr-defined]
            yield Difference(path, "/".join(map(str, ours.values)), "/".join(aws.enum))  # type: ignore[attr-defined]
    elif isinstance(ours, inspect.StrType):
        yield from _bounds(path, (ours.min_length, ours.max_length), aws)
        theirs = aws.metadata.get("pattern")
        if ours.pattern != (theirs and scaffold().pattern_of(theirs)):
            yield Difference(path, f"pattern {ours.pattern}", f"pattern {theirs}")
    elif isinstance(ours, inspect.IntType | inspect.FloatType):
        yield from _bounds(path, (ours.ge, ours.le), aws)
        if (ours.gt, ours.lt, ours.multiple_of) != (None, None, None):
            yield Difference(path, "an open bound or a multiple", "closed bounds only")


def operation(ours: Operation, aws: OperationModel, walk: Walk) -> Iterator[Difference]:
    """Method, path, status, request, answer and errors of one operation."""
    path = ours.name
    sides = {
        "method": (ours.method, aws.http["method"]),
        "path": (ours.path, aws.http["requestUri"]),
        "status": ("200", str(aws.http.get("responseCode", 200))),
    }
    for name, (mine, theirs) in sides.items():
        if mine != theirs:
            yield Difference(f"{path}.{name}", mine, theirs)
    yield from walk.structure(f"{path}.request", ours.request, aws.input_shape)
    if aws.output_shape is not None:
        yield from walk.structure(f"{path}.response", ours.response, aws.output_shape)
    elif ours.response.__struct_fields__:
        yield Difference(f"{path}.response", ours.response.__name__, "nothing")
    if ours.signed == (aws.auth_type == "none"):
        yield Difference(f"{path}.auth", "signed" if ours.signed else "none", str(aws.auth_type))
    yield from errors(f"{path}.errors", ours.errors, aws)


def errors(path: str, ours: tuple[type[ServiceError], ...], aws: OperationModel) -> Iterator[Difference]:
    """Every error of ours by name: modelled, with the model's status. None is missing."""
    told = [(shape.name, shape.metadata.get("error", {})) for shape in aws.error_shapes]
    modelled = {error.get("code", name): error.get("httpStatusCode", 400) for name, error in told}
    for error in ours:
        if error.__name__ not in modelled:
            yield Difference(f"{path}.{error.__name__}", "answered", "not modelled")
        elif error.status != modelled[error.__name__]:
            yield Difference(f"{path}.{error.__name__}", str(error.status), str(modelled[error.__name__]))
    for name in sorted(modelled.keys() - {error.__name__ for error in ours}):
        yield Difference(f"{path}.{name}", "not registered", str(modelled[name]))


def unexplained(found: list[Difference], known: list[dict[str, str]]) -> list[str]:
    """Differences that no deviation explains, and deviations that explain none."""
    told = {(entry["path"], entry["ours"], entry["aws"]) for entry in known}
    seen = {(one.path, one.ours, one.aws) for one in found}
    new = [f"{path}: ours {ours}, AWS {aws}" for path, ours, aws in sorted(seen - told)]
    return new + [f"{path}: the deviation is no longer needed" for path, _, _ in sorted(told - seen)]


def unwrapped(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    """A member's own type, and whether it takes null."""
    if isinstance(kind, inspect.UnionType) and kind.includes_none:
        rest = tuple(member for member in kind.types if not isinstance(member, inspect.NoneType))
        return (rest[0] if len(rest) == 1 else inspect.UnionType(rest)), True
    return kind, False


_KINDS: dict[str, type[inspect.Type]] = {
    "string": inspect.StrType,
    "boolean": inspect.BoolType,
    "integer": inspect.IntType,
    "double": inspect.FloatType,
    "long": inspect.IntType,
    "timestamp": inspect.FloatType,
    "map": inspect.DictType,
    "list": inspect.VarTupleType,
    "structure": inspect.StructType,
}


def _kind_of(aws: Shape) -> type[inspect.Type]:
    return inspect.LiteralType if getattr(aws, "enum", None) else _KINDS[aws.type_name]


def _bounds(path: str, ours: tuple[Any, Any], aws: Shape) -> Iterator[Difference]:
    theirs = (aws.metadata.get("min"), aws.metadata.get("max"))
    if ours != theirs:
        yield Difference(path, f"from {ours[0]} to {ours[1]}", f"from {theirs[0]} to {theirs[1]}")
