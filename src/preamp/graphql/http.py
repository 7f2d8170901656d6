"""`POST /graphql/{apiId}`, and `/graphql` where the host's first label is the API's id: AppSync's endpoint as ASGI.

The authorization mode follows from the headers as AppSync decides it: an API key, else a SigV4 signature, else a
token. Bodies, statuses, error types and CORS headers are AppSync's (graphql-over-http issue 81, amplify-js).
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Protocol

import msgspec

from preamp.graphql.errors import RequestError
from preamp.graphql.execute import Request
from preamp.graphql.identity import API_KEY, Identity
from preamp.graphql.model import Mode
from preamp.graphql.validation import Limits
from preamp.kit import ids

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Mapping[bytes, bytes]

_API_ID = re.compile(r"[a-z0-9]{1,40}")
_HEADER_NAMES = re.compile(r"[A-Za-z0-9, _-]{1,1000}")
_EXPOSED = b"x-amzn-RequestId,x-amzn-ErrorType,x-amz-user-agent,x-amzn-ErrorMessage,Date,x-amz-schema-version"
_ALLOWED = "authorization,content-type,x-api-key,x-amz-date,x-amz-security-token,x-amz-user-agent,x-amzn-requestid"
_PREFLIGHT_SECONDS = b"172800"
_PREFIX = "/graphql/"
_BASE = (
    (b"content-type", b"application/json;charset=UTF-8"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _EXPOSED),
)


class NotVerified(Exception):
    """A token or signature does not prove who asks. The message goes to the client."""


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came, for whoever verifies signatures. `path` is raw, as it stood in the request line."""

    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Caller(Protocol):
    """What the endpoint needs to know of a served API."""

    @property
    def api_id(self) -> str:
        """Answer the API's id."""
        ...

    @property
    def modes(self) -> tuple[Mode, ...]:
        """Answer the authorization modes the API takes; the first is the default."""
        ...

    @property
    def admits(self) -> Callable[[bytes], bool]:
        """Answer what tells whether an API key opens the API now."""
        ...


class Apis(Protocol):
    """What stands behind the endpoint."""

    limits: Limits

    def ready(self, api_id: str) -> Caller | None:
        """Answer an API that is ready to be asked; None where `served` has to look."""
        ...

    async def served(self, api_id: str) -> Caller | None:
        """Answer a served API, None where there is none."""
        ...

    def execute(self, api: Any, request: Request, identity: Identity) -> Awaitable[bytes]:
        """Answer a request."""
        ...


VerifyToken = Callable[[Any, str], Awaitable[Identity]]
"""Answers who holds a token, given the served API. Raises NotVerified."""

VerifySignature = Callable[[Any, Incoming], Awaitable[Identity]]
"""Answers who signed a request, given the served API. Raises NotVerified."""


class _Loose(msgspec.Struct):
    """A body whose members may be anything, to tell what is wrong with one."""

    query: Any = None
    variables: Any = None


_DECODE = msgspec.json.Decoder(Request)
_DECODE_LOOSELY = msgspec.json.Decoder(_Loose)
_ENCODE = msgspec.json.Encoder()


class Endpoint:
    """The ASGI application of the GraphQL endpoint."""

    def __init__(self, apis: Apis, verify_jwt: VerifyToken, verify_iam: VerifySignature) -> None:
        self._apis, self._limit = apis, apis.limits.body_bytes
        self._verify_jwt, self._verify_iam = verify_jwt, verify_iam

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        # Written out, since it is half of what a keyed read costs: each coroutine in between would be felt.
        headers = dict(scope["headers"])
        try:
            if scope["method"] != "POST":
                await _answer_other(scope["method"], headers, send)
                return
            path: str = scope["path"]
            api = self._apis.ready(path.removeprefix(_PREFIX)) or await self._find(path, headers)
            message = await receive()
            body: bytes = message.get("body", b"")
            if message.get("more_body") or len(body) > self._limit or message["type"] != "http.request":
                body = await _read(message, receive, headers, self._limit)
            key = headers.get(b"x-api-key")
            if key is not None and len(headers) == len(scope["headers"]) and api.admits(key) and "API_KEY" in api.modes:
                identity = API_KEY
            else:
                identity = await self.identify(api, scope, headers, body)
            answer = await self._apis.execute(api, request_of(body), identity)
        except RequestError as error:
            await _refuse(send, error)
            return
        except Exception:
            log.exception("The GraphQL request failed.")
            await _refuse(send, RequestError(500, "InternalFailure", "The request failed inside the server."))
            return
        await send({"type": "http.response.start", "status": 200, "headers": _headers(len(answer))})
        await send({"type": "http.response.body", "body": answer})

    async def _find(self, path: str, headers: Headers) -> Caller:
        """Answer the API that a path or host names. Raises RequestError."""
        api = await self._apis.served(api_id_of(path, headers))
        if api is None:
            raise RequestError(404, "NotFoundException", "There is no GraphQL API here.")
        return api

    def api_id(self, path: str, headers: Headers) -> str:
        """Answer the API a request is for. Raises RequestError."""
        return api_id_of(path, headers)

    async def identify(self, api: Caller, scope: Scope, headers: Headers, body: bytes) -> Identity:
        """Answer who asks, by the mode that the headers choose. Raises RequestError."""
        if len(headers) < len(scope["headers"]):
            _refuse_doubled(scope)
        key = headers.get(b"x-api-key")
        if key is not None:
            if "API_KEY" not in api.modes or not api.admits(key):
                raise _unauthorized("You are not authorized to make this call.")
            return API_KEY
        given = headers.get(b"authorization", b"").decode("latin-1").strip()
        if not given:
            raise _unauthorized("Valid authorization header not provided.")
        try:
            if given.startswith("AWS4-HMAC-SHA256"):
                identity = await self._verify_iam(api, _incoming(scope, body))
            else:
                identity = await self._verify_jwt(api, given.removeprefix("Bearer "))
        except NotVerified as error:
            raise _unauthorized(str(error)) from None
        if identity.mode not in api.modes and identity.role != "admin":
            raise _unauthorized("You are not authorized to make this call.")
        return identity


