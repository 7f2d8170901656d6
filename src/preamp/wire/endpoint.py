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
from preamp.wire.protocol import Protocol
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

    @property
    def roots(self) -> tuple[str, ...]:
        """The first segments of the services' paths."""
        return self._protocol.roots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        request_id = ids.uuid4()
        status, headers = 200, self._protocol.answer
        try:
            if scope["method"] == "OPTIONS":
                body, headers = b"", self._protocol.preflight(header_map(scope["headers"]))
            else:
                body = await self._handle(scope, receive, request_id)
        except ClientDisconnectedError:
            return
        except ServiceError as error:
            status = error.status
            body, more = self._protocol.encode_error(error)
            headers = [*headers, *more]
        own = ((b"x-amzn-requestid", request_id.encode()), (b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": [*headers, *own]})
        await send({"type": "http.response.body", "body": body})

    async def _handle(self, scope: Scope, receive: Receive, request_id: str) -> bytes:
        limits, protocol, method = self._limits, self._protocol, scope["method"]
        if len(scope["raw_path"]) > limits.max_path_bytes:
            raise RequestEntityTooLargeException(f"The path is longer than {limits.max_path_bytes} bytes.")
        message = await receive()
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            message, body = await _rest(body, receive, limits.max_body_bytes)
        if message["type"] == "http.disconnect":
            raise ClientDisconnectedError
        if len(body) > limits.max_body_bytes:
            raise RequestEntityTooLargeException(f"The body is longer than {limits.max_body_bytes} bytes.")
        headers = header_map(scope["headers"])
        refused: ServiceError | None = None
        try:
            operation, labels = protocol.match(method, scope["raw_path"].decode("latin-1"), headers, body)
        except ServiceError as error:  # told only to callers whose signature is right
            refused = error
        if refused is not None or operation.signed:
            if "authorization" not in headers and b"X-Amz-Signature=" not in scope["query_string"]:
                raise MissingAuthenticationTokenException("Missing Authentication Token")
            caller = await self._verifier.verify(method, scope, headers, body)
            if refused is not None:
                raise refused
        else:
            caller = NOBODY
        request = protocol.decode(operation, body, labels)
        read_query(operation, request, scope["query_string"])
        call = None
        if operation.takes_call:
            call = Call(caller=caller, request_id=request_id, invocation_id=headers.get("amz-sdk-invocation-id"))
        return protocol.encode(await self._run(operation, request, call, request_id))

    async def _run(self, operation: Operation, request: Struct, call: Call | None, request_id: str) -> Struct:
        try:
            if call is not None:
                return await operation.handler(self._context, request, call)
            return await operation.handler(self._context, request)
        except ServiceError:
            raise
        except self._transient as error:
            log.warning("%s is unavailable: %s", operation.name, error, extra={"request_id": request_id})
            raise ServiceUnavailable("The server cannot answer now; the same call may succeed in a moment.") from error
        except Exception as error:
            log.exception("%s failed", operation.name, extra={"request_id": request_id})
            raise InternalFailure(
                f"The server failed to answer {operation.name}; its log tells why under request id {request_id}."
            ) from error


async def _rest(body: bytes, receive: Receive, at_most: int) -> tuple[MutableMapping[str, Any], bytes]:
    """The last message of a body that comes in several, and the body: whole, or more than `at_most` bytes of it."""
    chunks, size = [body], len(body)
    message: MutableMapping[str, Any] = {"more_body": True}
    while message.get("more_body") and size <= at_most:
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
    return message, b"".join(chunks)


def header_map(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name as SigV4 reads them: spaces folded, repeated values joined by commas."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1").strip()
        if "  " in value:
            value = " ".join(value.split())
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers
