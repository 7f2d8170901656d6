"""The keys of one issuer as this node knows them: read when first needed, read again when they may have changed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from msgspec import Struct

from preamp.kit.clock import Clock
from preamp.kit.fetch import Fetcher, FetchError
from preamp.kit.jwt import KeySet, KeySetError

log = logging.getLogger(__name__)

_WELL_KNOWN = "/.well-known/openid-configuration"


class NoKeysError(Exception):
    """An issuer's keys are not to be had; the message is for the operator's log."""


class Pace(Struct, frozen=True, kw_only=True):
    """How often keys are read, in milliseconds.

    Keys count as fresh for `fresh_ms`; when they cannot be read anew, the known ones serve until `stale_ms`. A token
    that names an unknown key, or a failure, makes for another reading `retry_ms` after the last one at the earliest.
    """

    fresh_ms: int
    stale_ms: int
    retry_ms: int


PROVIDER = Pace(fresh_ms=3_600_000, stale_ms=24 * 3_600_000, retry_ms=30_000)
POOL = Pace(fresh_ms=10_000, stale_ms=10_000, retry_ms=1_000)


class Keyring:
    """An issuer's keys. `read` answers its JWKS, and raises NoKeysError where there is none."""

    def __init__(self, read: Callable[[], Awaitable[Any]], clock: Clock, pace: Pace) -> None:
        self._read, self._clock, self._pace = read, clock, pace
        self._keys: KeySet | None = None
        self._document: Any = None
        self._read_ms = self._tried_ms = -(10**15)
        self._failure = ""
        self._lock = asyncio.Lock()

    async def keys(self) -> KeySet:
        """The keys, the same value as long as the issuer publishes the same. Raises NoKeysError."""
        now = self._clock.now_ms()
        if self._keys is not None and now < self._read_ms + self._pace.fresh_ms:
            return self._keys
        return await self._refreshed(now)

    async def renewed(self) -> KeySet:
        """The keys, read again where they were not a moment ago. Raises NoKeysError."""
        return await self._refreshed(self._clock.now_ms())

    async def _refreshed(self, asked_ms: int) -> KeySet:
        """Read the keys, once for all who wait for them."""
        async with self._lock:
            if asked_ms >= self._tried_ms + self._pace.retry_ms:
                await self._try()
        if self._keys is None:
            raise NoKeysError(self._failure)
        return self._keys

    async def _try(self) -> None:
        self._tried_ms = self._clock.now_ms()
        try:
            document = await self._read()
            if document != self._document:
                self._keys, self._document = KeySet.read(document), document
            self._read_ms = self._tried_ms
        except (NoKeysError, KeySetError) as error:
            self._failure = str(error)
            log.warning("keys for GraphQL tokens cannot be read: %s", error)
            if self._tried_ms >= self._read_ms + self._pace.stale_ms:
                self._keys = self._document = None


class _Configuration(Struct):
    """What is read of an OpenID provider's metadata (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    jwks_uri: str


async def provider_keys(fetcher: Fetcher, issuer: str) -> bytes:
    """The JWKS of an OpenID provider, found by discovery. Raises NoKeysError."""
    where = issuer.rstrip("/") + _WELL_KNOWN
    try:
        found = msgspec.json.decode(await fetcher.read(where), type=_Configuration)
        if not same_issuer(found.issuer, issuer):
            raise NoKeysError(f"{where} is of the issuer {found.issuer[:200]!r}, not of {issuer!r}")
        return await fetcher.read(found.jwks_uri)
    except FetchError as error:
        raise NoKeysError(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NoKeysError(f"{where} is no OpenID provider's configuration") from None


def same_issuer(one: str, other: str) -> bool:
    """Whether two URLs name one issuer: a slash at the end makes no difference, as in AppSync's configuration."""
    return one.removesuffix("/") == other.removesuffix("/")
