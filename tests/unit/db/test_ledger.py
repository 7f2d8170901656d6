"""The ledger: one history that makes the tables which the rooms declare."""

import sqlite3
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

import preamp
from preamp.db import LedgerError, open_database
from preamp.db.migrate import HEAD

SOURCE = Path(preamp.__file__).parent


def declared() -> sa.MetaData:
    """The tables of all rooms together."""
    whole = sa.MetaData()
    for room in {id(room): room for room in rooms()}.values():
        for table in room.tables.values():
            table.to_metadata(whole)
    return whole


def rooms() -> Iterator[sa.MetaData]:
    """Every MetaData of the source, wherever a room declares it."""
    for path in sorted(SOURCE.glob("*/**/*.py")):
        if "sa.MetaData()" in path.read_text():
            name = ".".join(("preamp", *path.relative_to(SOURCE).with_suffix("").parts))
            yield from (value for value in vars(import_module(name)).values() if isinstance(value, sa.MetaData))


def drift(connection: sa.Connection) -> list[object]:
    """What a migrated database has otherwise than declared, tables of other rooms' spaces aside."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, declared()))


def test_head_is_the_newest_migration() -> None:
    versions = SOURCE / "db" / "migrations" / "versions"
    assert max(path.name[:4] for path in versions.glob("[0-9]*.py")) == HEAD


async def test_the_migrated_tables_are_the_declared_ones(database_url: str) -> None:
    await (await open_database(database_url)).close()

    if database_url.startswith("sqlite"):
        engine = sa.create_engine(database_url)
        with engine.connect() as connection:
            found = drift(connection)
        engine.dispose()
    else:
        asynchronous = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))
        async with asynchronous.connect() as reading:
            found = await reading.run_sync(drift)
        await asynchronous.dispose()

    assert found == []


async def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    """An old server must not write to tables it does not know."""
    path = tmp_path / "preamp.sqlite3"
    await (await open_database(f"sqlite:///{path}")).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()

    with pytest.raises(LedgerError, match="newer preamp"):
        await open_database(f"sqlite:///{path}")


async def test_another_kind_of_url_is_refused() -> None:
    with pytest.raises(ValueError, match="sqlite:/// or postgresql://"):
        await open_database("mysql://localhost/x")
