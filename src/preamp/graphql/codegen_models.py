"""The models that codegen sees: fields, keys and connections of an annotated schema (Amplify's appsync-modelgen).

Codegen reads the schema anew and more loosely than the transformer: extensions and repeated types are merged, and only
what it needs is checked. Directives are plain dictionaries in the order of their members, as the version hash of the
DataStore schema is made of their JSON text, and as looking for a directive marks it with its field's name.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from graphql import SchemaDefinitionNode, TypeDefinitionNode, TypeExtensionNode

from preamp.graphql.model import SchemaError
from preamp.graphql.names import camel_case, graphql_name, lower_first, pluralize, upper_first
from preamp.graphql.schema.document import FieldDef, TypeDef
from preamp.graphql.schema.parse import parse_text, read_type
from preamp.graphql.schema.signatures import AMPLIFY, V1_DIRECTIVES, definitions

Directive = dict[str, Any]
ConnectionKind = Literal["HAS_ONE", "HAS_MANY", "BELONGS_TO"]

SCALARS = frozenset(
    {"ID", "Boolean", "String", "Int", "Float", "AWSDate", "AWSTime", "AWSDateTime", "AWSTimestamp"}
    | {"AWSEmail", "AWSJSON", "AWSURL", "AWSPhone", "AWSIPAddress"}
)
RELATIONS = ("hasOne", "hasMany", "belongsTo")


@dataclass(slots=True)
class Connection:
    """How a relation field is connected.

    Lists for transformer 2; `associated_with` and `target`, one field each, for transformer 1.
    """

    kind: ConnectionKind
    model: "CodegenModel"
    associated: "list[CodegenField]" = dataclasses.field(default_factory=list)
    targets: list[str] | None = None
    associated_with: "CodegenField | None" = None
    target: str | None = None


@dataclass(slots=True)
class CodegenField:
    """A field. `is_nullable` speaks of the items where it is a list."""

    name: str
    type: str
    is_list: bool = False
    is_nullable: bool = True
    is_list_nullable: bool | None = None
    directives: list[Directive] = dataclasses.field(default_factory=list)
    parameters: "list[CodegenField]" = dataclasses.field(default_factory=list)
    is_read_only: bool | None = None
    is_custom_key: bool | None = None
    sort_keys: "list[CodegenField]" = dataclasses.field(default_factory=list)
    connection: Connection | None = None

    def directive(self, name: str) -> Directive | None:
        """Find the first use of a directive."""
        return next((one for one in self.directives if one["name"] == name), None)


@dataclass(slots=True)
class CodegenModel:
    """A model or another object type."""

    name: str
    directives: list[Directive]
    fields: list[CodegenField]

    def field(self, name: str) -> CodegenField | None:
        """Find a field by name."""
        return next((one for one in self.fields if one.name == name), None)

    def add(self, one: CodegenField) -> None:
        """Add a field unless its name is taken."""
        if self.field(one.name) is None:
            self.fields.append(one)

    @property
    def key(self) -> list[CodegenField]:
        """The fields of the primary key."""
        first = next((one for one in self.fields if one.is_custom_key is not None), None)
        return [first, *first.sort_keys] if first is not None else []

    def marked_directives(self) -> Iterator[Directive]:
        """List the directives of all fields, marking each with its field's name, as Amplify does."""
        for one in self.fields:
            for directive in one.directives:
                directive["fieldName"] = one.name
        return (directive for one in self.fields for directive in one.directives)


@dataclass(slots=True)
class CodegenSchema:
    """All that codegen writes about."""

    models: dict[str, CodegenModel] = dataclasses.field(default_factory=dict)
    others: dict[str, CodegenModel] = dataclasses.field(default_factory=dict)
    enums: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    operations: dict[str, list[CodegenField]] = dataclasses.field(default_factory=dict)
    inputs: dict[str, list[CodegenField]] = dataclasses.field(default_factory=dict)
    version: int = 2
    introspection: bool = True
    unions: set[str] = dataclasses.field(default_factory=set)
    interfaces: set[str] = dataclasses.field(default_factory=set)


def type_error(message: str) -> SchemaError:
    """Make the refusal for a place where Amplify's codegen breaks."""
    return SchemaError("TypeError", message)


