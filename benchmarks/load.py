"""The load generator: keep-alive connections on raw sockets, each with one request under way, a bounded number in all.

Requests are finished bytes made (and signed) beforehand, so that the generator spends next to nothing on each.
"""

import asyncio
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

from msgspec import Struct

from preamp.kit.clock import Clock
from preamp.wire import sign

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
SECONDS_AT_MOST = 120


def expect(is_right: bool, found: object) -> None:
    """Refuse to measure what answers wrongly."""
    if not is_right:
        raise RuntimeError(f"not the expected answer: {str(found)[:2000]}")


class Key(Struct, frozen=True, kw_only=True):
    """An access key to sign with."""

    id: str
    secret: str


class Answer(Struct, frozen=True, kw_only=True):
    """One response."""

    status: int
    body: bytes


class Address(Struct, frozen=True, kw_only=True):
    """Where a server listens."""

    host: str
    port: int

    @property
    def name(self) -> str:
        """As the Host header tells it."""
        return f"{self.host}:{self.port}"


def request(address: Address, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The bytes of a POST."""
    named = {"host": address.name, "content-type": "application/json", **headers, "content-length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def signed(address: Address, key: Key, path: str, body: bytes) -> bytes:
    """The bytes of a POST signed for the Amplify Backend API; good for 15 minutes."""
    headers = sign(
        "POST",
        path,
        address.name,
        body,
        access_key_id=key.id,
        secret=key.secret,
        service="amplifybackend",
        region="us-east-1",
        now_ms=Clock().now_ms(),
    )
    return request(address, path, body, headers)


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one is whole."""

    def __init__(self, requests: Iterator[bytes], answers: list[Answer] | None) -> None:
        self._requests, self._answers = requests, answers
        self._buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.failed: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def _next(self) -> None:
        following = next(self._requests, None)
        if following is not None:
            self._transport.write(following)  # type: ignore[attr-defined]
        elif not self.done.done():
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer = self._buffer + data if self._buffer else data
        end = buffer.find(_END)
        if end < 0:
            return
        at = buffer.find(_LENGTH, 0, end) + len(_LENGTH)
        whole = end + 4 + int(buffer[at : buffer.find(b"\r", at)])
        if len(buffer) < whole:
            return
        if self._answers is not None:
            self._answers.append(Answer(status=int(buffer[9:12]), body=buffer[end + 4 : whole]))
        elif buffer[9:12] != b"200":
            self.failed.append(buffer[:whole])
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError(f"the server closed the connection: {exc}"))


async def drive(address: Address, requests: Iterable[bytes], connections: int) -> float:
    """Send all requests over `connections` connections; the seconds it took. Raises where an answer is not a 200."""
    loop = asyncio.get_running_loop()
    pending = iter(requests)
    started = perf_counter()
    pairs = [
        await loop.create_connection(lambda: _Connection(pending, None), address.host, address.port)
        for _ in range(connections)
    ]
    everyone = asyncio.gather(*(protocol.done for _, protocol in pairs))
    _stay_awake(loop, everyone)
    async with asyncio.timeout(SECONDS_AT_MOST):
        await everyone
    seconds = perf_counter() - started
    failed = [answer for _, protocol in pairs for answer in protocol.failed]
    for transport, _ in pairs:
        transport.close()
    if failed:
        raise RuntimeError(f"{len(failed)} answers were not 200, the first: {failed[0][:2000]!r}")
    return seconds


def _stay_awake(loop: asyncio.AbstractEventLoop, until: asyncio.Future[Any]) -> None:
    """Look for answers without ever sleeping: to wake a sleeper costs the server some microseconds.

    The faster a server answers, the less often the load sleeps; so the slower of two would pay for it as well.
    """
    if not until.done():
        loop.call_soon(_stay_awake, loop, until)


async def ask(address: Address, one: bytes) -> Answer:
    """Send one request and answer its response."""
    answers: list[Answer] = []
    transport, protocol = await asyncio.get_running_loop().create_connection(
        lambda: _Connection(iter([one]), answers), address.host, address.port
    )
    async with asyncio.timeout(SECONDS_AT_MOST):
        await protocol.done
    transport.close()
    return answers[0]


def repeated(requests: Sequence[bytes], count: int) -> Iterator[bytes]:
    """`count` requests, going round the given ones."""
    return itertools.islice(itertools.cycle(requests), count)
