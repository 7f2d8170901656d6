"""One subscription made ready: which events it hears, and what it makes of them.

An event is what a mutation answered, by field names. A subscription compares its arguments and its filter with the
event's top-level fields, and owner and dynamic group rules become filters of the same kind: so says the template that
Amplify writes for subscriptions (`--vtl` of the oracle, `Subscription.onCreateX.auth.1.req.vtl`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    OperationType,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from msgspec import Struct

from preamp.graphql.coerce import Values, arguments
from preamp.graphql.errors import DocumentErrors, FieldError, RequestError, Unauthorized, document_error
from preamp.graphql.identity import Identity
from preamp.graphql.model import Entity, Root
from preamp.graphql.plan.auth import Access, group_values, owner_values
from preamp.graphql.plan.select import Selector
from preamp.graphql.release import Release
from preamp.graphql.rules import Role

MOST_IN = 5
"""Values that `in` and `notIn` take in a subscription's filter (AppSync developer guide, enhanced filtering)."""
MOST_CONTAINS_ANY = 20
MOST_CONDITIONS = 100
"""Conditions of one filter, all groups together."""

_KEY = msgspec.json.Encoder(order="sorted")

Event = Mapping[str, Any]
Test = Callable[[Event], bool]


class Listening(Struct, frozen=True):
    """A subscription ready to hear. Those of one `key` hear the same events and make the same of them."""

    key: bytes
    mutations: tuple[str, ...]
    hears: Test
    answer: Callable[[Event], bytes]
    """Makes the payload of a data message, as JSON: `{"data": ..., "errors": [...]}`."""


def listening(
    release: Release,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    switches: Mapping[str, bool],
    values: Values,
    identity: Identity,
) -> Listening:
    """Make a subscription of a validated document. Raises DocumentErrors, Unauthorized, RequestError."""
    if operation.operation is not OperationType.SUBSCRIPTION:
        raise RequestError(400, "BadRequest", "Queries and mutations are sent to the GraphQL endpoint by POST.")
    access = Access(release, identity)
    selector = Selector(release, access, dict(fragments), dict(switches), "", mutation=True)
    fields = selector.fields("Subscription", [operation.selection_set])
    if len(fields) != 1:
        raise DocumentErrors([document_error("A subscription asks for exactly one field.")])
    (key, nodes), *_ = fields.items()
    root = release.roots.get(("Subscription", nodes[0].name.value))
    if root is None or root.kind != "subscribe":
        raise DocumentErrors([document_error(f"{nodes[0].name.value} is no field to subscribe to.")])
    type_: Any = release.schema.type_map["Subscription"]
    definition = type_.fields[root.field]
    given = arguments(nodes[0].arguments or (), definition.args, release.coercers)(values)
    conditions = _conditions(release, access, root, dict(given), identity)
    project = _Projector(selector, access).field(nodes, definition.type, "Subscription")
    told = (release.id, root.field, _text(operation, fragments), dict(switches), conditions)
    return Listening(
        key=_KEY.encode(told),
        mutations=root.mutations,
        hears=predicate(conditions),
        answer=lambda event: _payload(key, project, event),
    )


