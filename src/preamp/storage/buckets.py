"""Provisioning, changing, listing and removing buckets."""

from collections.abc import Callable

import msgspec

from preamp.db import Database, Reader, Transaction
from preamp.kit.clock import Clock
from preamp.storage import store
from preamp.storage.catalog import Catalog
from preamp.storage.names import check_bucket_name
from preamp.storage.records import Bucket, Owner, Permissions

_MAX_PAGE = 1000


class BucketTaken(Exception):
    """A bucket of this name belongs to somebody else."""


class NoSuchBucket(LookupError):
    """There is no bucket of this name."""


class Storage:
    """Buckets. Each write happens in the caller's transaction; names are unique over all apps.

    `orphaned` is called when blobs were left to be removed; a sweeper listens there.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sweep: Callable[[], None] = lambda: None

    def listen(self, sweep: Callable[[], None]) -> None:
        """Call `sweep` whenever blobs were left to be removed."""
        self._sweep = sweep

    def orphaned(self) -> None:
        """Tell that blobs were left to be removed."""
        self._sweep()

    async def provision_bucket(
        self,
        tx: Transaction,
        owner: Owner | None,
        name: str,
        region: str,
        permissions: Permissions | None,
        *,
        creator: str | None = None,
    ) -> None:
        """Make the bucket; a repetition by the same owner sets the permissions and makes nothing new.

        `owner` None makes a bucket that belongs to no environment, such as one to be imported; `creator` is who
        made it through S3. Raises BucketTaken, and ValueError for a name that `check_bucket_name` refuses.
        """
        problem = check_bucket_name(name)
        if problem is not None:
            raise ValueError(f"the bucket name {problem}")
        # The insert waits for a rival's commit, so the bucket read after it is the one that stays.
        await tx.execute(
            store.claim_bucket,
            name=name,
            app_id=None if owner is None else owner.app_id,
            environment=None if owner is None else owner.environment,
            region=region,
            permissions=_json(permissions),
            version=1,
            created_ms=self._clock.now_ms(),
            creator=creator,
            cors=None,
            quota_bytes=None,
            removed_ms=None,
        )
        found = await store.bucket(tx, name)
        if found is None or found.owner != owner or found.removed_ms is not None or found.creator != creator:
            raise BucketTaken(f"the bucket name {name!r} is taken")
        if found.permissions != permissions:
            await tx.execute(store.set_permissions, name=name, value=_json(permissions))

    async def update_permissions(self, tx: Transaction, name: str, permissions: Permissions) -> None:
        """Set the permissions; the same ones again change nothing. Raises NoSuchBucket."""
        found = await store.bucket(tx, name)
        if found is None:
            raise NoSuchBucket(name)
        if found.permissions != permissions:
            await tx.execute(store.set_permissions, name=name, value=_json(permissions))

    async def withdraw_bucket(self, tx: Transaction, name: str) -> None:
        """Let a bucket serve no more from this commit on; its name is free once `finish_bucket` has run.

        Between the two its objects are removed by `clear_bucket`, as often as that answers `most`.
        """
        await tx.execute(store.mark_removed, name=name, now=self._clock.now_ms())

    async def clear_bucket(self, db: Database, name: str, most: int) -> int:
        """Remove up to `most` objects of a bucket that was withdrawn; how many there were. One that serves is left."""
        return await Catalog(db, self._clock, self.orphaned).clear(name, most)

    async def finish_bucket(self, tx: Transaction, name: str) -> None:
        """Remove a bucket that was withdrawn; one that serves under this name is another, and stays."""
        found = await store.bucket(tx, name)
        if found is not None and found.removed_ms is not None:
            await self.delete_bucket(tx, name)

    async def delete_bucket(self, tx: Transaction, name: str) -> None:
        """Remove the bucket's row and what is counted of it; nothing happens where there is none."""
        await tx.execute(store.delete_usage, name=name)
        await tx.execute(store.delete_links, name=name)
        await tx.execute(store.delete_bucket, name=name)

    async def link_bucket(self, tx: Transaction, name: str, owner: Owner) -> None:
        """Let the people of an environment that imported the bucket use it, by its permissions."""
        await tx.execute(store.link, bucket=name, app_id=owner.app_id, environment=owner.environment)

    async def unlink_buckets(self, tx: Transaction, owner: Owner) -> None:
        """Undo all of an environment's imports."""
        await tx.execute(store.unlink, app_id=owner.app_id, environment=owner.environment)

    async def set_quota(self, tx: Transaction, name: str, quota_bytes: int | None) -> None:
        """Give a bucket a quota of its own: 0 for none, None for the server's."""
        await tx.execute(store.set_quota, name=name, value=quota_bytes)

    async def environments(self, reader: Reader, bucket: Bucket) -> list[Owner]:
        """The environments that a bucket is for: the one that made it, and those that imported it."""
        linked = await store.links_of(reader, bucket.name)
        return linked if bucket.owner is None else [bucket.owner, *linked]

    async def usage(self, reader: Reader, name: str) -> tuple[int, int]:
        """Bytes and objects in a bucket."""
        return await store.usage(reader, name)

    async def bucket(self, reader: Reader, name: str) -> Bucket | None:
        """The bucket, None where there is none; one that is being removed tells so by `removed_ms`."""
        return await store.bucket(reader, name)

    async def buckets(self, reader: Reader, *, start_after: str = "", limit: int = _MAX_PAGE) -> list[Bucket]:
        """A page of all buckets by name: the first `limit` (1 to 1000) after `start_after`."""
        if not 1 <= limit <= _MAX_PAGE:
            raise ValueError(f"limit must be 1 to {_MAX_PAGE}, got {limit}")
        return await store.buckets(reader, start_after, limit)

    async def buckets_of(self, reader: Reader, owner: Owner) -> list[Bucket]:
        """The buckets of one environment, by name."""
        return await store.buckets_of(reader, owner)


def _json(permissions: Permissions | None) -> str | None:
    return None if permissions is None else msgspec.json.encode(permissions).decode()
