"""PostgreSQL through asyncpg: a free list of connections, each holding its prepared statements."""

import asyncio
from typing import Any, Literal, Self

import asyncpg

from preamp.db.engine import Conflict, Listener, Row, Statement, Unavailable

_REFUSED = asyncpg.IntegrityConstraintViolationError
_PASSING = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
)
"""What the driver raises where the same call may succeed later: connection lost, deadlock, server full."""
_TOLD = (_REFUSED, *_PASSING)


class PostgresDatabase:
    """A control database in the `public` schema (or the URL's search_path) of a PostgreSQL server."""

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, url: str, connections: int = 10) -> None:
        self._url = url
        self._free: list[asyncpg.Connection] = []
        self._slots = asyncio.Semaphore(connections)

    async def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        """All rows of the answer."""
        connection = await self.take()
        try:
            return await _fetch(connection, statement, values)
        finally:
            self.give_back(connection)

    async def row(self, statement: Statement, /, **values: Any) -> Row | None:
        """The first row, None where there is none."""
        rows = await self.rows(statement, **values)
        return rows[0] if rows else None

    def transaction(self) -> "_PostgresTransaction":
        """READ COMMITTED; left once the commit is durable."""
        return _PostgresTransaction(self)

    async def take(self) -> asyncpg.Connection:
        """A connection of its own for the caller, who gives it back."""
        await self._slots.acquire()
        try:
            while self._free:
                connection = self._free.pop()
                if not connection.is_closed():
                    return connection
            return await asyncpg.connect(self._url)
        except _TOLD as error:
            self._slots.release()
            raise _told(error) from error
        except BaseException:
            self._slots.release()
            raise

    def give_back(self, connection: asyncpg.Connection) -> None:
        """Let the next one use it."""
        if not connection.is_closed():
            self._free.append(connection)
        self._slots.release()

    async def close(self) -> None:
        """Close all idle connections."""
        while self._free:
            await self._free.pop().close()


class _PostgresTransaction:
    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._connection: asyncpg.Connection = None
        self.listeners: list[Listener] = []

    async def __aenter__(self) -> Self:
        self._connection = await self._database.take()
        try:
            await _run(self._connection, "BEGIN")
        except BaseException:
            self._database.give_back(self._connection)
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _error: object, _trace: object) -> None:
        try:
            if kind is None:
                await _run(self._connection, "COMMIT")
            elif not self._connection.is_closed():
                await self._connection.execute("ROLLBACK")
        finally:
            self._database.give_back(self._connection)
        if kind is None:
            for listener in self.listeners:
                listener()

    async def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        return await _fetch(self._connection, statement, values)

    async def row(self, statement: Statement, /, **values: Any) -> Row | None:
        rows = await _fetch(self._connection, statement, values)
        return rows[0] if rows else None

    async def execute(self, statement: Statement, /, **values: Any) -> int:
        text, arguments = statement.arguments("postgresql", values)
        status = await _run(self._connection, text, *arguments)
        return int(status.rpartition(" ")[2]) if status[-1:].isdigit() else 0

    def after_commit(self, listener: Listener) -> None:
        self.listeners.append(listener)


async def _run(connection: asyncpg.Connection, text: str, *arguments: Any) -> str:
    try:
        status: str = await connection.execute(text, *arguments)
    except _TOLD as error:
        raise _told(error) from error
    return status


async def _fetch(connection: asyncpg.Connection, statement: Statement, values: dict[str, Any]) -> list[Row]:
    text, arguments = statement.arguments("postgresql", values)
    try:
        rows: list[Row] = await connection.fetch(text, *arguments)
    except _TOLD as error:
        raise _told(error) from error
    return rows


def _told(error: Exception) -> Exception:
    """The driver's errors as the two that rooms know."""
    if isinstance(error, _REFUSED):
        return Conflict(str(error))
    return Unavailable(f"{type(error).__name__}: {error}")
