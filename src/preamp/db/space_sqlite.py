"""Spaces as SQLite files: WAL, synchronous=FULL, reads on the event loop, one writer a file with group commit.

A read under a few milliseconds costs less than a thread hop, so reads run on the loop; one that takes longer is
stopped by its budget and starts again in a thread, and its statement is remembered as slow while it is so there too.
Writes run on the loop inside a shared transaction; its COMMIT, which waits for the disk, runs in a thread, and whoever
writes meanwhile joins the next one. A write returns only after its COMMIT.
"""

import asyncio
import sqlite3
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from preamp.db.space import (
    DialectName,
    NoSpace,
    Rows,
    Space,
    SpaceTimeout,
    Statement,
    StatementTooDeep,
    UniqueViolation,
    checked,
)

INLINE_SECONDS = 0.005
"""How long a read may hold the loop before it is moved to a thread."""

PROGRESS_STEPS = 10_000
"""Virtual machine steps between two looks at the clock (some 0.2 ms)."""

MOST_SLOW = 1_000
"""Statement texts remembered as slow, per space."""

STATEMENTS = 256
"""Prepared statements kept, per connection."""

OLDEST_SQLITE = (3, 38, 0)
"""`->` and RETURNING."""


class _Clock:
    """When the running statement of a connection must stop."""

    __slots__ = ("deadline", "stopped", "within")

    def __init__(self) -> None:
        self.deadline = 0.0
        self.stopped = False
        self.within: sqlite3.Error | None = None
        """What went wrong in a statement inside the running one: SQLite passes on that something did."""

    def stop(self) -> None:
        self.stopped = True

    def expired(self) -> bool:
        return self.stopped or perf_counter() > self.deadline


def _connect(path: Path, clock: _Clock | None = None) -> tuple[sqlite3.Connection, _Clock]:
    connection = sqlite3.connect(
        f"file:{path}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS,
        timeout=10,
    )
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-8000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    # SQLite before 3.45 prints 15 digits of a double; repr gives the shortest text that reads back as the same number.
    connection.create_function("float_json", 1, _float_json, deterministic=True)
    connection.create_function("last_part", 1, _last_part, deterministic=True)
    clock = clock or _Clock()
    connection.create_function("apart", -1, partial(_apart, connection, clock))
    connection.set_progress_handler(clock.expired, PROGRESS_STEPS)
    return connection, clock


def _apart(connection: sqlite3.Connection, clock: _Clock, sql: str, *values: Any) -> Any:
    """Answer the value of a reading statement inside another: what nests too deep for one is written as several."""
    try:
        rows = connection.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        clock.within = clock.within or error
        raise
    return rows[0][0] if rows else None


def _float_json(number: float | None) -> str | None:
    return None if number is None else repr(float(number))


def _last_part(owner: str | None) -> str | None:
    return None if owner is None else owner.rpartition("::")[2]


