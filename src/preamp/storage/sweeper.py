"""Removing bytes that no row names, and checking those that one does.

Orphans are blobs that a transaction gave up; they are removed soon. Blobs that no row ever named (a crash between the
bytes and their row) are found by going through the store; they are removed when they are a day old, since a younger one
may be waiting for its row. Uploads that nobody completed end after some days.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Literal

from msgspec import Struct

from preamp.db import Database, Unavailable
from preamp.kit.clock import Clock
from preamp.objects import NoSuchBlob, StoreUnavailable
from preamp.storage import rows
from preamp.storage.catalog import Catalog
from preamp.storage.contents import Contents
from preamp.storage.errors import NoSuchUpload
from preamp.storage.records import Bucket, Content, Object
from preamp.wire.s3 import checksums

log = logging.getLogger("preamp.storage")

DAY_MS = 86_400_000
_PAGE = 500
_ROUND_SECONDS = 3600.0


class Swept(Struct, frozen=True, kw_only=True):
    """What a sweep removed: blobs given up, blobs without a row, unfinished files, uploads that were left."""

    orphans: int = 0
    unknown: int = 0
    unfinished: int = 0
    uploads: int = 0


class Damage(Struct, frozen=True, kw_only=True):
    """An object whose bytes are not what its row says."""

    bucket: str
    key: str
    blob: str
    problem: Literal["missing", "length", "checksum"]


class Scrubbed(Struct, frozen=True, kw_only=True):
    """What a scrub read, and the damage it found."""

    objects: int
    bytes: int
    damage: list[Damage]


class Sweeper:
    """Sweeps in the background. `grace_ms` is how long other nodes may go on reading what was given up."""

    def __init__(
        self, db: Database, contents: Contents, catalog: Catalog, clock: Clock, *, grace_ms: int, upload_days: int
    ) -> None:
        self._db = db
        self._contents = contents
        self._catalog = catalog
        self._clock = clock
        self._grace_ms = grace_ms
        self._upload_ms = upload_days * DAY_MS
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There are orphans."""
        self._wake.set()

    async def run(self) -> None:
        """Sweep orphans when they come, and everything once an hour; ends by cancellation."""
        rest = 0.0
        while True:
            try:
                if rest <= 0:
                    rest = _ROUND_SECONDS
                    await self.sweep()
                else:
                    await self.sweep_orphans()
            except (Unavailable, StoreUnavailable) as error:
                log.warning("the sweep of blobs waits: %s", error)
            except Exception:  # one blob that cannot be swept must not keep the others until the next start
                log.exception("the sweep of blobs failed; it goes on with the next round")
            started = asyncio.get_running_loop().time()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), min(rest, 60.0))
            self._wake.clear()
            rest -= asyncio.get_running_loop().time() - started

    async def sweep(self, unknown_before_ms: int | None = None) -> Swept:
        """One whole round; blobs without a row go when they are older than a day, or than the given time."""
        before = self._clock.now_ms() - DAY_MS if unknown_before_ms is None else unknown_before_ms
        uploads = await self._end_uploads()
        unknown = await self._sweep_unknown(before)
        unfinished = await self._contents.objects.tidy(before)
        return Swept(orphans=await self.sweep_orphans(), unknown=unknown, unfinished=unfinished, uploads=uploads)

    async def sweep_orphans(self) -> int:
        """Remove the blobs that were given up, save those that are being read."""
        removed, kept = 0, 0
        while True:
            before = self._clock.now_ms() - self._grace_ms
            found = await self._db.rows(rows.ORPHANS, before=before, limit=_PAGE + kept)
            due = [row[0] for row in found if row[0] not in self._contents.reading]
            kept = len(found) - len(due)
            if not due:
                return removed
            for blob in due:
                await self._contents.objects.remove(blob)
            async with self._db.transaction() as tx:
                for blob in due:
                    await tx.execute(rows.DELETE_ORPHAN, blob=blob)
            removed += len(due)

    async def _sweep_unknown(self, before_ms: int) -> int:
        removed = 0
        async for blob in self._contents.objects.list():
            if blob.modified_ms < before_ms and await self._db.row(rows.KNOWS_BLOB, blob=blob.id) is None:
                await self._contents.objects.remove(blob.id)
                removed += 1
        return removed

    async def _end_uploads(self) -> int:
        ended = 0
        before = self._clock.now_ms() - self._upload_ms
        while found := await self._db.rows(rows.UPLOADS_BEFORE, before=before, limit=_PAGE):
            for row in found:
                try:
                    await self._catalog.abort(row[0])
                    ended += 1
                except NoSuchUpload:
                    continue  # completed or aborted meanwhile
        return ended


async def scrub(
    db: Database, contents: Contents, buckets: list[Bucket], tell: Callable[[Damage], None] | None = None
) -> Scrubbed:
    """Read every object of the buckets and compare with its rows; `tell` hears of damage as it is found.

    Objects that are removed meanwhile are passed over.
    """
    objects, size = 0, 0
    damage: list[Damage] = []
    for bucket in buckets:
        async for found in _objects(db, bucket.name):
            objects += 1
            size += found.size
            for each in await _check(db, contents, found):
                damage.append(each)
                if tell is not None:
                    tell(each)
    return Scrubbed(objects=objects, bytes=size, damage=damage)


async def _objects(db: Database, bucket: str) -> AsyncIterator[Object]:
    after = b""
    while found := await db.rows(rows.LIST, bucket=bucket, after=after, limit=_PAGE):
        for row in found:
            yield rows.object_of(row)
        after = bytes(found[-1][1]) + b"\0"


async def _check(db: Database, contents: Contents, found: Object) -> list[Damage]:
    row = await db.row(rows.CONTENT, id=found.content)
    if row is None:
        return [] if await _is_gone(db, found) else [_damage(found, found.content, "missing")]
    content = rows.content_of(row)
    expected = await _expected(db, content)
    if content.parts and len(expected) != content.parts and not await _is_gone(db, found):
        return [_damage(found, content.id, "missing")]
    problems = [(blob, await _problem(contents, content, blob, size, crc64)) for blob, size, crc64 in expected]
    damage = [_damage(found, blob, problem) for blob, problem in problems if problem is not None]
    return [] if damage and await _is_gone(db, found) else damage


async def _expected(db: Database, content: Content) -> list[tuple[str, int, bytes | None]]:
    """Blobs with their lengths and checksums."""
    if not content.parts:
        return [(content.id, content.size, content.crc64)]
    return [(part.blob, part.size, part.crc64) for part in await rows.parts_of(db, content.id)]


async def _problem(
    contents: Contents, content: Content, blob: str, size: int, crc64: bytes | None
) -> Literal["missing", "length", "checksum"] | None:
    running, length = checksums.running("CRC64NVME"), 0
    if content.inline is not None:
        running.update(content.inline)
        length = len(content.inline)
    else:
        found = await contents.objects.size(blob)
        if found is None:
            return "missing"
        if found != size:
            return "length"
        try:
            async for piece in await contents.objects.read(blob, 0, size):
                running.update(piece)
                length += len(piece)
        except NoSuchBlob:
            return "missing"
    if length != size:
        return "length"
    return None if crc64 is None or running.digest() == crc64 else "checksum"


async def _is_gone(db: Database, found: Object) -> bool:
    now = await rows.find_object(db, found.bucket, found.key)
    return now is None or now.content != found.content


def _damage(found: Object, blob: str, problem: Literal["missing", "length", "checksum"]) -> Damage:
    return Damage(bucket=found.bucket, key=found.key.decode("utf-8", "replace"), blob=blob, problem=problem)
