"""@connection: by `fields` and a key of the related model, or by an implicit column that only the inputs show."""

from dataclasses import dataclass

from preamp.graphql.model import Index, Relation
from preamp.graphql.names import SCALARS, camel_case, key_condition_type, upper_first
from preamp.graphql.schema.build import Build
from preamp.graphql.schema.document import Applied, FieldDef, TypeDef, refusal
from preamp.graphql.schema.inputs import add_key_condition, add_sort_direction, mutation_input_name
from preamp.graphql.schema.keys import names_given
from preamp.graphql.schema.parse import Use

from .inputs import add_filters, add_page, plain_filter_name


@dataclass(frozen=True, slots=True)
class _End:
    """A connection field, its type, and the related type."""

    parent: TypeDef
    field: FieldDef
    applied: Applied
    related: TypeDef

    @property
    def limit(self) -> int:
        """The page size where the caller gives none."""
        limit = self.applied.values.get("limit")
        return int(limit) if limit else 100


def connect(build: Build, use: Use) -> None:
    """Check a @connection and let the field find its rows."""
    parent, one, applied = use.parent, use.field, use.applied
    if one is None:
        return
    if parent.directive("model") is None:
        raise refusal("@connection must be on an @model object type field.", applied)
    related = build.document.objects.get(one.base)
    if related is None:
        raise refusal(f"Could not find an object type named {one.base}.", applied)
    if related.directive("model") is None:
        raise refusal(f"Object type {one.base} must be annotated with @model.", applied)
    end = _End(parent, one, applied, related)
    if applied.values.get("fields") is not None:
        _connect_by_fields(build, end)
    else:
        _connect_by_column(build, end)


def _connect_by_fields(build: Build, end: _End) -> None:
    names = names_given(end.applied.values.get("fields"))
    if not names:
        raise refusal("No fields passed in to @connection directive.", end.applied)
    for name in names:
        own = end.parent.fields.get(name)
        if own is None:
            raise refusal(f"{name} is not a field in {end.parent.name}", end.applied)
        if own.is_list or not build.draft.is_scalar_or_enum(own.type):
            raise refusal("All fields provided to an @connection must be scalar or enum fields.", end.applied)
    key_name = end.applied.values.get("keyName") or None
    keys = _keys(build, end.related)
    if key_name is not None and key_name not in keys:
        raise refusal(f"Key {key_name} does not exist for model {end.related.name}", end.applied)
    key = keys[key_name]
    _check_fields(end, names, key)
    if not end.field.is_list:
        if key_name is not None:
            message = f"Connection is to a single object but the keyName {key_name} was provided which does not "
            raise refusal(message + "reference the default table.", end.applied)
        size = min(len(names), len(key))
        _relate(build, end, Relation(kind="hasOne", target=end.related.name, local=(*names,), remote=(*key[:size],)))
        return
    sort = None
    if len(names) == 1 and len(key) > 1:
        sort = _sort_argument(build, end.related, key[1:], upper_first(key_name or "Primary"))
    _answer_page(build, end, sort)
    remote = tuple(key[: len(names)])
    relation = Relation(
        kind="hasMany", target=end.related.name, local=(*names,), remote=remote, index=key_name, limit=end.limit
    )
    _relate(build, end, relation)


def _keys(build: Build, type_: TypeDef) -> dict[str | None, list[str]]:
    """List the fields of a model's keys; its primary key has no name."""
    primary = build.keys.get(type_.name)
    keys: dict[str | None, list[str]] = {None: [one.name for one in primary.fields] if primary else ["id"]}
    for key in build.indexes:
        if key.definition.name == type_.name:
            keys[key.name] = [one.name for one in key.fields]
    for index in build.link_indexes.get(type_.name, ()):
        keys[index.name] = list(index.fields)
    return keys


