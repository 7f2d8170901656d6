"""@auth of transformer 1: rules, owner fields, and AppSync's directives on types and operations."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from preamp.graphql.model import AuthRule, Operation
from preamp.graphql.schema.auth_rules import GROUP_CLAIM, MODE_OF, OPERATIONS, PROVIDER_OF, READ
from preamp.graphql.schema.auth_schema import service_directives
from preamp.graphql.schema.build import Build, ModelSettings
from preamp.graphql.schema.document import Applied, FieldDef, TypeDef, refusal
from preamp.graphql.schema.model_directive import EVENTS
from preamp.graphql.schema.parse import Use
from preamp.graphql.schema.roles import Matrix

from .rules import check_field_rules, check_rules

_MUTATIONS: tuple[Operation, ...] = ("create", "update", "delete")


@dataclass(frozen=True, slots=True)
class OldRule:
    """A rule as written, with its provider."""

    given: dict[str, Any]
    allow: str
    provider: str

    def speaks_of(self, operation: str) -> bool:
        """Whether the rule is about create, update, delete, get, list, or read as a whole."""
        if "operations" in self.given:
            wanted = "read" if operation in ("get", "list") else operation
            return wanted in _names(self.given["operations"])
        part = "mutations" if operation in _MUTATIONS else "queries"
        if part not in self.given:
            return True
        return operation in _names(self.given[part])


def _names(given: Any) -> list[str]:
    if given is None:
        return []
    return [str(one) for one in given] if isinstance(given, list) else [str(given)]


def rules_of(applied: Applied | None) -> list[OldRule]:
    """Read the rules of an @auth."""
    given = applied.values.get("rules") if applied is not None else None
    rules = given if isinstance(given, list) else [given] if given else []
    return [OldRule(one, one["allow"], one.get("provider") or PROVIDER_OF[one["allow"]]) for one in rules]


def _directives(build: Build, rules: Iterable[OldRule], *, add_default: bool) -> list[Applied]:
    return service_directives(build, {MODE_OF[rule.provider] for rule in rules}, add_default=add_default)


def _has_default(build: Build, rules: Iterable[OldRule]) -> bool:
    return any(MODE_OF[rule.provider] == build.modes[0] for rule in rules)


def _covers_default(build: Build, type_: TypeDef, operation: str) -> bool:
    """Whether the default mode keeps an operation that rules give to other modes.

    It does where a rule of the model names it; and, so Amplify does it, where an API with IAM has no rule about the
    operation.
    """
    applied = type_.directive("auth")
    if applied is None:
        return _admits_iam(build)
    rules = rules_of(applied)
    if operation not in ("get", "list"):
        spoken = [rule for rule in rules if rule.speaks_of(operation)]
        return _has_default(build, spoken) or (operation == "create" and not spoken and _admits_iam(build))
    readers = [rule for rule in rules if rule.speaks_of("read")]
    if _has_default(build, readers) or _has_default(build, [rule for rule in rules if rule.speaks_of(operation)]):
        return True
    return not readers and not any(rule.speaks_of("list") for rule in rules) and _admits_iam(build)


def _admits_iam(build: Build) -> bool:
    return "AWS_IAM" in build.modes


def protect_model(build: Build, use: Use) -> None:
    """Put what a model's rules ask for into the schema."""
    type_, applied = use.parent, use.applied
    if type_.directive("model") is None:
        raise refusal("Types annotated with @auth must also be annotated with @model.", applied)
    rules = rules_of(applied)
    check_rules(build, rules, applied)
    _add_owners(build, type_.name, rules)
    _protect_nested(build, type_, rules)
    build.draft.add_directives(type_.name, _directives(build, rules, add_default=False))
    settings = build.models[type_.name]
    for operation in (*_MUTATIONS, "get", "list"):
        names = settings.mutations if operation in _MUTATIONS else settings.queries
        spoken = [rule for rule in rules if rule.speaks_of(operation)]
        _protect(build, type_, operation, names.get(operation), spoken)
    readers = [rule for rule in rules if rule.speaks_of("read")]
    _protect_connections(build, type_, readers)
    _protect_keys(build, settings, readers)
    for search in build.searches:
        if search.definition.name == type_.name:
            _protect(build, type_, "list", search.field, readers)
    _protect(build, type_, "list", settings.queries.get("sync"), readers)
    if settings.level == "on" and readers:
        _protect_subscriptions(build, settings, readers)
    matrix = Matrix(type_.name, list(type_.fields), applied)
    matrix.rules = [_final(type_, rule, of_field=False) for rule in rules]
    build.matrices[type_.name] = matrix
    covered = {operation for rule in matrix.rules for operation in rule.operations}
    build.open_operations[type_.name] = tuple(one for one in OPERATIONS if one not in covered)


