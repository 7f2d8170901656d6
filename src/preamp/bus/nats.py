"""The bus over NATS: a subject per topic, of which every node hears all.

Core NATS keeps nothing; the client library reconnects by itself, and listeners are told of the gap.
Docs: https://docs.nats.io/nats-concepts/core-nats
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from nats.aio.client import Client
from nats.errors import Error

from preamp.bus.topics import Topics

log = logging.getLogger("preamp.bus")

PREFIX = "preamp.bus."
MOST_WAITING = 10_000
"""Messages that wait while NATS is away; older ones are dropped, and listeners told of a gap."""
CONNECT_SECONDS = 3


class NatsBus:
    """One connection."""

    def __init__(self) -> None:
        self._topics = Topics()
        self._client = Client()
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._wake, self._idle = asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._worker: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str) -> "NatsBus":
        """Connect. Raises nats' errors or OSError where no server answers at start."""
        bus = cls()
        try:
            # With endless reconnecting, which a running node wants, the library tries endlessly at the start as well.
            async with asyncio.timeout(CONNECT_SECONDS):
                await bus._client.connect(
                    url,
                    connect_timeout=CONNECT_SECONDS,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=1,
                    disconnected_cb=bus._lost,
                    reconnected_cb=bus._back,
                    error_cb=bus._failed,
                )
        except TimeoutError:
            raise OSError(f"no NATS server answered within {CONNECT_SECONDS} s") from None
        await bus._client.subscribe(f"{PREFIX}>", cb=bus._heard)
        await bus._client.flush()
        bus._worker = asyncio.create_task(bus._work())
        return bus

    @property
    def alone(self) -> bool:
        """Nobody tells: others may always listen."""
        return False

    def publish(self, topic: str, message: bytes) -> None:
        """Queue the message for the connection."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._topics.gap()
        self._waiting.append((topic, message))
        self._idle.clear()
        self._wake.set()

    def listen(self, topic: str, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Hear a topic until the answer is called."""
        self._topics.add(topic, listener)

        def stop() -> None:
            self._topics.remove(topic, listener)

        return stop

    def on_gap(self, told: Callable[[], None]) -> None:
        """Have `told` called after the connection was lost."""
        self._topics.want_gaps(told)

    async def close(self) -> None:
        """Send what waits, one second at most, and disconnect."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), 1)
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        with contextlib.suppress(Error, TimeoutError, OSError):
            await asyncio.wait_for(self._client.flush(), 1)
        await self._client.close()

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                topic, message = self._waiting.popleft()
                try:
                    await self._client.publish(PREFIX + topic, message)
                except (Error, OSError) as error:
                    log.warning("the bus could not publish: %s", error)
                    self._topics.gap()
            self._idle.set()

    async def _heard(self, message: Any) -> None:
        self._topics.hear(message.subject.removeprefix(PREFIX), message.data)

    async def _lost(self) -> None:
        log.warning("the bus lost its connection to NATS")

    async def _back(self) -> None:
        log.warning("the bus is connected to NATS again")
        self._topics.gap()

    async def _failed(self, error: Exception) -> None:
        log.warning("the bus: %s", error)
