"""@auth at run time: who may read and write which rows and fields.

Roles (`rules.py`) that depend on the caller alone (mode, IAM role, static groups) are decided when
a plan is made; `standing` tells callers apart exactly as far as these go. Owner and dynamic group roles depend on the
row: they become part of the SQL, with the caller's claims as parameters.
Truth: the templates that Amplify's transformer writes for the same schema (`--vtl` of the oracle).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from preamp.graphql.errors import FieldError, Unauthorized
from preamp.graphql.identity import ByIdentity, Identity
from preamp.graphql.model import AuthRule, Entity, Operation
from preamp.graphql.plan.filter import Take
from preamp.graphql.release import Release
from preamp.graphql.rules import (
    DEFAULT_GROUP_CLAIM,
    DEFAULT_IDENTITY_CLAIM,
    MODES,
    Role,
    declared_fields,
    field_readers,
    is_redacted,
)
from preamp.graphql.sql import Dialect


class RowRule:
    """A role by row: the row's column equals, or the row's list holds, one of the caller's values.

    `params` holds these values for the statement: an owner's each by itself, `width` of them, which an index serves;
    those of which there may be many, or that a list is compared with, as one JSON list.
    """

    __slots__ = ("column", "is_list", "params", "role", "width")

    def __init__(self, role: Role, column: str, *, is_list: bool) -> None:
        self.role, self.column, self.is_list = role, column, is_list
        self.width = 0
        if role.rule.allow == "owner" and not is_list:
            parts = len((role.rule.identity_claim or DEFAULT_IDENTITY_CLAIM).split("::"))
            self.width = parts + 1 if parts > 1 else 1
        self.params = ByIdentity(self._made)

    def _made(self, identity: Identity) -> list[str | None]:
        values = values_of(self.role, identity)
        if not self.width:
            return [json.dumps(values)]
        # The text speaks of as many values as a caller may have; null is equal to no owner.
        return [*values, *[None] * (self.width - len(values))]


# Callers ----------------------------------------------------------------------------------------------------------


def claim(identity: Identity, name: str) -> Any:
    """Answer a claim; `username` is found under Cognito's name for it too."""
    value = identity.claims.get(name)
    if value is None and name == "username":
        value = identity.claims.get("cognito:username")
    return value


def owner_stamp(rule: AuthRule, identity: Identity) -> str | None:
    """Answer what a row of this caller is stamped with: the claims joined, None where one is missing."""
    parts = [claim(identity, name) for name in (rule.identity_claim or DEFAULT_IDENTITY_CLAIM).split("::")]
    if not all(isinstance(part, str) and part for part in parts):
        return None
    return "::".join(parts)


def owner_values(rule: AuthRule, identity: Identity) -> list[str]:
    """Answer everything a row's owner may be written as for this caller: the joined claims, and each of them."""
    names = (rule.identity_claim or DEFAULT_IDENTITY_CLAIM).split("::")
    parts = [part for part in (claim(identity, name) for name in names) if isinstance(part, str) and part]
    stamp = owner_stamp(rule, identity)
    return list(dict.fromkeys([*([stamp] if stamp else []), *parts]))


def group_values(rule: AuthRule, identity: Identity) -> list[str]:
    """Answer the caller's groups; a claim may be a list, a JSON text of one, or a single name."""
    value = claim(identity, rule.group_claim or DEFAULT_GROUP_CLAIM)
    if isinstance(value, str):
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = value
        value = parsed if isinstance(parsed, list) else [value]
    return [item for item in value if isinstance(item, str) and item] if isinstance(value, list) else []


def speaks_to(rule: AuthRule, identity: Identity) -> bool:
    """Tell whether a rule is about callers of this mode, and of this IAM role."""
    if MODES[rule.provider] != identity.mode:
        return False
    if identity.mode != "AWS_IAM":
        return True
    return identity.role == ("authenticated" if rule.allow == "private" else "unauthenticated")


def is_met(rule: AuthRule, identity: Identity) -> bool:
    """Tell whether a caller meets a rule that no row decides."""
    if not speaks_to(rule, identity):
        return False
    if rule.allow == "groups":
        return bool(set(rule.groups) & set(group_values(rule, identity)))
    return True


def values_of(role: Role, identity: Identity) -> list[str]:
    """Answer the values of a caller that a row may hold to let a role by row be met."""
    return owner_values(role.rule, identity) if role.rule.allow == "owner" else group_values(role.rule, identity)


def standing(release: Release, identity: Identity) -> tuple[Any, ...]:
    """Answer what plans depend on: mode, role, which static groups the caller is in and which claims it has at all."""
    if not release.caller_rules:
        return identity.mode, identity.role
    return identity.mode, identity.role, tuple([_could_meet(rule, identity) for rule in release.caller_rules])


def _could_meet(rule: AuthRule, identity: Identity) -> bool:
    if rule.allow == "groups" and rule.groups_field is None:
        return is_met(rule, identity)
    if not speaks_to(rule, identity):
        return False
    return bool(owner_values(rule, identity) if rule.allow == "owner" else group_values(rule, identity))


# Decisions --------------------------------------------------------------------------------------------------------


