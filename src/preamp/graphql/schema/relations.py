"""@hasOne, @hasMany and @belongsTo: how models find each other, and the columns that this needs."""

from preamp.graphql.names import SCALARS, camel_case, filter_type, upper_first

from .build import Build, Link
from .document import Applied, FieldDef, TypeDef, refusal
from .inputs import (
    add_key_condition,
    add_sort_direction,
    condition_name,
    connection_type,
    filter_name,
    mutation_input_name,
    subscription_filter_name,
)
from .keys import names_given, plain_filter
from .parse import Use
from .references import check_references

_NO_MAP = "Cannot read properties of undefined (reading 'map')"
DATASTORE = (
    "{} and {} cannot refer to each other via @hasOne or @hasMany when DataStore is in use. Use @belongsTo instead. "
    "See https://docs.amplify.aws/cli/graphql/data-modeling/#belongs-to-relationship"
)


def read_has_many(build: Build, use: Use) -> None:
    """Check a @hasMany and take note of it."""
    owner, field, applied = _parts(use)
    if not field.is_list:
        raise refusal("@hasMany must be used with a list. Use @hasOne for non-list types.", applied)
    link = _link(build, "hasMany", owner, field, applied)
    limit = applied.values.get("limit")
    link.limit = limit if isinstance(limit, int) else link.limit
    _check_related(link)
    _check_datastore(build, link)
    build.links["hasMany"].append(link)


def read_has_one(build: Build, use: Use) -> None:
    """Check a @hasOne and take note of it."""
    owner, field, applied = _parts(use)
    link = _link(build, "hasOne", owner, field, applied)
    if field.is_list:
        raise refusal("@hasOne cannot be used with lists. Use @hasMany instead.", applied)
    _check_related(link)
    _check_datastore(build, link)
    build.links["hasOne"].append(link)


def read_belongs_to(build: Build, use: Use) -> None:
    """Check a @belongsTo, find the field it answers, and take note of it."""
    owner, field, applied = _parts(use)
    if applied.values.get("overrideIndexName") and not applied.values.get("references"):
        message = (
            "overrideIndexName cannot be used on @belongsTo without references. Modify "
            f"{owner.name}.{field.name} to use references or remove overrideIndexName."
        )
        raise refusal(message, applied)
    link = _link(build, "belongsTo", owner, field, applied)
    if field.is_list:
        raise refusal("@belongsTo cannot be used with lists.", applied)
    _check_related(link)
    for other in link.related.fields.values():
        found = next((one for one in other.directives if one.name in ("hasOne", "hasMany")), None)
        if other.base == owner.name and found is not None:
            link.answers, link.answers_many = other, found.name == "hasMany"
            break
    else:
        message = f"{link.related.name} must have a relationship with {owner.name} in order to use @belongsTo."
        raise refusal(message, applied)
    build.links["belongsTo"].append(link)


def _parts(use: Use) -> tuple[TypeDef, FieldDef, Applied]:
    if use.field is None:
        raise refusal(f"@{use.applied.name} belongs on a field.", use.applied)
    return use.parent, use.field, use.applied


def _link(build: Build, kind: str, owner: TypeDef, field: FieldDef, applied: Applied) -> Link:
    """Find the related model and the columns named by the directive."""
    if not is_model(build, field.base):
        if field.type != field.base:
            raise refusal("Cannot read properties of undefined (reading 'value')", applied, "TypeError")
        raise refusal(f"Object type {field.base} must be annotated with @model.", applied)
    related = build.definition(field.base)
    if related is None:
        message = f"Could not find related type with name {field.base} while processing relationships."
        raise refusal(message, applied, "Error")
    link = Link(kind, owner, field, applied, related)  # type: ignore[arg-type]
    if applied.values.get("references") is not None and applied.values["references"] != "":
        _read_references(build, link)
    else:
        _read_fields(build, link)
    if owner.directive("model") is None:
        raise refusal(f"@{kind} must be on an @model object type field.", applied)
    return link


def is_model(build: Build, name: str) -> bool:
    """Whether a name is a model's, or a join model's that is still to be made."""
    found = build.document.objects.get(name)
    return (found is not None and found.directive("model") is not None) or name in build.models or name in build.pairs


def _read_fields(build: Build, link: Link) -> None:
    given = link.applied.values.get("fields")
    if given == []:
        raise refusal(f"No fields passed to @{link.kind} directive.", link.applied)
    link.index = link.applied.values.get("indexName") or None
    for name in names_given(given):
        found = link.owner.fields.get(name)
        if found is None:
            raise refusal(f"{name} is not a field in {link.owner.name}", link.applied)
        if not build.draft.is_scalar_or_enum(found.type):
            raise refusal(f"All fields provided to @{link.kind} must be scalar or enum fields.", link.applied)
        link.fields.append(found)


