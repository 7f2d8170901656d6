"""@searchable of transformer 1: one sort, no aggregates, scalars alone."""

from preamp.graphql.names import SCALARS, graphql_name, upper_first
from preamp.graphql.schema.build import Build, Search
from preamp.graphql.schema.document import FieldDef, refusal
from preamp.graphql.schema.parse import Use
from preamp.graphql.schema.search import add_scalar_filters, enum, named

from .model_directive import plural


def add_search(build: Build, use: Use) -> None:
    """Add a model's search query."""
    type_, applied = use.parent, use.applied
    if type_.directive("model") is None:
        raise refusal("Types annotated with @searchable must also be annotated with @model.", applied)
    name = type_.name
    queries = applied.values.get("queries")
    field = graphql_name("search" + plural(build, upper_first(name)))
    if queries is not None:
        field = queries.get("search") or ""
    build.searches.append(Search(type_, field or None))
    if not field:
        return
    draft = build.draft
    add_scalar_filters(draft)
    scalars = [one for one in type_.fields.values() if one.base in SCALARS]
    own = f"Searchable{name}FilterInput"
    filters = {one.name: f"Searchable{SCALARS[one.base]}FilterInput" for one in scalars}
    draft.add_missing(named("input", own, filters | {"and": f"[{own}]", "or": f"[{own}]", "not": own}))
    draft.add_missing(enum("SearchableSortDirection", ["asc", "desc"]))
    draft.add_missing(enum(f"Searchable{name}SortableFields", [one.name for one in scalars]))
    sort = {"field": f"Searchable{name}SortableFields", "direction": "SearchableSortDirection"}
    draft.add_missing(named("input", f"Searchable{name}SortInput", sort))
    page = {"items": f"[{name}]!", "nextToken": "String", "total": "Int"}
    draft.add_missing(named("object", f"Searchable{name}Connection", page))
    args = (
        FieldDef("filter", own),
        FieldDef("sort", f"Searchable{name}SortInput"),
        FieldDef("limit", "Int"),
        FieldDef("nextToken", "String"),
        FieldDef("from", "Int"),
    )
    query = FieldDef(field, f"Searchable{name}Connection", args, node=applied.node)
    draft.add_root_fields("query", [query])
