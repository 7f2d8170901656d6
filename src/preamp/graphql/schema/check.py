"""The first look at a document: GraphQL's own rules, with Amplify's directives known.

The rules and the texts of refusals are those of graphql-js 15, which the transformers use.
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

from .literals import check_literals
from .parse import double_quoted
from .signatures import V1_DIRECTIVES, V2_DIRECTIVES, definitions

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
    "Your GraphQL Schema is using {} {} from {} version of the GraphQL Transformer. Visit "
    "https://docs.amplify.aws/cli/migration/transformer-migration/ to learn how to migrate your GraphQL schema."
)
MIGRATION_VERSIONS = {1: ("the newer", ":"), 2: ("an older", "")}


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
    errors = _sdl_errors(whole) or _literal_errors(whole)
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


def _literal_errors(document: DocumentNode) -> list[GraphQLError]:
    errors: list[GraphQLError] = []
    with suppress(_EnoughError):
        check_literals(document, lambda error: _note(errors, error))
    return errors


def _note(errors: list[GraphQLError], error: GraphQLError) -> None:
    errors.append(error)
    if len(errors) >= MAX_ERRORS:
        raise _EnoughError


def _refusal(errors: Sequence[GraphQLError], version: int) -> SchemaError:
    """Put errors in Amplify's words; directives of the other transformer get a text of their own."""
    known = V1_DIRECTIVES if version > 1 else V2_DIRECTIVES
    foreign: list[str] = []
    others: list[GraphQLError] = []
    for error in errors:
        found = next((one for one in known if error.message == f"Unknown directive '@{one}'."), None)
        if found is None:
            others.append(error)
        elif found not in foreign:
            foreign.append(found)
    printed = [_printed(error) for error in others]
    if foreign:
        named = ", ".join(f'"@{one}"' for one in foreign)
        version_text = MIGRATION_VERSIONS[version]
        message = MIGRATION.format(named, "directives" if foreign[1:] else "directive", version_text[0])
        if printed:
            message += f" There are additional validation errors listed below{version_text[1]} \n\n "
            message += "\n\n".join(printed)
    else:
        message = "Schema validation failed.\n\n" + "\n\n".join(printed) + " "
    at = errors[0].locations
    return SchemaError("SchemaValidationError", message, at[0].line if at else None, at[0].column if at else None)


def _printed(error: GraphQLError) -> str:
    """Print an error with its place in the text, in the words of graphql-js."""
    message = double_quoted(error.message)
    message = re.sub(r'^Argument "(@\w+)\((\w+):\)"', r'Directive "\1" argument "\2"', message)
    message = re.sub(r"(?<= may not be used on )[a-z ]+(?=\.$)", _location, message)
    return message + str(error)[len(error.message) :]


def _location(found: re.Match[str]) -> str:
    return found[0].upper().replace(" ", "_")
