"""Keys and what lies under them: each change is one transaction, behind which the bytes are already durable.

The order is always the same: bytes first, then the row; the row first, then the removal of bytes. So a crash leaves at
worst a blob that no row names, and never a row without its bytes. Whoever overwrites or deletes an object takes its
content's last reference and leaves its blobs to the sweeper, in the same transaction.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from preamp.db import Database, Transaction
from preamp.kit import ids
from preamp.kit.clock import Clock
from preamp.storage import rows, store
from preamp.storage.contents import Stored
from preamp.storage.errors import (
    NoSuchBucket,
    NoSuchKey,
    NoSuchUpload,
    PreconditionFailed,
    QuotaExceeded,
)
from preamp.storage.records import Checksum, Content, Meta, Object, Part, Upload

_BATCH = 500


class Conditions(Struct, frozen=True, kw_only=True):
    """What a write demands of the object that stands there now; ETags without quotes, `*` for any."""

    if_match: str | None = None
    if_none_match: tuple[str, ...] = ()

    def check(self, old: Object | None) -> None:
        """Raise PreconditionFailed or NoSuchKey where the old object is not as demanded."""
        if self.if_match is not None:
            if old is None:
                raise NoSuchKey("The specified key does not exist.")
            if self.if_match not in {"*", old.etag}:
                raise PreconditionFailed(_FAILED, Condition="If-Match")
        if old is not None and ("*" in self.if_none_match or old.etag in self.if_none_match):
            raise PreconditionFailed(_FAILED, Condition="If-None-Match")


_FAILED = "At least one of the pre-conditions you specified did not hold"
ALWAYS = Conditions()


class Catalog:
    """The objects of all buckets. `on_orphans` is told when blobs were left to be removed.

    `quota_bytes` holds for buckets without a quota of their own; 0 is none.
    """

    def __init__(self, db: Database, clock: Clock, on_orphans: Callable[[], None], *, quota_bytes: int = 0) -> None:
        self.db = db
        self.clock = clock
        self.on_orphans = on_orphans
        self._quota_bytes = quota_bytes

    # Writing -------------------------------------------------------------------------------------------------------

    async def put(
        self,
        bucket: str,
        key: bytes,
        stored: Stored,
        *,
        meta: Meta,
        owner: str,
        checksum: Checksum | None,
        conditions: Conditions = ALWAYS,
    ) -> Object:
        """Put taken bytes under a key. Raises NoSuchBucket, PreconditionFailed, QuotaExceeded."""
        digests = stored.digests
        content = Content(id=stored.id, size=digests.size, parts=0, refs=1, crc64=digests.crc64, inline=stored.inline)
        made = self._object(bucket, key, content, digests.md5.hex(), meta, owner, checksum)
        async with self.db.transaction() as tx:
            await self._enter(tx, made, conditions)
            await rows.put_content(tx, content)
        return made

    async def copy(
        self,
        source: Object,
        bucket: str,
        key: bytes,
        *,
        meta: Meta,
        owner: str,
        conditions: Conditions = ALWAYS,
    ) -> Object | None:
        """Put the source's content under a key too, without moving bytes; None where it was removed meanwhile."""
        content = Content(id=source.content, size=source.size, parts=0, refs=0, crc64=None, inline=None)
        made = self._object(bucket, key, content, source.etag, meta, owner, source.checksum)
        async with self.db.transaction() as tx:
            if await tx.row(rows.SHARE_CONTENT, id=source.content) is None:
                return None
            await self._enter(tx, made, conditions)
        return made

    async def delete(self, bucket: str, key: bytes, conditions: Conditions = ALWAYS) -> bool:
        """Remove a key; False where there was none. Raises NoSuchBucket, PreconditionFailed."""
        async with self.db.transaction() as tx:
            await self._hold(tx, bucket)
            return await self._remove(tx, bucket, key, conditions)

    async def delete_many(self, bucket: str, keys: Sequence[bytes]) -> None:
        """Remove keys, in one transaction."""
        async with self.db.transaction() as tx:
            await self._hold(tx, bucket)
            for key in sorted(set(keys)):
                await self._remove(tx, bucket, key, ALWAYS)

    async def _remove(self, tx: Transaction, bucket: str, key: bytes, conditions: Conditions) -> bool:
        await rows.lock_key(tx, self.db, bucket, key)
        old = await rows.find_object(tx, bucket, key)
        if old is not None or conditions.if_match is not None:
            conditions.check(old)
        if old is None:
            return False
        await tx.execute(rows.DELETE_OBJECT, bucket=bucket, key=key)
        await rows.add_usage(tx, bucket, key, size=-old.size, objects=-1)
        await self._drop(tx, old.content)
        return True

    async def _enter(self, tx: Transaction, made: Object, conditions: Conditions) -> None:
        quota = await self._hold(tx, made.bucket)
        await rows.lock_key(tx, self.db, made.bucket, made.key)
        old = await rows.find_object(tx, made.bucket, made.key)
        conditions.check(old)
        more = made.size - (old.size if old else 0)
        await self._check_quota(tx, made.bucket, quota, more)
        await rows.put_object(tx, made)
        await rows.add_usage(tx, made.bucket, made.key, size=more, objects=0 if old else 1)
        if old is not None:
            await self._drop(tx, old.content)

    async def _hold(self, tx: Transaction, bucket: str) -> int:
        """Keep the bucket from being removed meanwhile; answers its quota, 0 where it has none."""
        row = await tx.row(rows.HOLD_BUCKET, bucket=bucket)
        if row is None:
            raise NoSuchBucket("The specified bucket does not exist", BucketName=bucket)
        return self._quota_bytes if row[0] is None else int(row[0])

    async def _check_quota(self, tx: Transaction, bucket: str, quota: int, more: int) -> None:
        if not quota or more <= 0:
            return
        used, _ = await store.usage(tx, bucket)
        if used + more > quota:
            raise QuotaExceeded(
                f"The bucket may hold {quota} bytes and holds {used}.", BucketName=bucket, QuotaBytes=str(quota)
            )

    async def _drop(self, tx: Transaction, content_id: str) -> None:
        if await rows.drop_content(tx, content_id, self.clock.now_ms()):
            tx.after_commit(self.on_orphans)

    def _object(
        self,
        bucket: str,
        key: bytes,
        content: Content,
        etag: str,
        meta: Meta,
        owner: str,
        checksum: Checksum | None,
    ) -> Object:
        return Object(
            bucket=bucket,
            key=key,
            content=content.id,
            size=content.size,
            etag=etag,
            modified_ms=self.clock.now_ms(),
            owner=owner,
            checksum=checksum,
            meta=meta,
        )

    # Multipart -----------------------------------------------------------------------------------------------------

    async def begin_upload(self, upload: Upload) -> None:
        """Record an upload. Raises NoSuchBucket."""
        async with self.db.transaction() as tx:
            await self._hold(tx, upload.bucket)
            await tx.execute(
                rows.PUT_UPLOAD,
                id=upload.id,
                bucket=upload.bucket,
                key=upload.key,
                owner=upload.owner,
                algorithm=upload.algorithm,
                kind=upload.kind,
                meta=rows.text_of(upload.meta),
                created_ms=upload.created_ms,
            )

    async def put_part(self, upload: Upload, number: int, stored: Stored, checksum: Checksum | None) -> Part:
        """Record a part; the last write of a number stays. Raises NoSuchUpload, QuotaExceeded."""
        digests = stored.digests
        part = Part(
            upload=upload.id,
            number=number,
            blob=stored.id,
            size=digests.size,
            etag=digests.md5.hex(),
            checksum=checksum,
            crc64=digests.crc64,
            modified_ms=self.clock.now_ms(),
        )
        async with self.db.transaction() as tx:
            if await tx.row(rows.HOLD_UPLOAD, id=upload.id) is None:
                raise NoSuchUpload(NO_UPLOAD, UploadId=upload.id)
            quota = await self._hold(tx, upload.bucket)
            await self._check_quota(tx, upload.bucket, quota, part.size)
            await rows.lock_key(tx, self.db, upload.id, str(number).encode())
            old = await tx.row(rows.PART, id=upload.id, number=number)
            await rows.put_part(tx, part)
            if old is not None:
                await tx.execute(rows.ORPHAN, blob=rows.part_of(old).blob, since_ms=self.clock.now_ms())
                tx.after_commit(self.on_orphans)
        return part

    async def complete(
        self, upload: Upload, parts: Sequence[Part], etag: str, checksum: Checksum | None, conditions: Conditions
    ) -> Object:
        """Put the parts under the upload's key, without moving bytes. Raises NoSuchUpload and what `put` raises.

        The upload's id becomes the content's, so that a repeated call finds what the first one made.
        """
        size = sum(part.size for part in parts)
        content = Content(id=upload.id, size=size, parts=len(parts), refs=1, crc64=None, inline=None)
        made = self._object(upload.bucket, upload.key, content, etag, upload.meta, upload.owner, checksum)
        async with self.db.transaction() as tx:
            if await tx.row(rows.LOCK_UPLOAD, id=upload.id) is None:
                raise NoSuchUpload(NO_UPLOAD, UploadId=upload.id)
            await self._forget_others(tx, upload, parts)
            await self._enter(tx, made, conditions)
            await rows.put_content(tx, content)
            await tx.execute(rows.DELETE_UPLOAD, id=upload.id)
        return made

    async def _forget_others(self, tx: Transaction, upload: Upload, parts: Sequence[Part]) -> None:
        wanted = {part.number: part.blob for part in parts}
        found = await rows.parts_of(tx, upload.id)
        if {part.number: part.blob for part in found if part.number in wanted} != wanted:
            raise NoSuchUpload("A part was replaced while the upload was being completed.", UploadId=upload.id)
        for part in found:
            if part.number not in wanted:
                await tx.execute(rows.DELETE_PART, id=upload.id, number=part.number)
                await tx.execute(rows.ORPHAN, blob=part.blob, since_ms=self.clock.now_ms())
                tx.after_commit(self.on_orphans)

    async def abort(self, upload_id: str) -> None:
        """Forget an upload and its parts. Raises NoSuchUpload."""
        async with self.db.transaction() as tx:
            if await tx.row(rows.LOCK_UPLOAD, id=upload_id) is None:
                raise NoSuchUpload(NO_UPLOAD, UploadId=upload_id)
            await rows.orphan_parts(tx, upload_id, self.clock.now_ms())
            await tx.execute(rows.DELETE_UPLOAD, id=upload_id)
            tx.after_commit(self.on_orphans)

    # Whole buckets -------------------------------------------------------------------------------------------------

    async def clear(self, bucket: str, most: int) -> int:
        """Remove up to `most` objects and uploads of a bucket that is being removed; how many there were.

        Nobody writes to such a bucket any more. One that serves is left alone: it is another one of the same name.
        """
        removed = 0
        while removed < most:
            async with self.db.transaction() as tx:
                state = await store.bucket(tx, bucket)
                if state is None or state.removed_ms is None:
                    break
                found = await tx.rows(rows.LIST, bucket=bucket, after=b"", limit=min(_BATCH, most - removed))
                for row in found:
                    old = rows.object_of(row)
                    await tx.execute(rows.DELETE_OBJECT, bucket=bucket, key=old.key)
                    await self._drop(tx, old.content)
                uploads = await tx.rows(rows.UPLOADS, bucket=bucket, after=b"", limit=_BATCH) if not found else []
                for row in uploads:
                    await rows.orphan_parts(tx, row[0], self.clock.now_ms())
                    await tx.execute(rows.DELETE_UPLOAD, id=row[0])
                tx.after_commit(self.on_orphans)
            removed += len(found) + len(uploads)
            if not found and not uploads:
                break
        return removed


NO_UPLOAD = (
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
    "completed."
)


def new_upload_id() -> str:
    """An upload's id; it may become a content's."""
    return ids.uuid7()
