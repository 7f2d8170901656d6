"""HTTP/1.1 on a socket: uvicorn's httptools protocol with bounds on the head, and refusals in AWS's shape.

The parser (llhttp, strict) refuses what could be read in two ways: Content-Length beside Transfer-Encoding, two
lengths, bare line feeds. It does not bound the head, so that is done here, by size and by time.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from preamp.kit import ids

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
        self._in_head = True
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._met()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; a head that is not yet whole may not grow over its bound."""
        super().data_received(data)
        if self._in_head and self.parser is not None and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > 2 * self.max_head_bytes:
                self._refuse(431, "RequestHeaderFieldsTooLargeException", self._too_large())

    def on_message_begin(self) -> None:
        """Start counting a head."""
        super().on_message_begin()
        self._head_bytes = 0
        self._in_head = True
        if self._deadline is None:
            self._await_head()

    def on_url(self, url: bytes) -> None:
        """Count the request line."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header (or a trailer behind a chunked body)."""
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head came whole and in time."""
        self._in_head = False
        self._met()
        super().on_headers_complete()

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
