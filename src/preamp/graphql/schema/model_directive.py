"""@model: what the directive says, and the operations a model gets."""

from typing import Any

from preamp.graphql.names import operation_name, pascal_case

from .build import Build, Level, ModelSettings
from .document import Applied, FieldDef, TypeDef, refusal
from .inputs import (
    add_embedded_inputs,
    add_enum_filters,
    add_field,
    add_operator_inputs,
    add_sort_direction,
    condition_input,
    condition_name,
    connection_type,
    create_input,
    delete_input,
    filter_input,
    filter_name,
    mutation_input_name,
    subscription_filter_name,
    update_input,
)

EVENTS = ("onCreate", "onUpdate", "onDelete")


def read_model(build: Build, type_: TypeDef, applied: Applied, *, is_join: bool = False) -> None:
    """Take note of a model and its settings."""
    if type_.name in build.draft.roots.values():
        message = f"'{type_.name}' is a reserved type name and currently in use within the default schema element."
        raise refusal(message, applied)
    build.models[type_.name] = settings_of(type_, applied, is_join=is_join, syncs=build.syncs)


def settings_of(type_: TypeDef, applied: Applied, *, is_join: bool = False, syncs: bool = False) -> ModelSettings:
    """Fill in what @model leaves out."""
    name = type_.name
    queries = {one: operation_name(one, name) for one in ("get", "list", *(("sync",) if syncs else ()))}
    mutations = {one: operation_name(one, name) for one in ("create", "update", "delete")}
    subscriptions = {one: [operation_name(one, name)] for one in EVENTS}
    level, events = _subscriptions(applied.values.get("subscriptions", {}), subscriptions)
    return ModelSettings(
        type_,
        applied,
        _merged(queries, applied.values.get("queries", {})),
        _merged(mutations, applied.values.get("mutations", {})),
        events,
        level,
        _timestamps(applied.values.get("timestamps", {})),
        is_join,
    )


def _merged(defaults: dict[str, str], given: Any) -> dict[str, str | None]:
    if given is None:
        return {}
    return {**defaults, **given} if isinstance(given, dict) else dict(defaults)


def _timestamps(given: Any) -> dict[str, str | None] | None:
    return None if given is None else _merged({"createdAt": "createdAt", "updatedAt": "updatedAt"}, given)


def _subscriptions(given: Any, defaults: dict[str, list[str]]) -> tuple[Level, dict[str, list[str]]]:
    """Read `subscriptions`: an empty list keeps the default name, null switches an event off."""
    if given is None:
        return "on", {one: [] for one in EVENTS}
    level: Level = given.get("level") or "on"
    events: dict[str, list[str]] = {}
    for one in EVENTS:
        names = given.get(one, defaults[one])
        if isinstance(names, str):
            names = [names]
        events[one] = [] if names is None else [name for name in names if name] or defaults[one]
    if level == "off":
        events = {one: [] for one in EVENTS}
    return level, events


def add_models(build: Build) -> None:
    """Put every model's operations, inputs and implicit fields into the schema."""
    add_operator_inputs(build.draft)
    add_sort_direction(build.draft)
    for settings in build.models.values():
        written = build.object(settings.name).copy()
        type_ = build.object(settings.name)
        _add_implicit_fields(settings, type_)
        add_embedded_inputs(build, type_)
        operations = (
            _add_queries(build, settings, type_),
            _add_mutations(build, settings, written),
            _add_subscriptions(build, settings, type_),
        )
        if build.syncs:
            add_field(type_, FieldDef("_version", "Int!"))
            add_field(type_, FieldDef("_deleted", "Boolean"))
            add_field(type_, FieldDef("_lastChangedAt", "AWSTimestamp!"))
        if type_.directive("auth") is None:
            open_to_keys(build, type_, operations)


def _add_implicit_fields(settings: ModelSettings, type_: TypeDef) -> None:
    type_.add_missing(FieldDef("id", "ID!"))
    for name in (settings.timestamps or {}).values():
        if name:
            type_.add_missing(FieldDef(name, "AWSDateTime!"))


