"""The bus of one process: a call."""

from collections.abc import Callable

from preamp.bus.topics import Topics


class MemoryBus:
    """Listeners hear inside `publish`."""

    def __init__(self) -> None:
        self._topics = Topics()

    @property
    def alone(self) -> bool:
        """There is no other node."""
        return True

    def publish(self, topic: str, message: bytes) -> None:
        """Give the message to the listeners of this process."""
        self._topics.hear(topic, message)

    def listen(self, topic: str, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Hear a topic until the answer is called."""
        self._topics.add(topic, listener)

        def stop() -> None:
            self._topics.remove(topic, listener)

        return stop

    def on_gap(self, told: Callable[[], None]) -> None:
        """Keep whom to tell; nothing is ever missed here."""
        self._topics.want_gaps(told)

    async def close(self) -> None:
        """Let go of nothing: there is no connection."""
