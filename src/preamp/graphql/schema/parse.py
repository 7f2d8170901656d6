"""From SDL text to the developer's document: bounded, with every use of a directive listed in Amplify's order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    parse,
    print_ast,
    value_from_ast_untyped,
)

from preamp.graphql.model import SchemaError

from .document import Applied, Draft, FieldDef, Kind, TypeDef, position, refusal

MAX_BYTES = 1024 * 1024
MAX_TOKENS = 100_000

_KINDS: dict[type[DefinitionNode], Kind] = {
    ObjectTypeDefinitionNode: "object",
    ObjectTypeExtensionNode: "object",
    InputObjectTypeDefinitionNode: "input",
    InputObjectTypeExtensionNode: "input",
    EnumTypeDefinitionNode: "enum",
    EnumTypeExtensionNode: "enum",
    InterfaceTypeDefinitionNode: "interface",
    InterfaceTypeExtensionNode: "interface",
    UnionTypeDefinitionNode: "union",
    UnionTypeExtensionNode: "union",
    ScalarTypeDefinitionNode: "scalar",
}

_EXTENDED = {
    "object": ("type", "Object type", "field"),
    "interface": ("interface", "Interface", "field"),
    "input": ("input", "Input object type", "field"),
    "union": ("union", "Union type", "type"),
    "enum": ("enum", "Enum type", "value"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a directive: on a type (`field` None) or on a field of it."""

    parent: TypeDef
    field: FieldDef | None
    applied: Applied
    extension: bool = False


@dataclass(slots=True)
class Document:
    """The developer's document. `objects` and `enums` are definitions alone, without what extensions add."""

    node: DocumentNode
    definitions: list[TypeDef] = field(default_factory=list)
    extensions: list[TypeDef] = field(default_factory=list)
    objects: dict[str, TypeDef] = field(default_factory=dict)
    enums: dict[str, TypeDef] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    uses: dict[str, list[Use]] = field(default_factory=lambda: defaultdict(list))
    sandbox: bool = False
    """Whether `input AMPLIFY` holds the global rule `{allow: public}`."""


def parse_text(sdl: str, *, max_bytes: int = MAX_BYTES, max_tokens: int = MAX_TOKENS) -> DocumentNode:
    """Parse SDL; a syntax error carries graphql-js's text."""
    if len(sdl) > max_bytes or len(sdl.encode("utf-8", "surrogatepass")) > max_bytes:
        raise SchemaError("SchemaTooLarge", f"The schema is larger than {max_bytes} bytes.")
    try:
        return parse(sdl, max_tokens=max_tokens)
    except GraphQLSyntaxError as error:
        raise syntax_refusal(error) from None


def syntax_refusal(error: GraphQLSyntaxError) -> SchemaError:
    """Make a refusal of a syntax error; graphql-js names are quoted with double quotes."""
    at = error.locations[0] if error.locations else None
    return SchemaError("GraphQLError", double_quoted(error.message), at.line if at else None, at.column if at else None)


def double_quoted(message: str) -> str:
    """Turn graphql-core's quotes into those of graphql-js: 'Foo' becomes "Foo"."""
    parts = message.split("'")
    if len(parts) % 2 == 0:
        return message
    return "".join(part + ('"' if at < len(parts) - 1 else "") for at, part in enumerate(parts))


def read_document(node: DocumentNode) -> Document:
    """List the definitions of a parsed document, and every use of a directive."""
    document = Document(node)
    for definition in node.definitions:
        if isinstance(definition, SchemaDefinitionNode):
            if not document.roots:
                document.roots = {
                    operation.operation.value: operation.type.name.value for operation in definition.operation_types
                }
        elif isinstance(definition, TypeDefinitionNode):
            _read_definition(document, definition)
        elif isinstance(definition, TypeExtensionNode) and type(definition) in _KINDS:
            type_ = read_type(definition)
            document.extensions.append(type_)
            _list_uses(document, type_, extension=True)
    return document


