"""Refusing a document before it runs: validation in AppSync's words, and limits on what one may ask.

graphql-core decides what is invalid; the messages are graphql-java's, which AppSync runs and clients match:
`Validation error of type FieldUndefined: Field 'x' in type 'Query' is undefined @ 'x'`.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    ArgumentNode,
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    specified_rules,
)
from graphql import validate as library_validate
from msgspec import Struct

from preamp.graphql.errors import DocumentErrors, Location, RequestError, document_error

MOST_ERRORS = 20
_QUOTED = re.compile(r"'([^']*)'")


class Limits(Struct, frozen=True, kw_only=True):
    """What one request may ask. Sizes in bytes or characters, times in seconds."""

    body_bytes: int = 1_048_576
    document_bytes: int = 100_000
    tokens: int = 10_000
    depth: int = 25
    """Fields within fields."""
    fields: int = 2_000
    """Fields of an operation, fragments opened."""
    aliases: int = 100
    """Fields asked under another name."""
    pairs: int = 100_000
    """Pairs of fields with one response key: each may have to be compared to tell whether they conflict."""
    answer_bytes: int = 5_242_880
    seconds: float = 30


def _signed(rule: type[ASTValidationRule]) -> type[ASTValidationRule]:
    """Answer the rule, leaving its name in the errors it reports."""

    class Signed(rule):  # type: ignore[valid-type, misc]
        def report_error(self, error: GraphQLError) -> None:
            error.extensions = {"rule": rule.__name__}
            super().report_error(error)

    return Signed


_RULES = [_signed(rule) for rule in specified_rules]


def validate(schema: GraphQLSchema, document: DocumentNode) -> None:
    """Check a document against the schema. Raises DocumentErrors with AppSync's messages."""
    found = library_validate(schema, document, _RULES, max_errors=MOST_ERRORS)
    if not found:
        return
    parents: dict[int, Node] = {}
    _note_parents(document, parents)
    told: list[dict[str, Any]] = []
    for error in found:
        if not error.nodes:
            continue  # the library's word that there are more
        say = _SAYINGS.get(_rule_of(error), _as_is)
        message = say(error, _Finder(parents, error))
        locations = [Location(line=place.line, column=place.column) for place in error.locations or ()]
        if all(known["message"] != message for known in told):
            told.append(document_error(message, locations[:1]))
    raise DocumentErrors(told or [document_error(f"Validation error: {found[0].message}")])


def _rule_of(error: GraphQLError) -> str:
    """Answer the rule that refused; two rules report past their own method and leave their errors unsigned."""
    if error.extensions:
        return str(error.extensions["rule"])
    return "KnownArgumentNamesRule" if error.message.startswith("Unknown argument") else "PossibleFragmentSpreadsRule"


def _note_parents(node: Node, parents: dict[int, Node]) -> None:
    for key in node.keys:
        value = getattr(node, key, None)
        for child in value if isinstance(value, list | tuple) else [value]:
            if isinstance(child, Node):
                parents[id(child)] = node
                _note_parents(child, parents)


class _Finder:
    """Finds what stands around the node of an error."""

    def __init__(self, parents: Mapping[int, Node], error: GraphQLError) -> None:
        self._parents = parents
        self.nodes = list(error.nodes or ())
        self.quoted = _QUOTED.findall(error.message)

    def above(self, node: Node) -> list[Node]:
        """Answer the nodes around a node, nearest first."""
        found = []
        parent = self._parents.get(id(node))
        while parent is not None:
            found.append(parent)
            parent = self._parents.get(id(parent))
        return found

    @property
    def path(self) -> str:
        """Answer where in the document, as `listTodos/items`."""
        node = self.nodes[-1]
        fields = [one for one in [node, *self.above(node)] if isinstance(one, FieldNode)]
        return "/".join((one.alias or one.name).value for one in reversed(fields))

    @property
    def name(self) -> str:
        """Answer the name of the error's node."""
        node: Any = self.nodes[-1]
        named = getattr(node, "name", None) or getattr(getattr(node, "variable", None), "name", None) or node
        return str(getattr(named, "value", ""))

    @property
    def argument(self) -> tuple[str, ValueNode]:
        """Answer the dotted path of the argument that holds the error's value, and the value."""
        node = self.nodes[-1]
        around = [node, *self.above(node)]
        members = [one.name.value for one in around if isinstance(one, ObjectFieldNode | ArgumentNode)]
        value: Any = node.value if isinstance(node, ObjectFieldNode) else node
        return ".".join(reversed(members)), value


