"""Filters, pages and inputs of transformer 1."""

from preamp.graphql.names import SCALARS, graphql_name, upper_first
from preamp.graphql.schema.build import Build
from preamp.graphql.schema.document import FieldDef, TypeDef
from preamp.graphql.schema.inputs import OPERATORS, named_input, operand


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
        if build.draft.is_enum(one.base):
            made.put(FieldDef(one.name, _enum_filter_name(one)))
        elif one.base in SCALARS:
            made.put(FieldDef(one.name, f"Model{SCALARS[one.base]}FilterInput"))
    made.put(FieldDef("and", f"[{own}]"), FieldDef("or", f"[{own}]"), FieldDef("not", own))
    build.draft.add_missing(made)


def add_operand_filters(build: Build, type_: TypeDef) -> None:
    """Add the filters of all scalars, and of the enums that a type's fields use."""
    for scalar, operators in OPERATORS.items():
        fields = ((one, operand(one, scalar)) for one in operators)
        build.draft.add_missing(named_input(f"Model{scalar}FilterInput", fields))
    for one in type_.fields.values():
        if build.draft.is_enum(one.base):
            compared = f"[{one.base}]" if one.is_list else one.base
            operands = {"eq": compared, "ne": compared}
            if one.is_list:
                operands |= {"contains": one.base, "notContains": one.base}
            build.draft.add_missing(named_input(_enum_filter_name(one), operands.items()))


def _enum_filter_name(one: FieldDef) -> str:
    return f"Model{one.base}{'List' if one.is_list else ''}FilterInput"
