"""Writes src/preamp/client/operations.py: a typed method for each operation, from its function and its Structs.

Run it after an operation or a member changed: `python tools/client.py`. tests/unit/client/test_operations_written.py
fails while the file says something else than the code.
"""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

from preamp.control import model, service
from preamp.wire import Operation

TARGET = Path(__file__).parents[1] / "src" / "preamp" / "client" / "operations.py"
HEAD = '''"""A method for each operation. Written by tools/client.py: change the operations, not this file."""

# ruff: noqa: E501  generated

from typing import Literal, TypeVar

from msgspec import Struct

from preamp.client.exchange import Options
from preamp.control.model import (
{names}
)

R = TypeVar("R", bound=Struct)


def _named(given: str | None, bound: str | None, name: str) -> str:
    value = given or bound
    if not value:
        raise ValueError(f"{{name}} must be given, in the call or by at()")
    return value

'''
CLASS = '''
class {prefix}Operations:
    """The operations, each by its members. `app_id` and `backend_environment_name` may be bound by `at`."""

    options: Options

    {async_}def call(self, operation: str, request: Struct, kind: type[R]) -> R:
        """Call an operation by name."""
        raise NotImplementedError
'''
OTHERS = frozenset({"Annotated", "Literal", "Meta", "Struct"})
BOUND = frozenset({"app_id", "backend_environment_name"})


class Member:
    """One member of a request: its name, its annotation as it is written, and whether it may be left out."""

    def __init__(self, node: ast.AnnAssign) -> None:
        self.name = ast.unparse(node.target)
        annotation = ast.unparse(_plain(node.annotation))
        self.is_label = annotation == "Label"
        self.annotation = "str" if self.is_label else annotation
        self.optional = node.value is not None and not self.is_label


def _plain(annotation: ast.expr) -> ast.expr:
    """The annotation without bounds: Annotated[int, Meta(...)] | None becomes int | None."""
    if isinstance(annotation, ast.BinOp):
        return ast.BinOp(_plain(annotation.left), annotation.op, _plain(annotation.right))
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Annotated":
        inner = annotation.slice
        return inner.elts[0] if isinstance(inner, ast.Tuple) else inner
    return annotation


def members() -> dict[str, list[Member]]:
    """The members of each Struct of the model, by its source."""
    tree = ast.parse(Path(inspect.getfile(model)).read_text())
    return {
        node.name: [Member(part) for part in node.body if isinstance(part, ast.AnnAssign)]
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def method(operation: Operation, found: list[Member], *, is_async: bool) -> str:
    """The method of an operation."""
    bound = [one for one in found if one.name in BOUND]
    parts = [one for one in found if one not in bound and not one.optional]
    rest = [one for one in found if one not in bound and one.optional]
    arguments = [f"{one.name}: {one.annotation}" for one in parts]
    arguments += [f"{one.name}: str | None = None" for one in bound]
    arguments += [f"{one.name}: {one.annotation} = None" for one in rest]
    passed = [f"{one.name}={value(one)}" for one in found]
    name = snake(operation.name)
    signature = f"self, *, {', '.join(arguments)}" if arguments else "self"
    summary = (inspect.getdoc(operation.handler) or "").partition("\n")[0]
    awaited, prefix = ("await ", "async ") if is_async else ("", "")
    return (
        f"    {prefix}def {name}({signature}) -> {operation.response.__name__}:\n"
        f'        """{summary}"""\n'
        f"        request = {operation.request.__name__}({', '.join(passed)})\n"
        f"        return {awaited}self.call({operation.name!r}, request, {operation.response.__name__})\n"
    )


def value(member: Member) -> str:
    """What a member is set to."""
    if member.name not in BOUND:
        return member.name
    if member.optional:
        return f"{member.name} or self.options.{member.name}"
    return f"_named({member.name}, self.options.{member.name}, {member.name!r})"


def snake(name: str) -> str:
    """The method's name, as botocore spells it."""
    from botocore import xform_name  # noqa: PLC0415  a dependency of tests and tools

    return str(xform_name(name))


def page() -> str:
    """The text of operations.py, formatted."""
    found = members()
    operations = [service.operations[name] for name in sorted(service.operations)]
    bodies = {
        is_async: CLASS.format(prefix="Async" if is_async else "", async_="async " if is_async else "")
        + "".join("\n" + method(one, found[one.request.__name__], is_async=is_async) for one in operations)
        for is_async in (False, True)
    }
    whole = bodies[False] + "\n" + bodies[True]
    names = sorted(name for name in vars(model) if name not in OTHERS and name in tokens(whole))
    text = HEAD.format(names="\n".join(f"    {name}," for name in names)) + whole
    ruff = [str(Path(sys.executable).parent / "ruff"), "format", "--stdin-filename", str(TARGET), "-"]
    return subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603


def tokens(text: str) -> set[str]:
    """The names that a text of Python uses."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


if __name__ == "__main__":
    TARGET.write_text(page())
    print(TARGET.relative_to(Path.cwd()))
