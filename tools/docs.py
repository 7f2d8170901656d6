"""Writes docs/reference/operations.md, errors.md and cli.md from what is registered.

Run it after an operation, a member or an error changed: `python tools/docs.py`. tests/unit/test_docs_operations.py
fails while the pages say something else than the code.
"""

import inspect as python
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import msgspec
from msgspec import inspect

from preamp.cli.main import COMMANDS, group
from preamp.cli.output import EXIT_CODES
from preamp.control import errors as modelled
from preamp.control import extension, hosting_service, service
from preamp.wire import Operation, Service, ServiceError
from preamp.wire import errors as common
from preamp.wire.binding import labels

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
GENERATED = "<!-- Written by tools/docs.py from the code; change the docstrings there, not this page. -->"
WORDS: dict[type[inspect.Type], str] = {
    inspect.StrType: "string",
    inspect.BoolType: "true or false",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.DictType: "object",
    inspect.AnyType: "any JSON",
}
OPERATIONS = """\
preamp answers all {count} operations of the AWS Amplify Backend API (`{name}`, version {version}, protocol rest-json,
signature version 4 for the service `{name}`). Member names are those on the wire; SDKs show them with a capital first
letter. Every path is also answered under the stage `/prod`. Members in the path are always required. An optional member
may be absent or `null`; unknown members are ignored. Every answer has HTTP status 200, and members that have nothing to
say are absent from it. [Errors](errors.md) have a page of their own."""
ERRORS = """\
An error is JSON, `{"message": "..."}`, with its name in the header `x-amzn-ErrorType` and the request's id in
`x-amzn-RequestId`, whatever layer of the server answers it. A message names the member by its JSON path
(`$.resourceConfig.apiName`) and says what would be right. Besides the errors marked so, the JavaScript SDKs repeat a
call whose signature expired."""
RETRIED = {429, 500, 502, 503, 504}


def pages() -> dict[str, str]:
    """Each page's text by file name."""
    return {"operations.md": operations_page(), "errors.md": errors_page(), "cli.md": cli_page()}


