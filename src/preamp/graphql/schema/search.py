"""@searchable: a search query with its filters, sorting and aggregates."""

from preamp.graphql.names import SCALARS, graphql_name, pluralize, upper_first

from .build import Build, Search
from .document import FieldDef, TypeDef, refusal
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
    page = _object(
        f"Searchable{name}Connection",
        items=f"[{name}]!",
        nextToken="String",
        total="Int",
        aggregateItems="[SearchableAggregateResult]!",
    )
    build.draft.add_missing(page)
    result, scalar, bucket, item = AGGREGATE_TYPES
    build.draft.add_missing(_object(result, name="String!", result="SearchableAggregateGenericResult"))
    build.draft.add_missing(_object(scalar, value="Float!"))
    build.draft.add_missing(_object(bucket, buckets=f"[{item}]"))
    build.draft.add_missing(_object(item, key="String!", doc_count="Int!"))
    build.draft.add_missing(TypeDef("union", "SearchableAggregateGenericResult", members=[scalar, bucket]))


def _object(type_name: str, /, **fields: str) -> TypeDef:
    made = TypeDef("object", type_name)
    made.put(*(FieldDef(one, type_) for one, type_ in fields.items()))
    return made


def _input(type_name: str, fields: dict[str, str]) -> TypeDef:
    made = TypeDef("input", type_name)
    made.put(*(FieldDef(one, type_) for one, type_ in fields.items()))
    return made


def add_searches(build: Build) -> None:
    """Add the inputs of search queries."""
    searched = [search for search in build.searches if search.field]
    for search in searched:
        _add_inputs(build, build.object(search.definition.name))
    for name in AGGREGATE_TYPES if searched else ():
        build.draft.add_directives(name, build.is_open_to_keys())


def _add_inputs(build: Build, type_: TypeDef) -> None:
    draft, name = build.draft, type_.name
    for scalar, operators in _OPERATORS.items():
        fields = {one: _operand(one, scalar) for one in operators}
        draft.add_missing(_input(f"Searchable{scalar}FilterInput", fields))
    scalars = [one for one in type_.fields.values() if one.base in SCALARS]
    enums = [one for one in type_.fields.values() if one.base in build.document.enums]
    filters = {one.name: f"Searchable{SCALARS[one.base]}FilterInput" for one in scalars}
    filters |= {one.name: "SearchableStringFilterInput" for one in enums}
    own = f"Searchable{name}FilterInput"
    draft.add_missing(_input(own, filters | {"and": f"[{own}]", "or": f"[{own}]", "not": own}))
    draft.add_missing(_enum("SearchableSortDirection", ["asc", "desc"]))
    draft.add_missing(_enum(f"Searchable{name}SortableFields", [one.name for one in scalars]))
    sort = {"field": f"Searchable{name}SortableFields", "direction": "SearchableSortDirection"}
    draft.add_missing(_input(f"Searchable{name}SortInput", sort))
    draft.add_missing(_enum("SearchableAggregateType", ["terms", "avg", "min", "max", "sum", "cardinality"]))
    draft.add_missing(_enum(f"Searchable{name}AggregateField", [one.name for one in (*scalars, *enums)]))
    aggregation = {"name": "String!", "type": "SearchableAggregateType!", "field": f"Searchable{name}AggregateField!"}
    draft.add_missing(_input(f"Searchable{name}AggregationInput", aggregation))


def _operand(operator: str, scalar: str) -> str:
    if operator == "exists":
        return "Boolean"
    return f"[{scalar}]" if operator == "range" else scalar


def _enum(name: str, values: list[str]) -> TypeDef:
    return TypeDef("enum", name, values=dict.fromkeys(values, ()))
