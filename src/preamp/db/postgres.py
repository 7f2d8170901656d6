"""PostgreSQL through asyncpg: a free list of connections, each holding its prepared statements."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import asyncpg

from preamp.db.engine import Conflict, Listener, Row, Statement, Transaction, Unavailable

_LOST = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError)
_RETRYABLE = (asyncpg.TransactionRollbackError, asyncpg.LockNotAvailableError, asyncpg.InsufficientResourcesError)


class PostgresDatabase:
    """A control database in the `public` schema (or the URL's search_path) of a PostgreSQL server."""

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, url: str, connections: int = 10) -> None:
        self._url = url
        self._free: list[asyncpg.Connection] = []
        self._slots = asyncio.Semaphore(connections)

    async def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        """All rows of the answer."""
        async with self._connection() as connection:
            return await _fetch(connection, statement, values)

    async def row(self, statement: Statement, /, **values: Any) -> Row | None:
        """The first row, None where there is none."""
        rows = await self.rows(statement, **values)
        return rows[0] if rows else None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """READ COMMITTED; returns once the commit is durable."""
        async with self._connection() as connection:
            transaction = _PostgresTransaction(connection)
            async with _translated():
                await connection.execute("BEGIN")
            try:
                yield transaction
            except BaseException:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
                raise
            async with _translated():
                await connection.execute("COMMIT")
        for listener in transaction.listeners:
            listener()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        async with self._slots:
            connection = self._free.pop() if self._free else None
            if connection is None or connection.is_closed():
                async with _translated():
                    connection = await asyncpg.connect(self._url)
            try:
                yield connection
            finally:
                if not connection.is_closed():
                    self._free.append(connection)

    async def close(self) -> None:
        """Close all idle connections."""
        while self._free:
            await self._free.pop().close()


class _PostgresTransaction:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.listeners: list[Listener] = []

    async def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        return await _fetch(self._connection, statement, values)

    async def row(self, statement: Statement, /, **values: Any) -> Row | None:
        rows = await _fetch(self._connection, statement, values)
        return rows[0] if rows else None

    async def execute(self, statement: Statement, /, **values: Any) -> int:
        text, arguments = statement.arguments("postgresql", values)
        async with _translated():
            status: str = await self._connection.execute(text, *arguments)
        return int(status.rpartition(" ")[2]) if status[-1:].isdigit() else 0

    def after_commit(self, listener: Listener) -> None:
        self.listeners.append(listener)


async def _fetch(connection: asyncpg.Connection, statement: Statement, values: dict[str, Any]) -> list[Row]:
    text, arguments = statement.arguments("postgresql", values)
    async with _translated():
        rows: list[Row] = await connection.fetch(text, *arguments)
    return rows


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """The driver's errors as the two that rooms know."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        raise Conflict(str(error)) from error
    except (*_LOST, *_RETRYABLE) as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from error
