"""The document a transform works on: types with fields in a form that is cheap to read and to change.

A type reference is its text (`[Post!]!`). `TypeDef` may change while the API's schema grows; `FieldDef` and `Applied`
never do, so the definitions of the developer's document and those of the growing one share them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from graphql import ConstDirectiveNode, Node

from preamp.graphql.model import SchemaError
from preamp.graphql.names import SCALARS

Kind = Literal["object", "input", "enum", "interface", "union", "scalar"]


@dataclass(frozen=True, slots=True)
class Applied:
    """A directive where it is used. `values` are plain Python values; `text` is how it prints, arguments included."""

    name: str
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    node: ConstDirectiveNode | None = None


@dataclass(frozen=True, slots=True)
class FieldDef:
    """A field, an input field or an argument."""

    name: str
    type: str
    args: "tuple[FieldDef, ...]" = ()
    directives: tuple[Applied, ...] = ()
    default: str | None = None
    description: str | None = None
    node: Node | None = None

    @property
    def base(self) -> str:
        """The named type."""
        return base_type(self.type)

    @property
    def is_list(self) -> bool:
        """Whether values are lists, required or not."""
        return self.type.startswith("[")

    @property
    def is_required(self) -> bool:
        """Whether null is refused."""
        return self.type.endswith("!")

    def directive(self, name: str) -> Applied | None:
        """Find the first use of a directive on this field."""
        return next((applied for applied in self.directives if applied.name == name), None)

    def typed(self, type_: str) -> "FieldDef":
        """Give the same field another type."""
        return replace(self, type=type_)


@dataclass(slots=True)
class TypeDef:
    """A named type. Enum values map to their directives; `members` are a union's types."""

    kind: Kind
    name: str
    fields: dict[str, FieldDef] = field(default_factory=dict)
    values: dict[str, tuple[Applied, ...]] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    interfaces: list[str] = field(default_factory=list)
    directives: list[Applied] = field(default_factory=list)
    description: str | None = None
    node: Node | None = None

    def copy(self) -> "TypeDef":
        """Copy so far that changing one type leaves the other alone."""
        return replace(
            self,
            fields=dict(self.fields),
            values=dict(self.values),
            members=list(self.members),
            interfaces=list(self.interfaces),
            directives=list(self.directives),
        )

    def directive(self, name: str) -> Applied | None:
        """Find the first use of a directive on this type."""
        return next((applied for applied in self.directives if applied.name == name), None)

    def put(self, *fields: FieldDef) -> None:
        """Add fields, or replace those of the same name."""
        for one in fields:
            self.fields[one.name] = one

    def add_missing(self, *fields: FieldDef) -> None:
        """Add the fields whose names are not taken."""
        for one in fields:
            self.fields.setdefault(one.name, one)


class Draft:
    """The API's schema while it grows: types by name, and the names of the three root types."""

    def __init__(self) -> None:
        self.types: dict[str, TypeDef] = {}
        self.roots: dict[str, str] = {}

    def get(self, name: str) -> TypeDef | None:
        """Find a type of any kind."""
        return self.types.get(name)

    def object(self, name: str) -> TypeDef | None:
        """Find an object type."""
        found = self.types.get(name)
        return found if found is not None and found.kind == "object" else None

    def input(self, name: str) -> TypeDef | None:
        """Find an input type."""
        found = self.types.get(name)
        return found if found is not None and found.kind == "input" else None

    def is_enum(self, name: str) -> bool:
        """Whether the name is an enum's."""
        found = self.types.get(name)
        return found is not None and found.kind == "enum"

    def is_scalar_or_enum(self, type_: str) -> bool:
        """Whether the named type of a reference is a known scalar or an enum."""
        base = base_type(type_)
        return base in SCALARS or self.is_enum(base)

    def add(self, type_: TypeDef) -> None:
        """Add a type whose name must be free."""
        if type_.name in self.types:
            what = {"input": "input type", "enum": "enum type", "union": "union"}.get(type_.kind, "type")
            raise SchemaError("Error", f"Conflicting {what} '{type_.name}' found.", *position(type_.node))
        self.types[type_.name] = type_

    def add_missing(self, type_: TypeDef) -> None:
        """Add a type unless its name is taken."""
        self.types.setdefault(type_.name, type_)

    def root(self, operation: Literal["query", "mutation", "subscription"]) -> TypeDef | None:
        """Find the type of an operation."""
        return self.object(self.roots.get(operation, ""))

    def add_root_fields(
        self, operation: Literal["query", "mutation", "subscription"], fields: Iterable[FieldDef]
    ) -> None:
        """Add fields to a root type, which is made when it does not exist."""
        name = self.roots.setdefault(operation, operation.capitalize())
        if name not in self.types:
            self.types[name] = TypeDef("object", name)
        self.extend(name, fields)

    def extend(self, name: str, fields: Iterable[FieldDef], node: Node | None = None) -> None:
        """Add fields to an object type; a field that exists already is an error."""
        type_ = self.types[name]
        added = set[str]()
        for one in fields:
            if one.name in type_.fields and one.name not in added:
                message = f"Object type extension '{name}' cannot redeclare field {one.name}"
                raise SchemaError("Error", message, *position(one.node or node))
            added.add(one.name)
            type_.fields[one.name] = one

    def add_directives(self, name: str, directives: Iterable[Applied]) -> None:
        """Put directives on an object type, each at most once."""
        type_ = self.object(name)
        if type_ is not None:
            present = {applied.name for applied in type_.directives}
            type_.directives.extend(applied for applied in directives if applied.name not in present)

    def add_field_directives(self, name: str, field_name: str, directives: Iterable[Applied]) -> None:
        """Put directives on a field of an object type, each at most once."""
        type_ = self.object(name)
        found = type_.fields.get(field_name) if type_ is not None else None
        if type_ is None or found is None:
            return
        present = {applied.name for applied in found.directives}
        added = tuple(applied for applied in directives if applied.name not in present)
        if added:
            type_.fields[field_name] = replace(found, directives=found.directives + added)


def base_type(type_: str) -> str:
    """Name the type that a reference wraps: `[Post!]!` gives Post."""
    return type_.strip("[]!")


def nullable(type_: str) -> str:
    """Drop the outer `!`."""
    return type_.removesuffix("!")


def required(type_: str) -> str:
    """Add an outer `!` unless there is one."""
    return type_ if type_.endswith("!") else type_ + "!"


def is_plain_list(type_: str) -> bool:
    """Whether a reference is a list without an outer `!`.

    Amplify's filters take only these for lists: `[Colour!]!` gets the filter of a single Colour.
    """
    return type_.startswith("[") and not type_.endswith("!")


def position(node: Node | None) -> tuple[int | None, int | None]:
    """Line and column of a node, from 1."""
    if node is None or node.loc is None:
        return None, None
    token = node.loc.start_token
    return token.line, token.column


def refusal(
    message: str, at: FieldDef | TypeDef | Applied | None = None, name: str = "InvalidDirectiveError"
) -> SchemaError:
    """Make the error that refuses the schema."""
    return SchemaError(name, message, *position(at.node if at is not None else None))
