"""Bodies in aws-chunked: `size[;chunk-signature=...]` lines, data, an empty chunk, then trailers.

Three of S3's payload modes use it. Each chunk's signature covers the one before it and the chunk's hash, so a chunk is
not known to be right before it ended: what this decoder gives out must not become visible until `finish` has returned.
Source: S3 API reference, "Signature calculations for the Authorization header: transferring payload in multiple
chunks", and its page on trailing headers.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator

from msgspec import Struct

_LINE = re.compile(rb"([0-9a-fA-F]{1,16})(?:[ \t]*;[ \t]*chunk-signature=([0-9a-f]{64}))?[ \t]*", re.ASCII)
_TRAILER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128})[ \t]*:[ \t]*([^\r\n]*?)[ \t]*", re.ASCII)
_MAX_LINE = 1024
_MAX_CHUNK = 5 * 1024**3
_MAX_TRAILERS = 16
_EMPTY = hashlib.sha256(b"").hexdigest()


class ChunkError(ValueError):
    """The body is not of this form."""


class ChunkSignatureError(ChunkError):
    """A chunk or the trailers do not have the signature that they carry."""


class Seed(Struct, frozen=True):
    """What the first chunk's signature rests on: the signing key, the request's time, scope and signature."""

    key: bytes
    time: str
    scope: str
    signature: str


class ChunkDecoder:
    """Takes the body as it comes, gives out its data; `trailers` are there after `finish`."""

    def __init__(self, seed: Seed | None) -> None:
        self.trailers: dict[str, str] = {}
        self._seed = seed
        self._previous = seed.signature if seed else ""
        self._buffer = bytearray()
        self._left = 0
        self._state = "line"
        self._signature = ""
        self._hash = hashlib.sha256()
        self._raw_trailers: list[tuple[str, str]] = []

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Pieces of data that came out of this piece of the body."""
        self._buffer += data
        while self._state != "done":
            if self._state == "data":
                piece = self._data()
                if piece is None:
                    return
                yield piece
                continue
            line = self._line()
            if line is None:
                return
            self._take(line)

    def finish(self) -> None:
        """The body is over. Raises ChunkError where it was cut off or goes on behind its end."""
        if self._state == "trailers" and not self._buffer and not self._raw_trailers:
            self._end()
        if self._state != "done":
            raise ChunkError("the body ends within a chunk")
        if self._buffer.strip(b"\r\n"):
            raise ChunkError("the body goes on behind its last chunk")

    def _data(self) -> bytes | None:
        if not self._buffer:
            return None
        piece = bytes(self._buffer[: self._left])
        del self._buffer[: self._left]
        self._left -= len(piece)
        if self._seed:
            self._hash.update(piece)
        if self._left == 0:
            self._verify_chunk()
            self._state = "gap"
        return piece

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n", 0, _MAX_LINE)
        if end < 0:
            if len(self._buffer) >= _MAX_LINE:
                raise ChunkError(f"a line of the chunked body is longer than {_MAX_LINE} bytes")
            return None
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        return line

    def _take(self, line: bytes) -> None:
        if self._state == "gap":
            if line:
                raise ChunkError("a chunk is longer than it says")
            self._state = "line"
        elif self._state == "line":
            self._begin(line)
        elif line:
            self._trailer(line)
        else:
            self._end()

    def _begin(self, line: bytes) -> None:
        found = _LINE.fullmatch(line)
        if found is None or int(found.group(1), 16) > _MAX_CHUNK:
            raise ChunkError("a chunk must begin with its size in hexadecimal digits")
        if self._seed and found.group(2) is None:
            raise ChunkSignatureError("a chunk has no signature")
        self._left = int(found.group(1), 16)
        self._signature = (found.group(2) or b"").decode()
        self._hash = hashlib.sha256()
        if self._left:
            self._state = "data"
        else:
            self._verify_chunk()
            self._state = "trailers"

    def _verify_chunk(self) -> None:
        if self._seed is None:
            return
        digest = self._hash.hexdigest()
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{self._seed.time}\n{self._seed.scope}\n{self._previous}\n{_EMPTY}\n{digest}"
        self._check(text, self._signature)
        self._previous = self._signature

    def _trailer(self, line: bytes) -> None:
        found = _TRAILER.fullmatch(line)
        if found is None or len(self._raw_trailers) >= _MAX_TRAILERS:
            raise ChunkError("a trailer is not of the form name: value")
        self._raw_trailers.append((found.group(1).decode().lower(), found.group(2).decode("latin-1")))

    def _end(self) -> None:
        self._state = "done"
        given = dict(self._raw_trailers)
        signature = given.pop("x-amz-trailer-signature", None)
        if self._seed and given:
            canonical = "".join(f"{name}:{value}\n" for name, value in sorted(given.items()))
            digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
            seed, before = self._seed, self._previous
            text = f"AWS4-HMAC-SHA256-TRAILER\n{seed.time}\n{seed.scope}\n{before}\n{digest}"
            self._check(text, signature or "")
        self.trailers = given

    def _check(self, text: str, signature: str) -> None:
        assert self._seed is not None  # noqa: S101  the callers looked
        expected = hmac.digest(self._seed.key, text.encode(), "sha256").hex()
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise ChunkSignatureError("the signature of a chunk does not match")
