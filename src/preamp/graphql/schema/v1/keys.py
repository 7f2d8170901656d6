"""@key: a primary key, or an index with a name."""

from dataclasses import replace

from preamp.graphql.names import SCALARS, camel_case, key_condition_type, upper_first
from preamp.graphql.schema.build import Build, Key
from preamp.graphql.schema.document import Applied, FieldDef, TypeDef, nullable, refusal, required
from preamp.graphql.schema.inputs import (
    add_composite_condition,
    add_key_condition,
    add_sort_direction,
    mutation_input_name,
)
from preamp.graphql.schema.keys import names_given
from preamp.graphql.schema.parse import Use

from .inputs import add_filters, add_page, condition_name, plain_filter_name


def apply_key(build: Build, use: Use) -> None:
    """Check a @key, and let queries and inputs speak of it."""
    type_, applied = use.parent, use.applied
    _check_peers(type_, applied)
    fields = [_key_field(build, type_, applied, name) for name in names_given(applied.values.get("fields"))]
    if type_.directive("model") is None:
        raise refusal("The @key directive may only be added to object definitions annotated with @model.", applied)
    if not fields:
        raise refusal(f"A @key on type '{type_.name}' names no fields.", applied)
    name = applied.values.get("name") or None
    query_field = applied.values.get("queryField") or None
    key = Key(type_, fields[0], applied, fields[1:], name, query_field)
    if name is None:
        build.keys[type_.name] = key
        _change_queries(build, key)
        _change_inputs(build, key)
        if "id" not in type_.fields:
            build.object(type_.name).fields.pop("id", None)
    else:
        build.indexes.append(key)
        if query_field:
            _add_query(build, key, query_field)
    _add_conditions(build, key)


def _check_peers(type_: TypeDef, applied: Applied) -> None:
    name = applied.values.get("name")
    fields = names_given(applied.values.get("fields"))
    for other in type_.directives:
        if other is applied or other.name != "key":
            continue
        other_name = other.values.get("name")
        if name:
            if other_name == name:
                message = f"You may only supply one @key with the name '{name}' on type '{type_.name}'."
                raise refusal(message, applied)
            continue
        if not other_name:
            raise refusal(f"You may only supply one primary @key on type '{type_.name}'.", applied)
        if len(fields) == 1 and names_given(other.values.get("fields"))[:1] == fields:
            message = (
                f"Invalid @key \"{other_name}\". You may not create a @key where the first field in 'fields' is the "
                "same as that of the primary @key unless the primary @key has multiple 'fields'. You cannot have a "
                "local secondary index without a sort key in the primary index."
            )
            raise refusal(message, applied)
    if not name and applied.values.get("queryField"):
        message = f"You cannot pass 'queryField' to the primary @key on type '{type_.name}'."
        raise refusal(message, applied)


def _key_field(build: Build, type_: TypeDef, applied: Applied, name: str) -> FieldDef:
    found = type_.fields.get(name)
    title = applied.values.get("name") or "<unnamed>"
    if found is None:
        message = f"You cannot specify a nonexistent field '{name}' in @key '{title}' on type '{type_.name}'."
        raise refusal(message, applied)
    if not applied.values.get("name") and not found.is_required:
        message = f"The primary @key on type '{type_.name}' must reference non-null fields."
        raise refusal(message, applied)
    if not build.draft.is_enum(found.base):
        if found.base not in SCALARS:
            raise refusal(f"Expected scalar and got {found.base}", applied, "Error")
        if found.base == "Boolean":
            message = f"A @key on type '{type_.name}' cannot reference non-scalar field {name}."
            raise refusal(message, applied)
    return found


def _change_queries(build: Build, key: Key) -> None:
    query = build.draft.root("query")
    queries = build.models[key.definition.name].queries
    if query is None:
        return
    get = query.fields.get(queries.get("get") or "")
    if get is not None:
        query.put(replace(get, args=tuple(FieldDef(one.name, one.base + "!") for one in key.fields)))
    listed = query.fields.get(queries.get("list") or "")
    if listed is not None:
        args = (*_arguments(build, key), *listed.args, FieldDef("sortDirection", "ModelSortDirection"))
        query.put(replace(listed, args=args))


def _arguments(build: Build, key: Key) -> list[FieldDef]:
    """Name the partition key and what the sort key is compared with."""
    args = [FieldDef(key.field.name, key.field.base)]
    if len(key.sort) == 1:
        base = key.sort[0].base
        scalar = "String" if build.draft.get(base) is not None else base
        args.append(FieldDef(key.sort[0].name, key_condition_type(scalar)))
    elif key.sort:
        type_ = f"Model{key.definition.name}{upper_first(key.name or 'Primary')}CompositeKeyConditionInput"
        args.append(FieldDef(camel_case(*(one.name for one in key.sort)), type_))
    return args


def _change_inputs(build: Build, key: Key) -> None:
    name = key.definition.name
    has_id = "id" in key.definition.fields
    create = build.draft.input(mutation_input_name("create", name))
    if create is not None and not has_id:
        create.fields.pop("id", None)
    names = {one.name for one in key.fields}
    update = build.draft.input(mutation_input_name("update", name))
    if update is not None:
        if not has_id:
            update.fields.pop("id", None)
        for one in list(update.fields.values()):
            if one.name in names:
                update.put(one.typed(required(one.type)))
            elif one.name == "id":
                update.put(one.typed(nullable(one.type)))
    condition = build.draft.input(condition_name(name))
    if condition is not None:
        condition.fields = {at: one for at, one in condition.fields.items() if at not in names}
    delete = build.draft.input(mutation_input_name("delete", name))
    if delete is not None:
        own = {one.name: FieldDef(one.name, one.base + "!") for one in key.fields}
        rest = {one.name: one for one in delete.fields.values() if not (one.name == "id" and one.base == "ID")}
        delete.fields = own | {at: one for at, one in rest.items() if at not in own}


def _add_query(build: Build, key: Key, name: str) -> None:
    model = key.definition.name
    args = (
        *_arguments(build, key),
        FieldDef("sortDirection", "ModelSortDirection"),
        FieldDef("filter", plain_filter_name(model)),
        FieldDef("limit", "Int"),
        FieldDef("nextToken", "String"),
    )
    add_sort_direction(build.draft)
    add_filters(build, key.definition)
    answer = add_page(build, model)
    build.draft.add_root_fields("query", [FieldDef(name, answer, args, node=key.applied.node)])


def _add_conditions(build: Build, key: Key) -> None:
    if len(key.sort) > 1:
        add_composite_condition(build.draft, key.definition.name, upper_first(key.name or "Primary"), key.sort)
    elif key.sort:
        sort = key.sort[0]
        scalar = SCALARS.get(sort.base) or ("String" if build.draft.get(sort.base) is not None else "")
        if not add_key_condition(build.draft, scalar):
            title = key.name or "<unnamed>"
            message = f"Cannot resolve type for field '{sort.name}' in @key '{title}' on type '{key.definition.name}'."
            raise refusal(message, key.applied)
