"""Publish and subscribe between the nodes of one installation.

A bus carries short messages by topic to every node that listens, the sender's own listeners included. It keeps
nothing: who was not listening does not hear, and who may have missed something (a cut connection) is told by `gap`.
Messages of one sender arrive in the order they were published.

| url | carries | for |
|---|---|---|
| `memory://` | calls in this process | one node |
| `postgresql://...` | LISTEN and NOTIFY; long messages rest in a table | several nodes over one PostgreSQL |
| `nats://HOST:PORT` | NATS core subjects | several nodes, many messages |
"""

from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from preamp.bus.memory import MemoryBus

Listener = Callable[[bytes], None]
"""Hears a message. It must not block and must not raise."""

__all__ = ["Bus", "BusError", "Listener", "MemoryBus", "open_bus"]


class BusError(Exception):
    """The bus cannot be reached, or its URL names none."""


class Bus(Protocol):
    """A way to reach the listeners of all nodes. Topics are letters, digits, `_` and `-`, 40 characters at most."""

    @property
    def alone(self) -> bool:
        """Whether there is no other node to reach: then a topic without listeners here has none at all."""
        ...

    def publish(self, topic: str, message: bytes) -> None:
        """Send a message; it leaves in the order of calls. Never blocks; over the bound, the oldest are dropped."""
        ...

    def listen(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Hear a topic from now on; call the answer to stop."""
        ...

    def on_gap(self, told: Callable[[], None]) -> None:
        """Have `told` called whenever messages may have been missed."""
        ...

    async def close(self) -> None:
        """Send what is waiting, as far as one second allows, and let go."""
        ...


async def open_bus(url: str) -> Bus:
    """Open the bus of a URL. Raises BusError."""
    if url.startswith("memory://"):
        return MemoryBus()
    try:
        if url.startswith(("postgresql://", "postgres://")):
            from preamp.bus.postgres import PostgresBus  # noqa: PLC0415 - the driver is an extra

            return await PostgresBus.open(url)
        if url.startswith("nats://"):
            from preamp.bus.nats import NatsBus  # noqa: PLC0415 - the driver is an extra

            return await NatsBus.open(url)
    except ImportError as error:
        raise BusError(f"bus: {error.name} is not installed; it comes with an extra of preamp") from None
    except Exception as error:
        raise BusError(f"bus: cannot reach {urlsplit(url).hostname}: {error}") from error
    raise BusError("bus: the URL names none; use memory://, postgresql://... or nats://HOST:PORT")