def _check_fields(end: _End, names: list[str], key: list[str]) -> None:
    sort = key[1:]
    if _base(end.related, key[0], end) != _base(end.parent, names[0], end):
        message = f"{names[0]} field is not of type {_base(end.related, key[0], end)}"
        raise refusal(message, end.applied)
    if len(names) == 1:
        return
    if not sort:
        raise refusal("Too many fields passed in to @connection directive.", end.applied)
    if len(names) - 1 != len(sort):
        message = f"Invalid @connection directive  {end.field.name}. fields does not accept partial sort key"
        raise refusal(message, end.applied)
    for name, other in zip(names[1:], sort, strict=True):
        wanted = _base(end.related, other, end)
        if _base(end.parent, name, end) != wanted:
            message = f"{name} field is not of type {wanted}" + (" arguments" if len(names) > 2 else "")
            raise refusal(message, end.applied)


def _base(type_: TypeDef, name: str, end: _End) -> str:
    found = type_.fields.get(name)
    if found is None:
        raise refusal(f"{name} is not defined in {type_.name}.", end.applied)
    return found.base


def _sort_argument(build: Build, related: TypeDef, sort: list[str], title: str) -> FieldDef:
    if len(sort) > 1:
        return FieldDef(camel_case(*sort), f"Model{related.name}{title}CompositeKeyConditionInput")
    base = related.fields[sort[0]].base
    add_key_condition(build.draft, SCALARS.get(base, base))
    return FieldDef(sort[0], key_condition_type(base))


def _answer_page(build: Build, end: _End, sort: FieldDef | None) -> None:
    """Let the field answer a page of rows, as a list query does."""
    answer = add_page(build, end.related.name)
    args = (
        *([sort] if sort is not None else []),
        FieldDef("filter", plain_filter_name(end.related.name)),
        FieldDef("sortDirection", "ModelSortDirection"),
        FieldDef("limit", "Int"),
        FieldDef("nextToken", "String"),
    )
    one = end.field
    type_ = build.object(end.parent.name)
    type_.put(FieldDef(one.name, answer, args, one.directives, None, one.description, one.node))
    add_sort_direction(build.draft)
    add_filters(build, end.related)


def _relate(build: Build, end: _End, relation: Relation) -> None:
    build.relations[end.parent.name, end.field.name] = (end.field, relation)


def _connect_by_column(build: Build, end: _End) -> None:
    name = end.applied.values.get("name") or None
    other = _other_end(end, name)
    title = name or f"{end.parent.name}.{end.field.name}"
    if name and other is None:
        message = f'Found one half of connection "{name}" at {end.parent.name}.{end.field.name} but no related field on'
        raise refusal(f"{message} type {end.related.name}", end.applied)
    sort_name = _sort_field_of(other, name)
    sort = end.parent.fields.get(sort_name) if sort_name else None
    if sort is not None:
        _check_sort(sort, end.applied)
    if end.field.is_list and other is not None and other.is_list:
        message = f"Invalid Connection ({title}): Many to Many connections are not yet supported."
        raise refusal(message, end.applied)
    if end.field.is_list:
        _connect_list(build, end, other, title, sort_name)
    elif other is not None and other.is_list:
        if sort_name and sort is None:
            message = f'sortField "{sort_name}" not found on type "{end.parent.name}", other half of connection '
            raise refusal(f'{message}"{title}".', end.applied)
        column = _column(end, camel_case(end.parent.name, end.field.name, "id"), end.parent)
        _add_index(build, end.parent.name, title, (column, *([sort.name] if sort is not None else [])))
        _connect_single(build, end, column, None)
    else:
        column = _column(end, camel_case(end.parent.name, end.field.name, "id"), end.parent)
        _connect_single(build, end, column, end.applied.values.get("sortField") or None)


def _other_end(end: _End, name: str | None) -> FieldDef | None:
    """Find the field of the related type whose @connection has the same name."""
    for one in end.related.fields.values():
        applied = one.directive("connection")
        if one is not end.field and name and applied is not None and applied.values.get("name") == name:
            return one
    return None


def _sort_field_of(other: FieldDef | None, name: str | None) -> str | None:
    applied = other.directive("connection") if other is not None and name else None
    return applied.values.get("sortField") or None if applied is not None else None


def _check_sort(sort: FieldDef, applied: Applied) -> None:
    if sort.is_list:
        raise refusal(f'sortField "{sort.name}" is a list. It should be a scalar.', applied)
    if sort.base not in SCALARS or sort.base == "Boolean":
        message = f'sortField "{sort.name}" is of type "{sort.base}". It should be a scalar that maps to a DynamoDB '
        raise refusal(message + '"String", "Number", or "Binary"', applied)