def written(value: ValueNode) -> str:
    """Write a literal as graphql-java shows its nodes."""
    match value:
        case NullValueNode():
            return "NullValue{}"
        case ListValueNode():
            return f"ArrayValue{{values=[{', '.join(written(item) for item in value.values)}]}}"
        case ObjectValueNode():
            members = [f"ObjectField{{name='{one.name.value}', value={written(one.value)}}}" for one in value.fields]
            return f"ObjectValue{{objectFields=[{', '.join(members)}]}}"
        case VariableNode():
            return f"VariableReference{{name='{value.name.value}'}}"
        case _:
            kind = value.kind.split("_", maxsplit=1)[0].capitalize()
            content: Any = getattr(value, "value", "")
            if kind == "Boolean":
                content = str(content).lower()
            label = "name" if kind == "Enum" else "value"
            return (
                f"{kind}Value{{{label}='{content}'}}"
                if kind in {"String", "Enum"}
                else f"{kind}Value{{value={content}}}"
            )


Say = Callable[[GraphQLError, _Finder], str]


def _as_is(error: GraphQLError, _: _Finder) -> str:
    return f"Validation error: {error.message}"


def _field_undefined(_: GraphQLError, find: _Finder) -> str:
    owner = find.quoted[1]
    return (
        f"Validation error of type FieldUndefined: Field '{find.name}' in type '{owner}' is undefined @ '{find.path}'"
    )


def _leafs(error: GraphQLError, find: _Finder) -> str:
    node = find.nodes[-1]
    field = node if isinstance(node, FieldNode) else next(one for one in find.above(node) if isinstance(one, FieldNode))
    if "must not have" in error.message:
        return (
            "Validation error of type SubSelectionNotAllowed: "
            f"Sub selection not allowed on leaf type {find.quoted[1]} of field {field.name.value} @ '{find.path}'"
        )
    return (
        "Validation error of type SubSelectionRequired: "
        f"Sub selection required for type {find.quoted[1]} of field {field.name.value} @ '{find.path}'"
    )


def _known_argument(_: GraphQLError, find: _Finder) -> str:
    return f"Validation error of type UnknownArgument: Unknown field argument {find.name} @ '{find.path}'"


def _missing_argument(_: GraphQLError, find: _Finder) -> str:
    name = find.quoted[0].partition("(")[2].rstrip(":)")
    return f"Validation error of type MissingFieldArgument: Missing field argument {name} @ '{find.path}'"


def _wrong_type(error: GraphQLError, find: _Finder) -> str:
    path, value = find.argument
    at = f" @ '{find.path}'"
    if "unknown field" in error.message:
        member = path.rpartition(".")[2]
        holder = next(one for one in find.above(find.nodes[-1]) if isinstance(one, ObjectValueNode))
        what = (
            f"argument '{path.rpartition('.')[0]}' with value '{written(holder)}' "
            f"contains a field not in '{find.quoted[0]}': '{member}'"
        )
    elif "required field" in error.message:
        what = f"argument '{path}' with value '{written(value)}' is missing required fields '[{find.quoted[1]}]'"
    elif isinstance(value, NullValueNode):
        what = f"argument '{path}' with value '{written(value)}' must not be null"
    else:
        what = f"argument '{path}' with value '{written(value)}' is not a valid '{_expected(error, find)}'"
    return f"Validation error of type WrongType: {what}{at}"


def _expected(error: GraphQLError, find: _Finder) -> str:
    """Answer the type that the library's message speaks of."""
    first = error.message.split(" ", maxsplit=1)[0]
    if first in {"Int", "Float", "ID", "String", "Boolean"}:
        return first
    if first == "Value" or (first == "Enum" and len(find.quoted) > 1):
        return str(find.quoted[1] if first == "Value" else find.quoted[0])
    return str(find.quoted[0]) if find.quoted else "type"


def _variable_position(_: GraphQLError, find: _Finder) -> str:
    mine, expected = find.quoted[1], find.quoted[2]
    return (
        f"Validation error of type VariableTypeMismatch: "
        f"Variable type '{mine}' doesn't match expected type '{expected}' @ '{find.path}'"
    )


def _unknown_type(_: GraphQLError, find: _Finder) -> str:
    return f"Validation error of type UnknownType: Unknown type {find.quoted[0]}"


def _undefined_variable(_: GraphQLError, find: _Finder) -> str:
    name = find.nodes[0]
    path = _Finder(find._parents, GraphQLError("", [name])).path  # noqa: SLF001 - its own class
    assert isinstance(name, VariableNode)  # noqa: S101 - the rule names the variable first
    return f"Validation error of type UndefinedVariable: Undefined variable {name.name.value} @ '{path}'"


