"""An opened database with the storage room's table, on both engines."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from preamp.db import Database
from preamp.db.postgres import PostgresDatabase
from preamp.db.sqlite import SqliteDatabase, connect
from preamp.kit.clock import SetClock
from preamp.storage import Storage
from preamp.storage.store import tables


@pytest.fixture
def storage() -> Storage:
    return Storage(SetClock(1_700_000_000_000))


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """Open the database with this room's table alone."""
    ddl = [CreateTable(table) for table in tables.sorted_tables]
    indexes = [CreateIndex(index) for table in tables.sorted_tables for index in table.indexes]
    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))
        with connect(path) as connection:
            for statement in (*ddl, *indexes):
                connection.execute(str(statement.compile(dialect=sqlite.dialect())))
        connection.close()
        opened: Database = SqliteDatabase(path)
    else:
        server = await asyncpg.connect(database_url)
        for statement in (*ddl, *indexes):
            await server.execute(str(statement.compile(dialect=postgresql.dialect())))
        await server.close()
        opened = PostgresDatabase(database_url)
    yield opened
    await opened.close()