class SqliteSpace:
    """One API's file. Every public coroutine belongs to one event loop."""

    dialect: DialectName = "sqlite"
    prefix = ""

    def __init__(self, api_id: str, path: Path, threads: ThreadPoolExecutor, timeout_seconds: float) -> None:
        self.api_id = api_id
        self.busy = 0
        self._threads = threads
        self._timeout = timeout_seconds
        self._path = path
        self._reader, self._reader_clock = _connect(path)
        self._writer, self._writer_clock = _connect(path)
        self._slow: OrderedDict[str, None] = OrderedDict()
        self._batch: asyncio.Future[None] | None = None
        self._held: asyncio.Future[None] | None = None

    async def read(self, sql: str, params: Sequence[Any] = ()) -> Rows:
        """Answer the rows of one reading statement. Raises SpaceTimeout."""
        if sql not in self._slow:
            self._reader_clock.deadline = perf_counter() + INLINE_SECONDS
            try:
                return self._reader.execute(sql, params).fetchall()
            except sqlite3.OperationalError as raised:
                error = _cause(raised, self._reader_clock)
                if not _interrupted(error):
                    raise _told(error, self._timeout) from error
        self.busy += 1
        clock = _Clock()
        try:
            work = asyncio.get_running_loop().run_in_executor(self._threads, self._read_slowly, clock, sql, params)
            rows, seconds = await work
        except asyncio.CancelledError:
            clock.stop()  # nobody waits for the statement any more
            raise
        finally:
            self.busy -= 1
        self._remember(sql, slow=seconds > INLINE_SECONDS)
        return rows

    def _remember(self, sql: str, *, slow: bool) -> None:
        """Keep a statement in threads only while it is slow there: it may have been the machine that was busy."""
        if not slow:
            self._slow.pop(sql, None)
            return
        self._slow[sql] = None
        if len(self._slow) > MOST_SLOW:
            self._slow.popitem(last=False)

    def _read_slowly(self, clock: _Clock, sql: str, params: Sequence[Any]) -> tuple[Rows, float]:
        """Read on a connection of this thread's own, as the loop's may be in use; tell the seconds it took too."""
        connection, _ = _connect(self._path, clock)
        started = perf_counter()
        clock.deadline = started + self._timeout
        try:
            rows = connection.execute(sql, params).fetchall()
            return rows, perf_counter() - started
        except sqlite3.OperationalError as raised:
            error = _cause(raised, clock)
            if _interrupted(error):
                raise SpaceTimeout(f"The read took longer than {self._timeout:g} s.") from None
            raise _told(error, self._timeout) from error
        finally:
            connection.close()

    async def write(self, *statements: Statement) -> list[Rows]:
        """Run statements together until one answers no row. Returns after the COMMIT."""
        self.busy += 1
        try:
            await self._turn()
            batch = self._batch or self._begin()
            answers = self._run(statements)
            await asyncio.shield(batch)
            return answers
        finally:
            self.busy -= 1

    async def _turn(self) -> None:
        """Wait until no commit or migration holds the writer. Raises SpaceTimeout."""
        deadline = perf_counter() + self._timeout
        while self._held is not None:
            await asyncio.wait([self._held], timeout=self._timeout)
            if perf_counter() > deadline:
                raise SpaceTimeout(f"No write could begin for {self._timeout:g} s.")

    def _begin(self) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        self._writer.execute("BEGIN IMMEDIATE")
        self._batch = loop.create_future()
        loop.call_soon(self._commit, loop, self._batch)
        return self._batch

    def _run(self, statements: Sequence[Statement]) -> list[Rows]:
        self._writer_clock.deadline = perf_counter() + self._timeout
        several = len(statements) > 1
        if several:
            self._writer.execute("SAVEPOINT one")
        answers: list[Rows] = []
        try:
            for sql, params in statements:
                answers.append(self._writer.execute(sql, params).fetchall())
                if not answers[-1]:
                    break
        except sqlite3.Error as raised:
            error = _cause(raised, self._writer_clock)
            if not self._writer.in_transaction:
                self._lose(error)
            elif several:
                self._writer.execute("ROLLBACK TO one")
                self._writer.execute("RELEASE one")
            raise _told(error, self._timeout) from error
        if several:
            self._writer.execute("RELEASE one")
        return answers

    def _lose(self, error: sqlite3.Error) -> None:
        """Tell every writer of the batch that SQLite gave up the whole transaction (full disk, I/O error)."""
        batch, self._batch = self._batch, None
        if batch is not None and not batch.done():
            batch.set_exception(sqlite3.OperationalError(f"The write was lost: {error}"))
            batch.exception()  # the failing writer itself may be the only one; it raises its own error

    def _commit(self, loop: asyncio.AbstractEventLoop, batch: asyncio.Future[None]) -> None:
        if self._batch is not batch:
            return
        self._batch, self._held = None, batch
        done = loop.run_in_executor(self._threads, self._writer.commit)
        done.add_done_callback(partial(self._committed, batch))

    def _committed(self, batch: asyncio.Future[None], done: asyncio.Future[None]) -> None:
        self._held = None
        error = done.exception()
        if error is None:
            batch.set_result(None)
            return
        if self._writer.in_transaction:
            self._writer.rollback()
        batch.set_exception(error)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["_Transaction"]:
        """Open a transaction that no other write shares; its statements run in a thread and may take long."""
        self.busy += 1
        try:
            while (waiting := self._held or self._batch) is not None:
                await asyncio.wait([waiting])
        except asyncio.CancelledError:
            self.busy -= 1
            raise
        held = self._held = asyncio.get_running_loop().create_future()
        try:
            transaction = _Transaction(self._writer, self._writer_clock, self._threads)
            await transaction.run("BEGIN IMMEDIATE")
            try:
                yield transaction
                await transaction.run("COMMIT")
            finally:
                if self._writer.in_transaction:
                    self._writer.rollback()
        finally:
            self.busy -= 1
            self._held = None
            held.set_result(None)

    async def run_alone(self, sql: str) -> None:
        """Run one statement; on SQLite a transaction of its own is the same."""
        async with self.transaction() as transaction:
            await transaction.run(sql)

    async def close(self) -> None:
        """Close the file after the writes under way."""
        while (waiting := self._held or self._batch) is not None:
            await asyncio.wait([waiting])
        self.close_now()

    def close_now(self) -> None:
        """Close the file of an idle space."""
        self._reader.close()
        self._writer.close()


