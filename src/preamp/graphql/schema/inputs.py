"""The inputs and connections that every model gets: filters, conditions, create, update and delete inputs."""

from collections.abc import Iterable, Mapping

from preamp.graphql.names import SCALARS, filter_type, graphql_name, pascal_case, upper_first

from .build import Build, ModelSettings
from .document import Draft, FieldDef, TypeDef, base_type, is_plain_list, nullable, refusal, required

_TEXT = ("ne", "eq", "le", "lt", "ge", "gt", "contains", "notContains", "between", "beginsWith")
_NUMBER = ("ne", "eq", "le", "lt", "ge", "gt", "between")
_TRUTH = ("ne", "eq")
OPERATORS: Mapping[str, tuple[str, ...]] = {
    "String": _TEXT,
    "Int": _NUMBER,
    "Float": _NUMBER,
    "Boolean": _TRUTH,
    "ID": _TEXT,
}
_LISTS = frozenset({"between", "in", "notIn"})
_ATTRIBUTE_TYPES = ["binary", "binarySet", "bool", "list", "map", "number", "numberSet", "string", "stringSet", "_null"]
_KEY_TEXT = ("eq", "le", "lt", "ge", "gt", "between", "beginsWith")
_KEY_NUMBER = ("eq", "le", "lt", "ge", "gt", "between")
_KEY_OPERATORS = {"String": _KEY_TEXT, "ID": _KEY_TEXT, "Int": _KEY_NUMBER, "Float": _KEY_NUMBER}

_FILLED = {"id": ("ID",), "createdAt": ("AWSDateTime", "String"), "updatedAt": ("AWSDateTime", "String")}


def add_operator_inputs(draft: Draft) -> None:
    """Add the inputs that hold operators, one per scalar, and the enums they use."""
    for scalar in OPERATORS:
        draft.add_missing(_operators(scalar))
        draft.add_missing(_operators(scalar, subscription=True))
    add_functions(draft)


def add_functions(draft: Draft) -> None:
    """Add what `attributeType` and `size` are compared with."""
    draft.add_missing(TypeDef("enum", "ModelAttributeTypes", values=dict.fromkeys(_ATTRIBUTE_TYPES, ())))
    draft.add_missing(named_input("ModelSizeInput", ((one, operand(one, "Int")) for one in _NUMBER)))


def add_sort_direction(draft: Draft) -> None:
    """Add `enum ModelSortDirection`."""
    draft.add_missing(TypeDef("enum", "ModelSortDirection", values={"ASC": (), "DESC": ()}))


def _operators(scalar: str, *, subscription: bool = False) -> TypeDef:
    names = OPERATORS[scalar]
    if subscription and names is not _TRUTH:
        names = (*names, "in", "notIn")
    fields = {one: operand(one, scalar) for one in names}
    if not subscription:
        fields |= {"attributeExists": "Boolean", "attributeType": "ModelAttributeTypes"}
        if names is _TEXT:
            fields["size"] = "ModelSizeInput"
    return named_input(filter_type(scalar, subscription=subscription), fields.items())


def operand(operator: str, type_: str) -> str:
    """Give the type of an operator's operand."""
    return f"[{type_}]" if operator in _LISTS else type_


def named_input(name: str, fields: Iterable[tuple[str, str]]) -> TypeDef:
    """Make an input of names and types."""
    return TypeDef("input", name, fields={one: FieldDef(one, type_) for one, type_ in fields})


def add_key_condition(draft: Draft, scalar: str) -> bool:
    """Add the sort key condition of a standard scalar; False where sort keys of it cannot be compared."""
    operators = _KEY_OPERATORS.get(scalar)
    if operators is None:
        return False
    fields = ((one, operand(one, scalar)) for one in operators)
    draft.add_missing(named_input(f"Model{scalar}KeyConditionInput", fields))
    return True


def add_composite_condition(draft: Draft, model: str, key: str, sort: list[FieldDef]) -> None:
    """Add the condition of a sort key that has several parts; its last part is compared as a standard scalar."""
    name = f"Model{model}{key}CompositeKey"
    parts = [(one.name, one.base) for one in sort]
    last, type_ = parts[-1]
    parts[-1] = (last, SCALARS.get(type_, type_))
    draft.add_missing(named_input(f"{name}ConditionInput", ((one, operand(one, f"{name}Input")) for one in _KEY_TEXT)))
    draft.add_missing(named_input(f"{name}Input", parts))


def filter_name(model: str) -> str:
    """Name a model's filter input."""
    return pascal_case("Model", model, "FilterInput")


def condition_name(model: str) -> str:
    """Name a model's condition input."""
    return pascal_case("Model", model, "ConditionInput")


def subscription_filter_name(model: str) -> str:
    """Name a model's subscription filter input."""
    return pascal_case("ModelSubscription", model, "FilterInput")


def mutation_input_name(operation: str, model: str) -> str:
    """Name a mutation's input."""
    return graphql_name(f"{upper_first(operation)}{upper_first(model)}Input")


def add_enum_filters(draft: Draft, type_: TypeDef) -> None:
    """Add a filter input for each enum that a type's fields use."""
    for one in type_.fields.values():
        if not draft.is_enum(one.base):
            continue
        of_list = is_plain_list(one.type)
        operand = f"[{one.base}]" if of_list else one.base
        operators = {"eq": operand, "ne": operand}
        if of_list:
            operators |= {"contains": one.base, "notContains": one.base}
        draft.add_missing(named_input(filter_type(one.base, of_list=of_list), operators.items()))


