"""@auth in the schema: owner fields, subscription arguments, and AppSync's own directives on types and operations."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .auth_rules import MODE_OF
from .build import Build, ModelSettings
from .document import Applied, FieldDef, TypeDef
from .inputs import condition_name, filter_name, subscription_filter_name
from .roles import Matrix, Role
from .search import AGGREGATE_TYPES

DIRECTIVE_OF: Mapping[str, str] = {
    "API_KEY": "aws_api_key",
    "AWS_IAM": "aws_iam",
    "OPENID_CONNECT": "aws_oidc",
    "AMAZON_COGNITO_USER_POOLS": "aws_cognito_user_pools",
    "AWS_LAMBDA": "aws_lambda",
}


def add_auth(build: Build) -> None:
    """Put what the rules ask for into the schema."""
    _drop_dynamic_filters(build)
    seen: dict[str, set[str]] = {}
    searched: set[str] = set()
    for name, matrix in build.matrices.items():
        type_ = build.object(name)
        owners = [role.entity for role in matrix.roles.values() if role.strategy == "owner" and role.entity]
        for input_name in (filter_name(name), condition_name(name), subscription_filter_name(name)):
            made = build.draft.input(input_name)
            if made is not None:
                made.add_missing(*(FieldDef(owner, "ModelStringInput") for owner in owners))
        type_.add_missing(*(FieldDef(owner, "String") for owner in owners))
        modes = modes_of(matrix.roles.values())
        if type_.directive("searchable") is not None:
            searched |= modes
        build.draft.add_directives(name, service_directives(build, modes, add_default=False))
        _protect_operations(build, build.models[name], matrix, type_)
        _protect_nested(build, type_, modes, seen)
    for (parent, name), matrix in build.field_matrices.items():
        directives = service_directives(build, modes_of(matrix.roles.values()), add_default=False)
        build.draft.add_field_directives(parent, name, directives)
    for one in AGGREGATE_TYPES if searched else ():
        build.draft.add_directives(one, service_directives(build, searched, add_default=False))


def _drop_dynamic_filters(build: Build) -> None:
    """Take owner and group fields from subscription filters: AppSync filters them by itself, once per field."""
    for name, matrix in build.matrices.items():
        made = build.draft.input(subscription_filter_name(name))
        for role in matrix.roles.values():
            if made is not None and not role.is_static and role.entity:
                made.fields.pop(role.entity, None)


def modes_of(roles: Iterable[Role]) -> set[str]:
    """List the API modes that roles come by."""
    return {MODE_OF[role.provider] for role in roles}


def service_directives(build: Build, modes: set[str], *, add_default: bool) -> list[Applied]:
    """Choose AppSync directives for modes.

    The default mode needs none while it is alone; beside others it is named, as a directive shuts it out otherwise.
    """
    default = build.modes[0]
    wanted = modes - {default}
    if wanted and (default in modes or add_default):
        wanted.add(default)
    return [Applied(name, f"@{name}") for mode, name in DIRECTIVE_OF.items() if mode in wanted]


def _protect_operations(build: Build, settings: ModelSettings, matrix: Matrix, type_: TypeDef) -> None:
    for operation, name in (*settings.queries.items(), *settings.mutations.items()):
        root = "query" if operation in ("get", "list", "sync") else "mutation"
        _protect(build, matrix, operation, root, name)
    for key in build.indexes:
        if key.definition.name == settings.name and key.query_field:
            _protect(build, matrix, "list", "query", key.query_field)
            _protect(build, matrix, "get", "query", key.query_field)
    for search in build.searches:
        if search.definition.name == settings.name:
            _protect(build, matrix, "search", "query", search.field)
    if settings.level == "on":
        _protect_subscriptions(build, settings, matrix, type_)


def _protect(build: Build, matrix: Matrix, operation: str, root: str, name: str | None) -> None:
    if not name:
        return
    modes = modes_of(matrix.roles_for(operation, every_field=operation == "delete"))
    directives = service_directives(build, modes, add_default=build.modes[0] in modes)
    type_ = build.draft.object(build.draft.roots[root])
    found = type_.fields.get(name) if type_ is not None else None
    if type_ is not None and found is not None and directives:
        build.draft.add_field_directives(type_.name, name, directives)
        build.draft.add_directives(found.type, directives)


def _protect_subscriptions(build: Build, settings: ModelSettings, matrix: Matrix, type_: TypeDef) -> None:
    """Let listeners name the owner whose rows they want."""
    owners = [
        FieldDef(role.entity, "String")
        for role in matrix.roles_for("listen")
        if role.strategy == "owner" and role.entity and not type_.fields[role.entity].is_list
    ]
    root = build.draft.root("subscription")
    for event in ("onCreate", "onUpdate", "onDelete"):
        for name in settings.listened(event):
            _protect(build, matrix, "listen", "subscription", name)
            found = root.fields.get(name) if root is not None else None
            if root is not None and found is not None:
                args = {one.name: one for one in (*found.args, *owners)}
                root.put(replace(found, args=tuple(args.values())))


def _protect_nested(build: Build, type_: TypeDef, modes: set[str], seen: dict[str, set[str]]) -> None:
    """Let the types that a model holds be read by those who read the model.

    A type met again gets the default mode too, whoever reads it: so Amplify does it.
    """
    walks = [iter(list(type_.fields.values()))]
    while walks:
        one = next(walks[-1], None)
        if one is None:
            walks.pop()
            continue
        found = build.draft.object(one.base)
        if found is None or found.directive("model") is not None:
            continue
        first = found.name not in seen
        known = seen.setdefault(found.name, set())
        new = [one for one in service_directives(build, modes, add_default=not first) if one.name not in known]
        known.update(applied.name for applied in new)
        if new or first:
            build.draft.add_directives(found.name, new)
            walks.append(iter(list(found.fields.values())))
