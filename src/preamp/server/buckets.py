"""The S3 service as the front sees it: the storage room is loaded at its first request or job (decision 0004)."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from preamp.access import Access
from preamp.db import Database
from preamp.kit.clock import Clock
from preamp.server.hosts import own
from preamp.settings import Settings

if TYPE_CHECKING:
    from preamp.server.storage_plane import StoragePlane

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_HOST = re.compile(r"([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3\.(.+)")
_PATH = re.compile(rb"/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/|$)")
_AMAZON = re.compile(r"[a-z0-9-]+\.amazonaws\.com(\.cn)?")


class Buckets:
    """Buckets, by host name, by signature, and by path where nobody else has it."""

    def __init__(self, settings: Settings, public_url: str, db: Database, clock: Clock, access: Access) -> None:
        self._parts = (settings, db, clock, access)
        self._own = (urlsplit(public_url).hostname or "", "localhost")

    @cached_property
    def plane(self) -> "StoragePlane":
        """The storage room's data plane, built at its first use."""
        from preamp.server.storage_plane import storage_plane  # noqa: PLC0415  loaded at first use

        return storage_plane(*self._parts, self.bucket_of_host)

    async def owns(self, scope: Scope) -> bool:
        """Whether a path that nobody else owns is a bucket's, or the request an S3 client's that signs nothing."""
        found = _PATH.match(scope["raw_path"])
        if found is None:
            return False
        names = {name for name, _ in scope["headers"]}
        if b"x-amz-content-sha256" in names or b"amz-sdk-request" in names:
            return True
        return await self.plane.has_bucket(found.group(1).decode())

    def bucket_of_host(self, host: str) -> str | None:
        """The bucket in front of `.s3.` and the server's own name, localhost, or AWS's; None for any other host."""
        lower = host.lower()
        name, colon, _ = lower.rpartition(":")
        found = _HOST.fullmatch(name if colon else lower)
        if found is None:
            return None
        bucket, rest = found.groups()
        return bucket if rest in self._own or _AMAZON.fullmatch(rest) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self.plane.endpoint(scope, receive, send)

    async def rest(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that no other service has: as S3 where it is a bucket's, else that nothing is there."""
        await (self if await self.owns(scope) else own)(scope, receive, send)

    async def close(self) -> None:
        """End what the plane does beside requests."""
        if "plane" in self.__dict__:
            await self.plane.stop()
