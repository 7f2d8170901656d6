"""@auth at run time: what a caller may read, as a decision per plan and conditions on rows.

Rules that depend on the caller alone (mode, role, static groups) are decided when a plan is made; `standing` tells
callers apart exactly as far as these rules do. Owner and dynamic group rules become part of the SQL, with the
caller's claims as parameters.
"""

import json
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from preamp.graphql.identity import Identity
from preamp.graphql.model import AuthRule, Entity, Field, Mode, Operation
from preamp.graphql.plan.filter import Take
from preamp.graphql.release import Release
from preamp.graphql.sql import Dialect

_MODES: dict[str, Mode] = {
    "apiKey": "API_KEY",
    "iam": "AWS_IAM",
    "identityPool": "AWS_IAM",
    "userPools": "AMAZON_COGNITO_USER_POOLS",
    "oidc": "OPENID_CONNECT",
    "function": "AWS_LAMBDA",
}
DEFAULT_IDENTITY_CLAIM = "sub::username"
DEFAULT_GROUP_CLAIM = "cognito:groups"


class RowRule(Struct, frozen=True, kw_only=True):
    """An owner or dynamic group rule: the row's column equals, or the row's list holds, one of the caller's values."""

    rule: AuthRule
    column: str
    is_list: bool


def claim(identity: Identity, name: str) -> Any:
    """Answer a claim; `username` is found under Cognito's name for it too."""
    value = identity.claims.get(name)
    if value is None and name == "username":
        value = identity.claims.get("cognito:username")
    return value


def owner_values(rule: AuthRule, identity: Identity) -> list[str]:
    """Answer what a row's owner may be written as for this caller: the joined claims, and each of them."""
    names = (rule.identity_claim or DEFAULT_IDENTITY_CLAIM).split("::")
    parts = [claim(identity, name) for name in names]
    if not all(isinstance(part, str) and part for part in parts):
        return []
    return list(dict.fromkeys(["::".join(parts), *parts]))


def group_values(rule: AuthRule, identity: Identity) -> list[str]:
    """Answer the caller's groups; a claim may be a list, a JSON text of one, or a single name."""
    value = claim(identity, rule.group_claim or DEFAULT_GROUP_CLAIM)
    if isinstance(value, str):
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = value
        value = parsed if isinstance(parsed, list) else [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def speaks_to(rule: AuthRule, identity: Identity) -> bool:
    """Tell whether a rule is about callers of this mode and role."""
    if _MODES[rule.provider] != identity.mode:
        return False
    if identity.mode != "AWS_IAM":
        return True
    return identity.role == ("authenticated" if rule.allow == "private" else "unauthenticated")


def standing(release: Release, identity: Identity) -> tuple[Any, ...]:
    """Answer what plans depend on: mode, role, and which static group rules the caller meets."""
    met = tuple(bool(set(rule.groups) & set(group_values(rule, identity))) for rule in release.group_rules)
    return identity.mode, identity.role, met


class Access:
    """What one standing may do. Decisions name row rules to be bound with each caller's claims."""

    def __init__(self, release: Release, identity: Identity) -> None:
        self._release, self._identity = release, identity

    def decide(self, entity: Entity, rules: Sequence[AuthRule], operation: Operation) -> tuple[RowRule, ...] | None:
        """Answer () where every row is allowed, the row rules of which one must hold, or None where nothing is."""
        rows: list[RowRule] = []
        for rule in rules:
            if operation not in rule.operations or not speaks_to(rule, self._identity):
                continue
            if rule.allow == "groups" and rule.groups_field is None:
                if set(rule.groups) & set(group_values(rule, self._identity)):
                    return ()
            elif rule.allow in {"owner", "groups"}:
                rows.append(self._row_rule(entity, rule))
            else:
                return ()
        return tuple(rows) or None

    def _row_rule(self, entity: Entity, rule: AuthRule) -> RowRule:
        name = (rule.owner_field or "owner") if rule.allow == "owner" else (rule.groups_field or "groups")
        operand = self._release.column(entity, name)
        return RowRule(rule=rule, column=operand.column, is_list=operand.storage == "json")

    def passes_all(self, entity: Entity) -> bool:
        """Tell whether no rule binds this caller: an administrator, or the default mode where the model is open."""
        if self._identity.role == "admin":
            return True
        return entity.open and self._identity.mode == self._release.model.modes[0]

    def reads(self, entity: Entity, operation: Operation) -> tuple[RowRule, ...] | None:
        """Decide about reading rows of an entity."""
        if self.passes_all(entity):
            return ()
        return self.decide(entity, entity.auth, operation)

    def hidden(self, entity: Entity) -> frozenset[str]:
        """Answer the fields of an entity that this caller may not read."""
        if self.passes_all(entity):
            return frozenset()
        return frozenset(field.name for field in entity.fields if not self._may_read(field))

    def _may_read(self, field: Field) -> bool:
        if field.auth is None:
            return True
        return any(
            rule.allow in {"owner", "groups"} or speaks_to(rule, self._identity)
            for rule in field.auth
            if "get" in rule.operations and speaks_to(rule, self._identity)
        )


def bind_rows(rules: Sequence[RowRule], identity: Identity) -> list[Any]:
    """Answer the parameters of row rules: each one's values as a JSON list."""
    return [
        json.dumps(owner_values(row.rule, identity) if row.rule.allow == "owner" else group_values(row.rule, identity))
        for row in rules
    ]


def rows_condition(rules: Sequence[RowRule], alias: str, dialect: Dialect, take: Take) -> list[str]:
    """Write that one of the rules holds; nothing where there are none."""
    tests = []
    for row in rules:
        column, values = f"{alias}.{row.column}", take("json")
        tests.append(dialect.overlaps(column, values) if row.is_list else dialect.any_of(column, values))
    return [f"({' OR '.join(tests)})"] if tests else []
