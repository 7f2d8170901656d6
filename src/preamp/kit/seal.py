"""Sealing: secrets at rest, and tokens that clients carry, under the install key (AES-256-GCM).

A sealed value is bound to a context text (which row, which use): moved elsewhere it does not open.
"""

import base64
import hashlib
import hmac
import secrets
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

T = TypeVar("T")

_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_MAX_TOKEN_CHARACTERS = 8192


class BrokenSealError(Exception):
    """The value was not sealed by this install for this context, or was changed since."""


class Sealer:
    """Seals and opens under one install key of 32 bytes; each purpose has a key of its own derived from it."""

    def __init__(self, install_key: bytes, purpose: str = "rest") -> None:
        if len(install_key) != 32:
            raise ValueError("the install key must be 32 bytes")
        self._install_key = install_key
        self._key = hmac.digest(install_key, b"preamp " + purpose.encode(), "sha256")
        self._aead = AESGCM(self._key)
        self._purposes: dict[str, Sealer] = {}

    def purpose(self, name: str) -> "Sealer":
        """A sealer whose values no other purpose can open. Names are the code's own, not a client's: each is kept."""
        found = self._purposes.get(name)
        if found is None:
            found = self._purposes[name] = Sealer(self._install_key, name)
        return found

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt for `context`. The result is 29 bytes longer."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._aead.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt; raises BrokenSealError when key, context or bytes are not those of the sealing."""
        if len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES or sealed[:1] != _VERSION:
            raise BrokenSealError("not a sealed value")
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, rest, context.encode())
        except InvalidTag:
            raise BrokenSealError("the sealed value does not open") from None

    def seal_text(self, plain: str, context: str) -> bytes:
        """Encrypt a text."""
        return self.seal(plain.encode(), context)

    def open_text(self, sealed: bytes, context: str) -> str:
        """Decrypt a text."""
        return self.open(sealed, context).decode()

    def token(self, value: object, context: str) -> str:
        """A JSON value as an opaque, tamper-proof, URL-safe text (page tokens, session tokens)."""
        return base64.urlsafe_b64encode(self.seal(msgspec.json.encode(value), context)).rstrip(b"=").decode()

    def read_token(self, token: str, context: str, type_: type[T]) -> T:
        """The value of `token`; raises BrokenSealError for anything not made by it for this context."""
        if len(token) > _MAX_TOKEN_CHARACTERS:
            raise BrokenSealError("the token is too long")
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            return msgspec.json.decode(self.open(sealed, context), type=type_)
        except (ValueError, UnicodeEncodeError, msgspec.MsgspecError):
            raise BrokenSealError("not a token") from None

    def fingerprint(self, secret: str) -> bytes:
        """A keyed hash (32 bytes) by which a secret can be looked up without being stored."""
        return hmac.digest(self._key, secret.encode(), "sha256")


def sha256(text: str) -> bytes:
    """The plain SHA-256 of a text, for secrets that are long and random already."""
    return hashlib.sha256(text.encode()).digest()
