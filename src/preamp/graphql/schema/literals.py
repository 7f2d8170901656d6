"""Whether the values given to directives fit the directives' definitions, in the words of graphql-js 15."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from graphql import (
    BooleanValueNode,
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    IntValueNode,
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    NonNullTypeNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    TypeNode,
    ValueNode,
    print_ast,
)
from graphql.pyutils import did_you_mean, suggestion_list

Report = Callable[[GraphQLError], None]

MAX_INT = 2**31 - 1
MIN_INT = -(2**31)

_LEAVES: Mapping[str, tuple[tuple[type[ValueNode], ...], str]] = {
    "String": ((StringValueNode,), "String cannot represent a non string value: {}"),
    "Int": ((IntValueNode,), "Int cannot represent non-integer value: {}"),
    "Float": ((IntValueNode, FloatValueNode), "Float cannot represent non numeric value: {}"),
    "Boolean": ((BooleanValueNode,), "Boolean cannot represent a non boolean value: {}"),
    "ID": ((StringValueNode, IntValueNode), "ID cannot represent a non-string and non-integer value: {}"),
}


def check_literals(document: DocumentNode, report: Report) -> None:
    """Report each directive argument whose value does not fit its type."""
    types = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, InputObjectTypeDefinitionNode | EnumTypeDefinitionNode)
    }
    signatures = {
        one.name.value: {arg.name.value: arg.type for arg in one.arguments or ()}
        for one in document.definitions
        if isinstance(one, DirectiveDefinitionNode)
    }
    checker = _Checker(types, report)
    for definition in document.definitions:
        for directive in _directives(definition):
            known = signatures.get(directive.name.value, {})
            for argument in directive.arguments or ():
                if argument.name.value in known:
                    checker.check(argument.value, known[argument.name.value])


def _directives(node: DefinitionNode | InputValueDefinitionNode) -> Iterator[ConstDirectiveNode]:
    """List the directives of a definition and its parts, as graphql-js visits them."""
    inside_first = hasattr(node, "type")
    if not inside_first:
        yield from getattr(node, "directives", None) or ()
    for part in (*(getattr(node, "arguments", None) or ()), *(getattr(node, "fields", None) or ())):
        yield from _directives(part)
    for value in getattr(node, "values", None) or ():
        yield from value.directives or ()
    if inside_first:
        yield from getattr(node, "directives", None) or ()


class _Checker:
    def __init__(
        self, types: Mapping[str, InputObjectTypeDefinitionNode | EnumTypeDefinitionNode], report: Report
    ) -> None:
        self.types = types
        self.report = report

    def check(self, value: ValueNode, type_: TypeNode) -> None:
        """Check a value against a type; a value that is no list serves as a list of one."""
        if isinstance(value, NullValueNode):
            if isinstance(type_, NonNullTypeNode):
                self._unexpected(value, type_)
            return
        inner = type_.type if isinstance(type_, NonNullTypeNode) else type_
        if isinstance(inner, ListTypeNode):
            for one in value.values if isinstance(value, ListValueNode) else (value,):
                self.check(one, inner.type)
            return
        name = print_ast(inner)
        named = self.types.get(name)
        if isinstance(named, InputObjectTypeDefinitionNode):
            self._object(value, named, type_)
        elif isinstance(named, EnumTypeDefinitionNode):
            self._enum(value, named)
        else:
            self._scalar(value, name)

    def _object(self, value: ValueNode, named: InputObjectTypeDefinitionNode, type_: TypeNode) -> None:
        if not isinstance(value, ObjectValueNode):
            # A list where none is wanted is compared with the type without its `!`.
            of_list = isinstance(value, ListValueNode) and isinstance(type_, NonNullTypeNode)
            self._unexpected(value, NamedTypeNode(name=named.name) if of_list else type_)
            return
        known = {one.name.value: one for one in named.fields or ()}
        given = {one.name.value for one in value.fields}
        for one in known.values():
            if isinstance(one.type, NonNullTypeNode) and one.default_value is None and one.name.value not in given:
                what = f'Field "{named.name.value}.{one.name.value}" of required type "{print_ast(one.type)}"'
                self.report(GraphQLError(f"{what} was not provided.", value))
        for given_field in value.fields:
            name = given_field.name.value
            if name in known:
                self.check(given_field.value, known[name].type)
            else:
                text = f'Field "{name}" is not defined by type "{named.name.value}".' + _suggest(name, list(known))
                self.report(GraphQLError(text, given_field))

    def _enum(self, value: ValueNode, named: EnumTypeDefinitionNode) -> None:
        values = [one.name.value for one in named.values or ()]
        text = print_value(value)
        if not isinstance(value, EnumValueNode):
            message = f'Enum "{named.name.value}" cannot represent non-enum value: {text}.'
        elif value.value not in values:
            message = f'Value "{text}" does not exist in "{named.name.value}" enum.'
        else:
            return
        self.report(GraphQLError(message + _suggest(text, values, "the enum value"), value))

    def _scalar(self, value: ValueNode, name: str) -> None:
        kinds, message = _LEAVES.get(name, ((ValueNode,), ""))
        if not isinstance(value, kinds):
            self.report(GraphQLError(message.format(print_value(value)), value))
        elif name == "Int" and isinstance(value, IntValueNode) and not _is_int32(value.value):
            message = f"Int cannot represent non 32-bit signed integer value: {value.value}"
            self.report(GraphQLError(message, value))

    def _unexpected(self, value: ValueNode, type_: TypeNode) -> None:
        self.report(GraphQLError(f'Expected value of type "{print_ast(type_)}", found {print_value(value)}.', value))


def _is_int32(text: str) -> bool:
    return len(text) <= 11 and MIN_INT <= int(text) <= MAX_INT


def _suggest(name: str, known: Sequence[str], what: str | None = None) -> str:
    options = suggestion_list(name, known)
    return (did_you_mean(options, what) if what else did_you_mean(options)).replace("'", '"')


def print_value(value: ValueNode) -> str:
    """Print a value on one line, as graphql-js 15 does."""
    match value:
        case ListValueNode():
            return "[" + ", ".join(print_value(one) for one in value.values) + "]"
        case ObjectValueNode():
            return "{" + ", ".join(f"{one.name.value}: {print_value(one.value)}" for one in value.fields) + "}"
        case StringValueNode():
            return json.dumps(value.value, ensure_ascii=False)
        case _:
            return print_ast(value)
