"""Blobs in memory, for tests and trials."""

import time
from collections.abc import AsyncGenerator, AsyncIterator

from preamp.objects.face import CHUNK, Blob, NoSuchBlob, Stream, Upload, checked


class MemoryObjects:
    """Blobs in a dictionary."""

    keeps_open_reads = True

    def __init__(self) -> None:
        self._blobs: dict[str, tuple[bytes, int]] = {}

    async def upload(self, blob_id: str) -> Upload:
        """Begin to write a blob."""
        return _MemoryUpload(self._blobs, checked(blob_id))

    async def read(self, blob_id: str, start: int, length: int) -> Stream:
        """The bytes of a range."""
        if blob_id not in self._blobs:
            raise NoSuchBlob(blob_id)
        return _pieces(memoryview(self._blobs[blob_id][0])[start : start + length])

    async def size(self, blob_id: str) -> int | None:
        """How long a blob is."""
        found = self._blobs.get(blob_id)
        return None if found is None else len(found[0])

    async def remove(self, blob_id: str) -> None:
        """Remove a blob."""
        self._blobs.pop(checked(blob_id), None)

    async def list(self) -> AsyncIterator[Blob]:
        """All blobs."""
        for blob_id, (content, modified_ms) in list(self._blobs.items()):
            yield Blob(blob_id, len(content), modified_ms)

    async def tidy(self, before_ms: int) -> int:  # noqa: ARG002  unfinished uploads are their writers' alone
        """Nothing is left behind."""
        return 0

    async def close(self) -> None:
        """Forget all."""
        self._blobs.clear()


class _MemoryUpload:
    def __init__(self, blobs: dict[str, tuple[bytes, int]], blob_id: str) -> None:
        self._blobs, self._id, self._parts = blobs, blob_id, bytearray()

    async def write(self, data: bytes) -> None:
        self._parts += data

    async def finish(self) -> None:
        self._blobs[self._id] = (bytes(self._parts), time.time_ns() // 1_000_000)

    async def abort(self) -> None:
        self._parts.clear()


async def _pieces(view: memoryview) -> AsyncGenerator[bytes, None]:
    for at in range(0, len(view), CHUNK):
        yield bytes(view[at : at + CHUNK])
