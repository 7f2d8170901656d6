"""GenerateBackendAPIModels' output: the ModelIntrospectionSchema, and the DataStore schema of `schema.js`.

Both are made from the annotated schema, as Amplify's codegen makes them (appsync-modelgen-plugin 2.15.3).
"""

import hashlib
import json
from typing import Any

from .codegen_models import (
    RELATIONS,
    SCALARS,
    CodegenField,
    CodegenModel,
    CodegenSchema,
    Connection,
    connect,
    fill_auth,
    read_types,
)
from .codegen_v1 import connect_v1
from .model import SchemaError
from .names import pluralize

CODEGEN_VERSION = "3.4.4"
"""What DataStore checks the schema against; Amplify keeps it fixed."""


def introspection_schema(sdl: str, *, version: int | None = None) -> str:
    """Give the ModelIntrospectionSchema of an annotated schema as JSON text.

    `version` is the transformer's (1 or 2; None = 1 where the schema uses @key, @connection or @versioned).
    Raises SchemaError with the name and text of codegen's refusal.
    """
    return json.dumps(_introspection(_read(sdl, version, introspection=True)), indent=4, ensure_ascii=False)


def datastore_schema(sdl: str, *, version: int | None = None) -> str:
    """Give the DataStore schema of an annotated schema as JSON text; `version` there hashes what DataStore stores."""
    return json.dumps(_datastore(_read(sdl, version, introspection=False)), indent=4, ensure_ascii=False)


def datastore_module(sdl: str, *, version: int | None = None) -> str:
    """Give the text of `schema.js`, which exports the DataStore schema."""
    return f"export const schema = {datastore_schema(sdl, version=version)};"


def _read(sdl: str, version: int | None, *, introspection: bool) -> CodegenSchema:
    try:
        schema = read_types(sdl, version, introspection=introspection)
        if schema.version == 1:
            connect_v1(schema)
        else:
            connect(schema)
        fill_auth(schema)
    except RecursionError:
        raise SchemaError("SchemaTooDeep", "The schema is nested too deeply.") from None
    return schema


def _introspection(schema: CodegenSchema) -> dict[str, Any]:
    known: dict[str, Any] = {
        "version": 1,
        "models": {
            model.name: _model(schema, model) | {"primaryKeyInfo": _key(model)} for model in schema.models.values()
        },
        "enums": _enums(schema),
        "nonModels": {other.name: _object(schema, other) for other in schema.others.values()},
    }
    for operation, title in (("query", "queries"), ("mutation", "mutations"), ("subscription", "subscriptions")):
        found = {
            one.name: _operation(schema, one)
            for one in schema.operations.get(operation, ())
            if not _is_abstract(schema, one)
        }
        if found:
            known[title] = found
    if schema.inputs:
        known["inputs"] = {
            name: {"name": name, "attributes": {one.name: _value(schema, one) for one in fields}}
            for name, fields in schema.inputs.items()
        }
    return known


def _datastore(schema: CodegenSchema) -> dict[str, Any]:
    for model in (*schema.models.values(), *schema.others.values()):
        for one in model.fields:
            if one.type not in SCALARS and one.type not in {*schema.models, *schema.others, *schema.enums}:
                message = f"Unknown type {one.type} for field {one.name}. Did you forget to add the @model directive"
                raise SchemaError("Error", message)
    return {
        "models": {model.name: _model(schema, model) for model in schema.models.values()},
        "enums": _enums(schema),
        "nonModels": {other.name: _object(schema, other) for other in schema.others.values()},
        "codegenVersion": CODEGEN_VERSION,
        "version": _version(schema),
    }


def _enums(schema: CodegenSchema) -> dict[str, Any]:
    return {name: {"name": name, "values": values} for name, values in schema.enums.items()}


def _model(schema: CodegenSchema, model: CodegenModel) -> dict[str, Any]:
    attributes = [{"type": one["name"], "properties": one["arguments"]} for one in model.directives]
    return {
        **_object(schema, model),
        "syncable": True,
        "pluralName": pluralize(model.name),
        "attributes": attributes,
    }