class Access:
    """What one standing may do. Decisions name row rules, to be bound with each caller's claims."""

    def __init__(self, release: Release, identity: Identity) -> None:
        self._release, self._identity = release, identity
        self._roles: dict[str, tuple[Role, ...]] = {}

    def roles(self, entity: Entity) -> tuple[Role, ...]:
        """Answer the roles of an entity that speak to this standing."""
        known = self._roles.get(entity.name)
        if known is None:
            roles = self._release.roles(entity)
            known = tuple(role for role in roles if speaks_to(role.rule, self._identity))
            self._roles[entity.name] = known
        return known

    def passes_all(self, entity: Entity) -> bool:
        """Tell whether no rule binds this caller: an administrator, or the default mode where the model is open."""
        if self._identity.role == "admin":
            return True
        return entity.open and self._identity.mode == self._release.model.modes[0]

    def may_ask(self, rules: Sequence[AuthRule] | None) -> bool:
        """Tell whether a caller may use a field of Query or Mutation that no model stands behind."""
        if self._identity.role == "admin":
            return True
        if rules is None:
            return self._identity.mode == self._release.model.modes[0]
        return any(rule.allow == "owner" or is_met(rule, self._identity) for rule in rules)

    def has_values(self, role: Role) -> bool:
        """Tell whether a row could let this caller meet a role."""
        return bool(values_of(role, self._identity))

    def is_met(self, role: Role) -> bool:
        """Tell whether this standing meets a role, whatever the row."""
        return not role.by_row and is_met(role.rule, self._identity)

    def reads(self, entity: Entity, operation: Operation) -> tuple[RowRule, ...] | None:
        """Answer () where every row may be read, the rules of which one must hold, or None where no row may."""
        if self.passes_all(entity):
            return ()
        return self._any_of(entity, [role for role in self.roles(entity) if role.fields.get(operation)])

    def deletes(self, entity: Entity) -> tuple[RowRule, ...] | None:
        """Decide about removing rows: a role must have delete on every field."""
        if self.passes_all(entity):
            return ()
        return self._any_of(entity, [role for role in self.roles(entity) if "delete" in role.all])

    def reads_field(self, entity: Entity, field: str) -> tuple[RowRule, ...] | None:
        """Decide about reading a field of a row that may be read."""
        if self.passes_all(entity):
            return ()
        able, guarded = field_readers(self._release.roles(entity), field)
        if not guarded or field not in declared_fields(entity):
            return ()
        return self._any_of(entity, [role for role in able if speaks_to(role.rule, self._identity)])

    def is_guarded(self, entity: Entity, field: str) -> bool:
        """Tell whether some role reads the model but not this field; mutations then answer it with null."""
        return field in declared_fields(entity) and field_readers(self._release.roles(entity), field)[1]

    def _any_of(self, entity: Entity, roles: Sequence[Role]) -> tuple[RowRule, ...] | None:
        if any(self.is_met(role) for role in roles):
            return ()
        by_row = [role for role in roles if role.by_row and values_of(role, self._identity)]
        return tuple(self.row_rule(entity, role) for role in by_row) or None

    def row_rule(self, entity: Entity, role: Role) -> RowRule:
        """Answer a role by row with its column."""
        operand = self._release.column(entity, role.row_field)
        return RowRule(role, operand.column, is_list=operand.storage == "json")

    def is_redacted(self, entity: Entity, target: Entity, field: str) -> bool:
        """Tell whether a relation is left out of mutations' answers."""
        if entity.open or target.open:
            return False
        return is_redacted(self._release.roles(entity), self._release.roles(target), field)


def refuse_foreign_keys(
    rules: Sequence[RowRule], given: Mapping[str, Any], identity: Identity, field: str, type_: str
) -> None:
    """Refuse a key that names another owner, where only ownership of the key's fields lets anybody read."""
    keyed = [row for row in rules if row.role.rule.allow == "owner" and given.get(row.role.row_field) is not None]
    if not keyed or len(keyed) < len(rules):
        return
    if not any(given[row.role.row_field] in values_of(row.role, identity) for row in keyed):
        raise Unauthorized(field, type_)


# Rows -------------------------------------------------------------------------------------------------------------


def bind_rows(rules: Sequence[RowRule], identity: Identity) -> list[Any]:
    """Answer the parameters of row rules."""
    return [param for row in rules for param in row.params.of(identity)]


def rows_condition(rules: Sequence[RowRule], alias: str, dialect: Dialect, take: Take) -> list[str]:
    """Write that one of the rules holds; nothing where there are none."""
    tests = [row_test(row, alias, dialect, take) for row in rules]
    return [f"({' OR '.join(tests)})"] if tests else []


def row_test(row: RowRule, alias: str, dialect: Dialect, take: Take) -> str:
    """Write that one rule holds."""
    column = f"{alias}.{row.column}"
    if row.width:
        owners = [take("text") for _ in range(row.width)]
        return f"{column} = {owners[0]}" if row.width == 1 else f"{column} IN ({', '.join(owners)})"
    values = take("json")
    return dialect.overlaps(column, values) if row.is_list else dialect.any_of(column, values)


