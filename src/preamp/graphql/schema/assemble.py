"""From the finished schema to the values that serve it (`preamp.graphql.model`)."""

from collections.abc import Iterable
from typing import Any

from preamp.graphql.model import AuthRule, Embedded, Entity, Enum, Field, Index, Model, Relation, Root
from preamp.graphql.names import SCALARS, pluralize

from .build import Build, Key, Link, ModelSettings
from .document import FieldDef, TypeDef
from .relations import primary_key, sort_keys
from .render import render

VERSION_FIELDS = ("_version", "_deleted", "_lastChangedAt")


def assemble(build: Build) -> Model:
    """Make the model of the API."""
    for kind in build.links.values():
        for link in kind:
            build.relations[link.owner.name, link.field.name] = (link.field, _relation(build, link))
    return Model(
        sdl=render(build.draft),
        modes=build.modes,
        conflict=build.options.conflict,
        entities=tuple(_entity(build, settings) for settings in build.models.values()),
        embedded=tuple(_embedded(build)),
        enums=tuple(
            Enum(name=one.name, values=tuple(build.draft.types[one.name].values))
            for one in build.document.enums.values()
        ),
        roots=tuple(_roots(build)),
        flags=build.flags,
        sandbox=build.sandbox,
    )


def _entity(build: Build, settings: ModelSettings) -> Entity:
    name = settings.name
    type_ = build.object(name)
    matrix = build.matrices.get(name)
    key = build.keys.get(name)
    stamps = settings.timestamps or {}
    stored = {one.name: one for one in (*build.columns.get(name, ()), *type_.fields.values())}
    return Entity(
        name=name,
        table=build.renames.get(name, name),
        plural=pluralize(name),
        fields=tuple(_field(build, settings.definition, one) for one in stored.values()),
        key=tuple(one.name for one in key.fields) if key is not None else ("id",),
        id_auto="id" in type_.fields and type_.fields["id"].base in ("ID", "String"),
        indexes=tuple(_indexes(build, name)),
        auth=tuple(matrix.rules) if matrix is not None else (),
        open=matrix is None and (build.sandbox or build.version == 1),
        created_at=stamps.get("createdAt") or None,
        updated_at=stamps.get("updatedAt") or None,
        conflict=build.options.conflict,
        searchable=any(search.definition.name == name for search in build.searches),
        is_join=settings.is_join,
        subscriptions=settings.level,
        open_operations=build.open_operations.get(name, ()),
        versioned=build.versions.get(name),
    )


def _field(build: Build, written: TypeDef, one: FieldDef) -> Field:
    at = (written.name, one.name)
    matrix = build.matrices.get(written.name)
    rules = matrix.field_rules.get(one.name) if matrix is not None else None
    if rules is None and at in build.field_matrices:
        rules = build.field_matrices[at].rules
    original, relation = build.relations.get(at, (one, None))
    return Field(
        name=one.name,
        type=relation.target if relation is not None else one.base,
        kind="relation" if relation is not None else _kind(build, one.base),
        is_list=original.is_list,
        required=original.is_required,
        item_required=original.is_list and original.type.rstrip("!").endswith("!]"),
        implicit=one.name not in written.fields,
        default=build.defaults.get(at),
        validations=tuple(build.validations.get(at, ())),
        auth=tuple(rules) if rules is not None else None,
        relation=relation,
        calls=tuple(build.calls.get(at, ())),
        http=build.https.get(at),
    )


def _kind(build: Build, base: str) -> Any:
    if base in SCALARS:
        return "scalar"
    found = build.draft.get(base)
    if found is None or found.kind == "scalar":
        return "scalar"
    return "enum" if found.kind == "enum" else "embedded"


def _relation(build: Build, link: Link) -> Relation:
    local, remote = _columns(build, link)
    index = link.index
    if link.kind == "hasMany" and not link.fields and not link.references:
        index = index or _implicit_index(build, link)
    size = min(len(local), len(remote))
    return Relation(
        kind="hasMany" if link.kind == "manyToMany" else link.kind,
        target=link.related.name,
        local=tuple(local[:size]),
        remote=tuple(remote[:size]),
        index=index,
        limit=link.limit,
    )


def _columns(build: Build, link: Link) -> tuple[list[str], list[str]]:
    """Find the owner's columns and the related model's that must be equal."""
    if link.references:
        references = [one.name for one in link.references]
        if link.kind == "belongsTo":
            return references, _key_names(build, link.related)
        return _key_names(build, link.owner), references
    if link.kind == "manyToMany":
        column = link.owner.name[:1].lower() + link.owner.name[1:]
        names = [one for one in link.related.fields if one.startswith(column) and one != column]
        return [one.name for one in link.fields], _join_columns(link, names)
    target = [one.name for one in link.target_key]
    if link.kind == "hasMany":
        if link.fields:
            return [one.name for one in link.fields], target
        return link.connection, link.column_fields
    local = [one.name for one in link.fields] or link.connection
    owned = build.object(link.owner.name).fields
    # A belongsTo beside a hasMany that names its own fields has no column: AppSync answers null.
    return (local, target) if all(one in owned for one in local) else ([], [])


