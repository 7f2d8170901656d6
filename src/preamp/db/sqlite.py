"""SQLite: reads inline on the loop, one writer with group commit.

A primary-key read takes a few microseconds, a thread hop ten to thirty: so reads run inline, and small answers are kept
until the next commit, since one process alone writes this file. A commit waits for the
disk: so it runs in a thread, and while it does, further transactions queue up; when it ends they run one after the
other as savepoints of the next outer transaction, which one commit makes durable. No write is acknowledged before its
commit.
"""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any, Literal, Self

from preamp.db.engine import Conflict, Listener, Row, Statement, Unavailable

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA temp_store=MEMORY",
)

_MOST_KEPT = 512
_MOST_KEPT_BYTES = 16_384
_KEPT_SECONDS = 1.0
"""Whoever writes the file by hand while a server runs on it is heard after so long."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode with preamp's pragmas, usable from any thread (one at a time)."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection


class SqliteDatabase:
    """A control database in one file."""

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(self, path: Path) -> None:
        self._writer = connect(path)
        self._reader = connect(path)
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="preamp-commit")
        self._batch: asyncio.Future[None] | None = None
        self._commits: set[asyncio.Task[None]] = set()
        self._kept: dict[tuple[str, tuple[Any, ...]], list[Row]] = {}
        self._kept_until = 0.0

    async def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        """All rows of the answer."""
        return self._read(statement, values).copy()

    async def row(self, statement: Statement, /, **values: Any) -> Row | None:
        """The first row, None where there is none."""
        rows = self._read(statement, values)
        return rows[0] if rows else None

    def _read(self, statement: Statement, values: dict[str, Any]) -> list[Row]:
        question = statement.arguments("sqlite", values)
        now = monotonic()
        if now > self._kept_until:
            self._kept.clear()
            self._kept_until = now + _KEPT_SECONDS
        kept = self._kept.get(question)
        if kept is not None:
            return kept
        rows: list[Row] = _run(self._reader, *question).fetchall()
        if len(self._kept) < _MOST_KEPT and _size(rows) <= _MOST_KEPT_BYTES:
            self._kept[question] = rows
        return rows

    def transaction(self) -> "_SqliteTransaction":
        """A savepoint of the running outer transaction; left once the outer commit is on disk."""
        return _SqliteTransaction(self, self._writer)

    async def begin(self) -> "asyncio.Future[None]":
        """Wait for the turn to write, and begin; answers what is done when the outer commit is on disk."""
        await self._turn.acquire()
        try:
            durable = self._begin()
            self._writer.execute("SAVEPOINT t")
        except BaseException:
            self._turn.release()
            raise
        return durable

    def end(self, *, undo: bool) -> None:
        """Keep or undo what was written since `begin`, and give the turn to the next."""
        try:
            if undo:
                self._writer.execute("ROLLBACK TO t")
            self._writer.execute("RELEASE t")
        finally:
            self._turn.release()

    def _begin(self) -> "asyncio.Future[None]":
        if self._batch is None:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise Unavailable(str(error)) from error
            self._batch = asyncio.get_running_loop().create_future()
            # Nobody may be left waiting for it when all its transactions rolled back.
            self._batch.add_done_callback(lambda done: done.exception())
            task = asyncio.create_task(self._commit())
            self._commits.add(task)
            task.add_done_callback(self._commits.discard)
        return self._batch

    async def _commit(self) -> None:
        async with self._turn:
            batch, self._batch = self._batch, None
            assert batch is not None  # noqa: S101  made by _begin together with this task
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.execute, "COMMIT")
            except sqlite3.Error as error:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                batch.set_exception(Unavailable(f"commit failed: {error}"))
            else:
                self._kept.clear()
                batch.set_result(None)

    async def close(self) -> None:
        """Finish the running commits, then close both connections."""
        while self._commits:
            await asyncio.wait(self._commits)
        self._thread.shutdown()
        self._reader.close()
        self._writer.close()


class _SqliteTransaction:
    def __init__(self, database: SqliteDatabase, connection: sqlite3.Connection) -> None:
        self._database = database
        self._connection = connection
        self._durable: asyncio.Future[None] | None = None
        self.listeners: list[Listener] = []

    async def __aenter__(self) -> Self:
        self._durable = await self._database.begin()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _error: object, _trace: object) -> None:
        self._database.end(undo=kind is not None)
        if kind is not None or self._durable is None:
            return
        # A caller that is cancelled while waiting does not take the shared commit down with it.
        await asyncio.shield(self._durable)
        for listener in self.listeners:
            listener()

    async def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        return _run(self._connection, *statement.arguments("sqlite", values)).fetchall()

    async def row(self, statement: Statement, /, **values: Any) -> Row | None:
        # Read to the end: a RETURNING that is left half read would keep its savepoint open.
        rows = _run(self._connection, *statement.arguments("sqlite", values)).fetchall()
        return rows[0] if rows else None

    async def execute(self, statement: Statement, /, **values: Any) -> int:
        return _run(self._connection, *statement.arguments("sqlite", values)).rowcount

    def after_commit(self, listener: Listener) -> None:
        self.listeners.append(listener)


def _run(connection: sqlite3.Connection, text: str, arguments: tuple[Any, ...]) -> sqlite3.Cursor:
    try:
        return connection.execute(text, arguments)
    except sqlite3.IntegrityError as error:
        raise Conflict(str(error)) from error
    except sqlite3.OperationalError as error:
        raise Unavailable(str(error)) from error


def _size(rows: list[Row]) -> int:
    """About how many bytes an answer takes."""
    return sum(len(value) if isinstance(value, str | bytes) else 8 for row in rows for value in row)