def _column(end: _End, made_up: str, type_: TypeDef) -> str:
    """Name the column that holds the other row's id, and check the field of that name."""
    name = str(end.applied.values.get("keyField") or made_up)
    found = type_.fields.get(name)
    if found is not None and (found.is_list or found.base not in ("ID", "String")):
        message = "If you define a field and specify it as a 'keyField', it must be of type 'ID' or 'String'."
        raise refusal(message, end.applied)
    return name


def _connect_list(build: Build, end: _End, other: FieldDef | None, title: str, sort_name: str | None) -> None:
    owner, ends = (end.related.name, other.name) if other is not None else (end.parent.name, end.field.name)
    column = _column(end, camel_case(owner, ends, "id"), end.related)
    sort = end.related.fields.get(sort_name) if sort_name else None
    argument = None
    if sort is not None:
        add_key_condition(build.draft, SCALARS.get(sort.base, sort.base))
        argument = FieldDef(sort.name, key_condition_type(sort.base))
    _answer_page(build, end, argument)
    if other is None:
        for operation in ("create", "update"):
            _add_to_input(build, operation, end.related, column, "ID")
    _add_index(build, end.related.name, title, (column, *([sort.name] if sort is not None else [])))
    _add_column(build, end.related, column)
    relation = Relation(
        kind="hasMany",
        target=end.related.name,
        local=(_id_of(end.parent),),
        remote=(column,),
        index=f"gsi-{title}",
        limit=end.limit,
    )
    _relate(build, end, relation)


def _connect_single(build: Build, end: _End, column: str, sort_name: str | None) -> None:
    local, remote = [column], [_id_of(end.related)]
    if sort_name:
        local.append(sort_name)
        remote.append(_check_sort_pair(end, sort_name))
    _add_to_input(build, "create", end.parent, column, "ID!" if end.field.is_required else "ID")
    _add_to_input(build, "update", end.parent, column, "ID")
    _add_column(build, end.parent, column)
    relation = Relation(kind="belongsTo", target=end.related.name, local=tuple(local), remote=tuple(remote))
    _relate(build, end, relation)


def _check_sort_pair(end: _End, name: str) -> str:
    """Check the field that holds the related row's sort key; answer that key's name."""
    primary = _primary(end.related)
    related = end.related.fields.get(primary[1]) if len(primary) == 2 else None
    if related is None:
        message = f'sortField "{name}" requires a primary @key on type "{end.related.name}" with a sort key that was '
        raise refusal(message + "not found.", end.applied)
    own = end.parent.fields.get(name)
    if own is None:
        raise refusal(f'sortField with name "{name} cannot be found on type: {end.parent.name}', end.applied)
    if own.base != related.base:
        message = f'sortField "{related.name}" on type "{end.related.name}" is not matching the type of field "{name}" '
        raise refusal(f'{message}on type "{end.parent.name}"', end.applied)
    return related.name


def _primary(type_: TypeDef) -> list[str]:
    for applied in type_.directives:
        if applied.name == "key" and applied.values.get("name") is None:
            return names_given(applied.values.get("fields"))
    return []


def _id_of(type_: TypeDef) -> str:
    """Name the field that a connection goes by: the key's first, where the key has one or two."""
    names = _primary(type_)
    return names[0] if len(names) in (1, 2) else "id"


def _add_to_input(build: Build, operation: str, type_: TypeDef, column: str, scalar: str) -> None:
    made = build.draft.input(mutation_input_name(operation, type_.name))
    if made is not None:
        made.add_missing(FieldDef(column, scalar))


def _add_column(build: Build, type_: TypeDef, column: str) -> None:
    if column not in type_.fields:
        columns = build.columns.setdefault(type_.name, [])
        if all(one.name != column for one in columns):
            columns.append(FieldDef(column, "ID"))


def _add_index(build: Build, model: str, title: str, fields: tuple[str, ...]) -> None:
    indexes = build.link_indexes.setdefault(model, [])
    name = f"gsi-{title}"
    if all(one.name != name for one in indexes):
        indexes.append(Index(name=name, fields=fields, implicit=True))
