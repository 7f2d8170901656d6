"""Opening the control database and the spaces of APIs by URL."""

import asyncio
from pathlib import Path

from preamp.db.engine import Database
from preamp.db.migrate import migrate_postgres, migrate_sqlite
from preamp.db.space import Spaces
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


async def open_spaces(where: Path | str, *, timeout_seconds: float = 30, limit: int | None = None) -> Spaces:
    """Open the spaces of a data directory (Path) or of a PostgreSQL database (URL).

    `limit` bounds the SQLite files (64) or PostgreSQL connections (10) open at a time.
    """
    if isinstance(where, Path):
        from preamp.db.space_sqlite import SqliteSpaces  # noqa: PLC0415  only the driver that is used

        return SqliteSpaces(where / "apis", timeout_seconds=timeout_seconds, limit=limit or 64)
    from preamp.db.space_postgres import PostgresSpaces  # noqa: PLC0415  asyncpg is an extra

    return await PostgresSpaces.open(where, timeout_seconds=timeout_seconds, limit=limit or 10)
