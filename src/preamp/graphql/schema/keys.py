"""@primaryKey and @index: which fields find rows, and the arguments that follow from them."""

import re
from dataclasses import replace
from typing import Any

from preamp.graphql.names import SCALARS, camel_case, key_condition_type, lower_first, pluralize, upper_first

from .build import Build, Key
from .document import Applied, FieldDef, TypeDef, base_type, nullable, refusal, required
from .inputs import (
    add_composite_condition,
    add_enum_filters,
    add_key_condition,
    add_sort_direction,
    connection_type,
    mutation_input_name,
)
from .parse import Use

INDEX_NAME = re.compile(r"[A-Za-z0-9_\-.]{3,255}")
BAD_INDEX_NAME = (
    "The indexName is invalid. It should be between 3 and 255 characters. Only A\u2013Z, a\u2013z, 0\u20139, "
    "underscore characters, hyphens, and periods allowed."
)


def names_given(value: Any) -> list[str]:
    """Read a list of names, or one name alone."""
    if not value:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def read_primary_key(build: Build, use: Use) -> None:
    """Check a @primaryKey and take note of it."""
    type_, field, applied = use.parent, _field(use), use.applied
    names = names_given(applied.values.get("sortKeyFields"))
    _check_not_itself(field, names, applied)
    _check_model(type_, applied)
    for other in type_.fields.values():
        if other is not field and other.directive("primaryKey") is not None:
            raise refusal(f"You may only supply one primary key on type '{type_.name}'.", applied)
    if not field.is_required:
        raise refusal(f"The primary key on type '{type_.name}' must reference non-null fields.", applied)
    if not build.draft.is_scalar_or_enum(field.type) or field.is_list:
        raise refusal(f"The primary key on type '{type_.name}.{field.name}' cannot be a non-scalar.", applied)
    build.keys[type_.name] = Key(type_, field, applied, _primary_sort_fields(build, type_, names, applied))


def _primary_sort_fields(build: Build, type_: TypeDef, names: list[str], applied: Applied) -> list[FieldDef]:
    found = []
    owners = _owner_fields(build, type_)
    for name in names:
        sort = type_.fields.get(name)
        if sort is None:
            message = f"Can't find field '{name}' in {type_.name}, but it was specified in the primary key."
            raise refusal(message, applied)
        if not build.draft.is_scalar_or_enum(sort.type) or sort.is_list:
            message = f"The primary key's sort key on type '{type_.name}.{sort.name}' cannot be a non-scalar."
            raise refusal(message, applied)
        if not sort.is_required:
            raise refusal(f"The primary key on type '{type_.name}' must reference non-null fields.", applied)
        if name in owners:
            message = f"The primary key's sort key type '{name}' cannot be used as an owner @auth field too. "
            raise refusal(message + "Please use another field for the sort key.", applied)
        found.append(sort)
    return found


def _owner_fields(build: Build, type_: TypeDef) -> set[str]:
    """Name the fields that hold an owner of two claims (`sub::username`), which no sort key can match."""
    auth = type_.directive("auth")
    if auth is None or not build.flags.use_sub_username_for_default_identity_claim:
        return set()
    rules = auth.values.get("rules")
    return {
        str(rule.get("ownerField", "owner"))
        for rule in (rules if isinstance(rules, list) else [])
        if rule.get("allow") == "owner" and "::" in str(rule.get("identityClaim", "sub::username"))
    }


