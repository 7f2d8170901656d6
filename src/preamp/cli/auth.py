"""`preamp auth`: get, apply, delete, and what operators do to user pools besides the AWS APIs."""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from preamp.cli.client import Client, Server, on_server, run
from preamp.cli.output import FAILED, Failed, json_option, show_json
from preamp.cli.resources import AUTH, group_of

_BATCH = 200
_HASH = ("password_hash", "passwordHash")
_NAME = ("cognito:username", "username")


auth = group_of(AUTH, "The user pool of an environment; its signing keys and users.")


@auth.command("rotate-key")
@click.argument("user_pool_id")
@on_server
@json_option
def rotate_key(user_pool_id: str, server: Server, as_json: bool) -> None:
    """Make new signing keys for a user pool.

    They are published at once and sign after ten minutes; tokens of the old keys stay good until they end.
    """
    (answer,) = _ask(f"/preamp-pools/{quote(user_pool_id, safe='')}/keys", [{}], server)
    if as_json:
        show_json(answer)
        return
    click.echo("new signing keys, in ten minutes: " + ", ".join(answer["keyIds"]))


@auth.command("import-users")
@click.argument("user_pool_id")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@on_server
@json_option
def import_users(user_pool_id: str, file: Path, server: Server, as_json: bool) -> None:
    """Import users from FILE: CSV as Cognito's import reads it, or one JSON object per line.

    CSV columns are attributes, `cognito:username`, and `password_hash` for hashes by bcrypt, argon2, scrypt or PBKDF2.
    JSON objects have `username`, `attributes`, and optionally `passwordHash`, `enabled`, `groups`. Users without a hash
    reset their password at the first sign-in.
    """
    users = list(_users(file))
    path = f"/preamp-pools/{quote(user_pool_id, safe='')}/users"
    bodies = [{"users": users[first : first + _BATCH]} for first in range(0, len(users), _BATCH)]
    answers = _ask(path, bodies, server)
    failed = [
        {**one, "index": number * _BATCH + one["index"]}
        for number, answer in enumerate(answers)
        for one in answer["failed"]
    ]
    imported = sum(answer["imported"] for answer in answers)
    if as_json:
        show_json({"imported": imported, "failed": failed})
    else:
        click.echo(f"imported {imported} of {len(users)} users")
        for one in failed:
            click.echo(f"user {one['index'] + 1}, {one['username']}: {one['message']}", err=True)
    if failed:
        raise Failed(f"{len(failed)} users were not imported", FAILED)


def _users(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        if file.suffix.lower() == ".csv":
            yield from _of_csv(csv.DictReader(lines))
            return
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _of_json(line, f"{file}:{number}")


def _of_csv(rows: Iterable[dict[str, str]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        cells = {name: value for name, value in row.items() if name and value and not name.startswith("cognito:mfa")}
        username = next((cells.pop(name) for name in _NAME if name in cells), "") or cells.get("email", "")
        hashes = [cells.pop(name) for name in _HASH if name in cells]
        yield {"username": username, "attributes": cells, **({"passwordHash": hashes[0]} if hashes else {})}


def _of_json(line: str, where: str) -> dict[str, Any]:
    try:
        user = json.loads(line)
    except ValueError:
        user = None
    if not isinstance(user, dict):
        raise Failed(f"{where}: is no JSON object; a file that is not .csv has one user per line")
    return user


def _ask(path: str, bodies: list[dict[str, Any]], server: Server) -> list[dict[str, Any]]:
    async def ask(client: Client) -> list[dict[str, Any]]:
        return [await client.request("POST", path, body) for body in bodies]

    return run(server, ask)