def _read_references(build: Build, link: Link) -> None:
    values = link.applied.values
    if values.get("fields"):
        message = f"fields and references cannot be defined in the same {link.kind}. Use 'references'"
        raise refusal(message, link.applied)
    if values["references"] == []:
        message = f"Invalid @{link.kind} directive on {link.field.name} - empty references list"
        raise refusal(message, link.applied, "InvalidDirectiveError" if link.kind == "hasMany" else "Error")
    if values.get("indexName"):
        message = (
            f"Invalid @{link.kind} directive on {link.owner.name}.{link.field.name} - indexName is not supported with "
            "DynamoDB references."
        )
        raise refusal(message, link.applied, "Error")
    check_references(build, link)


def _check_related(link: Link) -> None:
    if link.related.directive("model") is None:
        raise refusal(f"Object type {link.related.name} must be annotated with @model.", link.applied)


def _check_datastore(build: Build, link: Link) -> None:
    if not build.syncs or link.owner.name == link.related.name:
        return
    related = build.object(link.related.name)
    for other in related.fields.values():
        if other.base == link.owner.name and (other.directive("hasOne") or other.directive("hasMany")):
            raise refusal(DATASTORE.format(link.owner.name, related.name), link.applied)


def primary_key(type_: TypeDef) -> FieldDef:
    """Find the partition key: the field with @primaryKey, else `id: ID!`."""
    found = [one for one in type_.fields.values() if one.directive("primaryKey") is not None]
    return found[-1] if found else FieldDef("id", "ID!")


def sort_keys(type_: TypeDef) -> list[FieldDef]:
    """Find the sort key fields of the primary key."""
    key = primary_key(type_).directive("primaryKey")
    names = names_given(key.values.get("sortKeyFields")) if key is not None else []
    return [type_.fields[name] for name in names if name in type_.fields]


def _sort_key_names(link: Link, type_: TypeDef) -> list[str]:
    """Name the sort keys; Amplify breaks on a bare string here."""
    key = primary_key(type_).directive("primaryKey")
    given = key.values.get("sortKeyFields") if key is not None else None
    if isinstance(given, str):
        raise refusal(_NO_MAP, link.applied, "TypeError")
    return names_given(given)


def column_name(build: Build, type_: str, field: str, key: str) -> str:
    """Name an implicit column: Blog.posts by Blog's `id` gives blogPostsId."""
    return camel_case(type_, field, key if build.flags.respect_primary_key_attributes_on_connection_field else "id")


def _key_type(build: Build, key: FieldDef) -> str:
    return key.base if build.flags.respect_primary_key_attributes_on_connection_field else "ID"


def target_key(build: Build, link: Link) -> list[FieldDef]:
    """Find the fields of the related model's index (or primary key) that a relation reads, and check they fit."""
    related = build.object(link.related.name)
    wanted = "index" if link.index else "primaryKey"
    partition, sort_names = None, list[str]()
    for one in related.fields.values():
        for applied in one.directives:
            if applied.name == wanted and (not link.index or applied.values.get("name") == link.index):
                partition = one.name
                sort_names += names_given(applied.values.get("sortKeyFields"))
                break
    if partition is None and link.index:
        raise refusal(f"Index {link.index} does not exist for model {related.name}", link.applied)
    found = []
    for what, name in (("partition", partition or "id"), *(("sort", name) for name in sort_names)):
        if name not in related.fields:
            raise refusal(f"Expected {what} field {name} to be found in map.", link.applied, "Error")
        found.append(related.fields[name])
    _check_key_types(link, found)
    return found


def _check_key_types(link: Link, key: list[FieldDef]) -> None:
    if link.fields and link.fields[0].base != key[0].base:
        raise refusal(f"{link.fields[0].name} field is not of type {key[0].base}", link.applied)
    if len(link.fields) < 2:
        return
    if len(key) != len(link.fields):
        message = f"Invalid @{link.kind} directive on {link.field.name}. Partial sort keys are not accepted."
        raise refusal(message, link.applied)
    for one, part in zip(link.fields[1:], key[1:], strict=True):
        if one.base != part.base:
            raise refusal(f"{one.name} field is not of type {part.base}", link.applied)


def add_has_many(build: Build) -> None:
    """Add the columns of hasMany to the related models, and make the fields pages."""
    for link in build.links["hasMany"]:
        if not link.references:
            link.target_key = target_key(build, link)
            if not link.fields:
                _add_columns_to_related(build, link)
        add_page_field(build, link)