def _refuse_doubled(scope: Scope) -> None:
    """Refuse a request that names its caller twice: a proxy before this server might have judged by the other one."""
    names = [name for name, _ in scope["headers"]]
    if names.count(b"authorization") > 1 or names.count(b"x-api-key") > 1:
        raise _unauthorized("The authorization headers are given more than once.")


def api_id_of(path: str, headers: Headers) -> str:
    """Answer the API a request is for: the path's last part, or the host's first label. Raises RequestError."""
    parts = [part for part in path.split("/") if part]
    if parts == ["graphql"]:
        found = headers.get(b"host", b"").decode("latin-1").split(".")[0]
    else:
        found = parts[1] if len(parts) == 2 and parts[0] == "graphql" else ""
    if not _API_ID.fullmatch(found):
        raise RequestError(404, "NotFoundException", "There is no GraphQL API here.")
    return found


def request_of(body: bytes) -> Request:
    """Read a request's body. Raises RequestError as AppSync refuses what it cannot read."""
    try:
        return _DECODE.decode(body)
    except msgspec.ValidationError:
        raise _malformed(_what_is_wrong(body)) from None
    except (msgspec.DecodeError, RecursionError):
        raise _malformed("Unable to parse GraphQL query." if body else "Request body is empty.") from None


def _what_is_wrong(body: bytes) -> str:
    """Tell which member of a body has the wrong type."""
    try:
        read = _DECODE_LOOSELY.decode(body)
    except msgspec.ValidationError:
        return "Unable to parse GraphQL query."
    if not isinstance(read.query, str):
        return "Unable to parse GraphQL query."
    if read.variables is not None and not isinstance(read.variables, dict):
        return "variables is a JSON object."
    return "operationName is a string."


async def _read(message: MutableMapping[str, Any], receive: Receive, headers: Headers, limit: int) -> bytes:
    """Answer a body that begins with a message and is not whole, or too long. Raises RequestError."""
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > limit:
        raise RequestError(413, "RequestEntityTooLargeException", f"A request may hold {limit} bytes.")
    body: bytes = b""
    while True:
        if message["type"] == "http.disconnect":
            raise _malformed("The request ended early.")
        body += message.get("body", b"")
        if len(body) > limit:
            raise RequestError(413, "RequestEntityTooLargeException", f"A request may hold {limit} bytes.")
        if not message.get("more_body"):
            return body
        message = await receive()


def _incoming(scope: Scope, body: bytes) -> Incoming:
    path = scope.get("raw_path") or scope["path"].encode()
    return Incoming(
        method=scope["method"],
        path=path,
        query=scope.get("query_string", b""),
        headers=tuple((bytes(name), bytes(value)) for name, value in scope["headers"]),
        body=body,
    )


def _preflight(headers: Headers) -> list[tuple[bytes, bytes]]:
    asked = headers.get(b"access-control-request-headers", b"").decode("latin-1")
    allowed = asked if _HEADER_NAMES.fullmatch(asked) else _ALLOWED
    return [
        (b"access-control-allow-methods", b"POST, OPTIONS"),
        (b"access-control-allow-headers", allowed.encode()),
        (b"access-control-max-age", _PREFLIGHT_SECONDS),
    ]


async def _answer_other(method: str, headers: Headers, send: Send) -> None:
    if method != "OPTIONS":
        raise RequestError(405, "MethodNotAllowedException", "GraphQL requests are sent by POST.")
    await _send(send, 200, b"", _preflight(headers))


def _headers(length: int) -> list[tuple[bytes, bytes]]:
    return [*_BASE, (b"x-amzn-requestid", ids.uuid4().encode()), (b"content-length", b"%d" % length)]


async def _send(send: Send, status: int, body: bytes, more: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _headers(len(body)) + more})
    await send({"type": "http.response.body", "body": body})


async def _refuse(send: Send, error: RequestError) -> None:
    body = _ENCODE.encode({"errors": [{"errorType": error.error_type, "message": error.message}]})
    await _send(send, error.status, body, [(b"x-amzn-errortype", error.error_type.encode())])


def _malformed(message: str) -> RequestError:
    return RequestError(400, "MalformedHttpRequestException", message)


def _unauthorized(message: str) -> RequestError:
    return RequestError(401, "UnauthorizedException", message)
