"""Refusals that Amplify finds late, while it makes tables, indexes and resolvers."""

from preamp.graphql.names import SCALARS

from .auth_rules import READ
from .build import Build, Key, Link, ModelSettings
from .document import Applied, FieldDef, TypeDef, refusal
from .model_directive import EVENTS
from .roles import Matrix, Role

_RELATIONS = ("hasOne", "belongsTo", "hasMany", "manyToMany")


def check_provisioning(build: Build) -> None:
    """Check what only a deployment shows."""
    for settings in build.models.values():
        _check_resolvers(build, settings)
    for key in build.keys.values():
        for one in key.fields[:2] if len(key.sort) == 1 else key.fields[:1]:
            _check_key_type(build, one, key.applied)
    names: dict[str, set[str]] = {}
    for key in build.indexes:
        _check_index(build, key, names.setdefault(key.definition.name, set()))
    for kind in ("hasMany", "hasOne", "belongsTo"):
        for link in build.links[kind]:
            _check_link(build, link, names.setdefault(link.related.name, set()))
    for matrix in build.matrices.values():
        _check_matrix(build, matrix)


def _check_resolvers(build: Build, settings: ModelSettings) -> None:
    """Refuse names that a model gives to two operations."""
    subscriptions = [name for event in EVENTS for name in settings.listened(event)]
    kinds = (("query", settings.queries.values()), ("mutation", settings.mutations.values()))
    for root, names in (*kinds, ("subscription", subscriptions)):
        seen = set[str]()
        for name in names:
            if name and name in seen:
                message = f"A resolver for typeName {build.draft.roots[root]} fieldName: {name} already exists"
                raise refusal(message, settings.applied, "Error")
            seen.add(name or "")


def _check_key_type(build: Build, one: FieldDef, applied: Applied) -> None:
    if build.draft.is_enum(one.base):
        return
    if SCALARS.get(one.base) == "Boolean":
        raise refusal("Boolean values cannot be used as sort keys.", applied, "Error")


def _check_index(build: Build, key: Key, names: set[str]) -> None:
    if key.projection.get("type") == "INCLUDE" and not key.projection.get("nonKeyAttributes"):
        message = f"@index '{key.name}': nonKeyAttributes must be specified when projection type is INCLUDE"
        raise refusal(message, key.applied, "Error")
    for one in key.fields[:2] if len(key.sort) == 1 else key.fields[:1]:
        _check_key_type(build, one, key.applied)
    table_id = build.keys.get(key.definition.name) is None and "id" in (one.name for one in key.fields)
    if table_id and SCALARS.get(key.definition.fields["id"].base) in ("Int", "Float"):
        message = "Unable to specify id as N because it was already defined as S"
        raise refusal(message, key.applied, "AttributeTypeConflict")
    _add_index_name(key.name or "", names, key.applied)


def _add_index_name(name: str, names: set[str], applied: Applied) -> None:
    if name in names:
        raise refusal(f"a duplicate index name, {name}, is not allowed", applied, "DuplicateIndexName")
    names.add(name)


def _check_link(build: Build, link: Link, names: set[str]) -> None:
    if link.references:
        if link.kind == "belongsTo":
            return
        if link.index in names:
            message = (
                f"Global secondary index {link.index} defined on {link.related.name} conflicts with the naming "
                "convention used to create implicit GSIs for querying relationships. Please rename your @index"
            )
            raise refusal(message, link.applied)
        names.add(link.index or "")
        for one in link.references[:2]:
            _check_key_type(build, one, link.applied)
    elif link.kind != "hasMany":
        # Amplify compares these columns as scalars and stumbles over enums.
        columns = build.object(link.owner.name).fields
        local = [one.name for one in link.fields] or link.connection
        for name in local[: 2 if len(link.target_key) == 2 else 1]:
            if name in columns and columns[name].base not in SCALARS:
                raise refusal(f"Expected scalar and got {columns[name].base}", link.applied, "Error")
            if name in columns:
                _check_key_type(build, columns[name], link.applied)


def _check_matrix(build: Build, matrix: Matrix) -> None:
    """Refuse required fields that some reader may not see: AppSync would fail the whole object."""
    type_ = build.object(matrix.name)
    readers = _roles_that_read(matrix)
    hidden = []
    ruled, read = set(matrix.fields), set(READ)
    for one in type_.fields.values():
        if one.name not in ruled:
            continue
        if one.is_required:
            wanted = _without_covered(matrix, readers, one.name)
            if any(not matrix.allowed[role.name][one.name] & read for role in wanted):
                hidden.append(one.name)
        if any(one.directive(kind) for kind in _RELATIONS):
            _check_relation_key(build, type_, one)
    if hidden and build.models[matrix.name].level == "on":
        fields = "[" + ",".join(f'"{name}"' for name in hidden) + "]"
        message = (
            "When using field-level authorization rules you need to add rules to all of the model's required fields "
            f'with at least read permissions. Found model "{type_.name}" with required fields {fields} missing '
            "field-level authorization rules.\n\nFor more information visit "
            "https://docs.amplify.aws/cli/graphql/authorization-rules/#field-level-authorization-rules"
        )
        raise refusal(message, type_.fields[hidden[0]])


def _roles_that_read(matrix: Matrix) -> list[Role]:
    """List the roles that `get` something: Amplify looks at this one operation."""
    return matrix.roles_for("get")


def _without_covered(matrix: Matrix, readers: list[Role], name: str) -> list[Role]:
    """Drop the roles that everyone signed in covers, where they may read the field in every way."""
    wanted = list(readers)
    for provider in ("userPools", "oidc"):
        everyone = f"{matrix.name}:{provider}:private"
        if any(role.name == everyone for role in readers) and set(READ) <= matrix.allowed[everyone][name]:
            prefix = f"{matrix.name}:{provider}:"
            wanted = [role for role in wanted if role.name == everyone or not role.name.startswith(prefix)]
    return wanted


def _check_relation_key(build: Build, type_: TypeDef, one: FieldDef) -> None:
    applied = next((found for found in one.directives if found.name in _RELATIONS), None)
    if applied is None or applied.name not in ("hasOne", "belongsTo") or one.base not in build.matrices:
        return
    given = applied.values.get("fields")
    size = len(build.keys[one.base].fields) if one.base in build.keys else 1
    if isinstance(given, list) and len(given) > size:
        message = (
            f"Invalid @{applied.name} on {type_.name}:{one.name}. Provided fields do not match the size of primary "
        )
        raise refusal(f"{message}key(s) for {one.base}", applied)