class _Transaction:
    """Statements of an exclusive transaction."""

    def __init__(self, connection: sqlite3.Connection, clock: _Clock, threads: ThreadPoolExecutor) -> None:
        self._connection, self._clock, self._threads = connection, clock, threads

    async def run(self, sql: str, params: Sequence[Any] = ()) -> Rows:
        """Run one statement, however long it takes, and answer its rows."""
        self._clock.deadline = float("inf")
        work = asyncio.get_running_loop().run_in_executor(self._threads, self._execute, sql, params)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            self._connection.interrupt()
            await asyncio.wait([work])
            raise

    def _execute(self, sql: str, params: Sequence[Any]) -> Rows:
        return self._connection.execute(sql, params).fetchall()


class SqliteSpaces:
    """The files of a folder, at most `limit` of them open at a time (the longest unused is closed first)."""

    dialect: DialectName = "sqlite"

    def __init__(self, folder: Path, *, timeout_seconds: float, limit: int) -> None:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise RuntimeError(f"preamp needs SQLite 3.38 or newer; this Python has {sqlite3.sqlite_version}.")
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._timeout, self._limit = folder, timeout_seconds, limit
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="preamp-space")
        self._open: OrderedDict[str, SqliteSpace] = OrderedDict()

    def _path(self, api_id: str) -> Path:
        return self._folder / f"{checked(api_id)}.sqlite3"

    async def create(self, api_id: str) -> Space:
        """Make the file unless it is there, and answer its space."""
        self._path(api_id).touch(mode=0o600)
        return await self.get(api_id)

    def held(self, api_id: str) -> Space | None:
        """Answer the API's space if it is open."""
        space = self._open.get(api_id)
        if space is not None:
            self._open.move_to_end(api_id)
        return space

    async def get(self, api_id: str) -> Space:
        """Answer the API's space. Raises NoSpace."""
        space = self.held(api_id)
        if space is not None:
            return space
        path = self._path(api_id)
        if not path.exists():
            raise NoSpace(f"There is no space for API {api_id}.")
        space = self._open[api_id] = SqliteSpace(api_id, path, self._threads, self._timeout)
        self._close_unused(api_id)
        return space

    def _close_unused(self, keep: str) -> None:
        surplus = len(self._open) - self._limit
        idle = [key for key, space in self._open.items() if not space.busy and key != keep]
        for key in idle[: max(surplus, 0)]:
            self._open.pop(key).close_now()

    async def exists(self, api_id: str) -> bool:
        """Tell whether the API has a file."""
        return self._path(api_id).exists()

    async def drop(self, api_id: str) -> None:
        """Remove the API's file; nothing happens where there is none."""
        space = self._open.pop(api_id, None)
        if space is not None:
            await space.close()
        path = self._path(api_id)
        for suffix in ("-wal", "-shm", ""):
            path.with_name(path.name + suffix).unlink(missing_ok=True)

    async def api_ids(self) -> list[str]:
        """Answer the API ids of all files, sorted."""
        return sorted(path.stem for path in self._folder.glob("*.sqlite3"))

    async def close(self) -> None:
        """Finish the writes under way and close every file."""
        while self._open:
            _, space = self._open.popitem()
            await space.close()
        self._threads.shutdown()


def _cause(raised: sqlite3.Error, clock: _Clock) -> sqlite3.Error:
    """Answer the error of the innermost statement, as `_apart` noted it."""
    within, clock.within = clock.within, None
    return within or raised


def _interrupted(error: sqlite3.Error) -> bool:
    return str(error) == "interrupted"


def _told(error: sqlite3.Error, seconds: float) -> Exception:
    if isinstance(error, sqlite3.IntegrityError) and "UNIQUE" in str(error):
        return UniqueViolation(str(error))
    if isinstance(error, sqlite3.OperationalError) and "parser stack overflow" in str(error):
        return StatementTooDeep("The statement nests too many subqueries for SQLite.")
    if isinstance(error, sqlite3.OperationalError) and _interrupted(error):
        return SpaceTimeout(f"The write took longer than {seconds:g} s.")
    return error