def add_field(type_: TypeDef, one: FieldDef) -> None:
    """Add a field that the type must not have yet."""
    if one.name in type_.fields:
        raise refusal(f"type {type_.name} has already a field with name {one.name}", type_, "Error")
    type_.fields[one.name] = one


def filter_input(build: Build, name: str, type_: TypeDef, *, subscription: bool = False) -> TypeDef:
    """Make the filter over a type's scalar and enum fields, joined by and, or and (not for subscriptions) not."""
    made = TypeDef("input", name, node=type_.node)
    for one in type_.fields.values():
        is_enum = build.draft.is_enum(one.base)
        if subscription and (is_enum or one.base in SCALARS):
            base = "String" if is_enum else one.base
            add_field(made, FieldDef(one.name, filter_type(base, subscription=True)))
        elif is_enum or one.base in SCALARS:
            of_list = is_enum and is_plain_list(one.type)
            add_field(made, FieldDef(one.name, filter_type(one.base, of_list=of_list)))
    for joiner in ("and", "or"):
        add_field(made, FieldDef(joiner, f"[{name}]"))
    if not subscription:
        add_field(made, FieldDef("not", name))
    if build.syncs:
        add_field(made, FieldDef("_deleted", "ModelBooleanInput"))
    return made


def condition_input(build: Build, settings: ModelSettings, type_: TypeDef) -> TypeDef:
    """Make the condition of a model's mutations: its filter without `id`, with the timestamps."""
    made = filter_input(build, condition_name(type_.name), type_)
    if "id" in made.fields and made.fields["id"].type == "ModelIDInput":
        del made.fields["id"]
    if settings.timestamps is not None:
        for name in {"createdAt": "createdAt", "updatedAt": "updatedAt", **settings.timestamps}.values():
            if name:
                made.add_missing(FieldDef(name, "ModelStringInput"))
    return made


def input_field(build: Build, one: FieldDef, *, of_model: bool) -> FieldDef:
    """Make the input field of a field: enums and scalars as they are, embedded types by their inputs."""
    if of_model and one.name in _FILLED:
        plain = nullable(one.type)
        if plain.startswith("["):
            raise refusal("Cannot read properties of undefined (reading 'value')", one, "TypeError")
        if plain in _FILLED[one.name]:
            return FieldDef(one.name, plain)
    if one.base in SCALARS or one.base in build.document.enums:
        return FieldDef(one.name, one.type)
    return FieldDef(one.name, one.type.replace(one.base, graphql_name(upper_first(one.base) + "Input"), 1))


def create_input(build: Build, settings: ModelSettings, type_: TypeDef) -> TypeDef:
    """Make the input of create: what the type requires stays required, but for the id and the timestamps."""
    made = _input_of_fields(build, mutation_input_name("create", type_.name), type_)
    if "id" not in type_.fields:
        made.put(FieldDef("id", "ID"))
    elif type_.fields["id"].base in ("ID", "String") and "id" in made.fields:
        made.put(made.fields["id"].typed(nullable(made.fields["id"].type)))
    _free_timestamps(settings, made)
    _add_version(build, made)
    return made


def update_input(build: Build, settings: ModelSettings, type_: TypeDef) -> TypeDef:
    """Make the input of update: all is optional but the id."""
    made = _input_of_fields(build, mutation_input_name("update", type_.name), type_)
    made.put(*(one.typed(nullable(one.type)) for one in made.fields.values()))
    if "id" not in type_.fields:
        made.put(FieldDef("id", "ID!"))
    elif "id" in made.fields:
        made.put(made.fields["id"].typed(required(made.fields["id"].type)))
    _free_timestamps(settings, made)
    _add_version(build, made)
    return made


def delete_input(build: Build, type_: TypeDef) -> TypeDef:
    """Make the input of delete: the id."""
    made = named_input(mutation_input_name("delete", type_.name), [("id", "ID!")])
    _add_version(build, made)
    return made


def _input_of_fields(build: Build, name: str, type_: TypeDef) -> TypeDef:
    made = TypeDef("input", name, node=type_.node)
    of_model = type_.directive("model") is not None
    made.put(
        *(input_field(build, one, of_model=of_model) for one in type_.fields.values() if one.base not in build.models)
    )
    return made


def _free_timestamps(settings: ModelSettings, made: TypeDef) -> None:
    for name in (settings.timestamps or {}).values():
        found = made.fields.get(name or "")
        if found is not None and found.base in ("String", "AWSDateTime"):
            made.put(found.typed(nullable(found.type)))


def _add_version(build: Build, made: TypeDef) -> None:
    if build.syncs:
        add_field(made, FieldDef("_version", "Int"))


def add_embedded_inputs(build: Build, type_: TypeDef) -> None:
    """Add the inputs of the embedded types that a type's fields reach."""
    waiting = [type_]
    while waiting:
        for one in waiting.pop().fields.values():
            if one.base in SCALARS or one.base in build.models:
                continue
            found = build.draft.object(one.base)
            name = upper_first(base_type(one.type)) + "Input"
            if found is not None and build.draft.get(name) is None:
                made = TypeDef("input", name, node=found.node)
                of_model = found.directive("model") is not None
                made.put(*(input_field(build, inner, of_model=of_model) for inner in found.fields.values()))
                build.draft.add(made)
                waiting.append(found)


def connection_type(build: Build, name: str, model: str, *, sync: bool) -> TypeDef:
    """Make a page of rows."""
    made = TypeDef("object", name)
    made.put(FieldDef("items", f"[{model}]!"), FieldDef("nextToken", "String"))
    if sync and build.syncs:
        made.put(FieldDef("startedAt", "AWSTimestamp"))
    return made
