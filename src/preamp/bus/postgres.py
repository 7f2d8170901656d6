"""The bus over PostgreSQL: LISTEN and NOTIFY.

A notification holds less than 8,000 bytes, so longer messages rest in a table for some minutes and the notification
names the row. One connection listens, another sends; both come back by themselves, and listeners are told of the gap.
Docs: https://www.postgresql.org/docs/15/sql-notify.html
"""

import asyncio
import base64
import contextlib
import logging
import time
import uuid
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any

import asyncpg

from preamp.bus.topics import Topics

log = logging.getLogger("preamp.bus")

PREFIX = "preamp_bus_"
MOST_WAITING = 10_000
"""Messages that wait while PostgreSQL is away; older ones are dropped, and listeners told of a gap."""
MOST_TEXT_BYTES = 7_900
"""Longest message that fits a notification as text, beside its topic and mark."""
INLINE_BYTES = 5_700
"""The same for bytes that are no text, as base64."""
TELL_SECONDS = 2.0
QUIET_SECONDS = 7.0
"""How often a node tells that it is there, and how long the others believe it."""
MOST_TOGETHER = 100
"""Messages of one statement."""
SPILL_SECONDS = 300
_NODES = "nodes"
_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What a connection raises that is no more; the last where the server ended it between two statements."""
_RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
_TABLE = """
CREATE UNLOGGED TABLE IF NOT EXISTS preamp_bus_spill (
  id bigserial PRIMARY KEY, message bytea NOT NULL, made timestamptz NOT NULL DEFAULT now())