def operations_page() -> str:
    """All operations with their members, then the structures that they share."""
    lines = [
        "# Operations",
        GENERATED,
        "",
        OPERATIONS.format(count=len(service.operations), name=service.name, version=service.version),
        "",
        *table(service),
        "",
        *(line for operation in ordered(service) for line in operation_section(operation)),
        "## preamp's own operations",
        "",
        "Not of AWS's API: signed in the same way, called by `preamp` itself.",
        "",
        *(line for operation in ordered(extension) for line in operation_section(operation)),
        "## Of Amplify's hosting service",
        "",
        "The operations of the service `amplify` (version 2017-07-25) that the Amplify CLI and other tools need,",
        "signed for `amplify`. Nothing is built or hosted, and members of hosting itself are ignored.",
        "",
        *(line for operation in ordered(hosting_service) for line in operation_section(operation)),
        "## Structures",
        "",
        *(line for struct in shared() for line in structure_section(struct)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def ordered(which: Service) -> list[Operation]:
    """Operations by name."""
    return sorted(which.operations.values(), key=lambda one: one.name)


def table(which: Service) -> Iterator[str]:
    """One line for each operation."""
    yield "| Operation | Call | |"
    yield "|---|---|---|"
    for one in ordered(which):
        yield f"| [{one.name}](#{one.name.lower()}) | `{one.method} {one.path}` | {summary(one.handler)} |"


def summary(thing: object) -> str:
    """The first line of a docstring."""
    return (python.getdoc(thing) or "").partition("\n")[0]


def operation_section(operation: Operation) -> Iterator[str]:
    """One operation: what it does, what it takes, what it answers."""
    yield f"### {operation.name}"
    yield ""
    yield f"`{operation.method} {operation.path}`"
    yield ""
    yield python.getdoc(operation.handler) or ""
    yield ""
    yield from members("Request", operation.request)
    yield from members("Answer", operation.response)


def structure_section(struct: type[msgspec.Struct]) -> Iterator[str]:
    """A structure that requests or answers hold."""
    yield f"### {struct.__name__}"
    yield ""
    yield python.getdoc(struct) or ""
    yield ""
    yield from members("Members", struct)


def members(title: str, struct: type[msgspec.Struct]) -> Iterator[str]:
    """The members of a Struct as a table."""
    fields = fields_of(struct)
    if not fields:
        yield f"{title}: no members."
        yield ""
        return
    in_path = labels(struct)
    yield f"| {title} | | |"
    yield "|---|---|---|"
    for field in fields:
        need = "in the path" if field.encode_name in in_path else "required" if field.required else ""
        yield f"| `{field.encode_name}` | {words(field.type)} | {need} |"
    yield ""


def fields_of(struct: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    """The members of a Struct."""
    info = inspect.type_info(struct)
    return info.fields if isinstance(info, inspect.StructType) else ()


def words(kind: inspect.Type) -> str:
    """A type in words, with a link where it is a structure."""
    if isinstance(kind, inspect.UnionType):
        return " or ".join(words(one) for one in kind.types if not isinstance(one, inspect.NoneType))
    if isinstance(kind, inspect.StructType):
        return f"[{kind.cls.__name__}](#{kind.cls.__name__.lower()})"
    if isinstance(kind, inspect.LiteralType):
        return ", ".join(f"`{value}`" for value in kind.values)
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        return f"list of {words(kind.item_type)}"
    if isinstance(kind, inspect.IntType) and kind.ge is not None:
        return f"integer, {kind.ge} to {kind.le}"
    return WORDS[type(kind)]


def shared() -> list[type[msgspec.Struct]]:
    """All structures inside requests and answers, by name."""
    found: dict[str, type[msgspec.Struct]] = {}
    for which in (service, extension, hosting_service):
        for operation in which.operations.values():
            for struct in (operation.request, operation.response):
                for inner in inner_structs(fields_of(struct)):
                    found[inner.__name__] = inner
    return [found[name] for name in sorted(found)]


def inner_structs(fields: Iterable[inspect.Field]) -> Iterator[type[msgspec.Struct]]:
    """Structures below these members, at any depth; none of the model's holds itself."""
    kinds = [field.type for field in fields]
    while kinds:
        kind = kinds.pop()
        if isinstance(kind, inspect.UnionType):
            kinds.extend(kind.types)
        elif isinstance(kind, inspect.VarTupleType | inspect.ListType):
            kinds.append(kind.item_type)
        elif isinstance(kind, inspect.StructType):
            yield kind.cls
            kinds.extend(field.type for field in kind.fields)


def errors_page() -> str:
    """All errors by status: the modelled ones, and those every AWS service answers."""
    lines = [
        "# Errors",
        GENERATED,
        "",
        ERRORS,
        "",
        "## Of the Amplify Backend API",
        "",
        "Every operation may answer these four. SDKs have a class for each.",
        "",
        *error_table(classes(modelled)),
        "",
        "## Of the server",
        "",
        "Signatures, paths and failures: the same for all operations. SDKs show them by name alone.",
        "",
        *error_table(
            one for one in classes(common) if one.__name__ not in {each.__name__ for each in classes(modelled)}
        ),
        "",
    ]
    return "\n".join(lines)


def classes(module: object) -> list[type[ServiceError]]:
    """The errors that a module defines, by status and name."""
    found = [
        one
        for _, one in python.getmembers(module, python.isclass)
        if issubclass(one, ServiceError)
        and one is not ServiceError
        and one.__module__ == getattr(module, "__name__", "")
    ]
    return sorted(found, key=lambda one: (one.status, one.__name__))


def error_table(which: Iterable[type[ServiceError]]) -> Iterator[str]:
    """One line for each error."""
    yield "| Error | HTTP status | Repeated by SDKs | Members | Meaning |"
    yield "|---|---|---|---|---|"
    for one in which:
        again = "yes" if one.status in RETRIED else "no"
        yield f"| `{one.__name__}` | {one.status} | {again} | {member_names(one)} | {summary(one)} |"


def member_names(error: type[ServiceError]) -> str:
    """The members of an error's body: those that its class fills, besides the message."""
    parameters = list(python.signature(error.__init__).parameters.values())[1:]
    sample = error(*(one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD))
    return ", ".join(f"`{name}`" for name in ("message", *sample.members))


CLI = """\
`preamp COMMAND --help` says the same. A command that asks a server takes `--data` (the data directory of a server on
this machine, by default `preamp-data`, or `PREAMP_DATA`), or `--endpoint` (signed with `AWS_ACCESS_KEY_ID` and
`AWS_SECRET_ACCESS_KEY`, else with the data directory's key), or `--profile` (a server kept by `preamp profiles add`, or
`PREAMP_PROFILE`). One that works on an environment takes `--app` and `--env` besides (or `PREAMP_APP` and
`PREAMP_ENV`); they may be left out where there is only one.

Answers go to standard output: tables on a terminal, aligned lines in a pipe, one JSON document with `--json`. Progress
and messages go to standard error. `NO_COLOR` and `CI` are respected."""


def cli_page() -> str:
    """All commands with their arguments and options, and the exit codes."""
    context = click.Context(group, info_name="preamp")
    lines = ["# Command line", GENERATED, "", CLI, "", "## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    lines += ["", "## Commands", ""]
    for name, (_, _, words_) in COMMANDS.items():
        command = group.get_command(context, name)
        if command is not None:
            lines += [f"### preamp {name}", "", words_, "", *command_section(command, f"preamp {name}", context)]
    return "\n".join(lines).rstrip() + "\n"


def command_section(command: click.Command, title: str, parent: click.Context) -> Iterator[str]:
    """One command, and the commands below it."""
    context = click.Context(command, info_name=title.rpartition(" ")[2], parent=parent)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield f"#### {title} {name}"
                yield ""
                yield from command_section(inner, f"{title} {name}", context)
        if not command.invoke_without_command:
            return
    yield python.cleandoc(command.help or "").replace("\b\n", "")
    yield ""
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    usage = " ".join((title, *(one.make_metavar(context) for one in arguments), "[OPTIONS]"))
    yield f"`{usage}`"
    yield ""
    records = [one.get_help_record(context) for one in command.params if isinstance(one, click.Option)]
    shown = [record for record in records if record is not None]
    if shown:
        yield "| option | |"
        yield "|---|---|"
        yield from ("| `{}` | {} |".format(*(part.replace("|", "\\|") for part in record)) for record in shown)
        yield ""


def main() -> None:
    """Write the pages."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text)
        print(f"docs/reference/{name}")


if __name__ == "__main__":
    main()
