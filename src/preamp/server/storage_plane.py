"""The storage room's place in the server: its S3 endpoint and its sweeper. Imported at their first use."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from preamp.access import Access, UnknownKey
from preamp.control import environment_pools
from preamp.db import Database, Unavailable
from preamp.kit.clock import Clock
from preamp.objects import StoreUnavailable, open_objects
from preamp.server.install import StartError
from preamp.settings import Settings
from preamp.storage import S3, Caller, Catalog, Contents, Operator, Owner, Person, Storage, Sweeper, table
from preamp.wire.s3 import AccessDenied, Credentials, S3Endpoint, S3Verifier

_GRACE_MS = 3_600_000  # with many nodes: what one gave up another may still be sending


class StoragePlane:
    """The room, the endpoint of its buckets, and the sweep behind them, which runs from now on."""

    def __init__(self, room: Storage, endpoint: S3Endpoint, db: Database, sweeper: Sweeper) -> None:
        self.room = room
        self.endpoint = endpoint
        self._db = db
        self._sweep = asyncio.create_task(sweeper.run())

    async def has_bucket(self, name: str) -> bool:
        """Whether there is a bucket of this name."""
        return await self.room.bucket(self._db, name) is not None

    async def stop(self) -> None:
        """End the sweep."""
        self._sweep.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._sweep


def open_contents(settings: Settings) -> Contents:
    """The store of blobs that the settings name. Raises StartError."""
    url = settings.objects or f"file://{Path(settings.data).absolute() / 'objects'}"
    try:
        return Contents(open_objects(url))
    except ImportError as error:
        raise StartError(f"this store of objects needs preamp's extra: install preamp[objects] ({error})") from None
    except (ValueError, OSError) as error:
        raise StartError(f"cannot open the store of objects: {error}") from None


def storage_plane(
    settings: Settings, db: Database, clock: Clock, access: Access, bucket_of_host: Callable[[str], str | None]
) -> StoragePlane:
    """Build the storage room and its data plane."""
    room = Storage(clock)
    contents = open_contents(settings)
    catalog = Catalog(db, clock, room.orphaned, quota_bytes=settings.storage_quota_bytes)
    sweeper = Sweeper(
        db,
        contents,
        catalog,
        clock,
        grace_ms=0 if db.dialect == "sqlite" else _GRACE_MS,
        upload_days=settings.storage_upload_days,
    )
    room.listen(sweeper.wake)
    verifier = S3Verifier(access.lookup_any, clock, settings.clock_skew_seconds)
    s3 = S3(
        db=db,
        storage=room,
        catalog=catalog,
        contents=contents,
        verifier=verifier,
        clock=clock,
        region=settings.region,
        account=settings.account,
        caller_of=partial(caller_of, access),
        pool_of=partial(pool_of, db),
    )
    endpoint = S3Endpoint(table, s3, verifier, bucket_of_host=bucket_of_host, transient=(Unavailable, StoreUnavailable))
    return StoragePlane(room, endpoint, db, sweeper)


async def caller_of(access: Access, credentials: Credentials, token: str | None) -> Caller:
    """Whose credentials these are: an operator's, or those of a user or guest of an identity pool."""
    try:
        claims = access.session_claims(credentials.caller.access_key_id, token)
    except UnknownKey:
        raise AccessDenied("Access Denied") from None
    if claims is None:
        return Operator(credentials.caller.user)
    return Person(
        identity_id=claims.identity_id,
        signed_in=claims.authenticated,
        identity_pool_id=claims.identity_pool_id,
        groups=claims.groups,
    )


async def pool_of(db: Database, environment: Owner) -> str | None:
    """The identity pool beside an environment's storage, provisioned or imported."""
    found = await environment_pools(db, environment.app_id, environment.environment)
    return None if found is None else found.identity_pool_id