def _object(schema: CodegenSchema, model: CodegenModel) -> dict[str, Any]:
    fields = {one.name: _field(schema, one) for one in model.fields if not _is_abstract(schema, one)}
    return {"name": model.name, "fields": fields}


def _is_abstract(schema: CodegenSchema, one: CodegenField) -> bool:
    """Whether a field's type is an interface or a union, which clients cannot hold."""
    return one.type in schema.unions or one.type in schema.interfaces


def _field(schema: CodegenSchema, one: CodegenField) -> dict[str, Any]:
    known = _value(schema, one) | {"attributes": []}
    if one.is_read_only is not None:
        known["isReadOnly"] = one.is_read_only
    if one.connection is not None:
        describe = _association_v1 if schema.version == 1 and not schema.introspection else _association
        known["association"] = {"connectionType": one.connection.kind, **describe(schema, one.connection)}
    return known


def _association(schema: CodegenSchema, connection: Connection) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if connection.kind != "BELONGS_TO":
        known["associatedWith"] = [part.name for part in connection.associated]
    if connection.targets is not None:
        known["targetNames"] = connection.targets
    elif schema.introspection and connection.kind != "HAS_MANY":
        known["targetNames"] = []
    return known


def _association_v1(schema: CodegenSchema, connection: Connection) -> dict[str, Any]:
    del schema
    known: dict[str, Any] = {}
    if connection.associated_with is not None:
        known["associatedWith"] = connection.associated_with.name
    if connection.target is not None:
        known["targetName"] = connection.target
    return known


def _operation(schema: CodegenSchema, one: CodegenField) -> dict[str, Any]:
    known = _value(schema, one)
    if one.parameters:
        known["arguments"] = {part.name: _value(schema, part) for part in one.parameters}
    return known


def _value(schema: CodegenSchema, one: CodegenField) -> dict[str, Any]:
    known = {
        "name": one.name,
        "isArray": one.is_list,
        "type": _type(schema, one.type),
        "isRequired": not one.is_nullable,
    }
    if one.is_list_nullable is not None:
        known["isArrayNullable"] = one.is_list_nullable
    return known


def _type(schema: CodegenSchema, name: str) -> str | dict[str, str]:
    if name in SCALARS:
        return name
    for title, known in (
        ("enum", schema.enums),
        ("nonModel", schema.others),
        ("model", schema.models),
        ("input", schema.inputs),
    ):
        if name in known:
            return {title: name}
    raise SchemaError("Error", f"Unknown type {name} found during model introspection schema generation")


def _key(model: CodegenModel) -> dict[str, Any]:
    if not model.key:
        raise SchemaError("Error", f"No primary key found for model {model.name}")
    first, *sorts = model.key
    return {
        "isCustomPrimaryKey": bool(first.is_custom_key),
        "primaryKeyFieldName": first.name,
        "sortKeyFieldNames": [one.name for one in sorts],
    }


def _version(schema: CodegenSchema) -> str:
    """Hash names, fields and relations, in an order of their own: auth rules and indexes may change without a trace."""
    directives = ("key",) if schema.version == 1 else ("primaryKey", "index")
    types = [
        {
            "name": model.name,
            "directives": [one for one in model.directives if one["name"] in directives],
            "fields": [_hashed(schema, one) for one in sorted(model.fields, key=lambda one: one.name)],
        }
        for _, model in sorted((schema.models | schema.others).items())
    ]
    text = json.dumps(types, ensure_ascii=False, separators=(",", ":"))
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _hashed(schema: CodegenSchema, one: CodegenField) -> dict[str, Any]:
    directives = ("connection",) if schema.version == 1 else (*RELATIONS, "manyToMany")
    known = {
        "name": one.name,
        "directives": [found for found in one.directives if found["name"] in directives],
        "type": one.type,
        "isNullable": one.is_nullable,
        "isList": one.is_list,
    }
    if one.is_list_nullable is not None:
        known["isListNullable"] = one.is_list_nullable
    return known
