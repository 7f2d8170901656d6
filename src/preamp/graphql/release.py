"""One deployed schema, made ready to serve: the model with its look-ups, and the client schema for validation."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLSchema, ValueNode, build_ast_schema, parse

from preamp.graphql.coerce import Coercers, plain
from preamp.graphql.layout import Layout, Table, is_stored, storage_of
from preamp.graphql.model import Embedded, Entity, Field, Model, Root
from preamp.graphql.plan.filter import Operand
from preamp.graphql.plan.page import Tokens
from preamp.graphql.rules import Role, caller_rules, roles_of
from preamp.graphql.scalars import PARSERS, SCALARS
from preamp.graphql.sql import Dialect, quote

_APPSYNC = """
directive @aws_api_key on OBJECT | FIELD_DEFINITION
directive @aws_iam on OBJECT | FIELD_DEFINITION
directive @aws_oidc on OBJECT | FIELD_DEFINITION
directive @aws_lambda on OBJECT | FIELD_DEFINITION
directive @aws_auth(cognito_groups: [String!]) on OBJECT | FIELD_DEFINITION
directive @aws_cognito_user_pools(cognito_groups: [String!]) on OBJECT | FIELD_DEFINITION
directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
directive @aws_publish(subscriptions: [String!]) on FIELD_DEFINITION
"""


def client_schema(sdl: str) -> GraphQLSchema:
    """Build the schema that clients see: the API's SDL with AppSync's scalars and directives added."""
    scalars = "\n".join(f"scalar {name}" for name in SCALARS if f"scalar {name}" not in sdl)
    schema = build_ast_schema(parse(f"{scalars}\n{_APPSYNC}\n{sdl}", no_location=True), assume_valid_sdl=True)
    for name in SCALARS:
        scalar: Any = schema.type_map.get(name)
        if scalar is not None:
            scalar.parse_literal = _literal_parser(name)
    return schema


def _literal_parser(name: str) -> Callable[..., Any]:
    """Answer the check that validation makes of a scalar's literals."""
    parse_ = PARSERS[name]

    def parse_literal(node: ValueNode, _: Any = None) -> Any:
        return parse_(plain(node))

    return parse_literal


class Release:
    """A release as the planner sees it. Nothing in it changes once it is made."""

    def __init__(
        self,
        release_id: str,
        model: Model,
        layout: Layout,
        dialect: Dialect,
        tokens: Tokens,
        *,
        introspection: bool = True,
        joined_keys: bool = False,
    ) -> None:
        self.introspection, self.joined_keys = introspection, joined_keys
        self.id, self.model, self.dialect, self.tokens = release_id, model, dialect, tokens
        self.schema = client_schema(model.sdl)
        self.coercers = Coercers()
        self.entities: dict[str, Entity] = {entity.name: entity for entity in model.entities}
        self.embedded: dict[str, Embedded] = {embedded.name: embedded for embedded in model.embedded}
        self.roots: dict[tuple[str, str], Root] = {(root.parent, root.field): root for root in model.roots}
        self.heard = frozenset(name for root in model.roots if root.kind == "subscribe" for name in root.mutations)
        """Mutations that a subscription is fed by."""
        self.caller_rules = caller_rules(model)
        self._roles: dict[str, tuple[Role, ...]] = {}
        self._layout = layout
        owners: tuple[Entity | Embedded, ...] = (*model.entities, *model.embedded)
        self._fields = {owner.name: {field.name: field for field in owner.fields} for owner in owners}
        self._operands: dict[str, dict[str, Operand]] = {}

    def field(self, owner: str, name: str) -> Field | None:
        """Answer a field of a model or embedded type, None where the model knows none (a custom type's)."""
        return self._fields.get(owner, {}).get(name)

    def table(self, entity: Entity) -> Table:
        """Answer where an entity's rows are."""
        return self._layout.table(entity)

    def table_name(self, entity: Entity) -> str:
        """Answer the quoted, qualified name of an entity's table."""
        return self.dialect.table(self.table(entity).name)

    def column(self, entity: Entity, name: str) -> Operand:
        """Answer the (quoted) column of a stored field."""
        return self.operands(entity)[name]

    def operands(self, entity: Entity) -> dict[str, Operand]:
        """Answer the columns of an entity's stored fields, by field name."""
        known = self._operands.get(entity.name)
        if known is None:
            table = self.table(entity)
            known = self._operands[entity.name] = {
                field.name: Operand(
                    column=quote(table.column(field).name), storage=storage_of(field), list_=field.is_list
                )
                for field in entity.fields
                if is_stored(field)
            }
        return known

    def roles(self, entity: Entity) -> tuple[Role, ...]:
        """Answer who may do what with an entity's rows."""
        known = self._roles.get(entity.name)
        if known is None:
            known = self._roles[entity.name] = roles_of(self.model, entity)
        return known
