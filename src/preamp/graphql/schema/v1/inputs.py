"""Filters, pages and inputs of transformer 1."""

from preamp.graphql.names import SCALARS, graphql_name, upper_first
from preamp.graphql.schema.build import Build
from preamp.graphql.schema.document import FieldDef, TypeDef
from preamp.graphql.schema.inputs import OPERATORS, add_functions, named_input, operand

CONDITIONS_FROM = 5
"""The version of transform.conf.json since which mutations take conditions."""


def is_stored(build: Build, one: FieldDef) -> bool:
    """Whether a field is kept with its row: a scalar, an enum, or a type that is no model."""
    if build.draft.is_scalar_or_enum(one.type):
        return True
    found = build.definition(one.base)
    return found is not None and found.directive("model") is None


def stored_input(build: Build, name: str, type_: TypeDef) -> TypeDef:
    """Make an input of a type's stored fields."""
    made = TypeDef("input", name, node=type_.node)
    made.put(*(_input_field(build, one) for one in type_.fields.values() if is_stored(build, one)))
    return made


def _input_field(build: Build, one: FieldDef) -> FieldDef:
    if build.draft.is_scalar_or_enum(one.type):
        return FieldDef(one.name, one.type)
    return FieldDef(one.name, one.type.replace(one.base, _embedded_name(one.base), 1))


def _embedded_name(name: str) -> str:
    return graphql_name(upper_first(name) + "Input")


def add_embedded_inputs(build: Build, type_: TypeDef) -> None:
    """Add the inputs of the embedded types that a type's fields reach."""
    waiting, seen = [type_], set[str]()
    while waiting:
        for one in waiting.pop().fields.values():
            found = build.draft.object(one.base)
            if one.base in SCALARS or found is None or found.directive("model") is not None or one.base in seen:
                continue
            seen.add(one.base)
            waiting.append(found)
            build.draft.add_missing(stored_input(build, _embedded_name(one.base), found))


def plain_filter_name(model: str) -> str:
    """Name a model's filter: unlike transformer 2 this keeps a small first letter."""
    return f"Model{model}FilterInput"


def add_page(build: Build, model: str, *, sync: bool = False) -> str:
    """Add a model's page of rows."""
    name = f"Model{model}Connection"
    made = TypeDef("object", name)
    made.put(FieldDef("items", f"[{model}]!"), FieldDef("nextToken", "String"))
    if sync:
        made.put(FieldDef("startedAt", "AWSTimestamp"))
    build.draft.add_missing(made)
    return name


def add_filters(build: Build, type_: TypeDef) -> None:
    """Add a model's filter, and those of the scalars and enums in it."""
    add_operand_filters(build, type_)
    own = plain_filter_name(type_.name)
    made = TypeDef("input", own, node=type_.node)
    for one in type_.fields.values():
        compared = _compared(build, one)
        if compared:
            made.put(FieldDef(one.name, compared))
    made.put(FieldDef("and", f"[{own}]"), FieldDef("or", f"[{own}]"), FieldDef("not", own))
    build.draft.add_missing(made)


def has_conditions(build: Build) -> bool:
    """Whether the project's mutations take a condition."""
    return build.flags.config_version >= CONDITIONS_FROM


def condition_name(model: str) -> str:
    """Name a model's condition."""
    return f"Model{model}ConditionInput"


def add_conditions(build: Build, type_: TypeDef) -> None:
    """Add a model's condition: the filter without `id`. Its key's fields go when a @key is read."""
    own = condition_name(type_.name)
    made = TypeDef("input", own, node=type_.node)
    for one in type_.fields.values():
        compared = _compared(build, one)
        if compared and one.name != "id":
            made.put(FieldDef(one.name, compared))
    made.put(FieldDef("and", f"[{own}]"), FieldDef("or", f"[{own}]"), FieldDef("not", own))
    build.draft.add_missing(made)


def _compared(build: Build, one: FieldDef) -> str | None:
    """Name the input that a field is compared by, None for one that is not."""
    if build.draft.is_enum(one.base):
        return _enum_filter_name(build, one)
    return _scalar_filter_name(build, SCALARS[one.base]) if one.base in SCALARS else None


def add_operand_filters(build: Build, type_: TypeDef) -> None:
    """Add the filters of all scalars, and of the enums that a type's fields use."""
    for scalar, operators in OPERATORS.items():
        fields = {one: operand(one, scalar) for one in operators}
        if has_conditions(build):
            fields |= {"attributeExists": "Boolean", "attributeType": "ModelAttributeTypes"}
            if "contains" in operators:
                fields["size"] = "ModelSizeInput"
        build.draft.add_missing(named_input(_scalar_filter_name(build, scalar), fields.items()))
    if has_conditions(build):
        add_functions(build.draft)
    for one in type_.fields.values():
        if build.draft.is_enum(one.base):
            compared = f"[{one.base}]" if one.is_list else one.base
            operands = {"eq": compared, "ne": compared}
            if one.is_list:
                operands |= {"contains": one.base, "notContains": one.base}
            build.draft.add_missing(named_input(_enum_filter_name(build, one), operands.items()))


def _scalar_filter_name(build: Build, scalar: str) -> str:
    return f"Model{scalar}{_filter_word(build)}Input"


def _enum_filter_name(build: Build, one: FieldDef) -> str:
    return f"Model{one.base}{'List' if one.is_list else ''}{_filter_word(build)}Input"


def _filter_word(build: Build) -> str:
    """What compares a field serves filters alone only where there are no conditions."""
    return "" if has_conditions(build) else "Filter"
