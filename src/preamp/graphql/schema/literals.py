"""Whether the values given to directives fit the directives' definitions, in the words of graphql-js 15 or 14."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Words:
    """How one version of graphql-js puts its complaints. `leaf` "" = each scalar speaks for itself."""

    quote: str
    unexpected: str
    leaf: str
    unknown_value: str
    no_enum: str


WORDY = Words(
    '"',
    'Expected value of type "{type}", found {value}.',
    "",
    'Value "{value}" does not exist in "{type}" enum.',
    'Enum "{type}" cannot represent non-enum value: {value}.',
)
TERSE = Words(
    "",
    "Expected type {type}, found {value}.",
    "Expected type {type}, found {value}",
    "Expected type {type}, found {value}.",
    "Expected type {type}, found {value}.",
)


def check_literals(document: DocumentNode, report: Report, words: Words = WORDY) -> None:
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
    checker = _Checker(types, report, words)
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
        self, types: Mapping[str, InputObjectTypeDefinitionNode | EnumTypeDefinitionNode], report: Report, words: Words
    ) -> None:
        self.types = types
        self.report = report
        self.words = words

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
            self._unexpected(value, type_)
            return
        known = {one.name.value: one for one in named.fields or ()}
        given = {one.name.value for one in value.fields}
        for one in known.values():
            if isinstance(one.type, NonNullTypeNode) and one.default_value is None and one.name.value not in given:
                quote = self.words.quote
                of = f"{named.name.value}.{one.name.value}"
                what = f"Field {quote}{of}{quote} of required type {quote}{print_ast(one.type)}{quote}"
                self.report(GraphQLError(f"{what} was not provided.", value))
        for given_field in value.fields:
            name = given_field.name.value
            if name in known:
                self.check(given_field.value, known[name].type)
            else:
                quote = self.words.quote
                text = f'Field "{name}" is not defined by type {quote}{named.name.value}{quote}.'
                self.report(GraphQLError(text + _suggest(name, list(known)), given_field))

    def _enum(self, value: ValueNode, named: EnumTypeDefinitionNode) -> None:
        values = [one.name.value for one in named.values or ()]
        text = print_value(value)
        if not isinstance(value, EnumValueNode):
            message = self.words.no_enum
        elif value.value not in values:
            message = self.words.unknown_value
        else:
            return
        message = message.format(type=named.name.value, value=text)
        self.report(GraphQLError(message + _suggest(text, values, "the enum value"), value))

    def _scalar(self, value: ValueNode, name: str) -> None:
        kinds, message = _LEAVES.get(name, ((ValueNode,), ""))
        text = print_value(value)
        if not isinstance(value, kinds):
            leaf = self.words.leaf
            message = leaf.format(type=name, value=text) + "." if leaf else message.format(text)
            self.report(GraphQLError(message, value))
        elif name == "Int" and isinstance(value, IntValueNode) and not _is_int32(value.value):
            message = f"Int cannot represent non 32-bit signed integer value: {value.value}"
            if self.words.leaf:
                message = f"{self.words.leaf.format(type=name, value=value.value)}; {message}"
            self.report(GraphQLError(message, value))

    def _unexpected(self, value: ValueNode, type_: TypeNode) -> None:
        message = self.words.unexpected.format(type=print_ast(type_), value=print_value(value))
        self.report(GraphQLError(message, value))


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
