"""The body of an S3 request: read piece by piece, hashed on the way, judged at its end.

A `Body` gives out decoded data in blocks. What it gave out may not be used before its last block was taken, since only
then the length, the payload hash, Content-MD5, the checksum and the chunks' signatures are known to be right.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from msgspec import Struct

from preamp.wire import checksums
from preamp.wire.checksums import Algorithm
from preamp.wire.chunked import ChunkDecoder, ChunkError, ChunkSignatureError
from preamp.wire.endpoint import ClientDisconnectedError
from preamp.wire.errors import ServiceError
from preamp.wire.sigv4_s3 import InvalidArgument, InvalidRequest, Payload, SignatureDoesNotMatch

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

BLOCK = 1 << 20
"""Bytes that are gathered before they are hashed and handed on."""

MAX_BODY = 5 * 1024**3
_INLINE_HASHING = 64 * 1024
_TOO_LARGE = "Your proposed upload exceeds the maximum allowed size"


class MissingContentLength(ServiceError):
    """The length of the body must be told."""

    status = 411


class IncompleteBody(ServiceError):
    """Fewer or more bytes came than were announced."""

    status = 400


class BadDigest(ServiceError):
    """Content-MD5 or a checksum is not that of the bytes."""

    status = 400


class InvalidDigest(ServiceError):
    """Content-MD5 is not a base64 MD5."""

    status = 400


class XAmzContentSHA256Mismatch(ServiceError):
    """The body does not have the hash that was signed."""

    status = 400


class EntityTooLarge(ServiceError):
    """The body is longer than allowed."""

    status = 400


class Digests(Struct, frozen=True, kw_only=True):
    """What was found of a whole body. `checksum` is the one that the client asked for."""

    size: int
    md5: bytes
    crc64: bytes
    algorithm: Algorithm | None = None
    checksum: bytes | None = None


class Hashing:
    """The hashes that one body needs."""

    def __init__(self, algorithm: Algorithm | None, *, sha256: bool) -> None:
        self.size = 0
        self.algorithm = algorithm
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._crc64 = checksums.running("CRC64NVME")
        self._sha256 = hashlib.sha256() if sha256 else None
        self._checksum = checksums.running(algorithm) if algorithm not in {None, "CRC64NVME"} else None

    def update(self, data: bytes) -> None:
        """Take more bytes."""
        self.size += len(data)
        self._md5.update(data)
        self._crc64.update(data)
        if self._sha256 is not None:
            self._sha256.update(data)
        if self._checksum is not None:
            self._checksum.update(data)

    def sha256(self) -> str | None:
        """The payload hash, where it was wanted."""
        return self._sha256.hexdigest() if self._sha256 else None

    def digests(self) -> Digests:
        """What was found."""
        crc64 = self._crc64.digest()
        checksum = None
        if self.algorithm is not None:
            checksum = self._checksum.digest() if self._checksum is not None else crc64
        return Digests(size=self.size, md5=self._md5.digest(), crc64=crc64, algorithm=self.algorithm, checksum=checksum)


class Body:
    """One request's body. Raises, when it is made, what its headers alone forbid."""

    def __init__(
        self, receive: Receive, headers: Mapping[str, str], payload: Payload, algorithm: Algorithm | None = None
    ) -> None:
        self._receive = receive
        self._payload = payload
        self.length = _length(headers, payload)
        self._announced = _announced(headers)
        self._md5 = _content_md5(headers)
        self._given = _given_checksum(headers)
        wanted = self._given[0] if self._given else (self._announced or algorithm)
        self.hashing = Hashing(wanted, sha256=payload.sha256 is not None)
        self._decoder = ChunkDecoder(payload.seed) if payload.chunked else None

    @classmethod
    def of(
        cls,
        pieces: AsyncIterable[bytes],
        length: int | None,
        algorithm: Algorithm | None,
        headers: Mapping[str, str] | None = None,
    ) -> "Body":
        """A body of bytes that did not come as a request's whole body; `headers` say what they must be."""
        source = aiter(pieces)

        async def receive() -> MutableMapping[str, Any]:
            piece = await anext(source, None)
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        told = {"transfer-encoding": "chunked"} if length is None else {"content-length": str(length)}
        return cls(receive, {**(headers or {}), **told}, Payload(), algorithm)

    async def blocks(self) -> AsyncIterator[bytes]:
        """The data in blocks of at most about BLOCK bytes; judges the whole before it ends.

        A block is hashed in a thread while its taker works on it.
        """
        gathered = bytearray()
        size = 0
        hashing: asyncio.Future[None] | None = None
        try:
            async for piece in self._pieces():
                gathered += piece
                size += len(piece)
                if size > MAX_BODY:
                    raise EntityTooLarge(_TOO_LARGE, MaxSizeAllowed=str(MAX_BODY))
                if len(gathered) >= BLOCK:
                    block, gathered = bytes(gathered), bytearray()
                    if hashing is not None:
                        await hashing
                    hashing = asyncio.ensure_future(asyncio.to_thread(self.hashing.update, block))
                    yield block
        finally:
            if hashing is not None:
                await hashing
        if gathered:
            block = bytes(gathered)
            if len(block) > _INLINE_HASHING:
                await asyncio.to_thread(self.hashing.update, block)
            else:
                self.hashing.update(block)
            yield block
        self._judge()

    async def whole(self, limit: int) -> bytes:
        """All of it. Raises EntityTooLarge where it is longer than `limit`."""
        parts = []
        size = 0
        async for block in self.blocks():
            size += len(block)
            if size > limit:
                raise EntityTooLarge(f"The body is longer than {limit} bytes.", MaxSizeAllowed=str(limit))
            parts.append(block)
        return b"".join(parts)

    async def _pieces(self) -> AsyncIterator[bytes]:
        try:
            while True:
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnectedError
                data: bytes = message.get("body", b"")
                if self._decoder is None:
                    yield data
                else:
                    for piece in self._decoder.feed(data):
                        yield piece
                if not message.get("more_body"):
                    break
            if self._decoder is not None:
                self._decoder.finish()
        except ChunkSignatureError as error:
            raise SignatureDoesNotMatch(
                f"The request signature we calculated does not match the signature you provided: {error}."
            ) from None
        except ChunkError as error:
            raise IncompleteBody(f"The request body is not of the aws-chunked form: {error}.") from None

    def _judge(self) -> None:
        found = self.hashing
        if self.length is not None and found.size != self.length:
            raise IncompleteBody(
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
                NumberBytesExpected=str(self.length),
                NumberBytesProvided=str(found.size),
            )
        sha256 = found.sha256()
        if sha256 is not None and not hmac.compare_digest(sha256, self._payload.sha256 or ""):
            raise XAmzContentSHA256Mismatch(
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                ClientComputedContentSHA256=self._payload.sha256 or "",
                S3ComputedContentSHA256=sha256,
            )
        digests = found.digests()
        if self._md5 is not None and self._md5 != digests.md5:
            raise BadDigest(
                "The Content-MD5 you specified did not match what we received.",
                ExpectedDigest=base64.b64encode(self._md5).decode(),
                CalculatedDigest=base64.b64encode(digests.md5).decode(),
            )
        self._judge_checksum(digests)

    def _judge_checksum(self, digests: Digests) -> None:
        given = self._given or self._trailing()
        if given is not None and given[1] != digests.checksum:
            raise BadDigest(f"The {given[0]} you specified did not match the calculated checksum.")

    def _trailing(self) -> tuple[Algorithm, bytes] | None:
        if self._announced is None or self._decoder is None:
            return None
        value = self._decoder.trailers.get(checksums.header(self._announced))
        if value is None:
            raise InvalidRequest(f"The trailer {checksums.header(self._announced)} was announced and did not come.")
        return self._announced, _checksum_value(self._announced, value)