def _protect(build: Build, type_: TypeDef, operation: str, name: str | None, rules: list[OldRule]) -> None:
    if name and rules:
        directives = _directives(build, rules, add_default=_covers_default(build, type_, operation))
        _put(build, build.draft.roots["mutation" if operation in _MUTATIONS else "query"], name, directives)


def _put(build: Build, parent: str, name: str, directives: list[Applied]) -> None:
    """Put directives on a field and on the type it answers."""
    build.draft.add_field_directives(parent, name, directives)
    owner = build.draft.object(parent)
    found = owner.fields.get(name) if owner is not None else None
    if found is not None and found.type == found.base:
        build.draft.add_directives(found.base, directives)


def _add_owners(build: Build, name: str, rules: list[OldRule]) -> None:
    type_ = build.draft.object(name)
    if type_ is not None and build.flags.add_missing_owner_fields:
        type_.add_missing(*(FieldDef(_owner(rule), "String") for rule in rules if rule.allow == "owner"))


def _owner(rule: OldRule) -> str:
    return str(rule.given.get("ownerField") or "owner")


def _protect_nested(build: Build, type_: TypeDef, rules: list[OldRule]) -> None:
    """Let the types that a model holds be read by those who read the model, and by the default mode."""
    directives = _directives(build, rules, add_default=True)
    waiting = [type_]
    while waiting:
        for one in waiting.pop().fields.values():
            found = build.draft.object(one.base)
            if found is None or found.directive("model") is not None:
                continue
            known = build.nested.setdefault(found.name, set())
            new = [applied for applied in directives if applied.name not in known]
            if new:
                known.update(applied.name for applied in new)
                build.draft.add_directives(found.name, new)
                waiting.append(found)


def _protect_connections(build: Build, type_: TypeDef, rules: list[OldRule]) -> None:
    directives = _directives(build, rules, add_default=False)
    for owner in build.document.objects.values():
        for one in owner.fields.values():
            if one.base == type_.name and one.directive("connection") is not None and directives:
                _put(build, owner.name, one.name, directives)


def _protect_keys(build: Build, settings: ModelSettings, rules: list[OldRule]) -> None:
    if not settings.queries.get("list") or not rules:
        return
    for key in build.indexes:
        if key.definition.name == settings.name and key.query_field:
            directives = _directives(build, rules, add_default=_admits_iam(build))
            _put(build, build.draft.roots["query"], key.query_field, directives)


def _protect_subscriptions(build: Build, settings: ModelSettings, rules: list[OldRule]) -> None:
    """Let listeners name the owner whose rows they want; they must where nothing else lets them in."""
    type_ = settings.definition
    directives = _directives(build, rules, add_default=_covers_default(build, type_, "get"))
    owners = [rule for rule in rules if rule.allow == "owner"]
    groups = [rule for rule in rules if rule.allow == "groups" and rule.given.get("groups")]
    everyone = any(rule.provider == "userPools" and rule.allow in ("public", "private") for rule in rules)
    others = any(
        rule.allow in ("private", "public") or (rule.allow == "groups" and not rule.given.get("groupsField"))
        for rule in rules
    )
    scalar = "String" if len(owners) > 1 or others else "String!"
    args = {_owner(rule): FieldDef(_owner(rule), scalar) for rule in owners}
    root = build.draft.root("subscription")
    if (owners or groups) and not everyone and any(not rule.given.get("ownerField") for rule in owners):
        build.object(type_.name).add_missing(FieldDef("owner", "String"))
    for event in EVENTS:
        for name in settings.listened(event):
            found = root.fields.get(name) if root is not None else None
            if root is None or found is None:
                continue
            build.draft.add_field_directives(root.name, name, directives)
            if (owners or groups) and not everyone:
                root.put(replace(root.fields[name], args=tuple(args.values())))