def read_index(build: Build, use: Use) -> None:
    """Check an @index and take note of it; its name and query field are made up where absent."""
    type_, field, applied = use.parent, _field(use), use.applied
    names = names_given(applied.values.get("sortKeyFields"))
    made_up = lower_first(pluralize(type_.name)) + "By" + "And".join(upper_first(one) for one in (field.name, *names))
    name = applied.values.get("name", made_up) or made_up
    if applied.values.get("name", "") is None:
        raise refusal("Explicit null value not allowed for name field on @index", applied, "Error")
    if applied.values.get("name") and not INDEX_NAME.fullmatch(name):
        raise refusal(BAD_INDEX_NAME, applied, "Error")
    query_field = applied.values.get("queryField", made_up if build.flags.enable_auto_index_query_names else None)
    if query_field == "":
        query_field = made_up if build.flags.enable_auto_index_query_names else None
    _check_not_itself(field, names, applied)
    _check_model(type_, applied)
    _check_peers(type_, field, applied, name)
    if not build.draft.is_scalar_or_enum(field.type) or field.is_list:
        raise refusal(f"Index '{name}' on type '{type_.name}.{field.name}' cannot be a non-scalar.", applied)
    sort = []
    for one in names:
        found = type_.fields.get(one)
        if found is None:
            message = f"Can't find field '{one}' in {type_.name}, but it was specified in index '{name}'."
            raise refusal(message, applied)
        if not build.draft.is_scalar_or_enum(found.type) or found.is_list:
            message = f"The sort key of index '{name}' on type '{type_.name}.{found.name}' cannot be a non-scalar."
            raise refusal(message, applied)
        sort.append(found)
    projection = applied.values.get("projection") or {}
    build.indexes.append(Key(type_, field, applied, sort, name, query_field, projection))


def _check_peers(type_: TypeDef, field: FieldDef, applied: Applied, name: str) -> None:
    for other in type_.fields.values():
        for peer in other.directives:
            if peer is applied:
                continue
            sorts = isinstance(peer.values.get("sortKeyFields"), list) and bool(peer.values["sortKeyFields"])
            if peer.name == "primaryKey" and other.name == field.name and not sorts:
                message = (
                    f"Invalid @index '{name}'. You may not create an index where the partition key is the same as that "
                    "of the primary key unless the primary key has a sort field. You cannot have a local secondary "
                    "index without a sort key in the primary key."
                )
                raise refusal(message, applied)
            if peer.name == "index" and peer.values.get("name") == name:
                message = f"You may only supply one @index with the name '{name}' on type '{type_.name}'."
                raise refusal(message, applied)


def _field(use: Use) -> FieldDef:
    if use.field is None:
        raise refusal(f"@{use.applied.name} belongs on a field.", use.applied)
    return use.field


def _check_not_itself(field: FieldDef, names: list[str], applied: Applied) -> None:
    if field.name in names:
        raise refusal(f"@{applied.name} field '{field.name}' cannot reference itself.", applied)


def _check_model(type_: TypeDef, applied: Applied) -> None:
    if type_.directive("model") is None:
        message = f"The @{applied.name} directive may only be added to object definitions annotated with @model."
        raise refusal(message, applied)


def add_primary_keys(build: Build) -> None:
    """Let get, list and the inputs of models with a key of their own speak of that key."""
    for key in build.keys.values():
        _change_queries(build, key)
        _change_inputs(build, key)
        if "id" not in key.definition.fields:
            build.object(key.definition.name).fields.pop("id", None)
        _add_conditions(build, key)
        _drop_from_condition(build, key, {"id", *(one.name for one in key.fields)})


def _change_queries(build: Build, key: Key) -> None:
    query = build.draft.root("query")
    settings = build.models[key.definition.name]
    if query is None:
        return
    get = query.fields.get(settings.queries.get("get") or "")
    if get is not None:
        query.put(replace(get, args=tuple(FieldDef(one.name, one.base + "!") for one in key.fields)))
    listed = query.fields.get(settings.queries.get("list") or "")
    if listed is not None:
        args = [FieldDef(key.field.name, key.field.base), *_sort_argument(build, key), *listed.args]
        query.put(replace(listed, args=(*args, FieldDef("sortDirection", "ModelSortDirection"))))


def _sort_argument(build: Build, key: Key) -> list[FieldDef]:
    if not key.sort:
        return []
    if len(key.sort) == 1:
        sort = key.sort[0]
        scalar = "String" if build.draft.get(sort.base) is not None else sort.base
        return [FieldDef(sort.name, key_condition_type(scalar))]
    type_ = f"Model{key.definition.name}{upper_first(key.name or 'Primary')}CompositeKeyConditionInput"
    return [FieldDef(camel_case(*(one.name for one in key.sort)), type_)]


