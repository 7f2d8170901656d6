"""At which revision of the ledger a database is, without changing it."""

import sqlite3
from pathlib import Path

from preamp.db.engine import Unavailable

_READ = "SELECT version_num FROM alembic_version"


async def revision_of(url: str) -> str | None:
    """The revision of the database at `url`; None where it has no tables yet. Raises Unavailable, ValueError."""
    if url.startswith("sqlite:///"):
        return _sqlite(Path(url.removeprefix("sqlite:///")))
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError(f"a database URL begins with sqlite:/// or postgresql://, got {url[:20]!r}")
    import asyncpg  # noqa: PLC0415  an optional extra

    try:
        connection = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable(f"cannot reach PostgreSQL: {error}") from error
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        return str(await connection.fetchval(_READ))
    finally:
        await connection.close()


def _sqlite(path: Path) -> str | None:
    if not path.exists():
        return None
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        return str(connection.execute(_READ).fetchone()[0])
    except sqlite3.OperationalError:  # no ledger table
        return None
    except sqlite3.DatabaseError as error:
        raise Unavailable(f"{path} is not an SQLite database: {error}") from error
    finally:
        connection.close()
