"""API keys: `da2-` and 26 lower-case letters or digits, told apart by their SHA-256, valid until a moment."""

import hmac
import secrets
import string
from collections.abc import Callable, Sequence
from hashlib import sha256

from msgspec import Struct

ALPHABET = string.ascii_lowercase + string.digits
MOST_SECONDS = 365 * 24 * 3600
"""The longest life AppSync gives a key."""

DEFAULT_SECONDS = 7 * 24 * 3600


class ApiKey(Struct, frozen=True, kw_only=True):
    """What is known of a key without knowing it. `expires` is in seconds since 1970."""

    digest: bytes
    expires: float


class KeyRing:
    """The keys of one API. No comparison takes a time that tells how much of a key is right."""

    __slots__ = ("_expires", "_keys", "_last", "_now")

    def __init__(self, keys: Sequence[ApiKey], now: Callable[[], float]) -> None:
        self._keys, self._now = tuple(keys), now
        self._last, self._expires = b"", 0.0

    def admits(self, key: bytes) -> bool:
        """Tell whether a key is one of these and has not expired. The last one admitted costs no digest."""
        if hmac.compare_digest(key, self._last):
            return self._now() < self._expires
        digest, expires = sha256(key).digest(), 0.0
        for one in self._keys:
            if hmac.compare_digest(digest, one.digest):
                expires = one.expires
        if self._now() >= expires:
            return False
        self._last, self._expires = key, expires
        return True


def new_key() -> str:
    """Make a key: 26 characters of 36 are 134 bits."""
    return "da2-" + "".join(secrets.choice(ALPHABET) for _ in range(26))


def digest_of(key: str) -> bytes:
    """Answer what a key is looked up by. A key is random, so a plain digest cannot be guessed back."""
    return sha256(key.encode(errors="surrogateescape")).digest()
