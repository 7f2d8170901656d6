"""`preamp storage`: get, apply, delete; check what is stored, remove what nothing names, bound what a bucket holds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import click

from preamp.cli.output import CONFLICT, FAILED, Failed, json_option, say, show_json, show_table
from preamp.cli.resources import STORAGE, group_of
from preamp.cli.serve import settings_of
from preamp.db import Database, LedgerError, Unavailable, open_database
from preamp.kit.clock import Clock
from preamp.server import DataDirectory, DirectoryInUse, StartError
from preamp.settings import Settings

T = TypeVar("T")


storage = group_of(STORAGE, "The bucket of an environment; and stored objects, on SQLite while the server is stopped.")


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--config", type=click.Path(path_type=Path), help="TOML file of settings."),
        click.option("--database", help="sqlite:///PATH or postgresql://USER@HOST/NAME."),
        click.option("--data", help="Data directory (default: preamp-data)."),
    ):
        command = option(command)
    return command


@storage.command()
@click.option("--bucket", help="Only this bucket.")
@json_option
@_options
def scrub(bucket: str | None, as_json: bool, config: Path | None, database: str | None, data: str | None) -> None:
    """Read every object and compare it with its checksum; exits with 1 where something is damaged."""
    from preamp.server.storage_plane import open_contents  # noqa: PLC0415  loaded by this command alone
    from preamp.storage import Bucket, Damage, Scrubbed, Storage, scrub  # noqa: PLC0415

    settings = settings_of(config, {"database": database, "data": data})

    def tell(found: Damage) -> None:
        if not as_json:
            say(f"{found.bucket}/{found.key}: {found.problem} (blob {found.blob})")

    async def run(db: Database) -> Scrubbed:
        room, wanted = Storage(Clock()), list[Bucket]()
        if bucket is None:
            while page := await room.buckets(db, start_after=wanted[-1].name if wanted else ""):
                wanted += page
        else:
            found = await room.bucket(db, bucket)
            if found is None:
                raise Failed(f"there is no bucket {bucket}")
            wanted.append(found)
        return await scrub(db, open_contents(settings), wanted, tell)

    done = _run(settings, run)
    if as_json:
        show_json(done)
    else:
        click.echo(f"{done.objects} objects of {done.bytes} bytes read, {len(done.damage)} problems")
    if done.damage:
        raise Failed(f"{len(done.damage)} problems: restore the named objects from a backup", FAILED)


@storage.command()
@json_option
@_options
def sweep(as_json: bool, config: Path | None, database: str | None, data: str | None) -> None:
    """Remove bytes that no object names any more; a running server does so by itself."""
    from preamp.server.storage_plane import open_contents  # noqa: PLC0415  loaded by this command alone
    from preamp.storage import Catalog, Sweeper, Swept  # noqa: PLC0415

    settings = settings_of(config, {"database": database, "data": data})

    async def run(db: Database) -> Swept:
        clock, contents = Clock(), open_contents(settings)
        catalog = Catalog(db, clock, lambda: None)
        sweeper = Sweeper(db, contents, catalog, clock, grace_ms=0, upload_days=settings.storage_upload_days)
        # With SQLite nobody else runs: whatever has no row now will never get one.
        return await sweeper.sweep(clock.now_ms() if db.dialect == "sqlite" else None)

    done = _run(settings, run)
    if as_json:
        show_json(done)
        return
    rows = [(name.replace("_", " "), str(getattr(done, name))) for name in done.__struct_fields__]
    show_table(("REMOVED", "COUNT"), rows)


@storage.command()
@click.argument("bucket")
@click.argument("quota_bytes", type=click.IntRange(0), required=False)
@_options
def quota(bucket: str, quota_bytes: int | None, config: Path | None, database: str | None, data: str | None) -> None:
    """Bound what BUCKET may hold: QUOTA_BYTES, 0 for no bound; without it the server's setting holds again."""
    from preamp.storage import Storage  # noqa: PLC0415  loaded by this command alone

    settings = settings_of(config, {"database": database, "data": data})

    async def run(db: Database) -> None:
        room = Storage(Clock())
        async with db.transaction() as tx:
            if await room.bucket(tx, bucket) is None:
                raise Failed(f"there is no bucket {bucket}")
            await room.set_quota(tx, bucket, quota_bytes)

    _run(settings, run)


def _run(settings: Settings, act: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        async with _database(settings) as db:
            return await act(db)

    with _failures():
        directory = DataDirectory(Path(settings.data))
        with directory.held() if settings.database_url.startswith("sqlite") else contextlib.nullcontext():
            return asyncio.run(run())


@contextlib.asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    db = await open_database(settings.database_url, connections=2)
    try:
        yield db
    finally:
        await db.close()


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except DirectoryInUse as error:
        raise Failed(str(error), CONFLICT) from None
    except (StartError, LedgerError, Unavailable) as error:
        raise Failed(str(error)) from None
