"""The bytes of objects: taken from requests into blobs, read back over parts and ranges, removed with their last use.

A body of at most INLINE bytes is kept in the row itself: one commit makes it durable, where a file would take two more
fsyncs and a rename. Everything else streams into a blob under a fresh id.
"""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from preamp.db import Reader
from preamp.kit import ids
from preamp.objects import NoSuchBlob, Objects, StoreUnavailable, Stream
from preamp.storage import rows
from preamp.storage.records import Content
from preamp.wire.s3 import Body, Digests

INLINE = 16 * 1024


class Stored(Struct, frozen=True, kw_only=True):
    """Bytes that were taken: durable as blob `id`, or `inline` and durable with the row that will hold them."""

    id: str
    digests: Digests
    inline: bytes | None = None


class Segment(Struct, frozen=True):
    """A range of a blob."""

    blob: str
    start: int
    length: int


class Contents:
    """Takes and gives bytes. Blobs that this node is reading are known, so that a sweep leaves them alone."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.reading: Counter[str] = Counter()

    async def take(self, body: Body, *, inline: bool = True) -> Stored:
        """Read a body to its end; nothing is left where it turns out wrong. Raises the errors of Body."""
        blob_id = ids.uuid7()
        if inline and body.length is not None and body.length <= INLINE:
            data = await body.whole(INLINE)
            return Stored(id=blob_id, digests=body.hashing.digests(), inline=data)
        upload = await self.objects.upload(blob_id)
        try:
            async for block in body.blocks():
                await upload.write(block)
            await upload.finish()
        except BaseException:
            await upload.abort()
            raise
        return Stored(id=blob_id, digests=body.hashing.digests())

    async def discard(self, stored: Stored) -> None:
        """Remove what was taken and is not wanted."""
        if stored.inline is None:
            await self.objects.remove(stored.id)

    async def open(self, reader: Reader, content: Content, start: int, length: int) -> Stream:
        """The bytes of a range. Raises NoSuchBlob where the content was removed since it was looked up."""
        if content.inline is not None:
            return _Inline(content.inline[start : start + length])
        if not content.parts:
            segments = [Segment(content.id, start, length)]
        else:
            parts = await rows.parts_of(reader, content.id)
            if len(parts) < content.parts:
                raise NoSuchBlob(content.id)
            segments = _within([Segment(part.blob, 0, part.size) for part in parts], start, length)
        reading = _Reading(self, segments)
        try:
            await reading.begin()
        except BaseException:
            await reading.aclose()
            raise
        return reading


class _Inline:
    """Bytes at hand."""

    def __init__(self, data: bytes) -> None:
        self._data: bytes | None = data or None

    def __aiter__(self) -> "_Inline":
        return self

    async def __anext__(self) -> bytes:
        data, self._data = self._data, None
        if data is None:
            raise StopAsyncIteration
        return data

    async def aclose(self) -> None:
        self._data = None


class _Reading:
    """Segments one after the other; the first is opened before anything is answered."""

    def __init__(self, contents: Contents, segments: Sequence[Segment]) -> None:
        self._contents = contents
        self._blobs = [segment.blob for segment in segments]
        self._left = list(reversed(segments))
        self._stream: Stream | None = None
        contents.reading.update(self._blobs)

    async def begin(self) -> None:
        """Open the first segment."""
        await self._next()

    async def _next(self) -> None:
        segment = self._left.pop() if self._left else None
        self._stream = (
            await self._contents.objects.read(segment.blob, segment.start, segment.length) if segment else None
        )

    def __aiter__(self) -> "_Reading":
        return self

    async def __anext__(self) -> bytes:
        while self._stream is not None:
            try:
                return await self._stream.__anext__()
            except StopAsyncIteration:
                try:
                    await self._next()
                except NoSuchBlob as error:
                    raise StoreUnavailable(f"blob {error} is missing") from error
        raise StopAsyncIteration

    async def aclose(self) -> None:
        if self._stream is not None:
            await self._stream.aclose()
        self._stream, self._left = None, []
        for blob in self._blobs:
            self._contents.reading[blob] -= 1
            if self._contents.reading[blob] <= 0:
                del self._contents.reading[blob]
        self._blobs = []


def _within(segments: Sequence[Segment], start: int, length: int) -> list[Segment]:
    """The parts of segments that make up a range of the whole."""
    found, at, end = [], 0, start + length
    for segment in segments:
        low, high = max(start, at), min(end, at + segment.length)
        if low < high:
            found.append(Segment(segment.blob, low - at, high - low))
        at += segment.length
    return found