def undefined(member: str) -> SchemaError:
    """Make the refusal for something that is missing."""
    return type_error(f"Cannot read properties of undefined (reading '{member}')")


def read_types(sdl: str, version: int | None, *, introspection: bool) -> CodegenSchema:
    """Read a schema, and give its models keys and timestamps.

    `version` is the transformer's; None = 1 where the schema uses its directives. With transformer 1 only the
    introspection schema knows of keys other than `id`.
    """
    types, roots = _merged_types(sdl)
    _check_names(types)
    if version is None:
        version = 1 if any(_uses_v1(type_) for type_ in types.values()) else 2
    schema = CodegenSchema(version=version, introspection=introspection)
    hidden = {one.name.value for one in definitions("amplify").definitions if isinstance(one, TypeDefinitionNode)}
    for type_ in types.values():
        if type_.name not in hidden and type_.name != "AMPLIFY":
            _read_type(schema, type_, roots)
    return schema


def _uses_v1(type_: TypeDef) -> bool:
    applied = (*type_.directives, *(found for one in type_.fields.values() for found in one.directives))
    return any(one.name in V1_DIRECTIVES for one in applied)


def connect(schema: CodegenSchema) -> None:
    """Give the models of transformer 2 their keys, and connect them."""
    for model in schema.models.values():
        _add_key_directives(model)
    _make_join_models(schema)
    for model in list(schema.models.values()):
        _connect(schema, model)


def fill_auth(schema: CodegenSchema) -> None:
    """Fill in what the models' auth rules leave out."""
    for model in schema.models.values():
        _fill_auth(model.directives)


def _merged_types(sdl: str) -> tuple[dict[str, TypeDef], dict[str, str]]:
    """Merge extensions and repeated types by name."""
    types: dict[str, TypeDef] = {}
    roots = {name: name.capitalize() for name in ("query", "mutation", "subscription")}
    for node in parse_text(sdl).definitions:
        if isinstance(node, SchemaDefinitionNode):
            roots = {one.operation.value: one.type.name.value for one in node.operation_types}
        elif isinstance(node, TypeDefinitionNode | TypeExtensionNode):
            type_ = read_type(node)
            known = types.setdefault(type_.name, type_)
            if known is not type_:
                _merge(known, type_)
    return types, roots


def _merge(known: TypeDef, type_: TypeDef) -> None:
    title = {"interface": "interface", "input": "input type"}.get(type_.kind, "type")
    for one in type_.fields.values():
        before = known.fields.get(one.name)
        if before is not None and before.base != one.base:
            message = (
                f'Unable to merge GraphQL {title} "{type_.name}": Field "{one.name}" already defined with a different '
                f'type. Declared as "{before.base}", but you tried to override with "{one.base}"'
            )
            raise SchemaError("Error", message)
        known.fields[one.name] = one if before is None or one.is_required else before
    present = {applied.name for applied in known.directives}
    known.directives += [applied for applied in type_.directives if applied.name not in present]
    known.values = type_.values | known.values
    known.members += [name for name in type_.members if name not in known.members]


def _check_names(types: dict[str, TypeDef]) -> None:
    known = {*types, *SCALARS, *re.findall(r"^(?:input|enum) (\w+)", AMPLIFY, re.MULTILINE)}
    for type_ in types.values():
        for name in (*type_.interfaces, *type_.members):
            if name not in known:
                raise SchemaError("Error", f'Unknown type: "{name}".')
        for one in type_.fields.values():
            for part in (one, *one.args):
                if part.base not in known:
                    raise SchemaError("Error", f'Unknown type: "{part.base}".')


def _read_type(schema: CodegenSchema, type_: TypeDef, roots: dict[str, str]) -> None:
    if type_.kind == "enum":
        schema.enums[type_.name] = list({_constant_case(one): one for one in type_.values}.values())
    elif type_.kind == "input":
        schema.inputs[type_.name] = [_read_field(one) for one in type_.fields.values()]
    elif type_.kind == "union":
        schema.unions.add(type_.name)
    elif type_.kind == "interface":
        schema.interfaces.add(type_.name)
    elif type_.kind == "object":
        _read_object(schema, type_, roots)


def _read_object(schema: CodegenSchema, type_: TypeDef, roots: dict[str, str]) -> None:
    directives = [_directive(one.name, dict(one.values)) for one in type_.directives]
    fields = [_read_field(one) for one in type_.fields.values()]
    model = CodegenModel(type_.name, directives, fields)
    applied = type_.directive("model")
    operation = next((name for name, root in roots.items() if root == type_.name), None)
    if applied is not None:
        if schema.version == 2:
            add_key(model)
        else:
            _add_key_v1(model, introspection=schema.introspection)
        _add_timestamps(model, applied.values.get("timestamps", {}))
        schema.models[type_.name] = model
    elif operation is not None:
        schema.operations[operation] = fields
    else:
        schema.others[type_.name] = model


def _directive(name: str, arguments: dict[str, Any]) -> Directive:
    references = arguments.get("references")
    if name in RELATIONS and references and not isinstance(references, list):
        arguments["references"] = [references]
    return {"name": name, "arguments": arguments}


def _read_field(one: FieldDef) -> CodegenField:
    inner = one.type.removesuffix("!")
    listed = inner.startswith("[")
    item = inner[1:-1] if listed else one.type
    return CodegenField(
        one.name,
        one.base,
        listed,
        not _innermost(item).endswith("!"),
        not one.is_required if listed else None,
        [_directive(applied.name, dict(applied.values)) for applied in one.directives],
        [_read_field(arg) for arg in one.args],
    )


def _innermost(type_: str) -> str:
    """Unwrap lists of lists."""
    while (bare := type_.removesuffix("!")).startswith("["):
        type_ = bare[1:-1]
    return type_


def _words(text: str) -> list[str]:
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    text = re.sub(r"([A-Z])([A-Z][a-z])", r"\1 \2", text)
    return [word for word in re.split(r"[^A-Za-z0-9]+", text) if word]


def _constant_case(text: str) -> str:
    return "_".join(_words(text)).upper()


def _word_camel_case(text: str) -> str:
    """Join words with capitals, other capitals lowered: HTTPRoute gives httpRoute."""
    first, *rest = _words(text) or [""]
    return first.lower() + "".join(("_" if one[0].isdigit() else "") + one.capitalize() for one in rest)


def add_key(model: CodegenModel) -> None:
    """Find the primary key, and make an `id` where there is none."""
    found = next((one for one in model.fields if one.directive("primaryKey")), None)
    if found is None:
        found = model.field("id")
        if found is None:
            found = CodegenField("id", "ID")
            model.fields.insert(0, found)
        found.is_nullable = False
        found.is_custom_key = False
    else:
        if found.is_nullable:
            message = f"The primary key on type '{model.name}' must reference non-null fields."
            raise SchemaError("Error", message)
        applied = next(one for one in model.marked_directives() if one["name"] == "primaryKey")
        names = applied["arguments"].get("sortKeyFields") or []
        if not isinstance(names, list):
            raise type_error("sortKeyFieldNames.map is not a function")
        found.sort_keys = [_sort_key(model, name) for name in names]
        found.is_custom_key = found.name != "id" or bool(names)


def _add_key_v1(model: CodegenModel, *, introspection: bool) -> None:
    key = next((one for one in model.directives if one["name"] == "key" and not one["arguments"].get("name")), None)
    if key is None or not introspection:
        found = model.field("id")
        if found is None:
            found = CodegenField("id", "ID")
            model.fields.insert(0, found)
        found.is_nullable = False
        found.is_custom_key = False if introspection else None
        return
    fields = key["arguments"].get("fields")
    if fields is None:
        raise undefined("0")
    found = model.field(str(fields[0]) if fields else "")
    if found is None:
        raise SchemaError("Error", f"Cannot find primary key field in type {model.name}")
    if found.is_nullable:
        raise SchemaError("Error", f"The primary key on type '{model.name}' must reference non-null fields.")
    found.sort_keys = [_sort_key(model, name) for name in fields[1:]]
    found.is_custom_key = found.name != "id" or bool(found.sort_keys)


def _sort_key(model: CodegenModel, name: str) -> CodegenField:
    found = model.field(name)
    if found is None:
        raise undefined("name")
    return found