def _read_definition(document: Document, definition: TypeDefinitionNode) -> None:
    type_ = read_type(definition)
    if type_.name == "AMPLIFY" and type_.kind == "input":
        document.sandbox = _allows_everyone(definition)
        return
    document.definitions.append(type_)
    if type_.kind == "object":
        document.objects.setdefault(type_.name, type_)
    elif type_.kind == "enum":
        document.enums.setdefault(type_.name, type_)
    _list_uses(document, type_)


def _allows_everyone(definition: TypeDefinitionNode) -> bool:
    if not isinstance(definition, InputObjectTypeDefinitionNode):
        return False
    rules = (
        value_from_ast_untyped(one.default_value)
        for one in definition.fields or ()
        if one.name.value in ("globalAuthRule", "global_auth_rule") and one.default_value is not None
    )
    return any(isinstance(rule, dict) and rule.get("allow") == "public" for rule in rules)


def read_type(node: DefinitionNode) -> TypeDef:
    """Read a type definition or extension."""
    kind = _KINDS[type(node)]
    type_ = TypeDef(kind, node.name.value, node=node)  # type: ignore[attr-defined]
    type_.directives = list(_applied(getattr(node, "directives", None)))
    description = getattr(node, "description", None)
    type_.description = description.value if description is not None else None
    if kind == "enum":
        type_.values = {one.name.value: _applied(one.directives) for one in getattr(node, "values", None) or ()}
    elif kind == "union":
        type_.members = [one.name.value for one in getattr(node, "types", None) or ()]
    else:
        type_.interfaces = [one.name.value for one in getattr(node, "interfaces", None) or ()]
        for one in getattr(node, "fields", None) or ():
            type_.fields.setdefault(one.name.value, _read_field(one))
    return type_


def _read_field(node: FieldDefinitionNode | InputValueDefinitionNode) -> FieldDef:
    default = getattr(node, "default_value", None)
    return FieldDef(
        node.name.value,
        print_ast(node.type),
        tuple(_read_field(one) for one in getattr(node, "arguments", None) or ()),
        _applied(node.directives),
        print_ast(default) if default is not None else None,
        node.description.value if node.description is not None else None,
        node,
    )


def _applied(nodes: Sequence[ConstDirectiveNode] | None) -> tuple[Applied, ...]:
    return tuple(
        Applied(
            node.name.value,
            print_ast(node),
            {one.name.value: value_from_ast_untyped(one.value) for one in node.arguments or ()},
            node,
        )
        for node in nodes or ()
    )


def _list_uses(document: Document, type_: TypeDef, *, extension: bool = False) -> None:
    for applied in type_.directives:
        document.uses[applied.name].append(Use(type_, None, applied, extension))
    if type_.kind in ("object", "interface"):
        for one in type_.fields.values():
            for applied in one.directives:
                document.uses[applied.name].append(Use(type_, one, applied, extension))


def draft_of(document: Document) -> Draft:
    """Begin the API's schema: the developer's types with their extensions folded in."""
    draft = Draft()
    draft.roots = dict(document.roots) or {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
    for type_ in document.definitions:
        draft.add_missing(type_.copy())
    for extension in document.extensions:
        _fold_in(draft, extension)
    return draft


def _fold_in(draft: Draft, extension: TypeDef) -> None:
    """Merge an extension into its type: AppSync knows no extensions."""
    noun, title, member = _EXTENDED[extension.kind]
    type_ = draft.get(extension.name)
    if type_ is None:
        raise refusal(f"Cannot extend nonexistent {noun} '{extension.name}'.", extension, "Error")
    if extension.kind == "object" and type_.kind != "object":
        message = "Failure adding object extension"
        raise refusal(message, extension, "Error")
    present = {applied.name for applied in type_.directives}
    type_.directives.extend(one for one in extension.directives if one.name not in present)
    redeclared = f"{title} extension '{extension.name}' cannot redeclare {member} "
    for name, one in extension.fields.items():
        if name in type_.fields:
            raise SchemaError("Error", redeclared + name, *position(one.node))
        type_.fields[name] = one
    for value in (*extension.values, *extension.members):
        if value in type_.values or value in type_.members:
            raise refusal(redeclared + value, extension, "Error")
    type_.values.update(extension.values)
    type_.members.extend(extension.members)
    type_.interfaces.extend(extension.interfaces)
