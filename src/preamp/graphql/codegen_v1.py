"""Codegen's connections in schemas of transformer 1: @connection by name, by `fields` and `keyName`, or by neither."""

from typing import Any

from preamp.graphql.model import SchemaError
from preamp.graphql.names import camel_case

from .codegen_models import CodegenField, CodegenModel, CodegenSchema, Connection, Directive, undefined


def connect_v1(schema: CodegenSchema) -> None:
    """Connect the models; fields of a model's type that no directive connects are dropped."""
    for model in schema.models.values():
        for one in list(model.fields):
            applied = one.directive("connection")
            if applied is None:
                continue
            other = schema.models.get(one.type)
            one.connection = _connection(model, one, applied["arguments"], other, datastore=not schema.introspection)
            if one.connection is not None:
                _settle(model, one.connection)
        model.fields = [one for one in model.fields if one.type not in schema.models or one.connection is not None]


def _settle(model: CodegenModel, connection: Connection) -> None:
    """Add the column of the other side, or drop this side's, which the relation field stands for."""
    if connection.associated_with is not None:
        connection.model.add(connection.associated_with)
    elif connection.target is not None and connection.target != (model.key[0].name if model.key else None):
        model.fields = [one for one in model.fields if one.name != connection.target]


def _connection(
    model: CodegenModel, one: CodegenField, given: dict[str, Any], other: CodegenModel | None, *, datastore: bool
) -> Connection | None:
    fields = list(given.get("fields") or ())
    back = _other_end(model, one, given, other)
    if other is None:
        raise undefined("fields")
    target = fields[0] if fields else camel_case(model.name, one.name, "id")
    known = any(found is back for found in other.fields)
    if one.is_list and (not known or not back.is_list):
        return Connection("HAS_MANY", other, associated_with=back if known else _own_column(model, one, other))
    if not known or back.is_list:
        if len(fields) > 1:
            raise SchemaError("Error", "DataStore only support one key in field")
        return Connection("BELONGS_TO", other, target=target)
    if one.is_list:
        return None
    if not one.is_nullable and back.is_nullable:
        return Connection("BELONGS_TO", other, target=target)
    if (one.is_nullable and not back.is_nullable) or not datastore:
        return Connection("HAS_ONE", other, associated_with=back, target=target)
    message = "DataStore does not support 1 to 1 connection with both sides of connection as optional field: "
    raise SchemaError("Error", f"{message}{model.name}.{one.name}")


def _own_column(model: CodegenModel, one: CodegenField, other: CodegenModel) -> CodegenField:
    name = camel_case(model.name, one.name, "id")
    return other.field(name) or CodegenField(name, "ID")


def _other_end(
    model: CodegenModel, one: CodegenField, given: dict[str, Any], other: CodegenModel | None
) -> CodegenField:
    """Find the field at the other end, or make the one that is still to be added."""
    name = given.get("name")
    if given.get("fields") is not None:
        if other is None:
            raise undefined("directives")
        return _by_key(model, one, given.get("keyName"), other)
    if other is None:
        raise undefined("fields")
    if name:
        for found in other.fields:
            if found is not one and any(_is_connection(applied, name) for applied in found.directives):
                return found
        raise SchemaError("Error", f"Can not find key field with connection name {name} in [object Object]")
    return _own_column(model, one, other)


def _is_connection(applied: Directive, name: str) -> bool:
    return bool(applied["name"] == "connection" and applied["arguments"].get("name") == name)


def _by_key(model: CodegenModel, one: CodegenField, key_name: str | None, other: CodegenModel) -> CodegenField:
    keys = [applied["arguments"] for applied in other.directives if applied["name"] == "key"]
    if key_name:
        key = next((found for found in keys if found.get("name") == key_name), None)
        if key is None:
            message = (
                f"Error processing @connection directive on {model.name}.{one.name}, @key directive with name "
                f"{key_name} was not found in connected model {other.name}"
            )
            raise SchemaError("Error", message)
    else:
        key = next((found for found in keys if "name" not in found), None)
    name = key["fields"][0] if key is not None else "id"
    for found in other.fields:
        for applied in found.directives:
            fields = applied["arguments"].get("fields")
            if applied["name"] == "connection" and fields and fields[0] == name:
                return found
    column = other.field(name)
    if column is None:
        raise SchemaError("Error", f"Can not find key field {name} in [object Object]")
    return column
