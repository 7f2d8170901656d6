"""Who is subscribed on this node, and the way of an event to them.

A mutation's answer becomes an event on the bus, by API; every node that has subscribers there hears it, the sender
too, in the bus's order. Subscriptions that hear and answer alike stand in one group: an event is tested and encoded
once for each group, and only framed for each subscriber.
"""

import logging
from collections.abc import Callable
from typing import Protocol

import msgspec

from preamp.bus import Bus
from preamp.graphql.listen import Listening, Names, renamed

log = logging.getLogger(__name__)

MOST_PAYLOAD_BYTES = 240 * 1024
"""Longest payload of a data message (AppSync's quota)."""

_DECODE = msgspec.json.Decoder()
_ENCODE = msgspec.json.Encoder()


class Subscriber(Protocol):
    """Where a subscription's payloads go."""

    def deliver(self, payload: str) -> None:
        """Take a payload, as JSON. Must not block."""
        ...


class Group:
    """Subscriptions that hear the same events and make the same of them."""

    __slots__ = ("listening", "members")

    def __init__(self, listening: Listening) -> None:
        self.listening = listening
        self.members: dict[Subscriber, None] = {}


class Hub:
    """The subscriptions of one node."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._groups: dict[str, dict[str, dict[bytes, Group]]] = {}
        self._stops: dict[str, Callable[[], None]] = {}

    def subscribe(self, api_id: str, listening: Listening, subscriber: Subscriber) -> Callable[[], None]:
        """Deliver what `listening` makes of events from now on; call the answer to stop."""
        fields = self._groups.get(api_id)
        if fields is None:
            fields = self._groups[api_id] = {}
            self._stops[api_id] = self._bus.listen(_topic(api_id), lambda message: self._hear(api_id, message))
        for mutation in listening.mutations:
            group = fields.setdefault(mutation, {}).setdefault(listening.key, Group(listening))
            group.members[subscriber] = None
        return lambda: self._leave(api_id, listening, subscriber)

    def _leave(self, api_id: str, listening: Listening, subscriber: Subscriber) -> None:
        fields = self._groups.get(api_id, {})
        for mutation in listening.mutations:
            groups = fields.get(mutation, {})
            group = groups.get(listening.key)
            if group is None:
                continue
            group.members.pop(subscriber, None)
            if not group.members:
                del groups[listening.key]
            if not groups:
                fields.pop(mutation, None)
        if not fields and api_id in self._groups:
            del self._groups[api_id]
            self._stops.pop(api_id)()

    def publish(self, api_id: str, mutation: str, answer: str, names: Names | None) -> None:
        """Tell all nodes what a mutation answered (JSON by response keys)."""
        if self._bus.alone and mutation not in self._groups.get(api_id, ()):
            return
        event = answer.encode() if names is None else _ENCODE.encode(renamed(_DECODE.decode(answer), names))
        self._bus.publish(_topic(api_id), b"%b %b" % (mutation.encode(), event))

    def _hear(self, api_id: str, message: bytes) -> None:
        mutation, _, body = message.partition(b" ")
        groups = self._groups.get(api_id, {}).get(mutation.decode())
        if not groups:
            return
        event = _DECODE.decode(body)
        if not isinstance(event, dict):
            return
        for group in tuple(groups.values()):
            if group.listening.hears(event):
                self._tell(api_id, group, group.listening.answer(event))

    @staticmethod
    def _tell(api_id: str, group: Group, payload: bytes) -> None:
        if len(payload) > MOST_PAYLOAD_BYTES:
            log.warning("an event of API %s is not delivered: its payload has %d bytes", api_id, len(payload))
            return
        text = payload.decode()
        for member in tuple(group.members):
            member.deliver(text)


def _topic(api_id: str) -> str:
    return f"graphql-{api_id}"
