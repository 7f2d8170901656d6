"""GraphQL documents that a deployed schema understands, for a first try by curl."""

from msgspec import Struct

from preamp.graphql import Model
from preamp.graphql.model import Entity, Field, Relation

_VALUES = {
    "Int": "1",
    "Float": "1.5",
    "Boolean": "true",
    "AWSDate": '"2026-01-31"',
    "AWSTime": '"12:30:00Z"',
    "AWSDateTime": '"2026-01-31T12:30:00Z"',
    "AWSTimestamp": "1769862600",
    "AWSEmail": '"ann@example.com"',
    "AWSJSON": '"{}"',
    "AWSURL": '"https://example.com/"',
    "AWSPhone": '"+12025550123"',
    "AWSIPAddress": '"192.0.2.1"',
    "ID": '"1"',
}
_MOST_FIELDS = 5


class Examples(Struct, frozen=True, kw_only=True):
    """Documents: rows created one after the other, and a list with the nested rows."""

    creates: tuple[str, ...]
    lists: str


def examples(model: Model, row_id: str) -> Examples | None:
    """Examples for the first model that the API key opens (else the first), nested by its first hasMany.

    `row_id` becomes the first row's id, so that the nested row can name it. None where there is no model.
    """
    usable = [
        one for one in model.entities if not one.is_join and _root(model, "create", one) and _root(model, "list", one)
    ]
    chosen = next((one for one in usable if _is_public(one)), next(iter(usable), None))
    if chosen is None:
        return None
    by_id = chosen.key == ("id",)
    given = {"id": f'"{row_id}"'} if by_id else {}
    creates = [_create(model, chosen, given)]
    nested = next((field for field in chosen.fields if field.relation and field.relation.kind == "hasMany"), None)
    child = _entity(model, nested.relation.target) if nested and nested.relation else None
    inner = ""
    if nested and nested.relation and child:
        inner = f" {nested.name} {{ items {{ {_selection(child)} }} }}"
        if by_id and _root(model, "create", child) and _is_by_id(nested.relation):
            creates.append(_create(model, child, {nested.relation.remote[0]: f'"{row_id}"'}))
    lists = f"query {{ {_root(model, 'list', chosen)} {{ items {{ {_selection(chosen)}{inner} }} }} }}"
    return Examples(creates=tuple(creates), lists=lists)


def _create(model: Model, entity: Entity, given: dict[str, str]) -> str:
    values = dict(given)
    texts = 0
    for field in entity.fields:
        if field.kind == "relation" or field.name in values or field.name in {entity.created_at, entity.updated_at}:
            continue
        if field.name == "id" and entity.id_auto:
            continue
        is_text = field.kind == "scalar" and field.type == "String" and not field.is_list and not field.implicit
        if field.required or (is_text and texts < 1):
            values[field.name] = _value(model, field, f"My first {entity.name}")
            texts += is_text
    members = ", ".join(f"{name}: {value}" for name, value in values.items())
    return f"mutation {{ {_root(model, 'create', entity)}(input: {{{members}}}) {{ {_selection(entity)} }} }}"


def _value(model: Model, field: Field, text: str) -> str:
    if field.kind == "enum":
        one = next((enum.values[0] for enum in model.enums if enum.name == field.type), "null")
    elif field.kind == "embedded":
        fields = next((kind.fields for kind in model.embedded if kind.name == field.type), ())
        inside = [f"{part.name}: {_value(model, part, text)}" for part in fields if part.required]
        one = f"{{{', '.join(inside)}}}"
    else:
        one = _VALUES.get(field.type, f'"{text}"')
    return f"[{one}]" if field.is_list else one


def _selection(entity: Entity) -> str:
    plain = [field.name for field in entity.fields if field.kind in {"scalar", "enum"} and not field.implicit]
    wanted = [name for name in plain if name not in {entity.created_at, entity.updated_at}]
    return " ".join(wanted[:_MOST_FIELDS]) or "__typename"


def _root(model: Model, kind: str, entity: Entity) -> str | None:
    return next((root.field for root in model.roots if root.kind == kind and root.entity == entity.name), None)


def _entity(model: Model, name: str) -> Entity | None:
    return next((entity for entity in model.entities if entity.name == name), None)


def _is_by_id(relation: Relation) -> bool:
    return relation.local == ("id",) and len(relation.remote) == 1


def _is_public(entity: Entity) -> bool:
    return entity.open or any(
        rule.allow == "public" and rule.provider == "apiKey" and {"create", "list"} <= set(rule.operations)
        for rule in entity.auth
    )
