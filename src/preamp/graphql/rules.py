"""Roles: the @auth rules of a model and of its fields, turned into who has which operation on which field.

A role is one way to be somebody: the holder of an API key, an IAM role, a member of one group, the owner named in one
field. A field with rules of its own leaves those of its model.
"""

from collections.abc import Sequence
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
READS: tuple[Operation, ...] = ("get", "list", "search", "listen", "sync")


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
    """Answer the roles of an entity. A field with rules of its own leaves those of its model.

    Rules are about declared fields. Who may write any of them may also write the foreign keys that relations add and,
    in an update, name the partition key.
    """
    names = declared_fields(entity)
    own = {field.name: field.auth for field in entity.fields if field.auth is not None and field.name in names}
    found: dict[Any, tuple[AuthRule, dict[Operation, set[str]]]] = {}
    for rules, fields in ((entity.auth, names - own.keys()), *((rules, {name}) for name, rules in own.items())):
        # Where two rules name the same role, Amplify lets the later one stand alone.
        by_role = {key_of(one): one for rule in rules for one in _split(rule)}
        for key, one in by_role.items():
            _, operations = found.setdefault(key, (one, {}))
            for operation in one.operations:
                operations.setdefault(operation, set()).update(fields)
    keys = foreign_keys(model, entity)
    return tuple(_role(rule, operations, names, keys, entity.key[0]) for rule, operations in found.values())


def _role(
    rule: AuthRule, operations: dict[Operation, set[str]], names: frozenset[str], keys: frozenset[str], key: str
) -> Role:
    everywhere = frozenset(operation for operation, of in operations.items() if of == names)
    fields = {operation: frozenset(of) for operation, of in operations.items() if of}
    if fields.get("create"):
        fields["create"] |= keys
    if fields.get("update") or fields.get("delete"):
        fields["update"] = fields.get("update", frozenset()) | keys | {key}
    return Role(rule=rule, fields=fields, all=everywhere)


def declared_fields(entity: Entity) -> frozenset[str]:
    """Answer the fields that rules are about."""
    return frozenset(field.name for field in entity.fields if not field.implicit)


def foreign_keys(model: Model, entity: Entity) -> frozenset[str]:
    """Answer the fields that relations add to an entity."""
    found = {name for field in entity.fields if field.relation for name in field.relation.local}
    for other in model.entities:
        for field in other.fields:
            if field.relation is not None and field.relation.target == entity.name:
                found.update(field.relation.remote)
    return frozenset(field.name for field in entity.fields if field.implicit and field.name in found)


def reads(role: Role, field: str | None = None) -> bool:
    """Tell whether a role has some reading operation on a field, or on any."""
    if field is None:
        return any(role.fields.get(operation) for operation in READS)
    return any(field in role.fields.get(operation, ()) for operation in READS)


def field_readers(roles: Sequence[Role], field: str) -> tuple[list[Role], bool]:
    """Answer the roles that read a field, and whether it is guarded: some reader of the model does not read it.

    Whoever is signed in covers the other roles of its provider, where it has all reading operations.
    """
    readers = _without_covered([role for role in roles if role.fields.get("get")], field)
    able = [role for role in readers if reads(role, field)]
    return able, len(able) < len(readers)


def _without_covered(roles: Sequence[Role], field: str | None) -> list[Role]:
    """Leave out the roles of a provider whose signed-in users read (the field) by any operation."""
    covering = {
        role.rule.provider
        for role in roles
        if role.rule.allow == "private"
        and role.rule.provider in {"userPools", "oidc"}
        and (field is None or all(field in role.fields.get(operation, ()) for operation in READS))
    }
    return [role for role in roles if role.rule.provider not in covering or role.rule.allow == "private"]


def is_redacted(mine: Sequence[Role], theirs: Sequence[Role], field: str) -> bool:
    """Tell whether a relation is left out of mutations' answers, which subscribers get.

    It is where a reader of the field may read the related model too, yet the readers of both are not provably the
    same; owners, dynamic groups and custom rules never are.
    """
    able, guarded = field_readers(mine, field)
    if guarded:
        return True
    related = _without_covered([role for role in theirs if reads(role)], None)
    if not any(_reaches(role, other) for role in able for other in related):
        return False
    same = len(able) == len(related) and all(
        any(key_of(role.rule) == key_of(other.rule) for role in able)
        and not other.by_row
        and other.rule.allow != "custom"
        for other in related
    )
    return not same


def _reaches(role: Role, other: Role) -> bool:
    if key_of(role.rule) == key_of(other.rule):
        return True
    same = role.rule.provider == other.rule.provider and other.rule.provider in {"userPools", "oidc", "identityPool"}
    return same and "private" in {role.rule.allow, other.rule.allow}


def _split(rule: AuthRule) -> list[AuthRule]:
    if rule.allow == "groups" and rule.groups_field is None:
        return [replace(rule, groups=(group,)) for group in rule.groups]
    return [rule]


def key_of(rule: AuthRule) -> tuple[Any, ...]:
    """Answer what makes two rules speak of the same role."""
    mode = MODES[rule.provider]
    if rule.allow == "owner":
        return rule.allow, mode, rule.owner_field, rule.identity_claim
    if rule.allow == "groups":
        return rule.allow, mode, rule.groups_field, rule.group_claim, rule.groups
    return rule.allow, mode


def caller_rules(model: Model) -> tuple[AuthRule, ...]:
    """Answer the rules that look at a caller's claims, one for each way of looking."""
    found: dict[Any, AuthRule] = {}
    lists = [entity.auth for entity in model.entities]
    lists += [field.auth for entity in model.entities for field in entity.fields if field.auth]
    lists += [root.auth for root in model.roots if root.auth]
    for rule in (one for rules in lists for each in rules for one in _split(each)):
        if rule.allow == "owner":
            found.setdefault((rule.provider, rule.identity_claim), rule)
        elif rule.allow == "groups":
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
