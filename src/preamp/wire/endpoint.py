"""One ASGI application for services of one signing name: read, find, authenticate, decode, handle, encode."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from msgspec import Struct

from preamp.kit import ids
from preamp.kit.caller import Call, Caller
from preamp.wire.errors import (
    InternalFailure,
    MissingAuthenticationTokenException,
    RequestEntityTooLargeException,
    ServiceError,
    ServiceUnavailable,
)
from preamp.wire.protocol import Headers, Protocol
from preamp.wire.rest_json import RestJson, read_query
from preamp.wire.service import Operation, Service
from preamp.wire.sigv4 import Verifier

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger("preamp.wire")

NOBODY = Caller(access_key_id="", user="", arn="", account="", region="")
"""The caller of an operation that takes no signature."""


class Limits(Struct, frozen=True, kw_only=True):
    """Bounds of one request. Sizes in bytes."""

    max_body_bytes: int = 10 * 1024 * 1024
    max_path_bytes: int = 8192


class ClientDisconnectedError(Exception):
    """The client went away before its body was read; there is nobody to answer."""


class Endpoint:
    """Serves services that share a verifier. `context` is handed to every operation.

    `services` speak rest-json where they are not given as a protocol. A stray signature on an operation that takes none
    is not looked at. `transient` are the errors that mean "try again": they answer 503, which the SDKs repeat.
    """

    def __init__(
        self,
        services: tuple[Service, ...] | Protocol,
        context: object,
        verifier: Verifier,
        *,
        limits: Limits | None = None,
        transient: tuple[type[Exception], ...] = (),
    ) -> None:
        self._protocol: Protocol = RestJson(*services) if isinstance(services, tuple) else services
        self._context = context
        self._verifier = verifier
        self._limits = limits or Limits()
        self._transient = transient

    def owns(self, raw_path: str) -> bool:
        """Whether a path is one of this service's."""
        return self._protocol.owns(raw_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        request_id = ids.uuid4()
        if scope["method"] == "OPTIONS":
            await _answer(send, 200, b"", self._protocol.preflight(header_map(scope["headers"])), request_id)
            return
        try:
            body = await self._handle(scope, receive, request_id)
            status, headers = 200, self._protocol.answer
        except ClientDisconnectedError:
            return
        except ServiceError as error:
            status = error.status
            body, more = self._protocol.encode_error(error)
            headers = [*self._protocol.answer, *more]
        await _answer(send, status, body, headers, request_id)

    async def _handle(self, scope: Scope, receive: Receive, request_id: str) -> bytes:
        body = await self._body(scope, receive)
        headers = header_map(scope["headers"])
        raw_path = scope["raw_path"].decode("latin-1")
        found: tuple[Operation, list[str]] | ServiceError
        try:
            found = self._protocol.match(scope["method"], raw_path, headers)
        except ServiceError as error:  # told only to callers whose signature is right
            found = error
        caller = NOBODY
        if isinstance(found, ServiceError) or found[0].signed:
            caller = await self._verified(scope, headers, body)
        if isinstance(found, ServiceError):
            raise found
        operation, labels = found
        request = self._protocol.decode(operation, body, labels)
        if operation.queries:
            read_query(operation, request, scope["query_string"])
        call = Call(caller=caller, request_id=request_id, invocation_id=headers.get("amz-sdk-invocation-id"))
        return self._protocol.encode(await self._run(operation, request, call))

    async def _verified(self, scope: Scope, headers: dict[str, str], body: bytes) -> Caller:
        if "authorization" not in headers and b"X-Amz-Signature=" not in scope["query_string"]:
            raise MissingAuthenticationTokenException("Missing Authentication Token")
        return await self._verifier.verify(scope["method"], scope, headers, body)

    async def _run(self, operation: Operation, request: Struct, call: Call) -> Struct:
        try:
            if operation.takes_call:
                return await operation.handler(self._context, request, call)
            return await operation.handler(self._context, request)
        except ServiceError:
            raise
        except self._transient as error:
            log.warning("%s is unavailable: %s", operation.name, error, extra={"request_id": call.request_id})
            raise ServiceUnavailable("The server cannot answer now; the same call may succeed in a moment.") from error
        except Exception as error:
            log.exception("%s failed", operation.name, extra={"request_id": call.request_id})
            raise InternalFailure(
                f"The server failed to answer {operation.name}; its log tells why under request id {call.request_id}."
            ) from error

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        if len(scope["raw_path"]) > self._limits.max_path_bytes:
            raise RequestEntityTooLargeException(f"The path is longer than {self._limits.max_path_bytes} bytes.")
        message = await receive()
        body: bytes = message.get("body", b"")
        chunks = None
        size = len(body)
        while message.get("more_body"):
            if size > self._limits.max_body_bytes:
                break
            chunks = chunks or [body]
            message = await receive()
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
        if message["type"] == "http.disconnect":
            raise ClientDisconnectedError
        if size > self._limits.max_body_bytes:
            raise RequestEntityTooLargeException(f"The body is longer than {self._limits.max_body_bytes} bytes.")
        return body if chunks is None else b"".join(chunks)


def header_map(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name as SigV4 reads them: spaces folded, repeated values joined by commas."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1").strip()
        if "  " in value:
            value = " ".join(value.split())
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


async def _answer(send: Send, status: int, body: bytes, headers: Headers, request_id: str) -> None:
    own = [(b"x-amzn-requestid", request_id.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *own]})
    await send({"type": "http.response.body", "body": body})