def _add_queries(build: Build, settings: ModelSettings, type_: TypeDef) -> list[FieldDef]:
    fields = []
    page = [FieldDef("limit", "Int"), FieldDef("nextToken", "String")]
    for operation, name in settings.queries.items():
        if not name:
            continue
        if operation == "get":
            fields.append(FieldDef(name, type_.name, (FieldDef("id", "ID!"),)))
            continue
        connection = pascal_case("Model", type_.name, "Connection")
        build.draft.add_missing(connection_type(build, connection, type_.name, sync=True))
        filter_ = filter_name(type_.name)
        if operation == "list":
            add_enum_filters(build.draft, type_)
        made = filter_input(build, filter_, type_)
        build.draft.add_missing(made)
        args = [FieldDef("filter", filter_), *page]
        if operation == "sync":
            args.append(FieldDef("lastSync", "AWSTimestamp"))
        fields.append(FieldDef(name, connection, tuple(args)))
    build.draft.add_root_fields("query", _pointing(settings, fields))
    return fields


def _add_mutations(build: Build, settings: ModelSettings, written: TypeDef) -> list[FieldDef]:
    fields = []
    for operation, name in settings.mutations.items():
        if not name:
            continue
        add_enum_filters(build.draft, written)
        build.draft.add_missing(condition_input(build, settings, written))
        match operation:
            case "create":
                build.draft.add_missing(create_input(build, settings, written))
            case "update":
                build.draft.add_missing(update_input(build, settings, written))
            case _:
                build.draft.add_missing(delete_input(build, written))
        args = (
            FieldDef("input", mutation_input_name(operation, written.name) + "!"),
            FieldDef("condition", condition_name(written.name)),
        )
        fields.append(FieldDef(name, written.name, args))
    build.draft.add_root_fields("mutation", _pointing(settings, fields))
    return fields


def _add_subscriptions(build: Build, settings: ModelSettings, type_: TypeDef) -> list[FieldDef]:
    """Add subscriptions; one name may listen to several mutations."""
    listens: dict[str, list[str]] = {}
    for event in EVENTS:
        for name in settings.listened(event):
            listens.setdefault(name, []).append(settings.mutations[event.removeprefix("on").lower()] or "")
    fields = []
    for name, mutations in listens.items():
        add_enum_filters(build.draft, type_)
        filter_ = subscription_filter_name(type_.name)
        build.draft.add_missing(filter_input(build, filter_, type_, subscription=True))
        names = ", ".join(f'"{one}"' for one in mutations)
        subscribes = Applied("aws_subscribe", f"@aws_subscribe(mutations: [{names}])", {"mutations": mutations})
        fields.append(FieldDef(name, type_.name, (FieldDef("filter", filter_),), (subscribes,)))
    build.draft.add_root_fields("subscription", _pointing(settings, fields))
    return fields


def _pointing(settings: ModelSettings, fields: list[FieldDef]) -> list[FieldDef]:
    """Let errors about generated fields point at the @model that asked for them."""
    return [
        FieldDef(one.name, one.type, one.args, one.directives, node=settings.applied.node or settings.definition.node)
        for one in fields
    ]


def open_to_keys(
    build: Build, type_: TypeDef, operations: tuple[list[FieldDef], list[FieldDef], list[FieldDef]]
) -> None:
    """In sandbox mode let an API key use a model that has no @auth, and the types it holds."""
    directives = build.is_open_to_keys()
    if not directives:
        return
    build.draft.add_directives(type_.name, directives)
    waiting, seen = [type_], set[str]()
    while waiting:
        for one in waiting.pop().fields.values():
            found = build.draft.object(one.base)
            if found is not None and found.directive("model") is None and found.name not in seen:
                seen.add(found.name)
                build.draft.add_directives(found.name, directives)
                waiting.append(found)
    for operation, fields in zip(("query", "mutation", "subscription"), operations, strict=True):
        root = build.draft.roots[operation]
        for one in fields:
            build.draft.add_field_directives(root, one.name, directives)
            build.draft.add_directives(one.base, directives)
