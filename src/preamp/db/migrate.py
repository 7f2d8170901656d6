"""The ledger: which tables a database has, and how they come up to date (Alembic, one history for all rooms).

A database at this version's ledger is recognised by one read, and a fresh SQLite file is made by `schema.sql` (what
the history makes of an empty file, kept true by `make sql` and a test): both without importing Alembic. An older one is
migrated at start, after a copy of the SQLite file was put beside it. A newer one is refused: an old server must not
write to it.
"""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

HEAD = "0008"
"""The newest revision under migrations/versions (kept true by tests/unit/db/test_ledger.py)."""

SCHEMA = Path(__file__).parent / "schema.sql"
"""The tables at HEAD; its first line names the revision."""

_READ_LEDGER = "SELECT version_num FROM alembic_version"


class LedgerError(Exception):
    """The database's tables are of a preamp that this one does not know."""


def migrate_sqlite(path: Path) -> None:
    """Bring the file at `path` to HEAD, making it if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    found = _sqlite_revision(path)
    if found == HEAD:
        return
    if found is None and _create(path):
        return
    if found is not None:
        _back_up(path, path.with_name(f"{path.name}.before-{HEAD}"))
    migrate_by_history(path)


def migrate_by_history(path: Path) -> None:
    """Bring the file at `path` to HEAD step by step, as Alembic does."""
    import sqlalchemy as sa  # noqa: PLC0415  only a migration pays for importing it whole

    engine = sa.create_engine(f"sqlite:///{path}")
    try:
        with engine.begin() as connection:
            _upgrade(connection)
    finally:
        engine.dispose()


def _create(path: Path) -> bool:
    """Make the tables of an empty file at once; False where there are tables, or the script is of another revision."""
    script = SCHEMA.read_text()
    if f"revision {HEAD}," not in script.partition("\n")[0]:
        return False
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return False
        for statement in script.split(";\n"):
            connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        connection.close()
    return True


async def migrate_postgres(url: str) -> None:
    """Bring the database of `url` to HEAD. Nodes that start together take turns by an advisory lock."""
    import asyncpg  # noqa: PLC0415  an optional extra

    from preamp.db.engine import Unavailable  # noqa: PLC0415  engine imports nothing of this file; keeps start light

    try:
        connection = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable(f"cannot reach PostgreSQL: {error}") from error
    try:
        if await _postgres_revision(connection) == HEAD:
            return
    finally:
        await connection.close()
    await _upgrade_postgres(url)


async def _upgrade_postgres(url: str) -> None:
    import sqlalchemy as sa  # noqa: PLC0415
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

    engine = create_async_engine("postgresql+asyncpg://" + url.split("://", 1)[1])
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.text("SELECT pg_advisory_xact_lock(7265616)"))
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()
        await asyncio.sleep(0)


def _upgrade(connection: Any) -> None:
    from alembic.config import Config  # noqa: PLC0415  0.3 s to import
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs(HEAD, revision)  # noqa: SLF001  what alembic's own upgrade command calls

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=None)
        try:
            environment.run_migrations()
        except CommandError as error:
            raise LedgerError(
                f"this database was written by a newer preamp ({error}); start that version, or restore a backup"
            ) from error


def _sqlite_revision(path: Path) -> str | None:
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        return str(connection.execute(_READ_LEDGER).fetchone()[0])
    except sqlite3.OperationalError:  # no ledger table: a new file
        return None
    finally:
        connection.close()


async def _postgres_revision(connection: Any) -> str | None:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    return str(await connection.fetchval(_READ_LEDGER))


def _back_up(path: Path, copy: Path) -> None:
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    with target:
        source.backup(target)
    source.close()
    target.close()
