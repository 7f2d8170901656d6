"""Refusing a document before it runs: validation in AppSync's words, and limits on what one may ask."""

from collections.abc import Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql import validate as library_validate
from msgspec import Struct

from preamp.graphql.errors import DocumentErrors, Location, RequestError, document_error

MOST_ERRORS = 20


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
    answer_bytes: int = 5_242_880
    seconds: float = 30


def validate(schema: GraphQLSchema, document: DocumentNode) -> None:
    """Check a document against the schema. Raises DocumentErrors with AppSync's messages."""
    errors = library_validate(schema, document, max_errors=MOST_ERRORS)
    if errors:
        raise DocumentErrors([_told(error) for error in errors])


def _told(error: GraphQLError) -> dict[str, object]:
    locations = [Location(line=place.line, column=place.column) for place in error.locations or ()]
    return document_error(f"Validation error: {error.message}", locations)


def check_limits(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], limits: Limits
) -> None:
    """Bound what an operation asks for. Raises RequestError."""
    counts = _Counts(fragments, limits)
    counts.visit(operation.selection_set, 1)


class _Counts:
    """Counts an operation's fields; each one counted stops a document that opens fragments a million times."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], limits: Limits) -> None:
        self._fragments, self._limits = fragments, limits
        self._fields = self._aliases = 0

    def visit(self, set_: SelectionSetNode, depth: int) -> None:
        if depth > self._limits.depth:
            raise _over(f"A document may be {self._limits.depth} fields deep.")
        for node in set_.selections:
            if isinstance(node, FieldNode):
                self._count(node)
                if node.selection_set:
                    self.visit(node.selection_set, depth + 1)
            elif isinstance(node, FragmentSpreadNode):
                self._fields += 1
                self._check()
                self.visit(self._fragments[node.name.value].selection_set, depth)
            else:
                self.visit(node.selection_set, depth)  # type: ignore[attr-defined]

    def _count(self, node: FieldNode) -> None:
        self._fields += 1
        self._aliases += node.alias is not None
        self._check()

    def _check(self) -> None:
        if self._fields > self._limits.fields:
            raise _over(f"A document may ask for {self._limits.fields} fields.")
        if self._aliases > self._limits.aliases:
            raise _over(f"A document may use {self._limits.aliases} aliases.")


def _over(message: str) -> RequestError:
    return RequestError(400, "BadRequest", message)
