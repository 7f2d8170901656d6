"""Prints Structs, errors and the errors of each operation of an aws-json service from botocore's model, once.

`python tools/scaffold.py cognito-idp model SignUp GetUser ...`, then people own what it printed: they write docstrings
and merge equal shapes. tests/wire/test_conformance.py holds it to the model from then on.
"""

import keyword
import re
import sys
from collections.abc import Iterator

import botocore.loaders
from botocore import xform_name
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

PRINTABLE = r"\p{L}\p{M}\p{S}\p{N}\p{P}"
# What `re` has no classes for: letters, marks, symbols, numbers and punctuation are all but spaces and controls.
CLASSES = {
    f"[{PRINTABLE}]": r"[^\s\x00-\x1f\x7f-\x9f]",
    f"[{PRINTABLE}\\p{{Z}}]": r"[^\x00-\x1f\x7f-\x9f]",
    f"[{PRINTABLE}\\t\\n\\r ]": r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]",
    f"[{PRINTABLE}\\s*]": r"[^\x00-\x08\x0e-\x1f\x7f-\x9f]",
    f"[{PRINTABLE}\\s]": r"[^\x00-\x08\x0e-\x1f\x7f-\x9f]",
    r"[^_\p{Z}]": r"[^_\s]",
    "(?s).*": r"[\s\S]*",
    # sts: written for 16-bit characters, and again with a class of letters
    r"\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF": r"\x20-\x7e\x85\xa0-\U0010ffff",
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]": r"[\w\s.:/=+\-@]",
}
SCALARS = {
    "string": "str",
    "boolean": "bool",
    "integer": "int",
    "long": "int",
    "float": "float",
    "double": "float",
    "timestamp": "float",
    "blob": "bytes",
}


def pattern_of(aws: str) -> str:
    """AWS's pattern as `re` reads it: for the whole value, and without Unicode classes."""
    for theirs, ours in CLASSES.items():
        aws = aws.replace(theirs, ours)
    return rf"\A(?:{aws})\Z"


def service(name: str) -> ServiceModel:
    """The newest model of a service as botocore ships it."""
    return ServiceModel(botocore.loaders.Loader().load_service_model(name, "service-2"), name)


def reachable(model: ServiceModel, operations: list[str]) -> dict[str, Shape]:
    """All structures and enumerations of the operations by name, those that others need first."""
    found: dict[str, Shape] = {}

    def visit(shape: Shape) -> None:
        if shape.name in found:
            return
        for inner in parts(shape):
            visit(inner)
        if isinstance(shape, StructureShape) or getattr(shape, "enum", None):
            found[shape.name] = shape

    for name in operations:
        for shape in (model.operation_model(name).input_shape, model.operation_model(name).output_shape):
            if shape is not None:
                visit(shape)
    return found


def parts(shape: Shape) -> list[Shape]:
    """The shapes that a shape is made of."""
    if isinstance(shape, StructureShape):
        return list(shape.members.values())
    if isinstance(shape, ListShape):
        return [shape.member]
    return [shape.key, shape.value] if isinstance(shape, MapShape) else []


def annotation(shape: Shape) -> str:
    """The type of a member."""
    if isinstance(shape, StructureShape):
        return "Any" if shape.metadata.get("document") else shape.name
    if getattr(shape, "enum", None):
        return shape.name
    if isinstance(shape, ListShape):
        plain = f"tuple[{annotation(shape.member)}, ...]"
    elif isinstance(shape, MapShape):
        plain = f"dict[{annotation(shape.key)}, {annotation(shape.value)}]"
    else:
        plain = SCALARS[shape.type_name]
    bounds = {"string": "length", "list": "length", "map": "length"}.get(shape.type_name)
    low, high = ("min_length", "max_length") if bounds else ("ge", "le")
    meta = [f"{low}={shape.metadata['min']}"] if "min" in shape.metadata else []
    meta += [f"{high}={shape.metadata['max']}"] if "max" in shape.metadata else []
    if "pattern" in shape.metadata:
        meta.append(f"pattern={raw(pattern_of(shape.metadata['pattern']))}")
    return f"Annotated[{plain}, Meta({', '.join(meta)})]" if meta else plain


def raw(text: str) -> str:
    """A raw string literal."""
    return f'r"{text}"' if '"' not in text else f"r'{text}'"


def words(name: str) -> str:
    """`UserPoolType` as `user pool type`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def docstring(name: str) -> str:
    """A first docstring, to be written anew by whoever knows more."""
    if name.endswith("Request"):
        return f"What {name.removesuffix('Request')} is asked."
    if name.endswith("Response"):
        return f"What {name.removesuffix('Response')} answers."
    return f"{words(name.removesuffix('Type')).capitalize()}."


def struct(shape: StructureShape) -> Iterator[str]:
    """A Struct's lines."""
    yield f"class {shape.name}(Wire, frozen=True, kw_only=True):"
    yield f'    """{docstring(shape.name)}"""'
    yield ""
    for wire_name, member in shape.members.items():
        name = xform_name(wire_name)
        name += "_" if keyword.iskeyword(name) else ""
        pascal = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
        required = wire_name in shape.required_members
        kind = annotation(member) + ("" if required else " | None")
        if pascal != wire_name:
            value = f' = field(name="{wire_name}"' + (")" if required else ", default=None)")
        else:
            value = "" if required else " = None"
        yield f"    {name}: {kind}{value}"
    yield ""
    yield ""


def model_lines(model: ServiceModel, operations: list[str]) -> Iterator[str]:
    """The whole of a model file."""
    shapes = reachable(model, operations)
    yield f'"""Requests and answers of {model.service_name} {model.api_version}, member by member.'
    yield ""
    yield "Shape names are the model's, for grep. tests/wire/test_conformance.py holds every Struct to the model."
    yield "Absent and null count alike; times are seconds since 1970 UTC."
    yield '"""'
    yield ""
    yield "from typing import Annotated, Any, Literal"
    yield ""
    yield "from msgspec import Meta, Struct, field"
    yield ""
    for name, shape in shapes.items():
        if getattr(shape, "enum", None):
            yield f"{name} = Literal[{', '.join(repr(value) for value in shape.enum)}]"  # type: ignore[attr-defined]
    yield ""
    yield ""
    yield 'class Wire(Struct, frozen=True, kw_only=True, rename="pascal", omit_defaults=True):'
    yield '    """Base of all: PascalCase on the wire, None is absent."""'
    yield ""
    yield ""
    yield "class Nothing(Wire, frozen=True, kw_only=True):"
    yield '    """What an operation answers that answers nothing."""'
    yield ""
    yield ""
    for shape in shapes.values():
        if isinstance(shape, StructureShape) and not shape.metadata.get("document"):
            yield from struct(shape)


def error_lines(model: ServiceModel, operations: list[str]) -> Iterator[str]:
    """The whole of an errors file: a class per modelled error, and the errors of each operation."""
    errors = {shape.name: shape for name in operations for shape in model.operation_model(name).error_shapes}
    yield f'"""The modelled errors of {model.service_name} {model.api_version}, and which operation answers which."""'
    yield ""
    yield "from preamp.wire import ServiceError"
    yield ""
    yield ""
    for name in sorted(errors):
        status = errors[name].metadata.get("error", {}).get("httpStatusCode", 400)
        yield f"class {name}(ServiceError):"
        yield f'    """{words(name.removesuffix("Exception")).capitalize()}."""'
        if status != 400:
            yield ""
            yield f"    status = {status}"
        yield ""
        yield ""
    yield "ERRORS: dict[str, tuple[type[ServiceError], ...]] = {"
    for name in operations:
        listed = "".join(f"{shape.name}, " for shape in model.operation_model(name).error_shapes)
        yield f'    "{name}": ({listed}),'
    yield "}"
    unsigned = [name for name in operations if model.operation_model(name).auth_type == "none"]
    yield f"UNSIGNED = frozenset({{{', '.join(repr(name) for name in unsigned)}}})"


def main() -> None:
    """Print `model` or `errors` of a service for some operations (default: all)."""
    name, what, *operations = sys.argv[1:]
    model = service(name)
    lines = {"model": model_lines, "errors": error_lines}[what](model, operations or list(model.operation_names))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