def _add_timestamps(model: CodegenModel, timestamps: Any) -> None:
    if timestamps is not None:
        for name in ("createdAt", "updatedAt"):
            model.add(CodegenField(timestamps.get(name) or name, "AWSDateTime", is_read_only=True))
    model.fields.sort(key=lambda one: one.name != "id")


def _add_key_directives(model: CodegenModel) -> None:
    """Put keys and indexes among the model's directives, as `key`."""
    if not any(one["name"] == "key" and "name" not in one["arguments"] for one in model.directives):
        for one in model.fields:
            applied = one.directive("primaryKey")
            if applied is not None:
                fields = [one.name, *_names(applied["arguments"].get("sortKeyFields"))]
                model.directives.append({"name": "key", "arguments": {"fields": fields}})
                break
    named = {_text(one["arguments"].get("name")) for one in model.directives if one["name"] == "key"} - {None}
    found = [
        _index_key(model, one, applied["arguments"])
        for one in model.fields
        for applied in one.directives
        if applied["name"] == "index"
    ]
    model.directives += [key for key in found if _text(key["arguments"]["name"]) not in named]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _names(value: Any) -> list[Any]:
    """Read a list of names as JavaScript's `concat` does: a string is one name."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _index_key(model: CodegenModel, one: CodegenField, given: dict[str, Any]) -> Directive:
    fields = [one.name, *_names(given.get("sortKeyFields"))]
    made_up = f"{lower_first(pluralize(model.name))}By{'And'.join(upper_first(str(name)) for name in fields)}"
    name = given.get("name")
    arguments = {"name": made_up if name is None else name, "fields": fields}
    if "queryField" in given:
        arguments["queryField"] = given["queryField"]
    return {"name": "key", "arguments": arguments}


def _make_join_models(schema: CodegenSchema) -> None:
    """Turn many-to-many into a join model and two hasMany."""
    ends: dict[str, list[tuple[CodegenModel, CodegenField, Directive]]] = {}
    for model in schema.models.values():
        for one in model.fields:
            for directive in one.directives:
                if directive["name"] == "manyToMany":
                    name = graphql_name(upper_first(str(directive["arguments"].get("relationName", ""))))
                    ends.setdefault(name, []).append((model, one, directive))
    for name, found in ends.items():
        if len(found) != 2:
            written = found[0][2]["arguments"].get("relationName")
            message = f"Error for relation: '{written}', there should be two matching manyToMany directives and found: "
            raise SchemaError("Error", f"{message}{len(found)}")
        schema.models[name] = _join_model(name, [model for model, _, _ in found])
        for model, one, directive in found:
            one.directives.remove(directive)
            one.type = name
            fields = [_key_name(model), *(part.name for part in _sort_fields(model))]
            arguments = {"indexName": f"by{model.name}", "fields": fields}
            one.directives.append({"name": "hasMany", "arguments": arguments})


def _key_name(model: CodegenModel) -> str:
    return next((one.name for one in reversed(model.fields) if one.directive("primaryKey")), "id")


def _sort_fields(model: CodegenModel) -> list[CodegenField]:
    key = next((one for one in model.directives if one["name"] == "key" and not one["arguments"].get("name")), None)
    names = key["arguments"]["fields"][1:] if key is not None else []
    return [_sort_key(model, name) for name in names]


def _join_model(name: str, sides: list[CodegenModel]) -> CodegenModel:
    join = CodegenModel(name, [{"name": "model", "arguments": {}}], [CodegenField("id", "ID", is_nullable=False)])
    ends = []
    for side in sides:
        column = camel_case(side.name, side.key[0].name)
        sorts = [(lower_first(side.name) + one.name, one) for one in _sort_fields(side)]
        names = [sort for sort, _ in sorts]
        index = {"name": "index", "arguments": {"name": f"by{side.name}", "sortKeyFields": names}}
        join.fields.append(CodegenField(column, "ID", directives=[index]))
        join.fields += [CodegenField(sort, one.type, one.is_list) for sort, one in sorts]
        belongs = {"name": "belongsTo", "arguments": {"fields": [column, *names]}}
        ends.append(CodegenField(_word_camel_case(side.name), side.name, is_nullable=False, directives=[belongs]))
    join.fields += ends
    for side in sides:
        join.directives += [
            {"name": one["name"], "arguments": dict(one["arguments"])}
            for one in side.directives
            if one["name"] == "auth" and one not in join.directives
        ]
    _add_key_directives(join)
    add_key(join)
    _add_timestamps(join, {})
    return join


def _connect(schema: CodegenSchema, model: CodegenModel) -> None:
    for one in list(model.fields):
        applied = next((found for found in one.directives if found["name"] in RELATIONS), None)
        if applied is None:
            continue
        other = schema.models.get(one.type)
        if applied["name"] == "hasMany":
            one.connection = _connect_many(model, one, applied, other)
        elif applied["name"] == "hasOne":
            one.connection = _connect_one(model, one, applied, other)
        else:
            one.connection = _connect_belongs(model, one, applied, other)
    model.fields = [one for one in model.fields if one.type not in schema.models or one.connection is not None]


def _connect_many(model: CodegenModel, one: CodegenField, applied: Directive, other: CodegenModel | None) -> Connection:
    if not one.is_list:
        raise SchemaError("Error", "A field with hasMany must be a list type")
    if other is None:
        raise undefined("fields")
    references = applied["arguments"].get("references") or []
    if references:
        associated = _referenced(model, one, applied, other)
    else:
        associated = _associated(model, one, applied["arguments"], other)
    for found in associated:
        other.add(found)
    back = next((found for found in other.fields if found.type == model.name), None)
    answered = back is not None and back.directive("belongsTo") is not None
    if not answered and not applied["arguments"].get("indexName"):
        arguments = {"name": f"gsi-{model.name}.{one.name}", "fields": [found.name for found in associated]}
        other.directives.append({"name": "key", "arguments": arguments})
    return Connection("HAS_MANY", other, associated)


def _referenced(model: CodegenModel, one: CodegenField, applied: Directive, other: CodegenModel) -> list[CodegenField]:
    """Find the columns that a hasOne or hasMany by references names; the other side must name them too."""
    arguments = applied["arguments"]
    references = arguments["references"]
    if arguments.get("fields"):
        raise SchemaError("Error", "'fields' and 'references' cannot be used together.")
    if not any(found["arguments"].get("references") == references for found in other.marked_directives()):
        raise _no_references(model, one, applied, "@belongsTo", other)
    found = [other.field(name) for name in references]
    known = [column for column in found if column is not None]
    if len(known) < len(found):
        raise undefined("name")
    return known


def _no_references(
    model: CodegenModel, one: CodegenField, applied: Directive, wanted: str, other: CodegenModel
) -> SchemaError:
    names = ",".join(f'"{name}"' for name in applied["arguments"]["references"])
    message = (
        f"Error processing @{applied['name']} directive on {model.name}.{one.name}. {wanted} directive with references "
        f"[{names}] was not found in connected model {other.name}"
    )
    return SchemaError("Error", message)


def _associated(
    model: CodegenModel, one: CodegenField, arguments: dict[str, Any], other: CodegenModel
) -> list[CodegenField]:
    """Find the fields of the other model that point back."""
    if arguments.get("fields") in (None, ""):
        columns = (camel_case(model.name, one.name, part.name) for part in model.key)
        parts = zip(columns, model.key, strict=True)
        return [other.field(column) or CodegenField(column, part.type) for column, part in parts]
    index = arguments.get("indexName")
    wanted = "index" if index else "primaryKey"
    directives = list(other.marked_directives())
    found = next(
        (one for one in directives if one["name"] == wanted and (not index or one["arguments"].get("name") == index)),
        None,
    )
    if found is None and index:
        message = (
            f"Error processing @hasMany directive on {model.name}.{one.name}, @index directive with name {index} was "
            f"not found in connected model {other.name}"
        )
        raise SchemaError("Error", message)
    back = _belongs_to_field(model.name, other)
    name = found["fieldName"] if found is not None else back.name if back is not None else "id"
    for candidate in other.fields:
        if candidate.type == model.name and any(
            applied["name"] == "belongsTo" and (applied["arguments"].get("fields") or [None])[0] == name
            for applied in candidate.directives
        ):
            return [candidate]
    column = other.field(name)
    if column is None:
        raise SchemaError("Error", f"Can not find key field {name} in {other.name}")
    return [column]


def _belongs_to_field(type_: str, other: CodegenModel) -> CodegenField | None:
    return next((one for one in other.fields if one.type == type_ and one.directive("belongsTo")), None)


def _connect_one(model: CodegenModel, one: CodegenField, applied: Directive, other: CodegenModel | None) -> Connection:
    if other is None:
        raise undefined("fields")
    back = _belongs_to_field(model.name, other)
    if one.is_list or (back is not None and back.is_list):
        raise SchemaError("Error", "A hasOne relationship should be 1:1, no lists")
    if applied["arguments"].get("references"):
        return Connection("HAS_ONE", other, _referenced(model, one, applied, other))
    targets = list(applied["arguments"].get("fields") or ())
    targets = targets or [camel_case(model.name, one.name, part.name) for part in other.key]
    _add_targets(model, one, other, targets)
    return Connection("HAS_ONE", other, other.key, targets)


def _add_targets(model: CodegenModel, one: CodegenField, other: CodegenModel, targets: list[str]) -> None:
    for at, name in enumerate(targets):
        if at >= len(other.key):
            raise undefined("type")
        model.add(CodegenField(name, other.key[at].type, is_nullable=one.is_nullable))


def _connect_belongs(
    model: CodegenModel, one: CodegenField, applied: Directive, other: CodegenModel | None
) -> Connection:
    if one.is_list:
        raise SchemaError("Error", "A list field does not support the 'belongsTo' relation")
    if other is None:
        raise undefined("fields")
    answered = _answered_fields(model, other)
    if not answered:
        raise SchemaError("Error", "A 'belongsTo' field should match to a corresponding 'hasMany' or 'hasOne' field")
    references = applied["arguments"].get("references") or []
    if references and not any(
        directive["name"] in ("hasOne", "hasMany") and directive["arguments"].get("references") == references
        for found in answered
        for directive in found.directives
    ):
        raise _no_references(model, one, applied, "@hasOne or @hasMany", other)
    targets = [*(applied["arguments"].get("fields") or ()), *references]
    if not targets:
        owner = (other.name, answered[0].name) if answered[0].is_list else (model.name, one.name)
        targets = [camel_case(*owner, part.name) for part in other.key]
    _add_targets(model, one, other, targets)
    return Connection("BELONGS_TO", other, targets=targets)


def _answered_fields(model: CodegenModel, other: CodegenModel) -> list[CodegenField]:
    found = []
    fields = {one.name: one for one in reversed(other.fields)}
    for directive in list(other.marked_directives()):
        one = fields.get(directive["fieldName"])
        if one is not None and one.type == model.name and directive["name"] == ("hasMany" if one.is_list else "hasOne"):
            found.append(one)
    return found


def _fill_auth(directives: list[Directive]) -> None:
    """Fill in what rules leave out; directives that are not @auth come first."""
    filled = []
    for one in directives:
        if one["name"] == "auth":
            rules = one["arguments"].get("rules") or []
            if not isinstance(rules, list):
                raise type_error("authRules.filter is not a function")
            if not all(isinstance(rule, dict) for rule in rules):
                raise type_error("authRules must be objects")
            filled.append({**one, "arguments": {**one["arguments"], "rules": [_filled_rule(rule) for rule in rules]}})
    directives[:] = [one for one in directives if one["name"] != "auth"] + filled


def _filled_rule(rule: dict[str, Any]) -> dict[str, Any]:
    given = rule.get("operations", rule.get("mutations"))
    operations = ["create", "update", "delete", "read"] if given is None else given
    if rule.get("allow") == "owner":
        claim = rule.get("identityClaim") or rule.get("identityField") or "username"
        claim = "cognito:username" if claim == "username" else claim
        known = {"provider": "userPools", **rule, "identityClaim": claim}
        return {**known, "ownerField": rule.get("ownerField") or "owner", "operations": operations}
    if rule.get("allow") == "groups":
        known = {"groupClaim": "cognito:groups", "provider": "userPools", **rule, "operations": operations}
        return known if rule.get("groups") is not None else {**known, "groupField": "groups"}
    return {**rule, "operations": operations}
