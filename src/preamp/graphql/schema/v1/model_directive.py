"""@model of transformer 1: operations, inputs and implicit fields."""

from typing import Any

from preamp.graphql.names import graphql_name, pluralize, upper_first
from preamp.graphql.schema.build import Build, Level, ModelSettings
from preamp.graphql.schema.document import Applied, FieldDef, TypeDef, nullable, refusal
from preamp.graphql.schema.inputs import add_field, add_sort_direction, mutation_input_name, named_input
from preamp.graphql.schema.model_directive import EVENTS
from preamp.graphql.schema.parse import Use

from .inputs import (
    add_conditions,
    add_embedded_inputs,
    add_filters,
    add_operand_filters,
    add_page,
    condition_name,
    has_conditions,
    plain_filter_name,
    stored_input,
)

_FILLED = ("AWSDateTime", "String")


def add_model(build: Build, use: Use) -> None:
    """Give a type the operations of a model."""
    type_, applied = use.parent, use.applied
    if type_.name in build.draft.roots.values():
        message = f"'{type_.name}' is a reserved type name and currently in use within the default schema element."
        raise refusal(message, applied)
    settings = _settings(build, type_, applied)
    build.models[type_.name] = settings
    made = build.object(type_.name)
    made.add_missing(FieldDef("id", "ID!"))
    add_embedded_inputs(build, type_)
    _add_queries(build, settings)
    _add_mutations(build, settings)
    _add_subscriptions(build, settings)
    if build.syncs:
        add_field(made, FieldDef("_version", "Int!"))
        add_field(made, FieldDef("_deleted", "Boolean"))
        add_field(made, FieldDef("_lastChangedAt", "AWSTimestamp!"))
    for name in (settings.timestamps or {}).values():
        if name:
            made.add_missing(FieldDef(name, "AWSDateTime!"))


def plural(build: Build, name: str) -> str:
    """Give a model's plural, by the rules of the feature flag."""
    return pluralize(name) if build.flags.improve_pluralization else name + "s"


def _settings(build: Build, type_: TypeDef, applied: Applied) -> ModelSettings:
    title = upper_first(type_.name)
    queries = {"get": graphql_name("get" + title), "list": graphql_name("list" + plural(build, title))}
    mutations = {one: graphql_name(one + title) for one in ("create", "update", "delete")}
    named = _named(queries, applied.values, "queries")
    if build.syncs:
        named["sync"] = graphql_name("sync" + upper_first(pluralize(type_.name)))
    given = applied.values.get("subscriptions", {})
    level: Level = "off" if given is None else given.get("level") or "on"
    return ModelSettings(
        type_,
        applied,
        named,
        _named(mutations, applied.values, "mutations"),
        _events(title, given, level),
        level,
        _timestamps(applied.values.get("timestamps", {})),
    )


def _named(defaults: dict[str, str], values: Any, argument: str) -> dict[str, str | None]:
    """Read names of operations: who names some switches the others off."""
    if argument not in values:
        return dict(defaults)
    given = values[argument] or {}
    return {one: str(given[one]) for one in defaults if given.get(one)}


def _events(title: str, given: Any, level: Level) -> dict[str, list[str]]:
    if given is None or level == "off":
        return {one: [] for one in EVENTS}
    if not any(given.get(one) for one in EVENTS):
        return {one: [graphql_name(one + title)] for one in EVENTS}
    events: dict[str, list[str]] = {}
    for one in EVENTS:
        names = given.get(one) or []
        events[one] = [str(name) for name in (names if isinstance(names, list) else [names]) if name]
    return events


def _timestamps(given: Any) -> dict[str, str | None] | None:
    if given is None:
        return None
    return {one: given.get(one, one) for one in ("createdAt", "updatedAt")}


def _add_queries(build: Build, settings: ModelSettings) -> None:
    name = settings.name
    fields = []
    page = (FieldDef("filter", plain_filter_name(name)), FieldDef("limit", "Int"), FieldDef("nextToken", "String"))
    if sync := settings.queries.get("sync"):
        answer = add_page(build, name, sync=True)
        add_filters(build, settings.definition)
        fields.append(FieldDef(sync, answer, (*page, FieldDef("lastSync", "AWSTimestamp"))))
    if get := settings.queries.get("get"):
        fields.append(FieldDef(get, name, (FieldDef("id", "ID!"),)))
    if listed := settings.queries.get("list"):
        add_sort_direction(build.draft)
        answer = add_page(build, name)
        add_filters(build, settings.definition)
        fields.append(FieldDef(listed, answer, page))
    build.draft.add_root_fields("query", _pointing(settings, fields))


def _add_mutations(build: Build, settings: ModelSettings) -> None:
    fields = []
    for operation, name in settings.mutations.items():
        if not name:
            continue
        match operation:
            case "create":
                made = _create_input(build, settings)
            case "update":
                made = _update_input(build, settings)
            case _:
                made = named_input(mutation_input_name("delete", settings.name), [("id", "ID!")])
        if build.syncs:
            made.put(FieldDef("_version", "Int"))
        build.draft.add_missing(made)
        args: tuple[FieldDef, ...] = (FieldDef("input", made.name + "!"),)
        if has_conditions(build):
            args = (*args, FieldDef("condition", condition_name(settings.name)))
        fields.append(FieldDef(name, settings.name, args))
    if fields:
        add_operand_filters(build, settings.definition)
        if has_conditions(build):
            add_conditions(build, settings.definition)
    build.draft.add_root_fields("mutation", _pointing(settings, fields))


def _create_input(build: Build, settings: ModelSettings) -> TypeDef:
    type_ = settings.definition
    made = stored_input(build, mutation_input_name("create", type_.name), type_)
    filled = {"id": ("ID",)} | {name: _FILLED for name in (settings.timestamps or {}).values() if name}
    for name, types in filled.items():
        if name in made.fields and nullable(made.fields[name].type) in types:
            made.put(made.fields[name].typed(nullable(made.fields[name].type)))
    if "id" not in type_.fields:
        made.put(FieldDef("id", "ID"))
    return made


def _update_input(build: Build, settings: ModelSettings) -> TypeDef:
    made = stored_input(build, mutation_input_name("update", settings.name), settings.definition)
    made.put(*(one.typed(nullable(one.type)) for one in made.fields.values()))
    if "id" not in settings.definition.fields:
        made.put(FieldDef("id", "ID!"))
    elif "id" in made.fields:
        made.put(made.fields["id"].typed(made.fields["id"].type + "!"))
    return made


def _add_subscriptions(build: Build, settings: ModelSettings) -> None:
    """Add subscriptions; one name may listen to several mutations, a name given also to none."""
    listens: dict[str, list[str]] = {}
    given = settings.applied.values.get("subscriptions") or {}
    for event in EVENTS:
        mutation = settings.mutations.get(event.removeprefix("on").lower())
        for name in dict.fromkeys(settings.subscriptions[event]):
            if mutation or given.get(event):
                listens.setdefault(name, []).extend([mutation] if mutation else [])
    fields = []
    for name, mutations in listens.items():
        names = ", ".join(f'"{one}"' for one in mutations)
        subscribes = Applied("aws_subscribe", f"@aws_subscribe(mutations: [{names}])", {"mutations": mutations})
        fields.append(FieldDef(name, settings.name, (), (subscribes,)))
    build.draft.add_root_fields("subscription", _pointing(settings, fields))


def _pointing(settings: ModelSettings, fields: list[FieldDef]) -> list[FieldDef]:
    node = settings.applied.node
    return [FieldDef(one.name, one.type, one.args, one.directives, node=node) for one in fields]
