"""How an answer goes out: what ASGI applications may say, and what HTTP makes of it."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from preamp.server.protocol import listener

App = Callable[[Any, Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


def answering(*bodies: bytes, status: int = 200, headers: Headers | None = None) -> App:
    """An application that answers these pieces."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers or []})
        for place, body in enumerate(bodies):
            await send({"type": "http.response.body", "body": body, "more_body": place < len(bodies) - 1})

    return app


async def exchange(app: App, *requests: bytes) -> bytes:
    """All that a server with this application says to these requests, until it closes."""
    own = socket.socket()
    own.bind(("127.0.0.1", 0))
    server = listener(app, max_head_bytes=65_536, head_seconds=20.0, shutdown_seconds=1, chain=None, key=None)
    server.config.load()
    serving = asyncio.create_task(server.serve(sockets=[own]))
    await server.ready.wait()
    reader, writer = await asyncio.open_connection(*own.getsockname())
    writer.write(b"".join(requests))
    said = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    await writer.wait_closed()
    server.should_exit = True
    await serving
    own.close()
    await asyncio.sleep(0)
    return said


def request(method: str = "GET", more: str = "connection: close\r\n") -> bytes:
    return f"{method} / HTTP/1.1\r\nhost: x\r\n{more}\r\n".encode()


async def test_head_and_body_go_out_as_they_were_said() -> None:
    said = await exchange(answering(b"hello", headers=[(b"Content-Length", b"5"), (b"x-own", b"a\tb")]), request())

    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nx-own: a\tb\r\n" in head
    assert b"\r\ncontent-length: 5" in head
    assert b"connection: close" in head
    assert body == b"hello"


async def test_a_body_of_unknown_length_is_chunked() -> None:
    said = await exchange(answering(b"one", b"", b"three"), request())

    head, _, body = said.partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    assert body == b"3\r\none\r\n5\r\nthree\r\n0\r\n\r\n"


async def test_a_head_request_gets_no_body() -> None:
    said = await exchange(answering(b"hello", headers=[(b"content-length", b"5")]), request("HEAD"))

    assert b"content-length: 5\r\n" in said
    assert said.endswith(b"\r\n\r\n")


async def test_no_content_is_only_a_head() -> None:
    said = await exchange(answering(b"", status=204), request())

    assert said.startswith(b"HTTP/1.1 204 ")
    assert b"transfer-encoding" not in said
    assert said.endswith(b"\r\n\r\n")


async def test_pipelined_requests_are_answered_in_turn() -> None:
    app = answering(b"hello", headers=[(b"content-length", b"5")])

    said = await exchange(app, request(more=""), request(more=""), request())

    assert said.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert said.count(b"hello") == 3


@pytest.mark.parametrize(
    "header",
    [(b"x-own", b"a\r\nset-cookie: b"), (b"x-own", b"a\nb"), (b"x-own", b"a\0b"), (b"x own", b"a"), (b"x:y", b"a")],
)
async def test_a_header_that_would_be_two_is_never_sent(header: tuple[bytes, bytes]) -> None:
    """Whatever a client could bring into a value or a name, it makes no header of its own."""
    said = await exchange(answering(b"", headers=[(b"content-length", b"0"), header]), request())

    assert said.startswith(b"HTTP/1.1 500 ")
    assert b"set-cookie" not in said


@pytest.mark.parametrize("bodies", [(b"too long",), (b"abc",)])
async def test_a_body_of_another_length_ends_the_connection(bodies: tuple[bytes, ...]) -> None:
    """Else the client would take what follows for the rest of it."""
    said = await exchange(answering(*bodies, headers=[(b"content-length", b"5")]), request(more=""))

    assert said == b""


async def test_an_answer_is_given_once() -> None:
    """What an application says behind its answer is refused, to the application alone."""
    refused: list[str] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await answering(b"hello", headers=[(b"content-length", b"5")])(_scope, _receive, send)
        for kind in ("http.response.start", "http.response.body"):
            try:
                await send({"type": kind, "status": 200, "body": b"more"})
            except RuntimeError as error:
                refused.append(str(error))

    said = await exchange(app, request())

    assert said.endswith(b"\r\n\r\nhello")
    assert len(refused) == 2


@pytest.mark.parametrize("count", [1, 3])
async def test_a_connection_that_nobody_uses_is_closed(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some time after its last answer, however many there were."""
    monkeypatch.setattr("preamp.server.protocol.KEEP_ALIVE_SECONDS", 1)
    app = answering(b"hello", headers=[(b"content-length", b"5")])

    said = await exchange(app, *[request(more="")] * count)

    assert said.count(b"hello") == count
    assert b"connection: close" not in said


async def test_a_body_is_read_as_it_comes() -> None:
    """Whole where it is there, in parts where it is not, and then that the client has gone."""
    read: list[tuple[str, bytes]] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            read.append((message["type"], message.get("body", b"")))
            more = message.get("more_body", False)
        await answering(b"hello", headers=[(b"content-length", b"5")])(_scope, receive, send)
        read.append(((await receive())["type"], b""))

    large = b"x" * 200_000
    head = f"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {len(large)}\r\n\r\n".encode()
    await exchange(app, head, large)

    assert b"".join(body for _, body in read) == large
    assert [kind for kind, _ in read][-1] == "http.disconnect"


EXPECT = "content-length: 0\r\nexpect: 100-continue\r\n"


async def test_who_asks_whether_to_go_on_is_told_so_for_an_empty_body_too() -> None:
    """The AWS CLI sends nothing more over a connection that answered without it."""

    async def reads(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await answering(b"done", headers=[(b"content-length", b"4")])(_scope, receive, send)

    said = await exchange(reads, request("PUT", EXPECT), request())

    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert said.count(b"done") == 2


async def test_who_was_not_told_to_go_on_is_not_heard_again() -> None:
    said = await exchange(answering(b"no", status=403, headers=[(b"content-length", b"2")]), request("PUT", EXPECT))

    assert said.startswith(b"HTTP/1.1 403 ")
    assert b"connection: close\r\n" in said