def _add_columns_to_related(build: Build, link: Link) -> None:
    owner = build.object(link.owner.name)
    key, sorts = primary_key(link.owner), sort_keys(owner)
    link.connection = [key.name, *(one.name for one in sorts)]
    columns = _columns(build, link, link.owner.name, key, sorts)
    link.column_fields = [one.name for one in columns]
    # The subscription filter that gets the column is the owner's, not the related model's: so Amplify does it.
    _add_columns(build, link.related.name, columns, link, subscription_of=link.owner.name)


def _columns(build: Build, link: Link, type_: str, key: FieldDef, sorts: list[FieldDef]) -> list[FieldDef]:
    first = FieldDef(column_name(build, type_, link.field.name, key.name), _key_type(build, key))
    return [first, *(FieldDef(camel_case(type_, link.field.name, one.name), one.base) for one in sorts)]


def _add_columns(build: Build, model: str, columns: list[FieldDef], link: Link, subscription_of: str) -> None:
    """Add columns to a model and its inputs; required where the relation field is, but never for an update."""
    draft, strict = build.draft, [one.typed(one.type + "!") for one in columns]
    needed = strict if link.field.is_required else columns
    filters = [FieldDef(one.name, filter_type(one.type)) for one in columns]
    listens = [FieldDef(one.name, filter_type(one.type, subscription=True)) for one in columns]
    for name, fields in (
        (model, needed),
        (mutation_input_name("create", model), needed),
        (mutation_input_name("update", model), columns),
        (filter_name(model), filters),
        (condition_name(model), filters),
        (subscription_filter_name(subscription_of), listens),
    ):
        type_ = draft.get(name)
        if type_ is not None:
            type_.add_missing(*fields)


def add_page_field(build: Build, link: Link) -> None:
    """Turn a list field into a page of the related model."""
    related = link.related.name
    connection = f"Model{related}Connection"
    build.draft.add_missing(connection_type(build, connection, related, sync=False))
    args = [
        FieldDef("filter", f"Model{related}FilterInput"),
        FieldDef("sortDirection", "ModelSortDirection"),
        FieldDef("limit", "Int"),
        FieldDef("nextToken", "String"),
    ]
    if not link.references and len(link.fields) < 2 and len(link.target_key) > 1 and link.kind == "hasMany":
        args.insert(0, _sort_argument(link))
    owner = build.object(link.owner.name)
    written = owner.fields.get(link.field.name, link.field)
    owner.put(
        FieldDef(written.name, connection, tuple(args), written.directives, None, written.description, written.node)
    )
    add_sort_direction(build.draft)
    made = plain_filter(build, link.related, lists=False)
    if build.syncs:
        made.put(FieldDef("_deleted", "ModelBooleanInput"))
    build.draft.add_missing(made)
    if len(link.target_key) == 2 and not link.references:
        _add_sort_condition(build, link)


def _sort_argument(link: Link) -> FieldDef:
    sort = link.target_key[1:]
    if len(sort) == 1:
        return FieldDef(sort[0].name, f"Model{SCALARS.get(sort[0].base, sort[0].base)}KeyConditionInput")
    type_ = f"Model{link.related.name}{upper_first(link.index or 'Primary')}CompositeKeyConditionInput"
    return FieldDef(camel_case(*(one.name for one in sort)), type_)


def _add_sort_condition(build: Build, link: Link) -> None:
    scalar = SCALARS.get(link.target_key[1].base, "")
    if not add_key_condition(build.draft, scalar):
        raise refusal("Cannot read properties of undefined (reading 'name')", link.applied, "TypeError")


def add_has_one(build: Build) -> None:
    """Add the columns of hasOne to its owner."""
    for link in build.links["hasOne"]:
        if not link.references:
            link.target_key = target_key(build, link)
            _add_columns_to_owner(build, link)


def add_belongs_to(build: Build) -> None:
    """Add the columns of belongsTo: its own where it answers a hasOne, the hasMany's where it answers that."""
    for link in build.links["belongsTo"]:
        if link.references:
            continue
        link.target_key = target_key(build, link)
        if not link.answers_many:
            _add_columns_to_owner(build, link)
        elif link.answers is not None:
            name = link.related.name
            sorts = (camel_case(name, link.answers.name, one) for one in _sort_key_names(link, link.related))
            first = column_name(build, name, link.answers.name, primary_key(link.related).name)
            link.connection = [first, *sorts]


def _add_columns_to_owner(build: Build, link: Link) -> None:
    if link.fields:
        return
    key, sorts = primary_key(link.related), sort_keys(build.object(link.related.name))
    columns = _columns(build, link, link.owner.name, key, sorts)
    _add_columns(build, link.owner.name, columns, link, subscription_of=link.owner.name)
    names = _sort_key_names(link, link.related)
    link.connection = [columns[0].name, *(camel_case(link.owner.name, link.field.name, one) for one in names)]
