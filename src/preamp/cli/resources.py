"""What `preamp api`, `preamp auth` and `preamp storage` have in common: get, apply with a diff, delete."""

import difflib
import re
import sys
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import Struct

from preamp.cli.client import Client, Environment, Place, on_environment, run_at
from preamp.cli.env import ended
from preamp.cli.output import NOT_FOUND, USAGE, Failed, confirmed, has_color, is_rich, json_option, say, show_json


class Kind(Struct, frozen=True, kw_only=True):
    """One category: its operations' noun, its service in amplify-meta, and what an update cannot change."""

    category: str
    noun: str
    service: str
    fixed: tuple[tuple[str, ...], ...] = ()


API = Kind(category="api", noun="API", service="AppSync")
AUTH = Kind(
    category="auth",
    noun="Auth",
    service="Cognito",
    fixed=(
        ("userPoolConfigs", "requiredSignUpAttributes"),
        ("userPoolConfigs", "signInMethod"),
        ("userPoolConfigs", "userPoolName"),
        ("identityPoolConfigs", "identityPoolName"),
    ),
)
STORAGE = Kind(category="storage", noun="Storage", service="S3", fixed=(("bucketName",), ("imported",)))


class Change(Struct, frozen=True, kw_only=True):
    """What apply would do: `before` None where the resource is not there yet."""

    name: str
    before: dict[str, Any] | None
    after: dict[str, Any]

    @property
    def diff(self) -> list[str]:
        """A unified diff of the configurations; schemas are compared line by line."""
        now, wanted = _lines(self.before or {}), _lines(self.after)
        return list(difflib.unified_diff(now, wanted, "now", "wanted", lineterm=""))


def group_of(kind: Kind, help_: str) -> click.Group:
    """The command group of a category."""
    group = click.Group(kind.category, help=help_)
    _add_get(group, kind)
    _add_apply(group, kind)
    _add_delete(group, kind)
    return group


def _add_get(group: click.Group, kind: Kind) -> None:
    @group.command()
    @on_environment
    def get(place: Place) -> None:
        """Print the configuration as JSON, in the form that apply takes."""
        found = run_at(place, lambda client, environment: _now(client, environment, kind))
        if found is None:
            raise Failed(f"the environment has no {kind.category}", NOT_FOUND)
        show_json({"resourceName": found[0], "resourceConfig": found[1]})


def _add_apply(group: click.Group, kind: Kind) -> None:
    @group.command()
    @click.option(
        "-f", "--file", type=click.Path(exists=True, path_type=Path), required=True, help=_FILE_HELP[kind.category]
    )
    @click.option("--name", help="Resource name, where it is new.")
    @click.option("--dry-run", is_flag=True, help="Show the difference; change nothing.")
    @on_environment
    @json_option
    def apply(file: Path, name: str | None, dry_run: bool, place: Place, as_json: bool) -> None:
        """Bring the configuration to what FILE says: create or update. Members that FILE leaves out stay."""
        given = read_config(file)

        async def ask(client: Client, environment: Environment) -> tuple[Change, dict[str, Any] | None]:
            change = await planned(client, environment, kind, given, name)
            if dry_run or not change.diff:
                return change, None
            return change, await _applied(client, environment, kind, change)

        change, job = run_at(place, ask)
        if as_json:
            show_json({"resourceName": change.name, "created": change.before is None, "diff": change.diff, "job": job})
            return
        _show_diff(change.diff)
        say("Nothing changes." if not change.diff else "Nothing was changed." if job is None else "Applied.")


def _add_delete(group: click.Group, kind: Kind) -> None:
    @group.command()
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @on_environment
    @json_option
    def delete(yes: bool, place: Place, as_json: bool) -> None:
        """Delete it with its data."""
        found = run_at(place, lambda client, environment: _now(client, environment, kind))
        if found is None:
            raise Failed(f"the environment has no {kind.category}", NOT_FOUND)
        confirmed(f"Delete {kind.category} {found[0]} with its data?", yes=yes)

        async def ask(client: Client, environment: Environment) -> dict[str, Any]:
            members = {**environment.members, "resourceName": found[0]}
            members |= {"serviceName": "S3"} if kind is STORAGE else {}
            return await ended(client, environment, f"DeleteBackend{kind.noun}", members)

        job = run_at(place, ask)
        if as_json:
            show_json(job)


_FILE_HELP = {
    "api": "JSON as get prints it, a schema (.graphql), or a folder of schemas.",
    "auth": "JSON as get prints it.",
    "storage": "JSON as get prints it.",
}


def read_config(path: Path) -> dict[str, Any]:
    """A resourceConfig from a file: JSON, or a schema that becomes transformSchema."""
    try:
        if path.is_dir():
            parts = [part.read_text() for part in sorted(path.rglob("*.graphql"))]
            if not parts:
                raise Failed(f"{path} has no *.graphql files", USAGE)
            return {"transformSchema": "\n".join(parts)}
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"cannot read {path}: {error}", USAGE) from None
    if path.suffix in {".graphql", ".gql"}:
        return {"transformSchema": text}
    try:
        document = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise Failed(f"{path} is not a JSON object: {error}", USAGE) from None
    inner = document.get("resourceConfig", document)
    if not isinstance(inner, dict):
        raise Failed(f"{path}: resourceConfig must be an object", USAGE)
    return inner


async def planned(
    client: Client, environment: Environment, kind: Kind, given: dict[str, Any], name: str | None
) -> Change:
    """What it takes to come to a configuration."""
    now = await _now(client, environment, kind)
    if now is None:
        wanted = name or given.get("apiName") or re.sub(r"[^A-Za-z0-9]", "", environment.app_id)
        return Change(name=str(wanted), before=None, after=given)
    return Change(name=now[0], before=now[1], after={**now[1], **given})


async def _now(client: Client, environment: Environment, kind: Kind) -> tuple[str, dict[str, Any]] | None:
    backend = await client.call("GetBackend", **environment.members)
    meta = msgspec.json.decode(backend.get("amplifyMetaConfig") or "{}", type=dict[str, Any])
    found = meta.get(kind.category, {})
    name = next((name for name, one in found.items() if one.get("service") == kind.service), None)
    if name is None:
        return None
    answer = await client.call(f"GetBackend{kind.noun}", **environment.members, resourceName=name)
    return name, answer.get("resourceConfig") or {}


async def _applied(client: Client, environment: Environment, kind: Kind, change: Change) -> dict[str, Any]:
    config = msgspec.json.decode(msgspec.json.encode(change.after), type=dict[str, Any])
    if change.before is None:
        operation, config = f"CreateBackend{kind.noun}", {**config}
    else:
        operation = f"UpdateBackend{kind.noun}"
        for path in kind.fixed:
            _without(config, path)
    members = {**environment.members, "resourceName": change.name, "resourceConfig": config}
    return await ended(client, environment, operation, members)


def _without(config: dict[str, Any], path: tuple[str, ...]) -> None:
    for step in path[:-1]:
        config = config.get(step) or {}
    config.pop(path[-1], None)


def _lines(config: dict[str, Any]) -> list[str]:
    plain = {name: value for name, value in config.items() if name != "transformSchema"}
    lines = msgspec.json.format(msgspec.json.encode(plain, order="sorted")).decode().splitlines() if plain else []
    schema = config.get("transformSchema")
    return [*lines, *(str(schema).splitlines() if schema else [])]


def _show_diff(lines: list[str]) -> None:
    colored = is_rich(sys.stdout) and has_color()
    colors = {"+": "green", "-": "red", "@": "cyan"}
    for line in lines:
        click.echo(click.style(line, fg=colors.get(line[:1])) if colored else line)
