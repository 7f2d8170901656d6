"""The schema as text, as AppSync would get it."""

import re
from collections.abc import Iterable

from graphql import GraphQLSyntaxError, Node, parse
from graphql.language.block_string import print_block_string

from preamp.graphql.model import SchemaError

from .document import Applied, Draft, FieldDef, TypeDef, position
from .parse import double_quoted
from .signatures import APPSYNC_DIRECTIVES

_KEYWORDS = {"object": "type", "interface": "interface", "input": "input", "enum": "enum"}


_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


def render(draft: Draft) -> str:
    """Print every type; of directives only AppSync's own remain.

    Raises SchemaError where a name that a directive gave (a query's, an owner field's) is no GraphQL name.
    """
    sdl = _render(draft)
    for type_ in draft.types.values():
        for one in type_.fields.values():
            if not _NAME.fullmatch(one.name):
                raise _refusal(sdl, one.name, one.node or type_.node)
    return sdl


def _refusal(sdl: str, name: str, node: Node | None) -> SchemaError:
    """Say what a parser says to the schema with that name in it."""
    message = f'"{name}" is no GraphQL name'
    try:
        parse(sdl)
    except GraphQLSyntaxError as error:
        message = double_quoted(error.message)
    return SchemaError("GraphQLError", f"Resolution error: {message}.", *position(node))


def _render(draft: Draft) -> str:
    roots = set(draft.roots.values())
    types = [one for one in draft.types.values() if one.fields or one.name not in roots]
    parts = [_render_type(one) for one in types]
    custom = {operation: name for operation, name in draft.roots.items() if name != operation.capitalize()}
    if custom:
        named = ((operation, name) for operation, name in draft.roots.items() if draft.types.get(name) in types)
        parts.append("schema {\n" + "".join(f"  {operation}: {name}\n" for operation, name in named) + "}")
    return "\n\n".join(parts) + "\n"


def _render_type(type_: TypeDef) -> str:
    head = _description(type_.description, "")
    if type_.kind == "scalar":
        return f"{head}scalar {type_.name}{_directives(type_.directives)}"
    if type_.kind == "union":
        members = " = " + " | ".join(type_.members) if type_.members else ""
        return f"{head}union {type_.name}{_directives(type_.directives)}{members}"
    interfaces = " implements " + " & ".join(type_.interfaces) if type_.interfaces else ""
    if type_.kind == "enum":
        lines = [f"  {value}{_directives(directives)}" for value, directives in type_.values.items()]
    else:
        lines = [_render_field(one) for one in type_.fields.values()]
    body = " {\n" + "\n".join(lines) + "\n}" if lines else ""
    return f"{head}{_KEYWORDS[type_.kind]} {type_.name}{interfaces}{_directives(type_.directives)}{body}"


def _render_field(one: FieldDef) -> str:
    args = "(" + ", ".join(_render_argument(arg) for arg in one.args) + ")" if one.args else ""
    default = f" = {one.default}" if one.default is not None else ""
    return f"{_description(one.description, '  ')}  {one.name}{args}: {one.type}{default}{_directives(one.directives)}"


def _render_argument(arg: FieldDef) -> str:
    default = f" = {arg.default}" if arg.default is not None else ""
    return f"{arg.name}: {arg.type}{default}{_directives(arg.directives)}"


def _directives(directives: Iterable[Applied]) -> str:
    return "".join(f" {applied.text}" for applied in directives if applied.name in APPSYNC_DIRECTIVES)


def _description(text: str | None, indent: str) -> str:
    if not text:
        return ""
    lines = print_block_string(text).split("\n")
    return "".join(f"{indent}{line}\n" if line else "\n" for line in lines)