def _unused_variable(_: GraphQLError, find: _Finder) -> str:
    return f"Validation error of type UnusedVariable: Unused variable {find.name}"


def _undefined_fragment(_: GraphQLError, find: _Finder) -> str:
    return f"Validation error of type UndefinedFragment: Undefined fragment {find.quoted[0]} @ '{find.path}'"


def _unused_fragment(_: GraphQLError, find: _Finder) -> str:
    return f"Validation error of type UnusedFragment: Unused fragment {find.name}"


def _conflict(error: GraphQLError, find: _Finder) -> str:
    why = error.message.partition(" because ")[2].partition(". Use different")[0]
    return f"Validation error of type FieldsConflict: {find.quoted[0]}: {why}"


def _impossible_spread(_: GraphQLError, find: _Finder) -> str:
    spread, within = find.quoted[-1], find.quoted[-2]
    return (
        "Validation error of type InvalidFragmentType: "
        f"Fragment on {spread} cannot be spread on {within} @ '{find.path}'"
    )


def _unknown_directive(_: GraphQLError, find: _Finder) -> str:
    return f"Validation error of type UnknownDirective: Unknown directive {find.name} @ '{find.path}'"


def _anonymous(_: GraphQLError, __: _Finder) -> str:
    return "Validation error of type LoneAnonymousOperationViolation: Anonymous operation with other operations."


_SAYINGS: dict[str, Say] = {
    "FieldsOnCorrectTypeRule": _field_undefined,
    "ScalarLeafsRule": _leafs,
    "KnownArgumentNamesRule": _known_argument,
    "ProvidedRequiredArgumentsRule": _missing_argument,
    "ValuesOfCorrectTypeRule": _wrong_type,
    "VariablesInAllowedPositionRule": _variable_position,
    "KnownTypeNamesRule": _unknown_type,
    "NoUndefinedVariablesRule": _undefined_variable,
    "NoUnusedVariablesRule": _unused_variable,
    "KnownFragmentNamesRule": _undefined_fragment,
    "NoUnusedFragmentsRule": _unused_fragment,
    "PossibleFragmentSpreadsRule": _impossible_spread,
    "OverlappingFieldsCanBeMergedRule": _conflict,
    "KnownDirectivesRule": _unknown_directive,
    "LoneAnonymousOperationRule": _anonymous,
}


# Limits -----------------------------------------------------------------------------------------------------------


def check_limits(document: DocumentNode, limits: Limits) -> None:
    """Bound what each operation asks for, before the document is validated. Raises RequestError."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
            _Counts(fragments, limits).visit(node.selection_set, 1, frozenset())


class _Counts:
    """Counts an operation's fields; each one counted stops a document that opens fragments a million times."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], limits: Limits) -> None:
        self._fragments, self._limits = fragments, limits
        self._keys: Counter[str] = Counter()
        self._fields = self._aliases = self._pairs = 0

    def visit(self, set_: SelectionSetNode, depth: int, within: frozenset[str]) -> None:
        if depth > self._limits.depth:
            raise _over(f"A document may be {self._limits.depth} fields deep.")
        for node in set_.selections:
            if isinstance(node, FieldNode):
                self._count(node)
                if node.selection_set:
                    self.visit(node.selection_set, depth + 1, within)
            elif isinstance(node, FragmentSpreadNode):
                self._spread(node.name.value, depth, within)
            else:
                self.visit(node.selection_set, depth, within)  # type: ignore[attr-defined]

    def _spread(self, name: str, depth: int, within: frozenset[str]) -> None:
        """Open a fragment; one that is unknown or holds itself is left for validation to refuse."""
        self._fields += 1
        self._check()
        if name in self._fragments and name not in within:
            self.visit(self._fragments[name].selection_set, depth, within | {name})

    def _count(self, node: FieldNode) -> None:
        key = (node.alias or node.name).value
        self._fields += 1
        self._aliases += node.alias is not None
        self._pairs += self._keys[key]
        self._keys[key] += 1
        self._check()

    def _check(self) -> None:
        if self._fields > self._limits.fields or self._pairs > self._limits.pairs:
            raise _over(f"A document may ask for {self._limits.fields} fields, and not the same one too often.")
        if self._aliases > self._limits.aliases:
            raise _over(f"A document may use {self._limits.aliases} aliases.")


def _over(message: str) -> RequestError:
    return RequestError(400, "BadRequest", message)
