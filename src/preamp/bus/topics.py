"""Who listens to what on this node."""

import logging
from collections.abc import Callable

log = logging.getLogger("preamp.bus")


class Topics:
    """Listeners by topic, and those who want to hear of gaps."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Callable[[bytes], None]]] = {}
        self._told: list[Callable[[], None]] = []

    def __contains__(self, topic: str) -> bool:
        return topic in self._listeners

    @property
    def names(self) -> list[str]:
        """The topics that somebody listens to."""
        return list(self._listeners)

    def add(self, topic: str, listener: Callable[[bytes], None]) -> bool:
        """Add a listener; tell whether it is the topic's first."""
        known = self._listeners.setdefault(topic, [])
        known.append(listener)
        return len(known) == 1

    def remove(self, topic: str, listener: Callable[[bytes], None]) -> bool:
        """Remove a listener; tell whether it was the topic's last. Removing it again does nothing."""
        known = self._listeners.get(topic)
        if known is None or listener not in known:
            return False
        known.remove(listener)
        if known:
            return False
        del self._listeners[topic]
        return True

    def hear(self, topic: str, message: bytes) -> None:
        """Give a message to every listener; one that fails is told to the log and keeps no other from hearing."""
        for listener in tuple(self._listeners.get(topic, ())):
            try:
                listener(message)
            except Exception:
                log.exception("a listener of %s failed", topic)

    def want_gaps(self, told: Callable[[], None]) -> None:
        """Tell `told` of gaps."""
        self._told.append(told)

    def gap(self) -> None:
        """Messages may have been missed."""
        for told in self._told:
            told()
