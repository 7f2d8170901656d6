"""`preamp migrate`: a database's tables, while its server is stopped."""

import asyncio
from pathlib import Path
from typing import Any

import click

from preamp.cli.output import CONFLICT, FAILED, UNREACHABLE, Failed, json_option, show_json, show_members
from preamp.cli.serve import settings_of
from preamp.db import HEAD, LedgerError, Unavailable, open_database, revision_of
from preamp.server import DataDirectory, DirectoryInUse, StartError
from preamp.settings import Settings


@click.group()
def migrate() -> None:
    """The tables of the control database. Starting a server brings them up to date by itself."""


def _options(command: Any) -> Any:
    for option in (
        click.option("--config", type=click.Path(path_type=Path), help="TOML file of settings."),
        click.option("--database", help="sqlite:///PATH or postgresql://USER@HOST/NAME."),
        click.option("--data", help="Data directory (default: preamp-data)."),
    ):
        command = option(command)
    return command


@migrate.command()
@_options
@json_option
def status(as_json: bool, config: Path | None, database: str | None, data: str | None) -> None:
    """Show which revision the tables have and which this program works with."""
    settings = settings_of(config, {"database": database, "data": data})
    found = _revision(settings)
    if as_json:
        show_json({"database": found, "program": HEAD, "upToDate": found == HEAD})
        return
    show_members([("database", found or "no tables yet"), ("program", HEAD)])


@migrate.command()
@_options
def up(config: Path | None, database: str | None, data: str | None) -> None:
    """Bring the tables up to date; of an SQLite file a copy is kept beside it."""
    settings = settings_of(config, {"database": database, "data": data})

    async def opened() -> None:
        await (await open_database(settings.database_url, connections=2)).close()

    try:
        with DataDirectory(Path(settings.data)).held():
            asyncio.run(opened())
    except DirectoryInUse as error:
        raise Failed(str(error), CONFLICT) from None
    except Unavailable as error:
        raise Failed(str(error), UNREACHABLE) from None
    except (StartError, LedgerError) as error:
        raise Failed(str(error), FAILED) from None
    click.echo(HEAD)


def _revision(settings: Settings) -> str | None:
    try:
        return asyncio.run(revision_of(settings.database_url))
    except (Unavailable, ValueError) as error:
        raise Failed(str(error), UNREACHABLE) from None