def _change_inputs(build: Build, key: Key) -> None:
    name = key.definition.name
    mutations = build.models[name].mutations
    has_id = "id" in key.definition.fields
    create = build.draft.input(mutation_input_name("create", name))
    if create is not None and mutations.get("create") and not has_id:
        create.fields.pop("id", None)
    update = build.draft.input(mutation_input_name("update", name))
    if update is not None and mutations.get("update"):
        _change_update(update, key, has_id=has_id)
    delete = build.draft.input(mutation_input_name("delete", name))
    if delete is not None and mutations.get("delete"):
        own = {one.name: FieldDef(one.name, one.base + "!") for one in key.fields}
        rest = {
            one.name: one
            for one in delete.fields.values()
            if one.name not in own and not (one.name == "id" and base_type(one.type) == "ID")
        }
        delete.fields = own | rest


def _change_update(update: TypeDef, key: Key, *, has_id: bool) -> None:
    if not has_id:
        update.fields.pop("id", None)
    names = {one.name for one in key.fields}
    for one in list(update.fields.values()):
        if one.name in names:
            update.put(one.typed(required(one.type)))
        elif one.name == "id":
            update.put(one.typed(nullable(one.type)))


def _add_conditions(build: Build, key: Key) -> None:
    if len(key.sort) > 1:
        add_composite_condition(build.draft, key.definition.name, upper_first(key.name or "Primary"), key.sort)
    elif key.sort:
        sort = key.sort[0]
        scalar = SCALARS.get(sort.base) or ("String" if build.draft.get(sort.base) is not None else "")
        if not add_key_condition(build.draft, scalar):
            raise refusal(f"Sort Key Condition could not be constructed for field '{sort.name}'", key.applied)


def _drop_from_condition(build: Build, key: Key, names: set[str]) -> None:
    condition = build.draft.input(f"Model{key.definition.name}ConditionInput")
    if condition is not None:
        for name in names:
            condition.fields.pop(name, None)


def add_indexes(build: Build) -> None:
    """Give every index its query."""
    for key in build.indexes:
        if key.query_field:
            _add_query(build, key, key.query_field)
        _add_conditions(build, key)
        _drop_from_condition(build, key, {"id"})


def _add_query(build: Build, key: Key, name: str) -> None:
    model = key.definition.name
    args = (
        FieldDef(key.field.name, key.field.base + "!"),
        *_sort_argument(build, key),
        FieldDef("sortDirection", "ModelSortDirection"),
        FieldDef("filter", f"Model{model}FilterInput"),
        FieldDef("limit", "Int"),
        FieldDef("nextToken", "String"),
    )
    directives = () if key.definition.directive("auth") else tuple(build.is_open_to_keys())
    connection = f"Model{model}Connection"
    build.draft.add_root_fields("query", [FieldDef(name, connection, args, directives, node=key.applied.node)])
    add_sort_direction(build.draft)
    add_enum_filters(build.draft, key.definition)
    if build.draft.get(f"Model{model}FilterInput") is None:
        build.draft.add(plain_filter(build, key.definition, lists=True))
    build.draft.add_missing(connection_type(build, connection, model, sync=False))


def plain_filter(build: Build, type_: TypeDef, *, lists: bool) -> TypeDef:
    """Make the filter that an index or a relation adds where its model's list query is off: over written fields."""
    name = f"Model{type_.name}FilterInput"
    made = TypeDef("input", name)
    for one in type_.fields.values():
        is_enum = build.draft.is_enum(one.base)
        if is_enum or one.base in SCALARS:
            of_list = "List" if lists and is_enum and one.is_list else ""
            made.put(FieldDef(one.name, f"Model{SCALARS.get(one.base, one.base)}{of_list}Input"))
    made.put(FieldDef("and", f"[{name}]"), FieldDef("or", f"[{name}]"), FieldDef("not", name))
    return made
