"""Turning a request's variables and a document's literals into the values that plans take.

Variables are coerced by closures made once per input type; literals are read once per document, and what depends on
variables becomes a function of them. Messages are AppSync's (graphql-java's): a missing member of an input is told
with the variable's name and the member's type, an unfit one with the member's name.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    type_from_ast,
)

from preamp.graphql.errors import DocumentErrors, Location, document_error
from preamp.graphql.scalars import PARSERS, kind

Values = Mapping[str, Any]
Coercer = Callable[[Any], Any]
Reader = Callable[[Values], Any]

ABSENT: Any = Undefined
"""The value of a variable that was not given and of an argument that is to be left out."""


class Unfit(Exception):
    """A value does not fit its type. `name` is the innermost named member, None for the variable itself."""

    def __init__(self, message: str, name: str | None = None) -> None:
        super().__init__(message)
        self.message, self.name = message, name


class MissingMember(Exception):
    """A member that may not be null is null or absent."""

    def __init__(self, type_: str) -> None:
        super().__init__(type_)
        self.type = type_


class UnknownMember(Exception):
    """An input object has a member that its type does not."""

    def __init__(self, name: str, type_: str) -> None:
        super().__init__(name)
        self.name, self.type = name, type_


class Coercers:
    """The coercers of one schema, by type, made when first needed."""

    def __init__(self) -> None:
        self._made: dict[str, Coercer] = {}

    def of(self, type_: GraphQLInputType) -> Coercer:
        """Answer the function that turns a JSON value into a value of the type, or raises."""
        key = str(type_)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(type_)
        return made

    def _make(self, type_: GraphQLInputType) -> Coercer:
        if isinstance(type_, GraphQLNonNull):
            inner = type_.of_type
            if isinstance(inner, GraphQLScalarType) and inner.name in _TEXTS:
                return _text(inner.name, str(type_))
            return _required(self.of(inner), str(type_))
        if isinstance(type_, GraphQLList):
            return _list(self.of(type_.of_type))
        if isinstance(type_, GraphQLEnumType):
            return _enum(type_)
        if isinstance(type_, GraphQLScalarType):
            return _scalar(type_.name)
        return self._object(type_)

    def _object(self, type_: GraphQLInputObjectType) -> Coercer:
        members: dict[str, Coercer] = {}
        defaults = {n: field.default_value for n, field in type_.fields.items() if field.default_value is not Undefined}
        required = [
            name
            for name, field in type_.fields.items()
            if isinstance(field.type, GraphQLNonNull) and name not in defaults
        ]

        def coerce(value: Any) -> Any:
            if value is None:
                return None
            if not isinstance(value, dict):
                raise Unfit(f"Expected type 'Map' but was '{kind(value)}'.")
            if not members:
                # Filters hold themselves: the members' coercers can only be made once this one is known.
                members.update((name, self.of(field.type)) for name, field in type_.fields.items())
            coerced = dict(defaults)
            name = None
            try:
                for name, given in value.items():
                    coerced[name] = members[name](given)
            except Unfit as error:
                raise Unfit(error.message, error.name or name) from None
            except KeyError:
                raise UnknownMember(str(name), type_.name) from None
            for name in required:
                if name not in coerced:
                    raise MissingMember(str(type_.fields[name].type))
            return coerced

        return coerce


def _required(inner: Coercer, type_: str) -> Coercer:
    def coerce(value: Any) -> Any:
        if value is None:
            raise MissingMember(type_)
        return inner(value)

    return coerce


def _list(inner: Coercer) -> Coercer:
    def coerce(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, list):
            return [inner(value)]
        return [inner(item) for item in value]

    return coerce


_TEXTS = frozenset({"ID", "String"})


def _text(name: str, required: str | None) -> Coercer:
    """Make the coercer of a scalar that takes any text: most values of a request go through one.

    `required` is the type with its `!`, None where null is a value.
    """
    parse = PARSERS[name]

    def coerce(value: Any) -> Any:
        if type(value) is str and value.isascii() and "\0" not in value:
            return value
        if value is None:
            if required is None:
                return None
            raise MissingMember(required)
        try:
            return parse(value)
        except ValueError as error:
            raise Unfit(str(error)) from None

    return coerce


def _scalar(name: str) -> Coercer:
    if name in _TEXTS:
        return _text(name, None)
    parse = PARSERS.get(name)
    if parse is None:
        raise LookupError(f"No scalar is called {name}.")

    def coerce(value: Any) -> Any:
        if value is None:
            return None
        try:
            return parse(value)
        except ValueError as error:
            raise Unfit(str(error)) from None

    return coerce


def _enum(type_: GraphQLEnumType) -> Coercer:
    values = frozenset(type_.values)

    def coerce(value: Any) -> Any:
        if value is None or (isinstance(value, str) and value in values):
            return value
        raise Unfit(f"Invalid input for Enum '{type_.name}'. No value found for name '{value}'.")

    return coerce


class Variable:
    """One declared variable of an operation."""

    __slots__ = ("_default", "_location", "_required", "coerce", "name", "type")

    def __init__(self, node: VariableDefinitionNode, schema: GraphQLSchema, coercers: Coercers) -> None:
        self.name = node.variable.name.value
        type_: Any = type_from_ast(schema, node.type)
        self.type = str(type_)
        self.coerce = coercers.of(type_)
        self._required = isinstance(type_, GraphQLNonNull)
        start = node.loc.start_token if node.loc else None
        self._location = Location(line=start.line, column=start.column) if start else None
        self._default = ABSENT
        if node.default_value is not None:
            self._default = read(node.default_value, type_, coercers)({})

    def value(self, given: Values) -> Any:
        """Answer the coerced value, ABSENT if none was given. Raises DocumentErrors."""
        value = given.get(self.name, ABSENT)
        if value is ABSENT:
            if self._default is not ABSENT:
                return self._default
            if self._required:
                raise self._refused(f"Variable '{self.name}' has coerced Null value for NonNull type '{self.type}'")
            return ABSENT
        try:
            return self.coerce(value)
        except MissingMember as error:
            message = f"Variable '{self.name}' has coerced Null value for NonNull type '{error.type}'"
        except UnknownMember as error:
            message = (
                f"The variables input contains a field name '{error.name}' that is not defined "
                f"for input object type '{error.type}' "
            )
        except Unfit as error:
            message = f"Variable '{error.name or self.name}' has an invalid value. {error.message}"
        except RecursionError:
            message = f"Variable '{self.name}' has an invalid value. It is nested too deeply."
        raise self._refused(message)

    def _refused(self, message: str) -> DocumentErrors:
        return DocumentErrors([document_error(message, [self._location] if self._location else [])])


def read(node: ValueNode, type_: GraphQLInputType, coercers: Coercers) -> Reader:
    """Answer the function that gives a literal's value once the (coerced) variables are known.

    The document has been validated: names are known and literals fit, as far as validation can tell.
    """
    if not _holds_variable(node):
        value = _constant(node, type_, coercers)
        return lambda _: value
    if isinstance(node, VariableNode):
        name = node.name.value
        return lambda values: values.get(name, ABSENT)
    inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(node, ListValueNode):
        items = [read(item, inner.of_type, coercers) for item in node.values]
        return lambda values: [None if (item := reader(values)) is ABSENT else item for reader in items]
    assert isinstance(node, ObjectValueNode)  # noqa: S101 - only lists and objects hold variables
    if isinstance(inner, GraphQLList):
        single = read(node, inner.of_type, coercers)
        return lambda values: [single(values)]
    return _object_reader(node, inner, coercers)


def _constant(node: ValueNode, type_: GraphQLInputType, coercers: Coercers) -> Any:
    """Coerce a literal; what validation let pass and storage cannot keep is refused here."""
    try:
        return coercers.of(type_)(plain(node))
    except Unfit as error:
        raise DocumentErrors([document_error(f"Validation error of type WrongType: {error.message}")]) from None
    except (MissingMember, UnknownMember, RecursionError):
        raise DocumentErrors(
            [document_error("Validation error of type WrongType: the literal does not fit.")]
        ) from None


def _object_reader(node: ObjectValueNode, type_: GraphQLInputObjectType, coercers: Coercers) -> Reader:
    given = {member.name.value: member.value for member in node.fields}
    members = [(name, read(value, type_.fields[name].type, coercers)) for name, value in given.items()]
    defaults = {
        name: field.default_value
        for name, field in type_.fields.items()
        if name not in given and field.default_value is not Undefined
    }
    required = {name: str(field.type) for name, field in type_.fields.items() if isinstance(field.type, GraphQLNonNull)}

    def reader(values: Values) -> Any:
        result = dict(defaults)
        for name, member in members:
            value = member(values)
            if value is not ABSENT:
                result[name] = value
            if name in required and (value is ABSENT or value is None):
                raise DocumentErrors(
                    [document_error(f"Field '{name}' has coerced Null value for NonNull type '{required[name]}'")]
                )
        return result

    return reader


def variables_of(nodes: Sequence[Any], names: Sequence[str]) -> tuple[str, ...] | None:
    """Answer the variables that arguments of these names are, None where one is something else."""
    given = {node.name.value: node.value for node in nodes}
    found = tuple(value.name.value for value in (given.get(name) for name in names) if isinstance(value, VariableNode))
    return found if len(found) == len(names) else None


def _holds_variable(node: ValueNode) -> bool:
    if isinstance(node, ListValueNode):
        return any(_holds_variable(item) for item in node.values)
    if isinstance(node, ObjectValueNode):
        return any(_holds_variable(member.value) for member in node.fields)
    return isinstance(node, VariableNode)


def plain(node: ValueNode) -> Any:
    """Answer a literal without variables as a JSON value."""
    match node:
        case IntValueNode():
            return int(node.value)
        case FloatValueNode():
            return float(node.value)
        case StringValueNode() | EnumValueNode() | BooleanValueNode():
            return node.value
        case NullValueNode():
            return None
        case ListValueNode():
            return [plain(item) for item in node.values]
        case ObjectValueNode():
            return {member.name.value: plain(member.value) for member in node.fields}
        case _:
            raise TypeError(f"A {node.kind} is no literal.")


def arguments(nodes: Sequence[Any], types: Mapping[str, Any], coercers: Coercers) -> Reader:
    """Answer the function that gives a field's arguments, those left out excepted, as a dict that is only read."""
    given = {node.name.value: node.value for node in nodes}
    readers = [(name, read(value, types[name].type, coercers)) for name, value in given.items()]
    defaults = {
        name: argument.default_value for name, argument in types.items() if argument.default_value is not Undefined
    }
    if is_constant(nodes):
        known = defaults | {name: member({}) for name, member in readers}
        return lambda _: known

    def reader(values: Values) -> Any:
        result = dict(defaults)
        for name, member in readers:
            value = member(values)
            if value is not ABSENT:
                result[name] = value
        return result

    return reader


def is_constant(nodes: Sequence[Any]) -> bool:
    """Tell whether arguments are the same in every request: none of them holds a variable."""
    return not any(_holds_variable(node.value) for node in nodes)
