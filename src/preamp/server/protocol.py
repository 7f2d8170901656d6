"""HTTP/1.1 on a socket: uvicorn's httptools protocol with bounds on the head, and refusals in AWS's shape.

The parser (llhttp, strict) refuses what could be read in two ways: Content-Length beside Transfer-Encoding, two
lengths, bare line feeds. It does not bound the head, so that is done here, by size and by time.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httptools
import msgspec
import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from preamp.kit import ids
from preamp.server.cycle import Cycle

MAX_SOCKET_MESSAGE_BYTES = 256 * 1024  # a subscription's document and its signed headers
KEEP_ALIVE_SECONDS = 65  # longer than the 60 s for which proxies usually keep connections


class HeadTooLargeError(Exception):
    """Request line and headers are longer than allowed."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection. Subclassed per server with its bounds."""

    max_head_bytes = 65_536
    head_seconds = 20.0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_bytes = 0
        self._received = 0
        self._counting = False
        self._in_head = True
        self._deadline: asyncio.TimerHandle | None = None
        self._idle_timer: asyncio.TimerHandle | None = None
        self._idle_since = 0.0
        self.url = b""
        self.headers = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        self._met()
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Begin the next request of the connection, or wait for it.

        One timer watches a connection that is used: one for each answer was a good part of a small one.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since = self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._idle)

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to its WebSocket, which keeps time by itself."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        super().handle_websocket_upgrade()

    def _idle(self) -> None:
        """Close the connection if no request has come since the last answer; else look again when it is due."""
        self._idle_timer = None
        if self.transport.is_closing() or self._in_head or (self.cycle and not self.cycle.response_complete):
            return  # a head has a deadline of its own, and behind an answer the watch begins anew
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._idle_timer = self.loop.call_later(left, self._idle)
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Feed the parser; a head that is not yet whole may not grow over its bound."""
        self._received = len(data) + (self._received if self._in_head else 0)
        if self._received > self.max_head_bytes and not self._counting:
            self._begin_counting()
        super().data_received(data)
        if self._in_head and self.parser is not None and not self.transport.is_closing():
            if self._received > 2 * self.max_head_bytes:
                self._refuse(431, "RequestHeaderFieldsTooLargeException", self._too_large())
            elif self._deadline is None:
                self._await_head()

    def _begin_counting(self) -> None:
        """From here on each line is counted: what has come could be a head that is too large."""
        self._counting = True
        known = sum(len(name) + len(value) + 4 for name, value in self.headers) + len(self.url) if self._in_head else 0
        self._head_bytes = known

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._head_bytes = 0
        self._in_head = True

    def on_url(self, url: bytes) -> None:
        """Take (a part of) the target."""
        if self._counting:
            self._count(len(url))
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header (or a trailer behind a chunked body)."""
        if self._counting:
            self._count(len(name) + len(value) + 4)
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head came whole and in time: let the application answer."""
        self._in_head = self._counting = False
        if self._deadline is not None:
            self._met()
        scope, version = self.scope, self.parser.get_http_version()
        scope["method"] = self.parser.get_method().decode("ascii")
        if version != "1.1":
            scope["http_version"] = version
        if self.parser.should_upgrade() and self._should_upgrade():
            return
        target = httptools.parse_url(self.url)
        path = target.path.decode("ascii")
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"], scope["query_string"] = target.path, target.query or b""
        self._answer(keep_alive=version != "1.0" and self.parser.should_keep_alive())

    def _answer(self, *, keep_alive: bool) -> None:
        previous = self.cycle
        self.cycle = Cycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=keep_alive,
            on_response=self.on_response_complete,
        )
        if previous is None or previous.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:  # requests of one connection are answered in turn
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        if self._head_bytes > self.max_head_bytes:
            self._refuse(431, "RequestHeaderFieldsTooLargeException", self._too_large())
        else:
            self._refuse(400, "MalformedHttpRequestException", msg)

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > self.max_head_bytes:
            raise HeadTooLargeError

    def _too_large(self) -> str:
        return f"The request line and headers are longer than {self.max_head_bytes} bytes."

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(self.head_seconds, self._late)

    def _met(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, status: int, code: str, message: str) -> None:
        body = msgspec.json.encode({"message": message})
        head = [
            STATUS_LINE[status],
            *(b"%s: %s\r\n" % header for header in self.server_state.default_headers),
            b"content-type: application/json\r\n",
            b"x-amzn-errortype: %s\r\n" % code.encode(),
            b"x-amzn-requestid: %s\r\n" % ids.uuid4().encode(),
            b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body),
        ]
        self.transport.write(b"".join(head) + body)
        self.transport.close()


class Listener(uvicorn.Server):
    """One of the process's servers. Signals are the lifecycle's business; `ready` is set once it accepts."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def startup(self, sockets: Any = None) -> None:
        """Accept connections."""
        await super().startup(sockets)
        self.ready.set()


def listener(
    app: Any, *, max_head_bytes: int, head_seconds: float, shutdown_seconds: int, chain: Path | None, key: Path | None
) -> Listener:
    """A server for `app`, with TLS where a certificate is given."""
    bounds = {"max_head_bytes": max_head_bytes, "head_seconds": head_seconds}
    return Listener(
        uvicorn.Config(
            app,
            http=type("Protocol", (BoundedProtocol,), bounds),
            ws=_socket,  # type: ignore[arg-type]
            ws_max_size=MAX_SOCKET_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=shutdown_seconds,
            ssl_certfile=chain,
            ssl_keyfile=key,
        )
    )


def _socket(**named: Any) -> Any:
    """The protocol of a WebSocket connection; its library is loaded by the first."""
    from preamp.server.sockets import SocketProtocol  # noqa: PLC0415

    return SocketProtocol(**named)
