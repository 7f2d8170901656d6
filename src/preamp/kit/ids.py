"""Random names of the shapes AWS uses, from the operating system's generator."""

import secrets
import string
import time
import uuid

_LOWER_ALNUM = string.ascii_lowercase + string.digits
_ALNUM = string.ascii_letters + string.digits
_BASE32 = string.ascii_uppercase + "234567"


def uuid4() -> str:
    """A random UUID with dashes (job ids, session ids, row ids)."""
    # One is made for every request: written out, since uuid.UUID checks what is known to be right.
    value = secrets.randbits(128) & ~(0xF << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def uuid7() -> str:
    """A UUID that sorts by time of making (RFC 9562 version 7), for rows that are read newest first."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(secrets.token_bytes(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


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
