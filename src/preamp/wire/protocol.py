"""What a protocol of AWS does for the endpoint: find the operation, read a request, write an answer or an error."""

import typing

import msgspec

from preamp.wire.errors import ServiceError
from preamp.wire.service import Operation

Headers = list[tuple[bytes, bytes]]

ANSWER: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"x-amzn-RequestId, x-amzn-ErrorType, x-amzn-ErrorMessage, Date"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
]
"""Headers of every answer, whatever its protocol."""


class Protocol(typing.Protocol):
    """The services of one protocol behind one endpoint. `answer` are the headers of every answer."""

    answer: Headers

    @property
    def roots(self) -> tuple[str, ...]:
        """The first segments of these services' paths."""
        ...

    def preflight(self, headers: dict[str, str]) -> Headers:
        """What a browser is told before a call with these headers."""
        ...

    def match(self, method: str, raw_path: str, headers: dict[str, str], body: bytes) -> tuple[Operation, list[str]]:
        """The operation and its path labels; raises ServiceError where nothing matches."""
        ...

    def decode(self, operation: Operation, body: bytes, labels: list[str]) -> msgspec.Struct:
        """The operation's request; raises ServiceError that names the member that is wrong."""
        ...

    def encode(self, answer: msgspec.Struct) -> bytes:
        """The answer's bytes."""
        ...

    def encode_error(self, error: ServiceError) -> tuple[bytes, Headers]:
        """The error's bytes, and headers of its own."""
        ...
