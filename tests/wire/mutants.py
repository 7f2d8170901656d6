"""Copies of a request or answer Struct, each wrong in one way: what the comparison with AWS's model must find."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import inspect
from shapes import unwrapped

from preamp.wire import Label
from preamp.wire.binding import LABEL

Struct = type[msgspec.Struct]


def mutants(ours: Struct) -> Iterator[tuple[str, Struct]]:
    """Every copy, with words for what is wrong with it."""
    hints = get_type_hints(ours, include_extras=True)
    kinds = {info.name: info.type for info in inspect.type_info(ours).fields}  # type: ignore[attr-defined]
    yield "unknown members refused", _copy(ours, forbid_unknown_fields=True)
    yield "a member too many", _copy(ours, extra=[("superfluous", str | None, None)])
    for field in msgspec.structs.fields(ours):
        yield f"{field.name} dropped", _copy(ours, drop=field.name)
        yield f"{field.name} renamed", _copy(ours, names={field.name: field.encode_name + "X"})
        yield f"{field.name} in other case", _copy(ours, names={field.name: field.encode_name.swapcase()})
        for words, hint, default in _members(hints[field.name], kinds[field.name]):
            yield f"{field.name} {words}", _copy(ours, change={field.name: (hint, default)})


def _copy(
    ours: Struct,
    *,
    drop: str = "",
    names: dict[str, str] | None = None,
    change: dict[str, tuple[Any, Any]] | None = None,
    extra: list[tuple[str, Any, Any]] | None = None,
    forbid_unknown_fields: bool = False,
) -> Struct:
    hints = get_type_hints(ours, include_extras=True)
    wire = {field.name: field.encode_name for field in msgspec.structs.fields(ours)} | (names or {})
    members: list[Any] = list(extra or [])
    for field in msgspec.structs.fields(ours):
        hint, default = (change or {}).get(field.name, (hints[field.name], field.default))
        if field.name != drop:
            members.append((field.name, hint) if default is msgspec.NODEFAULT else (field.name, hint, default))
    return msgspec.defstruct(
        ours.__name__, members, kw_only=True, rename=wire, forbid_unknown_fields=forbid_unknown_fields
    )


def _members(hint: Any, info: inspect.Type) -> Iterator[tuple[str, Any, Any]]:
    """Other types (and defaults) for one member."""
    required = msgspec.NODEFAULT
    if LABEL in getattr(hint, "__metadata__", ()):
        yield "in the body", str, required
        yield "optional in the body", str | None, None
        yield "without default", Label, required
        return
    kind, nullable = unwrapped(info)
    plain = next(one for one in get_args(hint) if one is not type(None)) if nullable else hint

    def as_before(changed: Any) -> tuple[Any, Any]:
        return (changed | None, None) if nullable else (changed, required)

    if nullable:
        yield "required", plain, required
        yield "required, null taken", hint, required
        yield "optional, null refused", plain, _value(kind)
    else:
        yield "optional", plain | None, None
    if isinstance(kind, inspect.StrType):
        yield "as a label", Label, ""
    yield "a list", *as_before(tuple[plain, ...])
    yield "of another kind", *as_before(_other(kind))
    for words, changed in _narrowed(kind):
        yield words, *as_before(changed)


def _value(kind: inspect.Type) -> Any:
    return {inspect.StrType: "", inspect.BoolType: False, inspect.IntType: 1, inspect.FloatType: 1.0}.get(
        type(kind), ()
    )


def _other(kind: inspect.Type) -> Any:
    return str if isinstance(kind, inspect.IntType | inspect.LiteralType | inspect.StructType) else int


def _narrowed(kind: inspect.Type) -> Iterator[tuple[str, Any]]:
    if isinstance(kind, inspect.LiteralType):
        yield from _literals(kind, lambda changed: changed)
    elif isinstance(kind, inspect.VarTupleType):
        yield "of elements of another kind", tuple[_other(kind.item_type), ...]  # type: ignore[misc]
        if isinstance(kind.item_type, inspect.LiteralType):
            yield from _literals(kind.item_type, lambda changed: tuple[changed, ...])
    elif isinstance(kind, inspect.IntType) and kind.ge is None:
        yield "bounded", Annotated[int, msgspec.Meta(ge=7, le=77)]
    elif isinstance(kind, inspect.IntType):
        most = 77 if kind.le is None else kind.le  # type: ignore[unreachable]
        for low, high in ((kind.ge - 1, kind.le), (kind.ge, most + 1), (kind.ge, most - 1), (None, None)):  # type: ignore[operator]
            yield f"from {low} to {high}", Annotated[int, msgspec.Meta(ge=low, le=high)]
    elif isinstance(kind, inspect.StrType):
        yield "of at most 63 characters", Annotated[str, msgspec.Meta(max_length=63)]
        yield "with a pattern", Annotated[str, msgspec.Meta(pattern="[a-z]*")]


def _literals(kind: inspect.LiteralType, wrap: Callable[[Any], Any]) -> Iterator[tuple[str, Any]]:
    for value in kind.values:
        kept = tuple(other for other in kind.values if other != value)
        if kept:
            yield f"without {value}", wrap(Literal[kept])
        yield f"with {value} misspelt", wrap(Literal[(*kept, f"{value}S")])
    yield "with a value too many", wrap(Literal[(*kind.values, "SUPERFLUOUS")])
