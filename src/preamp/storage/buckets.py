"""Provisioning, changing, listing and removing buckets."""

import msgspec

from preamp.db import Reader, Transaction
from preamp.kit.clock import Clock
from preamp.storage import store
from preamp.storage.names import check_bucket_name
from preamp.storage.records import Bucket, Owner, Permissions

_MAX_PAGE = 1000


class BucketTaken(Exception):
    """A bucket of this name belongs to somebody else."""


class NoSuchBucket(LookupError):
    """There is no bucket of this name."""


class Storage:
    """Buckets. Each write happens in the caller's transaction; names are unique over all apps."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def provision_bucket(
        self, tx: Transaction, owner: Owner | None, name: str, region: str, permissions: Permissions | None
    ) -> None:
        """Make the bucket; a repetition by the same owner sets the permissions and makes nothing new.

        `owner` None makes a bucket that belongs to no environment, such as one to be imported. Raises BucketTaken, and
        ValueError for a name that `check_bucket_name` refuses.
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
        )
        found = await store.bucket(tx, name)
        if found is None or found.owner != owner:
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

    async def delete_bucket(self, tx: Transaction, name: str) -> None:
        """Remove the bucket; nothing happens where there is none."""
        await tx.execute(store.delete_bucket, name=name)

    async def bucket(self, reader: Reader, name: str) -> Bucket | None:
        """The bucket, None where there is none."""
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
