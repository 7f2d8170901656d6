"""`preamp schema`: what an annotated schema becomes, without a server."""

import json
import sys
from pathlib import Path
from typing import Literal, NoReturn, get_args

import click
from msgspec.structs import replace

from preamp.cli.output import BREAKS, json_option, show_json
from preamp.graphql.changes import SchemaChanges, schema_changes
from preamp.graphql.codegen import datastore_schema, introspection_schema
from preamp.graphql.flags import flags_of
from preamp.graphql.model import ApiOptions, Flags, Mode, Model, SchemaError, Strategy
from preamp.graphql.schema import MAX_BYTES, check_servable, transform


@click.group()
def schema() -> None:
    """Show what annotated GraphQL schemas become."""


@schema.command("transform")
@click.argument("file")
@click.option("--auth", help="Authorization modes of the API, by commas; the first is the default.")
@click.option("--conflict", type=click.Choice(get_args(Strategy)), help="Conflict resolution of the API.")
@click.option("--transformer", type=click.IntRange(1, 2), help="Version of Amplify's transformer; else as it looks.")
@click.option("--flags", help="The project's cli.json: its feature flags are honoured.")
@click.option("--json", "as_json", is_flag=True, help="Print a refusal as JSON on standard output.")
def transform_command(
    file: str, auth: str | None, conflict: Strategy | None, transformer: int | None, flags: str | None, *, as_json: bool
) -> None:
    """Print the GraphQL schema that clients of FILE's API see.

    FILE is a file, a folder of *.graphql files, or - for standard input. A refusal ends with status 1.
    """
    options = ApiOptions(modes=_modes(auth), conflict=conflict, flags=_flags(flags, transformer))
    try:
        model = transform(_read(file), options)
    except SchemaError as error:
        _refuse(file, error, as_json=as_json)
    click.echo(model.sdl, nl=False)


@schema.command("models")
@click.argument("file")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["introspection", "datastore"]),
    default="introspection",
    show_default=True,
    help="For generateClient, or for DataStore.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a refusal as JSON on standard output.")
def models_command(file: str, format_: Literal["introspection", "datastore"], *, as_json: bool) -> None:
    """Print the JSON description of FILE's models that Amplify's client libraries are configured with."""
    try:
        made = (introspection_schema if format_ == "introspection" else datastore_schema)(_read(file))
    except SchemaError as error:
        _refuse(file, error, as_json=as_json)
    click.echo(made)


@schema.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--auth", help="Authorization modes of the API, by commas; the first is the default.")
@click.option("--conflict", type=click.Choice(get_args(Strategy)), help="Conflict resolution of the API.")
@click.option("--transformer", type=click.IntRange(1, 2), help="Version of Amplify's transformer; else as each looks.")
@json_option
def diff_command(
    old: str, new: str, auth: str | None, conflict: Strategy | None, transformer: int | None, *, as_json: bool
) -> None:
    """Print what deploying NEW where OLD is served would do to the API and to its rows.

    Ends with status 0 where clients keep working and no row can stand in the way, with 11 where they may not, and with
    1 where one of the schemas is refused by itself. --json prints {"breaks", "api", "data", "refusals"}.
    """
    options = ApiOptions(modes=_modes(auth), conflict=conflict, flags=Flags(transformer_version=transformer))
    models: list[Model] = []
    for file in (old, new):
        try:
            models.append(transform(_read(file), options))
            check_servable(models[-1])
        except SchemaError as error:
            _refuse(file, error, as_json=as_json)
    changes = schema_changes(*models)
    if as_json:
        show_json({"breaks": changes.breaks, "api": changes.api, "data": changes.data, "refusals": changes.refusals})
    else:
        _show_changes(changes)
    sys.exit(BREAKS if changes.breaks else 0)


def _show_changes(changes: SchemaChanges) -> None:
    """Print changes for a person: one line each, under headings."""
    if not (changes.api or changes.data or changes.refusals):
        click.echo("Nothing changes.")
    headings = {"breaking": "Breaks clients", "dangerous": "May surprise clients", "safe": "New to clients"}
    for effect, heading in headings.items():
        _show_lines(heading, [f"{one.text}  ({one.change})" for one in changes.api if one.effect == effect])
    _show_lines("Refused where such rows are there", [one.text for one in changes.refusals])
    _show_lines("Before the new release serves", [one.text for one in changes.data if one.when == "before"])
    _show_lines("Afterwards", [one.text for one in changes.data if one.when == "after"])


def _show_lines(heading: str, lines: list[str]) -> None:
    if lines:
        click.echo(f"{heading}:")
        for line in lines:
            click.echo(f"  {line}")


def _flags(file: str | None, transformer: int | None) -> Flags:
    try:
        flags = flags_of(_text(_bounded(Path(file)), file)) if file else Flags()
    except OSError as error:
        raise click.BadParameter(f"{file} cannot be read: {error.strerror}.", param_hint="--flags") from None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--flags") from None
    return replace(flags, transformer_version=transformer) if transformer else flags


def _modes(given: str | None) -> tuple[Mode, ...] | None:
    if given is None:
        return None
    names = dict.fromkeys(name.strip() for name in given.split(","))
    known: dict[str, Mode] = {mode: mode for mode in get_args(Mode)}
    for name in names:
        if name not in known:
            message = f"{name!r} is no authorization mode; known are {', '.join(known)}."
            raise click.BadParameter(message, param_hint="--auth")
    return tuple(known[name] for name in names)


def _read(file: str) -> str:
    """Read a schema; files of a folder are joined in the order of their names."""
    if file == "-":
        return _text(sys.stdin.buffer.read(MAX_BYTES + 1), file)
    path = Path(file)
    try:
        paths = sorted(path.rglob("*.graphql")) if path.is_dir() else [path]
        if not paths:
            raise click.BadParameter(f"{file} holds no *.graphql files.", param_hint="FILE")
        return "\n".join(_text(_bounded(one), str(one)) for one in paths)
    except OSError as error:
        raise click.BadParameter(f"{file} cannot be read: {error.strerror}.", param_hint="FILE") from None


def _bounded(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        if len(content) > MAX_BYTES:
            return content.decode(errors="replace")
        raise click.BadParameter(f"{name} is not UTF-8 at byte {error.start}.", param_hint="FILE") from None


def _refuse(file: str, error: SchemaError, *, as_json: bool) -> NoReturn:
    """End with status 1 and the refusal."""
    if as_json:
        click.echo(
            json.dumps({"name": error.name, "message": error.message, "line": error.line, "column": error.column})
        )
    else:
        place = ":".join(str(part) for part in (file, error.line, error.column) if part is not None)
        click.echo(f"{place}: {error.name}: {error.message}", err=True)
    sys.exit(1)