# Writes -----------------------------------------------------------------------------------------------------------


class Writes(Struct, frozen=True, kw_only=True):
    """The roles with which a standing may create or update rows of an entity. `free` = no rule binds it."""

    entity: str
    operation: Operation
    returns: str
    met: tuple[Role, ...] = ()
    by_row: tuple[RowRule, ...] = ()
    free: bool = False


def writes(access: Access, entity: Entity, operation: Operation, field: str) -> Writes | None:
    """Answer the roles of a standing, None where it may never do this. `field` is the mutation's name."""
    if access.passes_all(entity):
        return Writes(entity=entity.name, operation=operation, returns=field, free=True)
    wanted: tuple[Operation, ...] = ("update", "delete") if operation == "update" else (operation,)
    roles = [role for role in access.roles(entity) if any(role.fields.get(one) for one in wanted)]
    met = tuple(role for role in roles if access.is_met(role))
    by_row = tuple(access.row_rule(entity, role) for role in roles if role.by_row and access.has_values(role))
    if not met and not by_row:
        return None
    return Writes(entity=entity.name, operation=operation, returns=field, met=met, by_row=by_row)


def admitted_input(
    grant: Writes, input_: Mapping[str, Any], identity: Identity, lists: frozenset[str]
) -> dict[str, Any]:
    """Answer the input of a create with owners stamped. Raises Unauthorized, or FieldError naming denied fields.

    An owner left out is stamped; one given must be the caller. `lists` names the owner fields that hold lists.
    """
    row = dict(input_)
    if grant.free:
        return row
    allowed: set[str] = set()
    for role in grant.met:
        allowed |= role.fields.get("create", frozenset())
    authorized = any("create" in role.all for role in grant.met)
    for rule in (one for one in grant.by_row if one.role.rule.allow == "owner"):
        meets = _stamped(rule.role, row, identity, lists)
        if meets and not authorized:
            authorized = "create" in rule.role.all
            allowed |= rule.role.fields.get("create", frozenset())
    for rule in (one for one in grant.by_row if one.role.rule.allow == "groups"):
        given = input_.get(rule.role.row_field)
        given = given if isinstance(given, list) else [given]
        if set(given) & set(group_values(rule.role.rule, identity)):
            authorized = authorized or "create" in rule.role.all
            allowed |= rule.role.fields.get("create", frozenset())
    if not authorized and not allowed:
        raise Unauthorized(grant.returns, grant.entity)
    denied = [] if authorized else [name for name in input_ if name not in allowed]
    if denied:
        raise denied_fields(denied)
    return row


def _stamped(role: Role, row: dict[str, Any], identity: Identity, lists: frozenset[str]) -> bool:
    """Stamp a row that names no owner; tell whether the caller is an owner of it."""
    stamp = owner_stamp(role.rule, identity)
    if stamp is None:
        return False
    name = role.row_field
    if name not in row:
        row[name] = [stamp] if name in lists else stamp
        return True
    given = row[name] if isinstance(row[name], list) else [row[name]]
    return bool(set(given) & set(owner_values(role.rule, identity)))


def denied_fields(names: Sequence[str]) -> FieldError:
    """Answer the error that names the fields a caller may not write."""
    return FieldError(f"Unauthorized on [{', '.join(names)}]", "Unauthorized")


Needs = tuple[tuple[int, ...], ...]
"""For each demand, which row rules meet it: every demand must be met."""


def needs(grant: Writes, input_: Mapping[str, Any]) -> Needs | None:
    """Answer what an update of these fields asks of the row; None where nothing, () never.

    A field given needs a role with update on it, a null one a role with delete on it too; or a role that has both on
    every field, which covers fields that no rule speaks of.
    """
    if grant.free or any(_has_all(role) for role in grant.met):
        return None
    everything = tuple(number for number, rule in enumerate(grant.by_row) if _has_all(rule.role))
    demands: dict[tuple[int, ...], None] = {}
    for name, value in input_.items():
        for operation in ("update", "delete") if value is None else ("update",):
            if any(name in role.fields.get(operation, ()) for role in grant.met):
                continue
            able = (n for n, rule in enumerate(grant.by_row) if name in rule.role.fields.get(operation, ()))
            demands[tuple(sorted({*able, *everything}))] = None
    return tuple(demands) or None


def _has_all(role: Role) -> bool:
    return "update" in role.all and "delete" in role.all


def why_not(grant: Writes, input_: Mapping[str, Any], held: Sequence[bool]) -> FieldError | None:
    """Answer why an update is refused on a row that meets the row rules in `held`; None where it is not."""
    roles = [*grant.met, *(rule.role for rule, holds in zip(grant.by_row, held, strict=True) if holds)]
    if any(_has_all(role) for role in roles):
        return None
    updates = {name for role in roles for name in role.fields.get("update", ())}
    nulls = {name for role in roles for name in role.fields.get("delete", ())}
    if not updates and not nulls:
        return Unauthorized(grant.returns, grant.entity)
    denied = [name for name, value in input_.items() if value is None and name not in nulls]
    denied += [name for name in input_ if name not in updates and name not in denied]
    return denied_fields(denied) if denied else None