def _join_columns(link: Link, names: list[str]) -> list[str]:
    first = link.target_key[0].name
    index = link.target_key[0].directive("index")
    sorts = index.values.get("sortKeyFields", []) if index is not None else []
    return [one for one in (first, *sorts) if one in names]


def _key_names(build: Build, type_: TypeDef) -> list[str]:
    return [primary_key(type_).name, *(one.name for one in sort_keys(build.object(type_.name)))]


def _implicit_index(build: Build, link: Link) -> str:
    return f"gsi-{build.renames.get(link.owner.name, link.owner.name)}.{link.field.name}"


def _indexes(build: Build, model: str) -> Iterable[Index]:
    yield from build.link_indexes.get(model, ())
    for key in build.indexes:
        if key.definition.name == model:
            yield _index(key)
    for link in (*build.links["hasMany"], *build.links["hasOne"]):
        if link.related.name != model:
            continue
        if link.references:
            yield Index(name=link.index or "", fields=tuple(one.name for one in link.references), implicit=True)
        elif link.kind == "hasMany" and not link.fields and link.index is None:
            yield Index(name=_implicit_index(build, link), fields=tuple(link.column_fields), implicit=True)


def _index(key: Key) -> Index:
    return Index(
        name=key.name or "",
        fields=tuple(one.name for one in key.fields),
        query_field=key.query_field or None,
        projection=key.projection.get("type") or "ALL",
        projected=tuple(str(one) for one in key.projection.get("nonKeyAttributes") or ()),
    )


def _embedded(build: Build) -> Iterable[Embedded]:
    roots = set(build.draft.roots.values())
    for written in build.document.objects.values():
        if written.name in build.models or written.name in roots:
            continue
        type_ = build.object(written.name)
        fields = tuple(_field(build, type_, one) for one in type_.fields.values())
        yield Embedded(name=type_.name, fields=fields)


def _roots(build: Build) -> Iterable[Root]:
    known = _operations(build)
    for operation, name in build.draft.roots.items():
        type_ = build.draft.object(name)
        for one in type_.fields.values() if type_ is not None else ():
            found = known.get((operation, one.name))
            yield Root(parent=name, field=one.name, **(found if found is not None else _custom(build, name, one)))
    roots = set(build.draft.roots.values())
    for parent, field in dict.fromkeys((*build.calls, *build.https)):
        if parent not in roots:
            yield Root(parent=parent, field=field, **_custom(build, parent, build.draft.types[parent].fields[field]))


def _operations(build: Build) -> dict[tuple[str, str], dict[str, Any]]:
    """Map the generated fields to what answers them."""
    known: dict[tuple[str, str], dict[str, Any]] = {}
    for settings in build.models.values():
        for root, operations in (("query", settings.queries), ("mutation", settings.mutations)):
            known |= {(root, name): _root(kind, settings) for kind, name in operations.items() if name}
        for name, mutations in _listeners(settings).items():
            known["subscription", name] = _root("subscribe", settings) | {"mutations": mutations}
    for key in build.indexes:
        if key.query_field:
            known["query", key.query_field] = {"kind": "index", "entity": key.definition.name, "index": key.name}
    for search in build.searches:
        if search.field:
            known["query", search.field] = {"kind": "search", "entity": search.definition.name}
    return known


def _root(kind: str, settings: ModelSettings) -> dict[str, Any]:
    return {"kind": kind, "entity": settings.name}


def _listeners(settings: ModelSettings) -> dict[str, tuple[str, ...]]:
    """Map subscriptions to the mutations that feed them."""
    found: dict[str, tuple[str, ...]] = {}
    for event in ("onCreate", "onUpdate", "onDelete"):
        for name in settings.listened(event):
            mutation = settings.mutations[event.removeprefix("on").lower()] or ""
            found[name] = (*found.get(name, ()), mutation)
    return found


def _custom(build: Build, parent: str, one: FieldDef) -> dict[str, Any]:
    """Describe a field that the developer added."""
    at = (parent, one.name)
    matrix = build.field_matrices.get(at)
    rules: tuple[AuthRule, ...] | None = tuple(matrix.rules) if matrix is not None else None
    subscribes = one.directive("aws_subscribe")
    if subscribes is not None:
        mutations = subscribes.values.get("mutations") or ()
        names = (mutations,) if isinstance(mutations, str) else tuple(mutations)
        return {"kind": "subscribe", "mutations": names, "auth": rules}
    if at in build.calls:
        return {"kind": "function", "calls": tuple(build.calls[at]), "auth": rules}
    if at in build.https:
        return {"kind": "http", "http": build.https[at], "auth": rules}
    if at in build.predictions:
        return {"kind": "predictions", "auth": rules}
    return {"kind": "custom", "auth": rules}
