"""API keys: `da2-` and 26 lower-case letters or digits, told apart by their SHA-256, valid until a moment."""

import hmac
import secrets
import string
from collections.abc import Sequence
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


def new_key() -> str:
    """Make a key: 26 characters of 36 are 134 bits."""
    return "da2-" + "".join(secrets.choice(ALPHABET) for _ in range(26))


def digest_of(key: str) -> bytes:
    """Answer what a key is looked up by. A key is random, so a plain digest cannot be guessed back."""
    return sha256(key.encode(errors="surrogateescape")).digest()


def is_valid(key: str, known: Sequence[ApiKey], now: float) -> bool:
    """Tell whether a key is one of these and has not expired, in a time that does not tell which."""
    digest = digest_of(key)
    found = False
    for one in known:
        found |= hmac.compare_digest(digest, one.digest) and now < one.expires
    return found
