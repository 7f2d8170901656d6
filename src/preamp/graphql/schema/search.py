"""@searchable: a search query with its filters, sorting and aggregates."""

from preamp.graphql.names import SCALARS, graphql_name, pluralize, upper_first

from .build import Build, Search
from .document import Draft, FieldDef, Kind, TypeDef, refusal
from .parse import Use

AGGREGATE_TYPES = (
    "SearchableAggregateResult",
    "SearchableAggregateScalarResult",
    "SearchableAggregateBucketResult",
    "SearchableAggregateBucketResultItem",
)
_TEXT = [
    "ne",
    "gt",
    "lt",
    "gte",
    "lte",
    "eq",
    "match",
    "matchPhrase",
    "matchPhrasePrefix",
    "multiMatch",
    "exists",
    "wildcard",
    "regexp",
    "range",
]
_NUMBER = ["ne", "gt", "lt", "gte", "lte", "eq", "range"]
_OPERATORS = {"String": _TEXT, "Int": _NUMBER, "Float": _NUMBER, "Boolean": ["eq", "ne"], "ID": _TEXT}


def read_searchable(build: Build, use: Use) -> None:
    """Check a @searchable, and add its query."""
    type_, applied = use.parent, use.applied
    if type_.directive("model") is None:
        raise refusal("Types annotated with @searchable must also be annotated with @model.", applied)
    queries = applied.values.get("queries")
    name = type_.name
    field = graphql_name(f"search{pluralize(upper_first(name))}")
    if queries is not None:
        field = queries.get("search")
    build.searches.append(Search(type_, field or None))
    if not field:
        return
    _add_types(build, name)
    args = (
        FieldDef("filter", f"Searchable{name}FilterInput"),
        FieldDef("sort", f"[Searchable{name}SortInput]"),
        FieldDef("limit", "Int"),
        FieldDef("nextToken", "String"),
        FieldDef("from", "Int"),
        FieldDef("aggregates", f"[Searchable{name}AggregationInput]"),
    )
    directives = () if type_.directive("auth") else tuple(build.is_open_to_keys())
    query = FieldDef(field, f"Searchable{name}Connection", args, directives, node=applied.node)
    build.draft.add_root_fields("query", [query])


def _add_types(build: Build, name: str) -> None:
    result, scalar, bucket, item = AGGREGATE_TYPES
    page = {"items": f"[{name}]!", "nextToken": "String", "total": "Int", "aggregateItems": f"[{result}]!"}
    objects = {
        f"Searchable{name}Connection": page,
        result: {"name": "String!", "result": "SearchableAggregateGenericResult"},
        scalar: {"value": "Float!"},
        bucket: {"buckets": f"[{item}]"},
        item: {"key": "String!", "doc_count": "Int!"},
    }
    for one, fields in objects.items():
        build.draft.add_missing(named("object", one, fields))
    build.draft.add_missing(TypeDef("union", "SearchableAggregateGenericResult", members=[scalar, bucket]))


def named(kind: Kind, name: str, fields: dict[str, str]) -> TypeDef:
    """Make an object or input type of names and types."""
    made = TypeDef(kind, name)
    made.put(*(FieldDef(one, type_) for one, type_ in fields.items()))
    return made


def add_searches(build: Build) -> None:
    """Add the inputs of search queries."""
    searched = [search for search in build.searches if search.field]
    for search in searched:
        _add_inputs(build, build.object(search.definition.name))
    for name in AGGREGATE_TYPES if searched else ():
        build.draft.add_directives(name, build.is_open_to_keys())


def add_scalar_filters(draft: Draft) -> None:
    """Add the inputs that hold operators, one per scalar."""
    for scalar, operators in _OPERATORS.items():
        fields = {one: _operand(one, scalar) for one in operators}
        draft.add_missing(named("input", f"Searchable{scalar}FilterInput", fields))


def _add_inputs(build: Build, type_: TypeDef) -> None:
    draft, name = build.draft, type_.name
    add_scalar_filters(draft)
    scalars = [one for one in type_.fields.values() if one.base in SCALARS]
    enums = [one for one in type_.fields.values() if one.base in build.document.enums]
    filters = {one.name: f"Searchable{SCALARS[one.base]}FilterInput" for one in scalars}
    filters |= {one.name: "SearchableStringFilterInput" for one in enums}
    own = f"Searchable{name}FilterInput"
    draft.add_missing(named("input", own, filters | {"and": f"[{own}]", "or": f"[{own}]", "not": own}))
    draft.add_missing(enum("SearchableSortDirection", ["asc", "desc"]))
    draft.add_missing(enum(f"Searchable{name}SortableFields", [one.name for one in scalars]))
    sort = {"field": f"Searchable{name}SortableFields", "direction": "SearchableSortDirection"}
    draft.add_missing(named("input", f"Searchable{name}SortInput", sort))
    draft.add_missing(enum("SearchableAggregateType", ["terms", "avg", "min", "max", "sum", "cardinality"]))
    draft.add_missing(enum(f"Searchable{name}AggregateField", [one.name for one in (*scalars, *enums)]))
    aggregation = {"name": "String!", "type": "SearchableAggregateType!", "field": f"Searchable{name}AggregateField!"}
    draft.add_missing(named("input", f"Searchable{name}AggregationInput", aggregation))


def _operand(operator: str, scalar: str) -> str:
    if operator == "exists":
        return "Boolean"
    return f"[{scalar}]" if operator == "range" else scalar


def enum(name: str, values: list[str]) -> TypeDef:
    """Make an enum."""
    return TypeDef("enum", name, values=dict.fromkeys(values, ()))