"""
_SPILL = "INSERT INTO preamp_bus_spill (message) VALUES ($1) RETURNING id"
_NOTIFY = "SELECT pg_notify($1, one) FROM unnest($2::text[]) WITH ORDINALITY AS each (one, place) ORDER BY place"
_SWEEP = "DELETE FROM preamp_bus_spill WHERE made < now() - make_interval(secs => $1)"
_READ = "SELECT message FROM preamp_bus_spill WHERE id = $1"
_SWEEP_EVERY = 1_000


class PostgresBus:
    """Two connections and what waits for them.

    Nodes tell one another that they are there. One that hears itself, and nobody else, is alone, and need not publish
    what nobody here listens to.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._topics = Topics()
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._heard: deque[tuple[str, str]] = deque()
        self._wake_sender, self._wake_hearer = asyncio.Event(), asyncio.Event()
        self._connection: asyncpg.Connection[Any] | None = None
        self._spilled = 0
        self._own = uuid.uuid4().hex
        self._heard_self = 0.0
        self._heard_others = time.monotonic()
        self._tasks: list[asyncio.Task[None]] = []
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    async def open(cls, url: str) -> "PostgresBus":
        """Connect. Raises OSError or asyncpg's errors where the server is away at start."""
        bus = cls(url)
        connection = await asyncpg.connect(url)
        try:
            # Nodes that start together would both make the table: the lock lets them take turns.
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock(7243011)")
                await connection.execute(_TABLE)
        finally:
            await connection.close()
        bus._connection = await bus._listening()
        works = (bus._send_all, bus._hear_all, bus._keep_listening, bus._tell_of_itself)
        bus._tasks = [asyncio.create_task(work()) for work in works]
        return bus

    @property
    def alone(self) -> bool:
        """Whether no other node was heard for a while, though this one is."""
        now = time.monotonic()
        return now - self._heard_self < QUIET_SECONDS < now - self._heard_others

    def publish(self, topic: str, message: bytes) -> None:
        """Queue the message for the sender."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._topics.gap()
        self._waiting.append((topic, message))
        self._idle.clear()
        self._wake_sender.set()

    def listen(self, topic: str, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Hear a topic until the answer is called."""
        self._topics.add(topic, listener)

        def stop() -> None:
            self._topics.remove(topic, listener)

        return stop

    def on_gap(self, told: Callable[[], None]) -> None:
        """Have `told` called after a connection was lost."""
        self._topics.want_gaps(told)

    async def close(self) -> None:
        """Send what waits, one second at most, and disconnect."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), 1)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close()

    # Hearing -------------------------------------------------------------------------------------------------------

    async def _listening(self) -> "asyncpg.Connection[Any]":
        """A connection that hears the one channel of all topics."""
        connection: asyncpg.Connection[Any] = await asyncpg.connect(self._url)
        await connection.add_listener(f"{PREFIX}all", self._notified)
        return connection

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        topic, _, rest = str(payload).split(" ", 2)
        if topic == _NODES:
            if rest == f"~{self._own}":
                self._heard_self = time.monotonic()
            else:
                self._heard_others = time.monotonic()
        if topic in self._topics:
            self._heard.append((topic, rest))
            self._wake_hearer.set()

    async def _hear_all(self) -> None:
        reader: asyncpg.Connection[Any] | None = None
        try:
            while True:
                await self._wake_hearer.wait()
                self._wake_hearer.clear()
                while self._heard:
                    topic, rest = self._heard.popleft()
                    if rest[:1] == "~":
                        self._topics.hear(topic, rest[1:].encode())
                        continue
                    if rest[:1] == "=":
                        self._topics.hear(topic, base64.b64decode(rest[1:]))
                        continue
                    try:
                        if reader is None or reader.is_closed():
                            reader = await asyncpg.connect(self._url)
                        message = await reader.fetchval(_READ, int(rest))
                    except _LOST:
                        message = None
                    if message is None:
                        self._topics.gap()
                    else:
                        self._topics.hear(topic, bytes(message))
        finally:
            if reader is not None:
                reader.terminate()

    async def _keep_listening(self) -> None:
        while True:
            await _closed(self._connection)
            log.warning("the bus lost its connection to PostgreSQL")
            self._connection = await self._again(self._listening)
            self._topics.gap()

    async def _tell_of_itself(self) -> None:
        while True:
            self.publish(_NODES, self._own.encode())
            await asyncio.sleep(TELL_SECONDS)

    # Sending -------------------------------------------------------------------------------------------------------

    async def _send_all(self) -> None:
        connection: asyncpg.Connection[Any] | None = None
        try:
            while True:
                await self._wake_sender.wait()
                self._wake_sender.clear()
                while self._waiting:
                    if connection is None or connection.is_closed():
                        connection = await self._again(lambda: asyncpg.connect(self._url))
                    batch = list(islice(self._waiting, MOST_TOGETHER))
                    try:
                        await self._send(connection, batch)
                    except _LOST:
                        connection.terminate()
                        continue
                    self._sent(batch)
                self._idle.set()
        finally:
            if connection is not None:
                connection.terminate()

    async def _send(self, connection: "asyncpg.Connection[Any]", batch: list[tuple[str, bytes]]) -> None:
        """Send messages in one statement: each of its own would cost the server more than the mutation it tells of."""
        # PostgreSQL drops a notification that equals one of the same transaction: the number makes each its own.
        notifications = [
            f"{topic} {place} {await self._written(connection, message)}"
            for place, (topic, message) in enumerate(batch)
        ]
        await connection.execute(_NOTIFY, f"{PREFIX}all", notifications)

    async def _written(self, connection: "asyncpg.Connection[Any]", message: bytes) -> str:
        if len(message) > MOST_TEXT_BYTES:
            self._spilled += 1
            if self._spilled % _SWEEP_EVERY == 0:
                await connection.execute(_SWEEP, SPILL_SECONDS)
            return str(await connection.fetchval(_SPILL, message))
        try:
            text = message.decode()
        except UnicodeDecodeError:
            text = "\0"
        if "\0" not in text:
            return f"~{text}"
        if len(message) <= INLINE_BYTES:
            return "=" + base64.b64encode(message).decode()
        return str(await connection.fetchval(_SPILL, message))

    def _sent(self, batch: list[tuple[str, bytes]]) -> None:
        """Forget what was sent; of a queue that overflowed meanwhile, the oldest are gone already."""
        for one in batch:
            if self._waiting and self._waiting[0] is one:
                self._waiting.popleft()

    async def _again(self, connect: Callable[[], Any]) -> Any:
        """Connect, however long it takes."""
        attempt = 0
        while True:
            try:
                return await connect()
            except _LOST as error:
                log.warning("the bus cannot reach PostgreSQL: %s", error)
                await asyncio.sleep(_RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)])
                attempt += 1


async def _closed(connection: "asyncpg.Connection[Any] | None") -> None:
    """Wait until a connection has ended; asked now and then, as a connection cut off says nothing."""
    if connection is None or connection.is_closed():
        return
    ended = asyncio.Event()
    connection.add_termination_listener(lambda _: ended.set())
    while not ended.is_set():
        try:
            await asyncio.wait_for(ended.wait(), 15)
        except TimeoutError:
            try:
                await connection.execute("SELECT 1", timeout=5)
            except _LOST:
                connection.terminate()
                return
