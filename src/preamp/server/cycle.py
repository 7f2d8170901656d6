"""One request and its answer on an HTTP/1.1 connection: the head goes out with the first bytes of the body.

ASGI asks servers to wait with the head until then. It saves a system call and a packet for each answer, which is the
dearest part of a small one (docs/benchmarks.md).
"""

import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_NAME = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_IN_A_LINE = bytes(byte for byte in range(256) if byte == 0x09 or (byte >= 0x20 and byte != 0x7F))
_NAMES_KEPT = 1024
_WITHOUT_BODY = frozenset({204, 304})


class Cycle(RequestResponseCycle):
    """uvicorn's cycle with an own way out, and a short way in."""

    head: bytes | None = None

    async def receive(self) -> Any:
        """Give the application (the next part of) the body; one that is there already, as small ones are, at once."""
        waits = self.more_body or self.waiting_for_100_continue or not self.message_event.is_set()
        if waits or self.disconnected or self.response_complete:
            return await super().receive()
        self.flow.resume_reading()
        self.message_event.clear()
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Any) -> None:
        """Take a message of the application. Raises RuntimeError for one that ASGI or HTTP does not allow now."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        kind = message["type"]
        if kind == "http.response.start" and not self.response_started:
            self._begin(message["status"], [*self.default_headers, *message.get("headers", ())])
        elif kind == "http.response.body" and self.response_started and not self.response_complete:
            self._write(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"An application must not send {kind!r} now.")

    def _begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        # Who was not told to go on may send its body or not: what follows cannot be told from it (RFC 9110, 10.1.1).
        self.keep_alive = self.keep_alive and not self.waiting_for_100_continue
        lines = [STATUS_LINE[status]]
        length, chunked, closes = 0, None, False
        for name, value in headers:
            lowered = _names.get(name) or _checked(name)
            if lowered == b"content-length" and chunked is None:
                length, chunked = int(value), False
            elif lowered == b"transfer-encoding" and value.lower() == b"chunked":
                length, chunked = 0, True
            elif lowered == b"connection" and b"close" in value.lower():
                closes = True
            lines += (lowered, b": ", value, b"\r\n")
        count = len(headers) + 2
        if not self.keep_alive and not closes:
            lines.append(b"connection: close\r\n")
            count += 1
        if chunked is None and self.scope["method"] != "HEAD" and status not in _WITHOUT_BODY:
            chunked = True
            lines.append(b"transfer-encoding: chunked\r\n")
            count += 1
        lines.append(b"\r\n")
        head = b"".join(lines)
        # No control character but the ends of the lines: a value that brings its own would be a header of its own.
        if head.translate(None, _IN_A_LINE) != b"\r\n" * count:
            raise RuntimeError("A header of the answer holds a control character.")
        self.expected_content_length, self.chunked_encoding = length, chunked
        self.keep_alive = self.keep_alive and not closes
        self.response_started, self.waiting_for_100_continue = True, False
        self.head = head

    def _write(self, body: bytes, *, more: bool) -> None:
        if self.scope["method"] == "HEAD":
            self.expected_content_length, body = 0, b""
        elif self.chunked_encoding:
            end = b"" if more else b"0\r\n\r\n"
            body = b"%x\r\n%b\r\n%b" % (len(body), body, end) if body else end
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0 or (self.expected_content_length and not more):
                raise RuntimeError("The body of the answer is not as long as its content-length says.")
        if self.head is not None:
            head, self.head = self.head, None
            self.transport.write(head + body)
        elif body:
            self.transport.write(body)
        if not more:
            self.response_complete = True
            self.message_event.set()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()


_names: dict[bytes, bytes] = {}


def _checked(name: bytes) -> bytes:
    """A header's name in lower case; the few that there are, are remembered."""
    if not _NAME.fullmatch(name):
        raise RuntimeError("A header of the answer has a name that HTTP does not allow.")
    lowered = name.lower()
    if len(_names) < _NAMES_KEPT:
        _names[name] = lowered
    return lowered
