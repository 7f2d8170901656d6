"""Codes of an authenticator app: TOTP (RFC 6238) with SHA-1, six digits and steps of 30 seconds, each used once."""

import base64
import hmac
import secrets
import struct

_SECRET_BYTES = 32  # 52 characters of base32, the length of Cognito's
_STEP_SECONDS = 30
_DIGITS = 6
_DRIFT_STEPS = 1  # a clock may be half a minute off, and typing takes time
NEVER = -1
"""The last used step of a secret whose codes were never used."""


class Replayed(Exception):
    """The code is right and was used before."""


def new_secret() -> bytes:
    """A random secret."""
    return secrets.token_bytes(_SECRET_BYTES)


def shown(secret: bytes) -> str:
    """The secret as SecretCode shows it: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def code_at(secret: bytes, step: int) -> str:
    """The code of one step (RFC 4226 section 5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    place = digest[-1] & 0x0F
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}d}"


def used_step(secret: bytes, code: str, now_ms: int, last_step: int) -> int | None:
    """The step that `code` belongs to, None where it is wrong; the caller keeps it as the new `last_step`.

    All steps of the window are computed and compared in constant time. Raises Replayed for a right code of a step
    that is not later than `last_step`.
    """
    now = now_ms // 1000 // _STEP_SECONDS
    found = None
    for step in range(max(0, now - _DRIFT_STEPS), now + _DRIFT_STEPS + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    if found is not None and found <= last_step:
        raise Replayed
    return found