def protect_field(build: Build, use: Use) -> None:
    """Put what a field's rules ask for into the schema."""
    type_, one, applied = use.parent, use.field, use.applied
    if one is None:
        return
    if type_.kind == "interface":
        message = f"The @auth directive cannot be placed on an interface's field. See {type_.name}{one.name}"
        raise refusal(message, applied)
    rules = rules_of(applied)
    is_root = type_.name in build.draft.roots.values()
    of_model = type_.directive("model") is not None
    if not is_root:
        _add_owners(build, type_.name, rules)
    check_field_rules(build, rules, applied, is_root=is_root, of_model=of_model)
    if not is_root:
        auth = type_.directive("auth")
        add_default = auth is None or _has_default(build, rules_of(auth))
        build.draft.add_directives(type_.name, _directives(build, rules, add_default=add_default))
    final = [_final(type_, rule, of_field=True) for rule in rules]
    if not of_model:
        build.draft.add_field_directives(type_.name, one.name, _directives(build, rules, add_default=False))
        matrix = Matrix(f"{type_.name}:{one.name}", [], applied)
        matrix.rules = final
        build.field_matrices[type_.name, one.name] = matrix
        return
    _protect_field_operations(build, build.models[type_.name], one, rules, applied)
    build.field_rules.setdefault(type_.name, {})[one.name] = final


def _protect_field_operations(
    build: Build, settings: ModelSettings, one: FieldDef, rules: list[OldRule], applied: Applied
) -> None:
    type_ = settings.definition
    by = {kind: [rule for rule in rules if _field_rule_speaks_of(rule, kind)] for kind in ("read", *_MUTATIONS)}
    readers = by["read"]
    if readers:
        directives = _directives(build, readers, add_default=False)
        build.draft.add_field_directives(type_.name, one.name, directives)
        for operation in ("get", "list") if directives else ():
            _protect(build, type_, operation, settings.queries.get(operation), readers)
        if settings.level == "on" and one.is_required:
            message = (
                f"\nPer-field auth on the required field {one.name} is not supported with subscriptions.\nEither make "
                "the field optional, set auth on the object and not the field, or disable subscriptions for the object "
                "(setting level to off or public)\n"
            )
            raise refusal(message, applied)
    create = settings.mutations.get("create")
    directives = _directives(build, by["create"], add_default=False)
    if create and directives:
        build.draft.add_field_directives(type_.name, one.name, directives)
        _protect(build, type_, "create", create, by["create"])
    for operation in ("update", "delete") if settings.mutations.get("update") else ():
        name = settings.mutations.get(operation)
        if name and by[operation]:
            directives = _directives(build, by[operation], add_default=False)
            _put(build, build.draft.roots["mutation"], name, directives)


def _field_rule_speaks_of(rule: OldRule, operation: str) -> bool:
    return "operations" not in rule.given or operation in _names(rule.given["operations"])


def _final(type_: TypeDef, rule: OldRule, *, of_field: bool) -> AuthRule:
    """Make the value of a rule: defaults filled in, operations spelled out."""
    speaks = _field_rule_speaks_of if of_field else OldRule.speaks_of
    granted: set[str] = {one for one in _MUTATIONS if speaks(rule, one)}
    if speaks(rule, "read"):
        granted |= set(READ)
    elif not of_field:
        granted |= {one for one in ("get", "list") if rule.speaks_of(one)}
    known: dict[str, Any] = {
        "allow": rule.allow,
        "provider": rule.provider,
        "operations": tuple(one for one in OPERATIONS if one in granted),
    }
    if rule.allow == "owner":
        known["owner_field"] = _owner(rule)
        known["owner_is_list"] = _is_list(type_, _owner(rule))
        claim = rule.given.get("identityField") or rule.given.get("identityClaim")
        known["identity_claim"] = str(claim or "username")
    if rule.allow == "groups":
        known["group_claim"] = str(rule.given.get("groupClaim") or GROUP_CLAIM)
        if rule.given.get("groups"):
            known["groups"] = tuple(_names(rule.given["groups"]))
        else:
            known["groups_field"] = str(rule.given.get("groupsField") or "groups")
            known["groups_is_list"] = _is_list(type_, known["groups_field"])
    return AuthRule(**known)


def _is_list(type_: TypeDef, name: str) -> bool:
    return name in type_.fields and type_.fields[name].is_list
