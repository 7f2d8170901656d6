"""The first look at a document: GraphQL's own rules, with Amplify's directives known.

The rules and the texts of refusals are those of the graphql-js that the transformer uses: 15, or 14 for its first
version.
"""

import re
from collections.abc import Sequence
from contextlib import suppress

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    GraphQLError,
    KnownDirectivesRule,
    KnownTypeNamesRule,
    ObjectTypeDefinitionNode,
    ParallelVisitor,
    SchemaDefinitionNode,
    UniqueArgumentNamesRule,
    UniqueDirectivesPerLocationRule,
    UniqueInputFieldNamesRule,
    parse,
    visit,
)
from graphql.validation import (
    LoneSchemaDefinitionRule,
    PossibleTypeExtensionsRule,
    SDLValidationContext,
    UniqueDirectiveNamesRule,
    UniqueEnumValueNamesRule,
    UniqueFieldDefinitionNamesRule,
    UniqueOperationTypesRule,
    UniqueTypeNamesRule,
)
from graphql.validation.rules.known_argument_names import KnownArgumentNamesOnDirectivesRule
from graphql.validation.rules.provided_required_arguments import ProvidedRequiredArgumentsOnDirectivesRule

from preamp.graphql.model import SchemaError

from .literals import TERSE, WORDY, check_literals
from .parse import double_quoted
from .signatures import V1_DIRECTIVES, definitions

MAX_ERRORS = 50

SDL_RULES = (
    LoneSchemaDefinitionRule,
    UniqueOperationTypesRule,
    UniqueTypeNamesRule,
    UniqueEnumValueNamesRule,
    UniqueFieldDefinitionNamesRule,
    UniqueDirectiveNamesRule,
    KnownTypeNamesRule,
    KnownDirectivesRule,
    UniqueDirectivesPerLocationRule,
    PossibleTypeExtensionsRule,
    KnownArgumentNamesOnDirectivesRule,
    UniqueArgumentNamesRule,
    UniqueInputFieldNamesRule,
    ProvidedRequiredArgumentsOnDirectivesRule,
)

MIGRATION = (
    "Your GraphQL Schema is using {} {} from an older version of the GraphQL Transformer. Visit "
    "https://docs.amplify.aws/cli/migration/transformer-migration/ to learn how to migrate your GraphQL schema."
)


class _EnoughError(Exception):
    """The list of errors is long enough."""


def check_document(node: DocumentNode, *, version: int = 2) -> None:
    """Refuse a document that breaks GraphQL's rules (SchemaValidationError)."""
    for definition in node.definitions:
        if isinstance(definition, ExecutableDefinitionNode):
            error = GraphQLError("A schema holds no operations and no fragments.", definition)
            raise _refusal([error], version)
    whole = DocumentNode(
        definitions=(
            *definitions("appsync").definitions,
            *node.definitions,
            *definitions("amplify" if version > 1 else "amplify v1").definitions,
            *definitions("scalars").definitions,
            *_query_type(node),
        )
    )
    errors = _sdl_errors(whole) or _literal_errors(whole, version)
    if errors:
        raise _refusal(errors, version)


def _query_type(node: DocumentNode) -> Sequence[ObjectTypeDefinitionNode]:
    """Make a Query type where the document has none: GraphQL wants one, the models will make it later."""
    roots = next((one for one in node.definitions if isinstance(one, SchemaDefinitionNode)), None)
    name = "Query"
    if roots is not None:
        name = next((one.type.name.value for one in roots.operation_types if one.operation.value == "query"), "Query")
    named = (getattr(one, "name", None) for one in node.definitions)
    if any(one is not None and one.value == name for one in named):
        return ()
    return [
        one for one in parse("type Query { noop: String }").definitions if isinstance(one, ObjectTypeDefinitionNode)
    ]


def _sdl_errors(document: DocumentNode) -> list[GraphQLError]:
    errors: list[GraphQLError] = []
    context = SDLValidationContext(document, None, lambda error: _note(errors, error))
    with suppress(_EnoughError):
        visit(document, ParallelVisitor([rule(context) for rule in SDL_RULES]))
    return errors


def _literal_errors(document: DocumentNode, version: int) -> list[GraphQLError]:
    errors: list[GraphQLError] = []
    with suppress(_EnoughError):
        check_literals(document, lambda error: _note(errors, error), TERSE if version == 1 else WORDY)
    return errors


def _note(errors: list[GraphQLError], error: GraphQLError) -> None:
    errors.append(error)
    if len(errors) >= MAX_ERRORS:
        raise _EnoughError


def _refusal(errors: Sequence[GraphQLError], version: int) -> SchemaError:
    """Put errors in Amplify's words; directives of the other transformer get a text of their own."""
    foreign: list[str] = []
    others: list[GraphQLError] = []
    for error in errors:
        found = next((one for one in _foreign(version) if error.message == f"Unknown directive '@{one}'."), None)
        if found is None:
            others.append(error)
        elif found not in foreign:
            foreign.append(found)
    printed = [_printed(error, version) for error in others]
    if foreign:
        kind = "directives" if foreign[1:] else "directive"
        message = MIGRATION.format(", ".join(f'"@{one}"' for one in foreign), kind)
        if printed:
            message += " There are additional validation errors listed below \n\n " + "\n\n".join(printed)
    else:
        message = "Schema validation failed.\n\n" + "\n\n".join(printed) + " "
    at = errors[0].locations
    return SchemaError("SchemaValidationError", message, at[0].line if at else None, at[0].column if at else None)


def _foreign(version: int) -> Sequence[str]:
    # Transformer 1 looks for its newer directives with an @ that graphql-js 14 does not print, so it never finds them.
    return V1_DIRECTIVES if version > 1 else ()


def _printed(error: GraphQLError, version: int) -> str:
    """Print an error with its place in the text, as graphql-js does."""
    message = double_quoted(error.message)
    if version == 1:
        message = re.sub(r'^(Unknown directive|The directive|Directive) "@(\w+)"', r'\1 "\2"', message)
        message = re.sub(r'^Argument "(@\w+)\((\w+):\)"', r'Directive "\1" argument "\2"', message)
    return message + str(error)[len(error.message) :]
