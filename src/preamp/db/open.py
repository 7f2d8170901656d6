"""Opening a database by URL."""

import asyncio
from pathlib import Path

from preamp.db.engine import Database
from preamp.db.migrate import migrate_postgres, migrate_sqlite
from preamp.db.sqlite import SqliteDatabase


async def open_database(url: str, *, connections: int = 10) -> Database:
    """Open `sqlite:///path` or `postgresql://user@host/name`, bringing its tables up to date first.

    Raises LedgerError when the tables are of a newer preamp, Unavailable when the server cannot be reached, ValueError
    for another kind of URL.
    """
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        await asyncio.to_thread(migrate_sqlite, path)
        return SqliteDatabase(path)
    if url.startswith(("postgresql://", "postgres://")):
        from preamp.db.postgres import PostgresDatabase  # noqa: PLC0415  asyncpg is an optional extra

        await migrate_postgres(url)
        return PostgresDatabase(url, connections)
    raise ValueError(f"database URL must begin with sqlite:/// or postgresql://, got {url.split(':', 1)[0]!r}")
