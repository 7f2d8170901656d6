"""Random names of the shapes AWS uses, from the operating system's generator."""

import os
import secrets
import string
import time

_LOWER_ALNUM = string.ascii_lowercase + string.digits
_ALNUM = string.ascii_letters + string.digits
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""The digit that says RFC 9562, two of its bits random."""
_BASE32 = string.ascii_uppercase + "234567"


_MADE_TOGETHER = 64
_ready: list[str] = []
"""UUIDs made and not given out yet; `list.pop` gives each to one thread only."""

if hasattr(os, "register_at_fork"):  # Windows knows no fork
    os.register_at_fork(after_in_child=_ready.clear)


def uuid4() -> str:
    """A random UUID with dashes (request ids, job ids, session ids, row ids)."""
    # One is made for every request: asking the system for many at once is three times faster.
    try:
        return _ready.pop()
    except IndexError:
        _ready.extend(_uuids4(_MADE_TOGETHER))
        return _uuids4(1)[0]


def _uuids4(count: int) -> list[str]:
    digits = os.urandom(16 * count).hex()
    texts = [digits[at : at + 32] for at in range(0, 32 * count, 32)]
    return [f"{t[:8]}-{t[8:12]}-4{t[13:16]}-{_VARIANT[t[16]]}{t[17:20]}-{t[20:]}" for t in texts]


def uuid7() -> str:
    """A UUID that sorts by time of making (RFC 9562 version 7), for rows that are read newest first."""
    now, value = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10).hex()
    return f"{now[:8]}-{now[8:]}-7{value[1:4]}-{_VARIANT[value[4]]}{value[5:8]}-{value[8:]}"


def lower_alnum(length: int) -> str:
    """`length` characters of a-z0-9 (API ids are 26 of them, app client ids too)."""
    return "".join(secrets.choice(_LOWER_ALNUM) for _ in range(length))


def alnum(length: int) -> str:
    """`length` characters of A-Za-z0-9 (secret keys, the tail of a user pool id)."""
    return "".join(secrets.choice(_ALNUM) for _ in range(length))


def base32(length: int) -> str:
    """`length` characters of A-Z2-7 (the tail of an access key id)."""
    return "".join(secrets.choice(_BASE32) for _ in range(length))


def hexadecimal(length: int) -> str:
    """`length` lower-case hexadecimal characters."""
    return secrets.token_hex((length + 1) // 2)[:length]
