"""The storage room's place in the server: the S3 endpoint, what a request for it looks like, and its sweeper."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from preamp.access import Access
from preamp.db import Database, Unavailable
from preamp.kit.clock import Clock
from preamp.objects import StoreUnavailable, open_objects
from preamp.server.install import StartError
from preamp.settings import Settings
from preamp.storage import S3, Caller, Catalog, Contents, Operator, Storage, Sweeper, table
from preamp.wire import Credentials, S3Endpoint, S3Verifier, is_signed_for_s3

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_BUCKET_HOST = re.compile(r"([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3\.(.+)")
_BUCKET_PATH = re.compile(rb"/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/|$)")
_AMAZON = re.compile(r"[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_GRACE_MS = 3_600_000  # with many nodes: what one gave up another may still be sending


class StoragePlane:
    """Answers S3's requests and sweeps behind them."""

    def __init__(self, endpoint: S3Endpoint, hosts: "Hosts", storage: Storage, db: Database, sweeper: Sweeper) -> None:
        self._endpoint = endpoint
        self._hosts = hosts
        self._storage = storage
        self._db = db
        self._sweeper = sweeper
        self._task: asyncio.Task[None] | None = None

    def is_meant(self, scope: Scope) -> bool:
        """Whether a request is S3's by its signature's scope or its host, whatever its path."""
        headers = dict(scope["headers"])
        if is_signed_for_s3(headers, scope["query_string"]):
            return True
        return self._hosts.bucket(headers.get(b"host", b"").decode("latin-1")) is not None

    async def owns(self, scope: Scope) -> bool:
        """Whether a path that nobody else owns is a bucket's, or the request an S3 client's that signs nothing."""
        found = _BUCKET_PATH.match(scope["raw_path"])
        if found is None:
            return False
        names = {name for name, _ in scope["headers"]}
        if b"x-amz-content-sha256" in names or b"amz-sdk-request" in names:
            return True
        return await self._storage.bucket(self._db, found.group(1).decode()) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self._endpoint(scope, receive, send)

    async def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._sweeper.run())

    async def stop(self) -> None:
        """End the sweep."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


class Hosts:
    """Which host names have a bucket's name in front: `BUCKET.s3.` and the server's own name, localhost, or AWS's."""

    def __init__(self, public_url: str) -> None:
        self._own = (urlsplit(public_url).hostname or "", "localhost")

    def bucket(self, host: str) -> str | None:
        """The bucket that a Host header names, None for any other host."""
        found = _BUCKET_HOST.fullmatch(host.lower().rpartition(":")[0] if ":" in host else host.lower())
        if found is None:
            return None
        name, rest = found.groups()
        return name if rest in self._own or _AMAZON.fullmatch(rest) else None


def open_contents(settings: Settings) -> Contents:
    """The store of blobs that the settings name. Raises StartError."""
    url = settings.objects or f"file://{Path(settings.data).absolute() / 'objects'}"
    try:
        return Contents(open_objects(url))
    except ImportError as error:
        raise StartError(f"this store of objects needs preamp's extra: install preamp[objects] ({error})") from None
    except (ValueError, OSError) as error:
        raise StartError(f"cannot open the store of objects: {unquote(str(error))}") from None


def storage_plane(
    settings: Settings, public_url: str, db: Database, clock: Clock, access: Access, storage: Storage
) -> StoragePlane:
    """Build the storage room's data plane."""
    contents = open_contents(settings)
    catalog = Catalog(db, clock, storage.orphaned, quota_bytes=settings.storage_quota_bytes)
    sweeper = Sweeper(
        db,
        contents,
        catalog,
        clock,
        grace_ms=0 if db.dialect == "sqlite" else _GRACE_MS,
        upload_days=settings.storage_upload_days,
    )
    storage.listen(sweeper.wake)
    verifier = S3Verifier(access.lookup, clock, settings.clock_skew_seconds)
    s3 = S3(
        db=db,
        storage=storage,
        catalog=catalog,
        contents=contents,
        verifier=verifier,
        clock=clock,
        region=settings.region,
        account=settings.account,
        caller_of=caller_of,
    )
    hosts = Hosts(public_url)
    endpoint = S3Endpoint(table, s3, verifier, bucket_of_host=hosts.bucket, transient=(Unavailable, StoreUnavailable))
    return StoragePlane(endpoint, hosts, storage, db, sweeper)


async def caller_of(credentials: Credentials, _token: str | None) -> Caller:
    """Whose credentials these are."""
    return Operator(credentials.caller.user)
