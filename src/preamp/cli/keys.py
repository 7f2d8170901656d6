"""`preamp keys`: access keys, while the server is stopped."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import click

from preamp.access import Access, UnknownKey
from preamp.cli.output import CONFLICT, NOT_FOUND, Failed, json_option, show_json, show_table
from preamp.cli.serve import settings_of
from preamp.db import LedgerError, Unavailable, open_database
from preamp.kit.clock import Clock, iso
from preamp.kit.seal import Sealer
from preamp.server import DataDirectory, DirectoryInUse, StartError
from preamp.settings import Settings

T = TypeVar("T")

_options = (
    click.option("--config", type=click.Path(path_type=Path), help="TOML file of settings."),
    click.option("--database", help="sqlite:///PATH or postgresql://USER@HOST/NAME."),
    click.option("--data", help="Data directory (default: preamp-data)."),
)


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in _options:
        command = option(command)
    return command


@click.group()
def keys() -> None:
    """Create, list and end access keys. The server of the data directory must be stopped."""


@keys.command()
@click.option("--user", default="root", show_default=True, help="Whose key it is; ARNs name the user.")
@json_option
@_with_options
def create(user: str, as_json: bool, config: Path | None, database: str | None, data: str | None) -> None:
    """Create an access key and print its secret, this once."""
    if not user or not all(letter.isalnum() or letter in "+=,.@_-" for letter in user) or len(user) > 64:
        raise click.BadParameter("1 to 64 letters, digits and +=,.@_-, as IAM user names", param_hint="--user")
    new = _run(lambda access: access.create_key(user), config, database, data)
    if as_json:
        show_json({"access_key_id": new.id, "secret_access_key": new.secret, "user": user})
        return
    click.echo(f"aws_access_key_id = {new.id}\naws_secret_access_key = {new.secret}")


@keys.command("list")
@json_option
@_with_options
def list_(as_json: bool, config: Path | None, database: str | None, data: str | None) -> None:
    """List access keys, the oldest first."""
    found = _run(lambda access: access.list(), config, database, data)
    if as_json:
        show_json(found)
        return
    rows = [(key.id, key.user, key.status, iso(key.created_ms)) for key in found]
    show_table(("ACCESS KEY ID", "USER", "STATUS", "CREATED"), rows)


@keys.command()
@click.argument("access_key_id")
@_with_options
def deactivate(access_key_id: str, config: Path | None, database: str | None, data: str | None) -> None:
    """Let a key sign no more."""
    _run(lambda access: access.deactivate(access_key_id), config, database, data)


@keys.command()
@click.argument("access_key_id")
@_with_options
def delete(access_key_id: str, config: Path | None, database: str | None, data: str | None) -> None:
    """Remove a key."""
    _run(lambda access: access.delete(access_key_id), config, database, data)


def _run(act: Callable[[Access], Awaitable[T]], config: Path | None, database: str | None, data: str | None) -> T:
    settings = settings_of(config, {"database": database, "data": data})

    async def run(key: bytes) -> T:
        async with _access(settings, key) as access:
            return await act(access)

    with _failures():
        directory = DataDirectory(Path(settings.data))
        with directory.held():
            return asyncio.run(run(directory.install_key(settings.install_key_file)))


@contextlib.asynccontextmanager
async def _access(settings: Settings, key: bytes) -> AsyncIterator[Access]:
    db = await open_database(settings.database_url, connections=2)
    try:
        yield Access(db, Sealer(key), Clock(), settings.account)
    finally:
        await db.close()


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except DirectoryInUse as error:
        raise Failed(str(error), CONFLICT) from None
    except UnknownKey as error:
        raise Failed(f"there is no access key {error}", NOT_FOUND) from None
    except (StartError, LedgerError, Unavailable) as error:
        raise Failed(str(error)) from None
