"""The port that every driver keeps; tests/contract/test_objects.py is its long description."""

import re
from collections.abc import AsyncIterator
from typing import Protocol

from msgspec import Struct

CHUNK = 1 << 20
"""Bytes that are read at a time."""

_ID = re.compile(r"[0-9a-f][0-9a-f-]{7,63}", re.ASCII)


class NoSuchBlob(LookupError):
    """There is no blob of this id."""


class StoreUnavailable(Exception):
    """The store cannot answer now; the same call may succeed later."""


class StoreFull(StoreUnavailable):
    """There is no room for the bytes."""


class Blob(Struct, frozen=True):
    """A stored blob. `modified_ms` is milliseconds since 1970 UTC."""

    id: str
    size: int
    modified_ms: int


class Upload(Protocol):
    """A blob that is being written. Nobody sees it before `finish` has returned."""

    async def write(self, data: bytes) -> None:
        """Append. Raises StoreFull, StoreUnavailable."""
        ...

    async def finish(self) -> None:
        """Make the blob readable and durable: it survives a power cut from now on."""
        ...

    async def abort(self) -> None:
        """Forget what was written; nothing happens after `finish`."""
        ...


class Stream(Protocol):
    """Bytes that are being read, in pieces of at most CHUNK. `aclose` lets go of them, begun or not."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def __anext__(self) -> bytes: ...

    async def aclose(self) -> None:
        """Read no more."""
        ...


class Objects(Protocol):
    """One open store of blobs."""

    @property
    def keeps_open_reads(self) -> bool:
        """Whether a read that has begun goes on when the blob is removed meanwhile."""
        ...

    async def upload(self, blob_id: str) -> Upload:
        """Begin to write a blob. Raises ValueError for an id of another form."""
        ...

    async def read(self, blob_id: str, start: int, length: int) -> Stream:
        """The bytes from `start`, `length` of them. Raises NoSuchBlob."""
        ...

    async def size(self, blob_id: str) -> int | None:
        """How long a blob is, None where there is none."""
        ...

    async def remove(self, blob_id: str) -> None:
        """Remove a blob; nothing happens where there is none."""
        ...

    def list(self) -> AsyncIterator[Blob]:
        """All blobs, in no order."""
        ...

    async def tidy(self, before_ms: int) -> int:
        """Remove unfinished uploads that were begun before; how many there were."""
        ...

    async def close(self) -> None:
        """Let go of the store."""
        ...


def checked(blob_id: str) -> str:
    """The id, or ValueError: ids become names in file systems and stores."""
    if not _ID.fullmatch(blob_id):
        raise ValueError(f"a blob id is 8 to 64 hexadecimal digits and hyphens, got {blob_id[:80]!r}")
    return blob_id
