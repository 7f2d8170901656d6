"""Spaces as PostgreSQL schemas, over an own free list of connections that hold prepared statements.

asyncpg's pool resets a connection at each return, which costs more than a keyed read; these connections keep no state
between uses but their prepared statements, so none is needed.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from preamp.db.space import DialectName, NoSpace, Rows, Space, SpaceTimeout, Statement, UniqueViolation, checked

STATEMENTS = 256
"""Prepared statements kept, per connection."""


CLOSE_SECONDS = 10
"""How long the server may take to stop a statement that nobody waits for any more."""

_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    ConnectionError,
)
"""What asyncpg raises on a connection that the server has cut."""


class _Connection:
    """A connection and its prepared statements."""

    __slots__ = ("link", "prepared")

    def __init__(self, link: Any) -> None:
        self.link = link
        self.prepared: OrderedDict[str, Any] = OrderedDict()

    async def run(self, sql: str, params: Sequence[Any]) -> Rows:
        statement = self.prepared.get(sql)
        if statement is None:
            statement = self.prepared[sql] = await self.link.prepare(sql)
            if len(self.prepared) > STATEMENTS:
                self.prepared.popitem(last=False)
        else:
            self.prepared.move_to_end(sql)
        rows: Rows = await statement.fetch(*params)
        return rows


class _Loan:
    """A connection on loan for one block: it comes back by itself, in whatever state the block left it."""

    __slots__ = ("_connection", "_lender")

    def __init__(self, lender: "_Connections") -> None:
        self._lender = lender

    async def __aenter__(self) -> _Connection:
        self._connection = await self._lender.take()
        return self._connection

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        connection = self._connection
        if isinstance(error, asyncio.CancelledError) and not connection.link.is_closed():
            self._lender.abandon(connection)
            return
        if isinstance(error, _LOST):
            connection.link.terminate()
        self._lender.give_back(connection)
        if isinstance(error, asyncpg.UniqueViolationError | asyncpg.QueryCanceledError):
            raise _told(error) from error


class _Connections:
    """At most `limit` connections to one database; who finds none free waits in line."""

    def __init__(self, url: str, timeout_seconds: float, limit: int) -> None:
        self._url, self._timeout, self._limit = url, timeout_seconds, limit
        self._free: list[_Connection] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._open = 0
        self._closed = False
        self._abandoned: set[asyncio.Task[None]] = set()

    async def take(self) -> _Connection:
        while True:
            while self._free:
                connection = self._free.pop()
                if not connection.link.is_closed():
                    return connection
                self._open -= 1
            if self._open < self._limit:
                return await self._connect()
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await asyncio.wait_for(turn, self._timeout)
            except TimeoutError:
                raise SpaceTimeout(f"No connection was free for {self._timeout:g} s.") from None
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._wake()
                raise

    async def _connect(self) -> _Connection:
        self._open += 1
        try:
            link = await asyncpg.connect(
                self._url,
                statement_cache_size=0,
                server_settings={
                    "statement_timeout": str(int(self._timeout * 1000)),
                    "application_name": "preamp",
                    "search_path": "pg_catalog",
                    "jit": "off",
                },
            )
        except BaseException:
            self._open -= 1
            self._wake()
            raise
        return _Connection(link)

    def give_back(self, connection: _Connection) -> None:
        if self._closed:
            connection.link.terminate()
        if connection.link.is_closed():
            self._open -= 1
        else:
            self._free.append(connection)
        self._wake()

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    async def run(self, sql: str, params: Sequence[Any]) -> Rows:
        """Run one statement in a transaction of its own."""
        async with _Loan(self) as connection:
            try:
                return await connection.run(sql, params)
            except asyncpg.InvalidCachedStatementError:
                # A migration changed the table under a prepared statement; nothing ran.
                connection.prepared.clear()
                return await connection.run(sql, params)

    @asynccontextmanager
    async def transaction(self, *, unlimited: bool = False) -> AsyncIterator[_Connection]:
        async with _Loan(self) as connection, connection.link.transaction():
            if unlimited:
                await connection.link.execute("SET LOCAL statement_timeout = 0")
            yield connection

    def abandon(self, connection: _Connection) -> None:
        """Have the server stop what it runs for nobody; the connection's place is free once it has."""
        task = asyncio.create_task(self._stop(connection))
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)

    async def _stop(self, connection: _Connection) -> None:
        try:
            await connection.link.close(timeout=CLOSE_SECONDS)
        except (TimeoutError, asyncpg.PostgresError, *_LOST, OSError):
            connection.link.terminate()
        finally:
            self.give_back(connection)

    async def alone(self, sql: str) -> None:
        connection = await self.take()
        try:
            await connection.link.execute("SET statement_timeout = 0")
            await connection.link.execute(sql)
            await connection.link.execute("RESET statement_timeout")
        except BaseException:
            connection.link.terminate()
            raise
        finally:
            self.give_back(connection)

    async def close(self) -> None:
        """Close the free connections now and the others when they come back."""
        self._closed = True
        if self._abandoned:
            await asyncio.wait(self._abandoned)
        while self._free:
            await self._free.pop().link.close()


