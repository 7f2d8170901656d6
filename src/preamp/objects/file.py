"""Blobs as files: written beside, synced, renamed into place, the folder synced, then acknowledged.

Files lie under `blobs/` in 256 folders by the last two digits of their ids (ids that begin with the time differ at
their ends). A reader holds its file open, so a removal does not disturb it.
"""

import asyncio
import contextlib
import errno
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import ParamSpec, TypeVar

from preamp.objects.face import CHUNK, Blob, NoSuchBlob, StoreFull, StoreUnavailable, Stream, Upload, checked

P = ParamSpec("P")
T = TypeVar("T")

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FileObjects:
    """Blobs under one folder, which is made if needed."""

    keeps_open_reads = True

    def __init__(self, root: Path) -> None:
        self._blobs, self._unfinished = root / "blobs", root / "unfinished"
        for folder in (root, self._blobs, self._unfinished):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._made: set[str] = {path.name for path in self._blobs.iterdir()}
        _sync_folder(root)

    async def upload(self, blob_id: str) -> Upload:
        """Begin to write a blob."""
        name = checked(blob_id)
        part = self._unfinished / name
        return _FileUpload(part, lambda: self._place(part, name))

    async def read(self, blob_id: str, start: int, length: int) -> Stream:
        """The bytes of a range."""
        try:
            handle = await _in_thread(os.open, self._path(blob_id), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise NoSuchBlob(blob_id) from None
        return _FileStream(handle, blob_id, start, start + length)

    async def size(self, blob_id: str) -> int | None:
        """How long a blob is."""
        try:
            return (await asyncio.to_thread(os.stat, self._path(blob_id))).st_size
        except FileNotFoundError:
            return None

    async def remove(self, blob_id: str) -> None:
        """Remove a blob."""
        with contextlib.suppress(FileNotFoundError):
            await _in_thread(os.unlink, self._path(blob_id))

    async def list(self) -> AsyncIterator[Blob]:
        """All blobs."""
        for folder in sorted(self._made):
            entries = iter(await asyncio.to_thread(_entries, self._blobs / folder))
            for blob in entries:
                yield blob

    async def tidy(self, before_ms: int) -> int:
        """Remove unfinished uploads that were begun before."""
        return await _in_thread(_remove_older, self._unfinished, before_ms)

    async def close(self) -> None:
        """Nothing is held."""

    def _path(self, blob_id: str) -> Path:
        return self._blobs / checked(blob_id)[-2:] / blob_id

    def _place(self, part: Path, name: str) -> Path:
        folder = self._blobs / name[-2:]
        if folder.name not in self._made:
            folder.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self._blobs)
            self._made.add(folder.name)
        part.rename(folder / name)
        return folder


class _FileUpload:
    """A file that is being written. It is made by the first write: a thread's turn for both."""

    def __init__(self, part: Path, place: Callable[[], Path]) -> None:
        self._handle: int | None = None
        self._part, self._place = part, place

    async def write(self, data: bytes) -> None:
        await _in_thread(self._write, data)

    def _write(self, data: bytes) -> None:
        _write(self._open(), data)

    def _open(self) -> int:
        if self._handle is None:
            self._handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        return self._handle

    async def finish(self) -> None:
        # Named first, then synced together with its folder: the two wait for one commit of the file system's journal.
        # Until both have returned no row names the blob, so a crash in between leaves a blob that will be swept.
        handle = self._open()
        folder = await _in_thread(self._place)
        await asyncio.gather(_in_thread(os.fsync, handle), _in_thread(_sync_folder, folder))
        self._close()

    async def abort(self) -> None:
        if self._handle is not None:
            self._close()
            with contextlib.suppress(FileNotFoundError):
                self._part.unlink()

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


async def _in_thread(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Run in a thread; a full disk and a failing one become the port's errors."""
    try:
        return await asyncio.to_thread(work, *arguments, **named)
    except FileNotFoundError:
        raise
    except OSError as error:
        kind = StoreFull if error.errno in _FULL else StoreUnavailable
        raise kind(f"the file store failed: {error.strerror}") from error


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


class _FileStream:
    """A range of an open file."""

    def __init__(self, handle: int, blob_id: str, start: int, end: int) -> None:
        self._handle, self._blob_id, self._start, self._end = handle, blob_id, start, end
        self._open = True

    def __aiter__(self) -> "_FileStream":
        return self

    async def __anext__(self) -> bytes:
        if self._start >= self._end or not self._open:
            await self.aclose()
            raise StopAsyncIteration
        piece = await _in_thread(os.pread, self._handle, min(CHUNK, self._end - self._start), self._start)
        if not piece:
            await self.aclose()
            raise StoreUnavailable(f"blob {self._blob_id} ends at {self._start}, before {self._end}")
        self._start += len(piece)
        return piece

    async def aclose(self) -> None:
        if self._open:
            self._open = False
            os.close(self._handle)


def _entries(folder: Path) -> list[Blob]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                found.append(Blob(entry.name, status.st_size, status.st_mtime_ns // 1_000_000))
    return found


def _remove_older(folder: Path, before_ms: int) -> int:
    removed = 0
    for blob in _entries(folder):
        if blob.modified_ms < before_ms:
            (folder / blob.id).unlink(missing_ok=True)
            removed += 1
    return removed


def _sync_folder(folder: Path) -> None:
    with _opened(folder) as handle:
        os.fsync(handle)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)
