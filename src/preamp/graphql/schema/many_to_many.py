"""@manyToMany: a join model of its own, with an index for each side."""

from preamp.graphql.names import graphql_name, lower_first, pascal_case, upper_first

from .auth_rules import read_type_auth
from .build import MODEL, Build, Link, ManyToMany
from .document import Applied, FieldDef, TypeDef, refusal
from .keys import read_index
from .model_directive import read_model
from .parse import Use
from .relations import add_page_field, primary_key, read_has_one, sort_keys


def read_many_to_many(build: Build, use: Use) -> None:
    """Take note of one end of a relation."""
    owner, field, applied = use.parent, use.field, use.applied
    if owner.directive("model") is None:
        raise refusal("@manyToMany must be on an @model object type field.", applied)
    if field is None or not field.is_list:
        raise refusal("@manyToMany must be used with a list.", applied)
    written = str(applied.values.get("relationName", ""))
    name = graphql_name(upper_first(written))
    limit = applied.values.get("limit")
    link = Link("manyToMany", owner, field, applied, owner, relation_name=name)
    link.limit = limit if isinstance(limit, int) else link.limit
    pair = build.pairs.get(name)
    if pair is None:
        build.pairs[name] = ManyToMany(name, written, link)
    elif pair.second is None:
        pair.second = link
    else:
        message = f"@manyToMany relation '{written}' must be used in exactly two locations."
        raise refusal(message, applied)
    build.links["manyToMany"].append(link)


def check_many_to_many(build: Build) -> None:
    """Check that both ends of each relation name each other's models."""
    for pair in build.pairs.values():
        first, second = pair.first, pair.second
        if second is None:
            message = f"@manyToMany relation '{pair.name}' must be used in exactly two locations."
            raise refusal(message, first.applied)
        for link in (first, second):
            if link.field.base not in build.models:
                message = f"Cannot find datasource type for model {link.field.base}"
                raise refusal(message, link.applied, "Error")
        for here, there in ((first, second), (second, first)):
            if here.field.base != there.owner.name:
                message = (
                    f"@manyToMany relation '{pair.name}' expects '{here.field.base}' but got '{there.owner.name}'."
                )
                raise refusal(message, here.applied)
        if build.draft.get(pair.name) is not None:
            message = f"@manyToMany relation name '{pair.name}' (derived from '{pair.written_name}') already exists as "
            raise refusal(message + "a type in the schema.", first.applied)


def make_join_models(build: Build) -> None:
    """Make the join model of each relation, as if the developer had written it."""
    for pair in build.pairs.values():
        if pair.second is not None:
            _make_join_model(build, pair, (pair.first, pair.second))


def _make_join_model(build: Build, pair: ManyToMany, ends: tuple[Link, Link]) -> None:
    join = TypeDef("object", pair.name, node=pair.first.applied.node)
    join.directives.append(MODEL)
    join.put(FieldDef("id", "ID!"))
    for link in ends:
        _add_key_columns(build, join, link)
    for link in ends:
        join.put(_end_field(build, link))
    auth = _joined_auth(ends)
    if auth is not None:
        join.directives.append(auth)
    build.draft.add(join.copy())
    read_model(build, join, MODEL, is_join=True)
    for link in ends:
        field = join.fields[lower_first(link.owner.name)]
        read_has_one(build, Use(join, field, field.directives[0]))
    if auth is not None:
        read_type_auth(build, Use(join, None, auth), is_join=True)
    if ends[0].owner.name == ends[1].owner.name:
        name = f"by{build.renames.get(ends[0].owner.name, ends[0].owner.name)}"
        raise refusal(f"You may only supply one @index with the name '{name}' on type '{join.name}'.", ends[0].applied)
    for link in ends:
        column = join.fields[_id_column(build, link)]
        read_index(build, Use(join, column, column.directives[0]))
        link.related = join
        link.target_key = [column]
        key = primary_key(link.owner)
        link.fields = [
            build.object(link.owner.name).fields.get(key.name, key),
            *sort_keys(build.object(link.owner.name)),
        ]
        link.index = f"by{build.renames.get(link.owner.name, link.owner.name)}"


def _id_column(build: Build, link: Link) -> str:
    key = primary_key(link.owner).name
    suffix = pascal_case(key) if build.flags.respect_primary_key_attributes_on_connection_field else "ID"
    return lower_first(link.owner.name) + suffix


def _sort_columns(build: Build, link: Link) -> list[FieldDef]:
    prefix = lower_first(link.owner.name)
    return [FieldDef(prefix + one.name, one.base + "!") for one in sort_keys(build.object(link.owner.name))]


def _add_key_columns(build: Build, join: TypeDef, link: Link) -> None:
    owner = build.object(link.owner.name)
    key = owner.fields.get(primary_key(link.owner).name, FieldDef("id", "ID!"))
    sorts = _sort_columns(build, link)
    index = Applied(
        "index",
        "@index",
        {
            "name": f"by{build.renames.get(link.owner.name, link.owner.name)}",
            "sortKeyFields": [one.name for one in sorts],
        },
        link.applied.node,
    )
    join.put(FieldDef(_id_column(build, link), key.base + "!", directives=(index,)), *sorts)


def _end_field(build: Build, link: Link) -> FieldDef:
    name = link.owner.name
    columns = [_id_column(build, link), *(one.name for one in _sort_columns(build, link))]
    has_one = Applied("hasOne", "@hasOne", {"fields": columns}, link.applied.node)
    return FieldDef(lower_first(name), name + "!", directives=(has_one,))


def _joined_auth(ends: tuple[Link, Link]) -> Applied | None:
    """Let whom either side lets in."""
    rules: list[object] = []
    for link in ends:
        auth = link.owner.directive("auth")
        given = auth.values.get("rules") if auth is not None else None
        rules += given if isinstance(given, list) else []
    return Applied("auth", "@auth", {"rules": rules}, ends[0].applied.node) if rules else None


def add_many_to_many(build: Build) -> None:
    """Make both fields pages of the join model."""
    for link in build.links["manyToMany"]:
        add_page_field(build, link)