def _text(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> str:
    nodes = [operation, *fragments.values()]
    source = next((node.loc.source for node in nodes if node.loc), None)
    return source.body if source else ""


# Who hears what ------------------------------------------------------------------------------------------------------


def _conditions(
    release: Release, access: Access, root: Root, given: dict[str, Any], identity: Identity
) -> dict[str, Any]:
    """Answer the filter that the arguments and the caller's standing make together. Raises Unauthorized, FieldError."""
    asked = given.pop("filter", None) or {}
    check_filter(asked)
    entity = release.entities.get(root.entity or "")
    parts: list[dict[str, Any]] = []
    if entity is None or root.auth is not None:
        if not access.may_ask(root.auth):
            raise Unauthorized(root.field, "Subscription")
    elif entity.subscriptions != "public":
        owned = _row_filter(access, entity, root, given, identity)
        if owned is not None:
            parts.append(owned)
    parts += [{name: {"eq": value}} for name, value in given.items()]
    if asked:
        parts.append(asked)
    return {"and": parts} if parts else {}


def _row_filter(
    access: Access, entity: Entity, root: Root, given: dict[str, Any], identity: Identity
) -> dict[str, Any] | None:
    """Answer what rows this caller may hear of, None for all; owner arguments that prove themselves are used up."""
    if access.passes_all(entity):
        return None
    roles = [role for role in access.roles(entity) if role.fields.get("listen")]
    if any(access.is_met(role) for role in roles):
        return None
    by_row = [role for role in roles if role.by_row and access.has_values(role)]
    if not by_row:
        raise Unauthorized(root.field, "Subscription")
    proven = False
    for role in by_row:
        name = given.get(role.row_field) if role.rule.allow == "owner" else None
        if name in {None, ""}:
            continue
        if not proven and name not in owner_values(role.rule, identity):
            raise Unauthorized(root.field, "Subscription")
        proven = True
    for role in by_row:
        given.pop(role.row_field, None)
    return {"or": [_row_test(role, identity) for role in by_row]}


def _row_test(role: Role, identity: Identity) -> dict[str, Any]:
    owner = role.rule.allow == "owner"
    values = owner_values(role.rule, identity) if owner else group_values(role.rule, identity)
    return {role.row_field: {"anyOf": values}}


# Filters -------------------------------------------------------------------------------------------------------------


def check_filter(filter_: Mapping[str, Any]) -> None:
    """Refuse a filter over AppSync's bounds. Raises FieldError that names the field."""
    left = MOST_CONDITIONS
    waiting: list[Mapping[str, Any]] = [filter_]
    while waiting:
        for name, value in waiting.pop().items():
            if name in {"and", "or"}:
                waiting += [one for one in value or () if one]
                continue
            left -= len(value or ())
            for operator, operand in (value or {}).items():
                if operator in {"in", "notIn"} and len(operand or ()) > MOST_IN:
                    raise FieldError(f"filter.{name}.{operator} takes at most {MOST_IN} values.", "BadRequest")
                if operator == "containsAny" and len(operand or ()) > MOST_CONTAINS_ANY:
                    raise FieldError(
                        f"filter.{name}.containsAny takes at most {MOST_CONTAINS_ANY} values.", "BadRequest"
                    )
        if left < 0:
            raise FieldError(f"filter holds at most {MOST_CONDITIONS} conditions.", "BadRequest")


def predicate(filter_: Mapping[str, Any]) -> Test:
    """Compile a filter: fields of one object all hold, `and` all of its members, `or` one of them."""
    tests: list[Test] = []
    for name, value in filter_.items():
        if value is None:
            continue
        if name == "and":
            tests += [predicate(one) for one in value if one]
        elif name == "or":
            tests.append(_any([predicate(one) for one in value if one]))
        else:
            tests += [_compare(name, operator, operand) for operator, operand in value.items()]
    return tests[0] if len(tests) == 1 else _all(tests)


def _all(tests: Sequence[Test]) -> Test:
    return lambda event: all(test(event) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    if not tests:
        return lambda _: True
    return lambda event: any(test(event) for test in tests)


def _compare(field: str, operator: str, operand: Any) -> Test:
    holds = _OPERATORS[operator]
    return lambda event: holds(event.get(field), operand)


def _ordered(value: Any, operand: Any, compare: Callable[[Any, Any], bool]) -> bool:
    """Compare what can be: numbers with numbers, texts with texts."""
    numbers = isinstance(value, int | float) and isinstance(operand, int | float)
    return (numbers or (isinstance(value, str) and isinstance(operand, str))) and compare(value, operand)


def _contains(value: Any, operand: Any) -> bool:
    if isinstance(value, list):
        return operand in value
    return isinstance(value, str) and isinstance(operand, str) and operand in value


def _any_of(value: Any, operand: Sequence[Any]) -> bool:
    return any(one in operand for one in value) if isinstance(value, list) else value in operand


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, operand: value == operand,
    "ne": lambda value, operand: value != operand,
    "le": lambda value, operand: _ordered(value, operand, lambda a, b: a <= b),
    "lt": lambda value, operand: _ordered(value, operand, lambda a, b: a < b),
    "ge": lambda value, operand: _ordered(value, operand, lambda a, b: a >= b),
    "gt": lambda value, operand: _ordered(value, operand, lambda a, b: a > b),
    "contains": _contains,
    "notContains": lambda value, operand: not _contains(value, operand),
    "beginsWith": lambda value, operand: isinstance(value, str) and value.startswith(operand or ""),
    "in": lambda value, operand: value in (operand or ()),
    "notIn": lambda value, operand: value not in (operand or ()),
    "between": lambda value, operand: (
        len(operand or ()) == 2
        and _ordered(value, operand[0], lambda a, b: a >= b)
        and _ordered(value, operand[1], lambda a, b: a <= b)
    ),
    "containsAny": lambda value, operand: isinstance(value, list) and any(one in value for one in operand or ()),
    "anyOf": _any_of,
}


# What an event becomes -----------------------------------------------------------------------------------------------


class _Null(Exception):
    """A value that may not be null is."""


Path = list[str | int]
Make = Callable[[Any, Path, list[dict[str, Any]]], Any]

_ENCODE = msgspec.json.Encoder()


def _payload(key: str, project: Make, event: Event) -> bytes:
    errors: list[dict[str, Any]] = []
    try:
        data: dict[str, Any] | None = {key: project(event, [key], errors)}
    except _Null:
        data = None
    return _ENCODE.encode({"data": data, "errors": errors} if errors else {"data": data})


class _Projector:
    """Makes functions that take from an event what a selection asks for."""

    def __init__(self, selector: Selector, access: Access) -> None:
        self._selector, self._access, self._release = selector, access, selector.release

    def field(self, nodes: Sequence[FieldNode], type_: Any, parent: str) -> Make:
        """Answer the function for the value of a field of `parent`."""
        if is_non_null_type(type_):
            return _required(self.field(nodes, type_.of_type, parent), str(type_.of_type), parent)
        if is_list_type(type_):
            return _list(self.field(nodes, type_.of_type, parent))
        if is_leaf_type(type_):
            return lambda value, _path, _errors: value
        if is_abstract_type(type_):
            by_name = {one.name: self._object(nodes, one) for one in self._release.schema.get_possible_types(type_)}
            return lambda value, path, errors: _of_its_type(by_name, value, path, errors)
        return self._object(nodes, type_)

    def _object(self, nodes: Sequence[FieldNode], type_: Any) -> Make:
        entity = self._release.entities.get(type_.name)
        members: list[tuple[str, str, Make]] = []
        for key, same in self._selector.fields(type_.name, [node.selection_set for node in nodes]).items():
            name = same[0].name.value
            if name == "__typename":
                members.append((key, name, _constant(type_.name)))
            elif entity is not None and self._access.is_guarded(entity, name):
                members.append((key, name, _hidden(self.field(same, type_.fields[name].type, type_.name))))
            else:
                members.append((key, name, self.field(same, type_.fields[name].type, type_.name)))

        def make(value: Any, path: Path, errors: list[dict[str, Any]]) -> Any:
            if not isinstance(value, dict):
                return None
            try:
                return {key: inner(value.get(name), [*path, key], errors) for key, name, inner in members}
            except _Null:
                return None

        return make


def _hidden(make: Make) -> Make:
    return lambda _value, path, errors: make(None, path, errors)


def _required(make: Make, type_: str, parent: str) -> Make:
    def required(value: Any, path: Path, errors: list[dict[str, Any]]) -> Any:
        known = len(errors)
        made = make(value, path, errors)
        if made is not None:
            return made
        if len(errors) == known:  # else the null was carried up, and told where it arose
            where = "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in path)
            message = f"Cannot return null for non-nullable type: '{type_}' within parent '{parent}' ({where})"
            errors.append({"path": list(path), "locations": None, "message": message})
        raise _Null

    return required


def _constant(word: str) -> Make:
    return lambda _value, _path, _errors: word


def _list(make: Make) -> Make:
    def made(value: Any, path: Path, errors: list[dict[str, Any]]) -> Any:
        if not isinstance(value, list):
            return None
        try:
            return [make(item, [*path, number], errors) for number, item in enumerate(value)]
        except _Null:
            return None

    return made


def _of_its_type(by_name: Mapping[str, Make], value: Any, path: Path, errors: list[dict[str, Any]]) -> Any:
    make = by_name.get(value.get("__typename", "")) if isinstance(value, dict) else None
    return None if make is None else make(value, path, errors)


# Events of mutations -------------------------------------------------------------------------------------------------

Names = dict[str, tuple[str, "Names | None"]]
"""Response keys of a selection, each with the field's name and its own selection's."""


def names_of(selector: Selector, type_name: str, nodes: Sequence[FieldNode]) -> Names | None:
    """Answer how to turn a mutation's answer into an event, None where every key is its field's name already."""
    release = selector.release
    found: Names = {}
    plain = True
    for key, same in selector.fields(type_name, [node.selection_set for node in nodes]).items():
        name = same[0].name.value
        inner: Names | None = None
        if same[0].selection_set is not None:
            type_: Any = release.schema.type_map[type_name]
            named = type_.fields[name].type
            while hasattr(named, "of_type"):
                named = named.of_type
            inner = None if is_abstract_type(named) else names_of(selector, named.name, same)
        found[key] = (name, inner)
        plain = plain and key == name and inner is None
    return None if plain else found


def renamed(value: Any, names: Names | None) -> Any:
    """Answer a mutation's answer by field names; of two keys with one name, the first stands."""
    if names is None:
        return value
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    event: dict[str, Any] = {}
    for key, (name, inner) in names.items():
        if key in value:
            event.setdefault(name, renamed(value[key], inner))
    return event
