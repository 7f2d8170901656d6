"""Blobs in S3, Google Cloud Storage or Azure, through obstore.

Options stand in the URL's query: `s3://bucket/prefix?endpoint=http://host:port&region=us-east-1`. Keys may stand there
too; without them the store's usual environment variables and machine roles serve.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore, from_url

from preamp.objects.face import CHUNK, Blob, NoSuchBlob, StoreUnavailable, Stream, Upload, checked

_PART_BYTES = 8 * CHUNK
_FOLDER = "blobs"


def open_remote(url: str) -> "RemoteObjects":
    """Open a store by URL."""
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    client = {"allow_http": True} if options.get("endpoint", "").startswith("http://") else {}
    store = from_url(f"{parts.scheme}://{parts.netloc}{parts.path}", config=options, client_options=client)  # type: ignore[call-overload]
    return RemoteObjects(store)


class RemoteObjects:
    """Blobs in an object store; each is written once under a name of its own, so any such store serves."""

    keeps_open_reads = False

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def upload(self, blob_id: str) -> Upload:
        """Begin to write a blob."""
        return _RemoteUpload(obstore.open_writer_async(self._store, _path(blob_id), buffer_size=_PART_BYTES))

    async def read(self, blob_id: str, start: int, length: int) -> Stream:
        """The bytes of a range."""
        if length == 0:
            if await self.size(blob_id) is None:
                raise NoSuchBlob(blob_id)
            return _nothing()
        with _translated(blob_id):
            found = await obstore.get_async(self._store, _path(blob_id), options={"range": (start, start + length)})
        return _pieces(found, blob_id)

    async def size(self, blob_id: str) -> int | None:
        """How long a blob is."""
        try:
            with _translated(blob_id):
                return (await obstore.head_async(self._store, _path(blob_id)))["size"]
        except NoSuchBlob:
            return None

    async def remove(self, blob_id: str) -> None:
        """Remove a blob."""
        try:
            with _translated(blob_id):
                await obstore.delete_async(self._store, _path(blob_id))
        except NoSuchBlob:
            return

    async def list(self) -> AsyncIterator[Blob]:
        """All blobs."""
        with _translated(_FOLDER):
            async for batch in obstore.list(self._store, _FOLDER):
                for entry in batch:
                    name = entry["path"].rpartition("/")[2]
                    yield Blob(name, entry["size"], int(entry["last_modified"].timestamp() * 1000))

    async def tidy(self, before_ms: int) -> int:  # noqa: ARG002  the store's own lifecycle rules remove these
        """Unfinished uploads are not listed by these stores: a lifecycle rule of the bucket ends them."""
        return 0

    async def close(self) -> None:
        """Nothing is held."""


class _RemoteUpload:
    def __init__(self, writer: Any) -> None:
        self._writer = writer

    async def write(self, data: bytes) -> None:
        with _translated("an upload"):
            await self._writer.write(data)

    async def finish(self) -> None:
        with _translated("an upload"):
            await self._writer.close()

    async def abort(self) -> None:
        # obstore's writers have no abort: unclosed, its multipart upload is never completed and stays invisible.
        self._writer = None


def _path(blob_id: str) -> str:
    return f"{_FOLDER}/{checked(blob_id)[-2:]}/{blob_id}"


@contextmanager
def _translated(blob_id: str) -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise NoSuchBlob(blob_id) from None
    except (BaseError, OSError) as error:
        raise StoreUnavailable(f"the object store failed: {error}") from error


async def _pieces(found: Any, blob_id: str) -> AsyncGenerator[bytes, None]:
    with _translated(blob_id):
        async for piece in found.stream(min_chunk_size=CHUNK):
            data = bytes(piece)
            for at in range(0, len(data), CHUNK):
                yield data[at : at + CHUNK]


async def _nothing() -> AsyncGenerator[bytes, None]:
    yield b""
