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


def uuid4() -> str:
    """A random UUID with dashes (job ids, session ids, row ids)."""
    # One is made for every request: written out, since uuid.UUID checks what is known to be right.
    value = os.urandom(16).hex()
    return f"{value[:8]}-{value[8:12]}-4{value[13:16]}-{_VARIANT[value[16]]}{value[17:20]}-{value[20:]}"


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
