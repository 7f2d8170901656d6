"""Roles: the @auth rules of a model and of its fields, turned into who has which operation on which field.

A role is one way to be somebody: the holder of an API key, an IAM role, a member of one group, the owner named in one
field. A field with rules of its own leaves those of its model.
"""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from preamp.graphql.layout import is_stored
from preamp.graphql.model import AuthRule, Entity, Mode, Model, Operation

MODES: dict[str, Mode] = {
    "apiKey": "API_KEY",
    "iam": "AWS_IAM",
    "identityPool": "AWS_IAM",
    "userPools": "AMAZON_COGNITO_USER_POOLS",
    "oidc": "OPENID_CONNECT",
    "function": "AWS_LAMBDA",
}
DEFAULT_IDENTITY_CLAIM = "sub::username"
DEFAULT_GROUP_CLAIM = "cognito:groups"


class Role(Struct, frozen=True, kw_only=True):
    """One way to be somebody, and the fields on which it has each operation. A static group is a role of its own."""

    rule: AuthRule
    fields: dict[Operation, frozenset[str]]
    all: frozenset[Operation]
    """Operations it has on every field."""

    @property
    def by_row(self) -> bool:
        """Whether the row tells who meets this role."""
        return self.rule.allow == "owner" or self.rule.groups_field is not None

    @property
    def row_field(self) -> str:
        """The field that holds the row's owner or groups."""
        if self.rule.allow == "owner":
            return self.rule.owner_field or "owner"
        return self.rule.groups_field or "groups"


def roles_of(model: Model, entity: Entity) -> tuple[Role, ...]:
    """Answer the roles of an entity. A field with rules of its own leaves those of its model."""
    names = protected_fields(model, entity)
    own = {field.name: field.auth for field in entity.fields if field.auth is not None and field.name in names}
    found: dict[Any, tuple[AuthRule, dict[Operation, set[str]]]] = {}
    for rules, fields in ((entity.auth, names - own.keys()), *((rules, {name}) for name, rules in own.items())):
        for rule in rules:
            for one in _split(rule):
                _, operations = found.setdefault(key_of(one), (one, {}))
                for operation in one.operations:
                    operations.setdefault(operation, set()).update(fields)
    return tuple(
        Role(
            rule=rule,
            fields={operation: frozenset(of) for operation, of in operations.items()},
            all=frozenset(operation for operation, of in operations.items() if of == names),
        )
        for rule, operations in found.values()
    )


def protected_fields(model: Model, entity: Entity) -> frozenset[str]:
    """Answer the fields that roles are about: those declared, and the foreign keys that relations add."""
    keys = {name for field in entity.fields if field.relation for name in field.relation.local}
    for other in model.entities:
        for field in other.fields:
            if field.relation is not None and field.relation.target == entity.name:
                keys.update(field.relation.remote)
    return frozenset(field.name for field in entity.fields if not field.implicit or field.name in keys)


def _split(rule: AuthRule) -> list[AuthRule]:
    if rule.allow == "groups" and rule.groups_field is None:
        return [replace(rule, groups=(group,)) for group in rule.groups]
    return [rule]


def key_of(rule: AuthRule) -> tuple[Any, ...]:
    mode = MODES[rule.provider]
    if rule.allow == "owner":
        return rule.allow, mode, rule.owner_field, rule.identity_claim
    if rule.allow == "groups":
        return rule.allow, mode, rule.groups_field, rule.group_claim, rule.groups
    return rule.allow, mode


def static_group_rules(model: Model) -> tuple[AuthRule, ...]:
    """Answer the static group rules of a model, one for each group and claim."""
    found: dict[Any, AuthRule] = {}
    lists = [entity.auth for entity in model.entities]
    lists += [field.auth for entity in model.entities for field in entity.fields if field.auth]
    lists += [root.auth for root in model.roots if root.auth]
    for rule in (one for rules in lists for rule in rules for one in _split(rule)):
        if rule.allow == "groups" and rule.groups_field is None:
            found.setdefault((rule.provider, rule.group_claim, rule.groups), rule)
    return tuple(found.values())


def owner_fields(entity: Entity) -> frozenset[str]:
    """Answer the fields whose values are written `a::b` and answered as `b`."""
    rules = [*entity.auth, *(rule for field in entity.fields if field.auth for rule in field.auth)]
    return frozenset(
        rule.owner_field or "owner"
        for rule in rules
        if rule.allow == "owner" and "::" in (rule.identity_claim or DEFAULT_IDENTITY_CLAIM)
    )


def list_fields(entity: Entity) -> frozenset[str]:
    """Answer the stored fields that hold lists."""
    return frozenset(field.name for field in entity.fields if is_stored(field) and field.is_list)