def _length(headers: Mapping[str, str], payload: Payload) -> int | None:
    """How many bytes of data will come, None where only their end tells."""
    if payload.chunked:
        decoded = headers.get("x-amz-decoded-content-length")
        if decoded is None:
            raise MissingContentLength("You must provide the x-amz-decoded-content-length HTTP header.")
        if not decoded.isascii() or not decoded.isdigit() or len(decoded) > 15:
            raise InvalidArgument("x-amz-decoded-content-length must be a number of bytes.")
        length = int(decoded)
    elif "content-length" in headers:
        length = int(headers["content-length"])  # the HTTP parser took it for digits
    elif headers.get("transfer-encoding", "").lower() == "chunked":
        return None
    else:
        raise MissingContentLength("You must provide the Content-Length HTTP header.")
    if length > MAX_BODY:
        raise EntityTooLarge(
            _TOO_LARGE,
            ProposedSize=str(length),
            MaxSizeAllowed=str(MAX_BODY),
        )
    return length


def _announced(headers: Mapping[str, str]) -> Algorithm | None:
    names = [name.strip() for name in headers.get("x-amz-trailer", "").split(",") if name.strip()]
    found = [algorithm for name in names if (algorithm := checksums.algorithm_of(name))]
    if len(found) < len(names) or len(found) > 1:
        raise InvalidRequest("The value specified in the x-amz-trailer header is not supported")
    return found[0] if found else None


def _content_md5(headers: Mapping[str, str]) -> bytes | None:
    value = headers.get("content-md5")
    if value is None:
        return None
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise InvalidDigest("The Content-MD5 you specified is not valid.", **{"Content-MD5": value})
    return digest


def _given_checksum(headers: Mapping[str, str]) -> tuple[Algorithm, bytes] | None:
    given = [(each, headers[name]) for each in checksums.ALGORITHMS if (name := checksums.header(each)) in headers]
    if len(given) > 1:
        raise InvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
    return (given[0][0], _checksum_value(*given[0])) if given else None


def _checksum_value(algorithm: Algorithm, value: str) -> bytes:
    digest = checksums.digest_of(algorithm, value)
    if digest is None:
        raise BadDigest(f"Value for {checksums.header(algorithm)} header is invalid.")
    return digest