class PostgresSpace:
    """One API's schema."""

    dialect: DialectName = "postgresql"

    def __init__(self, api_id: str, connections: _Connections) -> None:
        self.api_id = api_id
        self.prefix = f'"{schema(api_id)}".'
        self._connections = connections

    async def read(self, sql: str, params: Sequence[Any] = ()) -> Rows:
        """Answer the rows of one reading statement. Raises SpaceTimeout."""
        try:
            return await self._connections.run(sql, params)
        except _LOST:
            # The server restarted or cut an idle connection: a read may simply be asked again.
            return await self._connections.run(sql, params)

    async def write(self, *statements: Statement) -> list[Rows]:
        """Run statements in one transaction until one answers no row."""
        if len(statements) == 1:
            return [await self._connections.run(*statements[0])]
        answers: list[Rows] = []
        async with self._connections.transaction() as connection:
            for sql, params in statements:
                answers.append(await connection.run(sql, params))
                if not answers[-1]:
                    break
        return answers

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["_Transaction"]:
        """Open a transaction of several statements without a time limit."""
        async with self._connections.transaction(unlimited=True) as connection:
            yield _Transaction(connection)

    async def run_alone(self, sql: str) -> None:
        """Run one statement outside any transaction, without a time limit."""
        await self._connections.alone(sql)


class _Transaction:
    """Statements of one transaction."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    async def run(self, sql: str, params: Sequence[Any] = ()) -> Rows:
        """Run one statement and answer its rows."""
        rows: Rows = await self._connection.link.fetch(sql, *params)
        return rows


class PostgresSpaces:
    """The schemas `api_*` of one database."""

    dialect: DialectName = "postgresql"

    def __init__(self, connections: _Connections) -> None:
        self._connections = connections
        self._known: dict[str, PostgresSpace] = {}

    @classmethod
    async def open(cls, url: str, *, timeout_seconds: float, limit: int) -> "PostgresSpaces":
        """Connect once, to fail early where the URL is wrong."""
        connections = _Connections(url, timeout_seconds, limit)
        connections.give_back(await connections.take())
        return cls(connections)

    async def create(self, api_id: str) -> Space:
        """Make the schema unless it is there, and answer its space."""
        await self._connections.alone(f'CREATE SCHEMA IF NOT EXISTS "{schema(api_id)}"')
        return await self.get(api_id)

    def held(self, api_id: str) -> Space | None:
        """Answer the API's space if it was asked for before."""
        return self._known.get(api_id)

    async def get(self, api_id: str) -> Space:
        """Answer the API's space. Raises NoSpace."""
        known = self._known.get(api_id)
        if known is not None:
            return known
        if not await self.exists(api_id):
            raise NoSpace(f"There is no space for API {api_id}.")
        space = self._known[api_id] = PostgresSpace(api_id, self._connections)
        return space

    async def exists(self, api_id: str) -> bool:
        """Tell whether the API has a schema."""
        rows = await self._connections.run("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema(api_id)])
        return bool(rows)

    async def drop(self, api_id: str) -> None:
        """Remove the API's schema; nothing happens where there is none."""
        self._known.pop(api_id, None)
        await self._connections.alone(f'DROP SCHEMA IF EXISTS "{schema(api_id)}" CASCADE')

    async def api_ids(self) -> list[str]:
        """Answer the API ids of all schemas, sorted."""
        rows = await self._connections.run(r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 'api\_%'", [])
        return sorted(row[0].removeprefix("api_") for row in rows)

    async def close(self) -> None:
        """Close the connections that nobody uses."""
        await self._connections.close()


def schema(api_id: str) -> str:
    """Answer the name of the API's schema."""
    return f"api_{checked(api_id)}"


def _told(error: Exception) -> Exception:
    if isinstance(error, asyncpg.UniqueViolationError):
        return UniqueViolation(str(error))
    return SpaceTimeout("The statement took longer than it may.")
