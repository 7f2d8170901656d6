"""The checksums of S3: computed piece by piece, compared, combined over parts.

A value travels as base64 of the digest. Over a multipart upload a checksum is COMPOSITE (the checksum of the parts'
digests, with `-N` behind it) or FULL_OBJECT (of the bytes; CRCs can be combined without reading them again).
Source: S3 user guide, "Checking object integrity".
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from awscrt import checksums as crt
from msgspec import Struct

Algorithm = Literal["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]
Kind = Literal["FULL_OBJECT", "COMPOSITE"]
ALGORITHMS: tuple[Algorithm, ...] = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")
_SIZES: dict[str, int] = {"CRC32": 4, "CRC32C": 4, "CRC64NVME": 8, "SHA1": 20, "SHA256": 32}
_CRCS: dict[str, Callable[..., int]] = {"CRC32": crt.crc32, "CRC32C": crt.crc32c, "CRC64NVME": crt.crc64nvme}
_COMBINE: dict[str, Callable[[int, int, int], int]] = {
    "CRC32": crt.combine_crc32,
    "CRC32C": crt.combine_crc32c,
    "CRC64NVME": crt.combine_crc64nvme,
}
_HASHES: dict[str, Callable[[], "hashlib._Hash"]] = {
    "SHA1": lambda: hashlib.sha1(usedforsecurity=False),
    "SHA256": hashlib.sha256,
}


class Running(Protocol):
    """A checksum that is being computed."""

    def update(self, data: bytes) -> None:
        """Take more bytes."""
        ...

    def digest(self) -> bytes:
        """The checksum of what was taken."""
        ...


class Part(Struct, frozen=True):
    """A part's digest and length, for combining."""

    digest: bytes
    size: int


class _Crc:
    __slots__ = ("_compute", "_size", "_value")

    def __init__(self, algorithm: str) -> None:
        self._compute, self._size, self._value = _CRCS[algorithm], _SIZES[algorithm], 0

    def update(self, data: bytes) -> None:
        self._value = self._compute(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


def running(algorithm: str) -> Running:
    """A new checksum."""
    return _Crc(algorithm) if algorithm in _CRCS else _HASHES[algorithm]()


def header(algorithm: str) -> str:
    """The name of the header that carries it."""
    return f"x-amz-checksum-{algorithm.lower()}"


def algorithm_of(name: str) -> Algorithm | None:
    """The algorithm of a name in any case, or of its header's name; None for another."""
    wanted = name.upper().removeprefix("X-AMZ-CHECKSUM-")
    return next((each for each in ALGORITHMS if each == wanted), None)


def text(digest: bytes) -> str:
    """As it travels."""
    return base64.b64encode(digest).decode()


def digest_of(algorithm: str, value: str) -> bytes | None:
    """The digest of a value on the wire; None where it is not one of this algorithm."""
    try:
        found = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) == _SIZES[algorithm] else None


def combines(algorithm: str) -> bool:
    """Whether the checksum of a whole follows from those of its parts."""
    return algorithm in _COMBINE


def combined(algorithm: str, parts: Sequence[Part]) -> bytes:
    """The checksum of the whole, FULL_OBJECT; for CRCs alone."""
    combine, value = _COMBINE[algorithm], 0
    for part in parts:
        value = combine(value, int.from_bytes(part.digest, "big"), part.size)
    return value.to_bytes(_SIZES[algorithm], "big")


def composite(algorithm: str, parts: Sequence[Part]) -> str:
    """The checksum of the parts' digests, COMPOSITE, as it travels."""
    whole = running(algorithm)
    for part in parts:
        whole.update(part.digest)
    return f"{text(whole.digest())}-{len(parts)}"
