"""S3's protocol: operations chosen by method, place and query; bodies that stream both ways; errors in XML.

A `Table` collects operations, one function each. `S3Endpoint` is the ASGI application over one: it tells bucket and key
from the raw target, verifies the signature, finds the operation, runs it and sends what it answers. Nothing of a path
is normalised: what the client escaped is decoded once, and that is the key.
"""

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from preamp.kit import ids
from preamp.wire import xml
from preamp.wire.checksums import Algorithm
from preamp.wire.endpoint import ClientDisconnectedError, header_map
from preamp.wire.errors import ServiceError
from preamp.wire.s3_body import Body
from preamp.wire.sigv4 import Credentials
from preamp.wire.sigv4_s3 import Payload, Query, S3Verifier

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger("preamp.wire")

MAX_XML = 4 << 20
_MAX_TARGET = 16 * 1024
_DRAINED = 1 << 20
_ROUTE = re.compile(r"(GET|PUT|POST|DELETE|HEAD) /(\{Bucket\})?(/\{Key\})?(?:\?(.*))?")
# What chooses an operation in S3; one of these that no operation of the table asked for is another operation.
_SUBRESOURCES = frozenset(
    {"accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering"}
    | {"inventory", "legal-hold", "lifecycle", "location", "logging", "metadataTable", "metrics", "notification"}
    | {"object-lock", "ownershipControls", "partNumber", "policy", "policyStatus", "publicAccessBlock"}
    | {"renameObject", "replication", "requestPayment", "restore", "retention", "select", "select-type", "session"}
    | {"tagging", "torrent", "uploadId", "uploads", "versioning", "versions", "website"}
)


class NotImplemented_(ServiceError):  # noqa: N801  the builtin has the name
    """The operation is S3's and not this server's."""

    status = 501

    @property
    def code(self) -> str:
        """S3's name of it."""
        return "NotImplemented"


class MethodNotAllowed(ServiceError):
    """No operation has this method here."""

    status = 405


class BadRequest(ServiceError):
    """The request lacks what its kind must have."""

    status = 400


class InvalidURI(ServiceError):
    """The path cannot be a key."""

    status = 400


class InternalError(ServiceError):
    """The server failed; its log has the reason under the request id."""

    status = 500


class SlowDown(ServiceError):
    """A part that the server needs does not answer now; clients repeat the request."""

    status = 503


@dataclass(slots=True)
class S3Request:
    """One request. `query` are the decoded pairs, `headers` lower-case names; `key` the bytes that name the object.

    `own_host`: the bucket stood in the host name, so its content has an origin of its own.
    """

    method: str
    raw_path: str
    query: Query
    headers: dict[str, str]
    receive: Receive
    bucket: str | None
    key: str | None
    own_host: bool
    request_id: str
    credentials: Credentials | None = None
    payload: Payload = field(default_factory=Payload)
    token: str | None = None
    presigned: bool = False
    arguments: dict[str, str] = field(default_factory=dict)

    def body(self, algorithm: Algorithm | None = None) -> Body:
        """The body; its checksum is computed by `algorithm` where the client names none."""
        return Body(self.receive, self.headers, self.payload, algorithm)

    async def document(self, root: str, *, of_object: bool = False) -> xml.Node:
        """The body as XML. Raises MalformedXML. `of_object`: the checksum headers speak of an object, not of it."""
        headers = self.headers
        if of_object:
            headers = {name: value for name, value in headers.items() if not name.startswith("x-amz-checksum-")}
        try:
            return xml.read(await Body(self.receive, headers, self.payload).whole(MAX_XML), root)
        except xml.MalformedXmlError as error:
            raise MalformedXML(
                f"The XML you provided was not well-formed or did not validate against our published schema: {error}."
            ) from None


class MalformedXML(ServiceError):
    """The XML of the request is not of the operation's shape."""

    status = 400


class Stream(Protocol):
    """A body that is not at hand; `aclose` lets go of it, begun or not."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def __anext__(self) -> bytes: ...

    async def aclose(self) -> None:
        """Read no more."""
        ...


class Answer(Struct, kw_only=True):
    """What an operation answers. `stream` gives the body where it is not at hand; `length` is its length then."""

    status: int = 200
    headers: list[tuple[str, str]] = []
    body: bytes = b""
    stream: Stream | None = None
    length: int | None = None


T = TypeVar("T")
Handler = Callable[[Any, S3Request], Awaitable[Answer]]
H = TypeVar("H", bound=Handler)


class Operation(Struct, frozen=True, kw_only=True):
    """One operation: its name, where it is chosen, and its function."""

    name: str
    method: str
    place: str
    query: tuple[tuple[str, str | None], ...]
    header: str | None
    handler: Handler


class Table:
    """The operations of S3 that are served."""

    def __init__(self) -> None:
        self.operations: dict[str, Operation] = {}
        self._by_place: dict[tuple[str, str], list[Operation]] = {}

    def operation(self, name: str, route: str, *, header: str | None = None) -> Callable[[H], H]:
        """Register a handler for `METHOD /{Bucket}/{Key}?name&name=value`, with a header that must be there."""
        found = _ROUTE.fullmatch(route)
        if found is None or name in self.operations:
            raise ValueError(f"{name}: not a route, or registered twice: {route}")
        method, bucket, key, query = found.groups()
        wanted = tuple((n, v if eq else None) for n, eq, v in (p.partition("=") for p in (query or "").split("&") if p))

        def register(handler: H) -> H:
            made = Operation(
                name=name, method=method, place=_place(bucket, key), query=wanted, header=header, handler=handler
            )
            self.operations[name] = made
            those = self._by_place.setdefault((method, made.place), [])
            those.append(made)
            those.sort(key=lambda each: -len(each.query) - (each.header is not None) / 2)  # the most demanding first
            return handler

        return register

    def match(self, request: S3Request) -> Operation:
        """The operation of a request. Raises MethodNotAllowed, and NotImplemented for one of S3's others."""
        place = _place(request.bucket, request.key)
        candidates = self._by_place.get((request.method, place), ())
        for operation in candidates:
            if (operation.header is None or operation.header in request.headers) and all(
                name in request.arguments and value in {None, request.arguments[name]}
                for name, value in operation.query
            ):
                asked = {name for name, _ in operation.query}
                other = _SUBRESOURCES.intersection(request.arguments) - asked - _OPTIONAL.get(operation.name, set())
                if other:
                    raise NotImplemented_(
                        f"A header or query you provided implies functionality that is not implemented: {min(other)}.",
                        Header=min(other),
                    )
                return operation
        raise MethodNotAllowed(
            "The specified method is not allowed against this resource.", Method=request.method, ResourceType=place
        )


_OPTIONAL = {"GetObject": {"partNumber"}, "HeadObject": {"partNumber"}}


def _place(bucket: str | None, key: str | None) -> str:
    return "SERVICE" if not bucket else "OBJECT" if key else "BUCKET"


class Product(Protocol):
    """What the endpoint asks of the product behind it."""

    async def preflight(self, request: S3Request) -> Answer:
        """The answer to a CORS preflight. Raises ServiceError."""
        ...

    async def cors(self, request: S3Request) -> list[tuple[str, str]]:
        """The CORS headers of an answer to a request that has an Origin."""
        ...


class S3Endpoint:
    """Serves a table. `host_suffixes` are what bucket names stand in front of, such as `.s3.localhost`.

    `transient` are the errors that mean "try again": they answer 503 SlowDown, which clients repeat.
    """

    def __init__(
        self,
        table: Table,
        product: Product,
        verifier: S3Verifier,
        *,
        bucket_of_host: Callable[[str], str | None],
        transient: tuple[type[Exception], ...] = (),
    ) -> None:
        self._table = table
        self._product = product
        self._verifier = verifier
        self._bucket_of_host = bucket_of_host
        self._transient = transient

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        counted = _Counted(receive, send)
        request_id = ids.uuid4().replace("-", "").upper()[:16]
        request: S3Request | None = None
        try:
            request = self._request(scope, counted.receive, request_id)
            answer = await self._handle(request)
        except ClientDisconnectedError:
            return
        except ServiceError as error:
            answer = _refusal(error, scope, request_id, request)
        try:
            await self._send(answer, scope, request, counted)
        finally:
            if answer.stream is not None:
                await answer.stream.aclose()

    def _request(self, scope: Scope, receive: Receive, request_id: str) -> S3Request:
        raw_path: str = scope["raw_path"].decode("latin-1")
        if len(raw_path) + len(scope["query_string"]) > _MAX_TARGET:
            raise InvalidURI("The target is too long.")
        headers = header_map(scope["headers"])
        query = _query(scope["query_string"])
        bucket = self._bucket_of_host(headers.get("host", ""))
        own_host = bucket is not None
        rest = raw_path[1:]
        if bucket is None:
            first, _, rest = rest.partition("/")
            bucket = _decoded(first) or None
        return S3Request(
            method=scope["method"],
            raw_path=raw_path,
            query=query,
            headers=headers,
            receive=receive,
            bucket=bucket,
            key=_decoded(rest) or None,
            own_host=own_host,
            request_id=request_id,
            arguments=dict(query),
        )

    async def _handle(self, request: S3Request) -> Answer:
        if request.method == "OPTIONS":
            return await self._guarded("a preflight", self._product.preflight(request), request)
        verified = await self._guarded(
            "a signature",
            self._verifier.verify(request.method, request.raw_path, request.query, request.headers),
            request,
        )
        if verified is not None:
            request.credentials, request.payload = verified.credentials, verified.payload
            request.token, request.presigned = verified.token, verified.presigned
        operation = self._table.match(request)
        return await self._guarded(operation.name, operation.handler(self._product, request), request)

    async def _guarded(self, what: str, work: Awaitable[T], request: S3Request) -> T:
        try:
            return await work
        except (ServiceError, ClientDisconnectedError):
            raise
        except self._transient as error:
            log.warning("%s is unavailable: %s", what, error, extra={"request_id": request.request_id})
            raise SlowDown("Please reduce your request rate.") from error
        except Exception as error:
            log.exception("%s failed", what, extra={"request_id": request.request_id})
            raise InternalError("We encountered an internal error. Please try again.") from error

    async def _send(self, answer: Answer, scope: Scope, request: S3Request | None, counted: "_Counted") -> None:
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        if request is not None and "origin" in request.headers and request.method != "OPTIONS":
            found = await self._guarded("CORS", self._product.cors(request), request)
            headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in found]
        if not any(name == b"x-amz-request-id" for name, _ in headers):
            headers.append((b"x-amz-request-id", (request.request_id if request else "").encode()))
        length = answer.length if answer.length is not None else len(answer.body)
        if answer.status not in {204, 304}:
            headers.append((b"content-length", b"%d" % length))
        if not await counted.settled(scope):
            headers.append((b"connection", b"close"))
        await counted.send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if answer.stream is not None and scope["method"] != "HEAD":
            async for piece in answer.stream:
                await counted.send({"type": "http.response.body", "body": piece, "more_body": True})
            await counted.send({"type": "http.response.body", "body": b""})
            return
        body = b"" if scope["method"] == "HEAD" or answer.status in {204, 304} else answer.body
        await counted.send({"type": "http.response.body", "body": body})


class _Counted:
    """Receive and send of one request, knowing how far its body was read."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self.send = receive, send
        self.ended = False
        self.begun = False

    async def receive(self) -> Message:
        self.begun = True
        message = await self._receive()
        self.ended = message["type"] == "http.disconnect" or not message.get("more_body")
        return message

    async def settled(self, scope: Scope) -> bool:
        """Whether the connection can serve the next request: the body was read, or is short enough to be read now.

        A client that waits for 100 Continue gets its refusal without being asked for the body.
        """
        if self.ended:
            return True
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        if b"transfer-encoding" not in headers and length in {b"", b"0"}:
            return True
        if not self.begun and headers.get(b"expect", b"").lower() == b"100-continue":
            return False
        if not length.isdigit() or int(length) > _DRAINED:
            return False
        while (await self.receive()).get("more_body"):
            continue
        return True


def _query(raw: bytes) -> Query:
    pairs = []
    for part in raw.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            pairs.append((_unquoted(name), _unquoted(value)))
    return pairs


def _unquoted(raw: bytes) -> str:
    # In a query of S3's, + is a space for those who read, and signers write %20.
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8", "surrogateescape")


def _decoded(raw: str) -> str:
    """A part of the path, decoded once. Raises InvalidURI where it is not UTF-8."""
    try:
        return unquote_to_bytes(raw.encode("latin-1")).decode()
    except UnicodeDecodeError:
        raise InvalidURI("Couldn't parse the specified URI.", URI=raw) from None


def _refusal(error: ServiceError, scope: Scope, request_id: str, request: S3Request | None) -> Answer:
    answer = error_answer(error, scope["raw_path"].decode("latin-1"), request_id)
    if request is None:
        answer.headers.append(("x-amz-request-id", request_id))
    return answer


def error_answer(error: ServiceError, resource: str, request_id: str) -> Answer:
    """An error as S3 writes it."""
    members = "".join(xml.tag(name, value) for name, value in error.members.items() if not name.startswith("_"))
    text = (
        f"{xml.DECLARATION}<Error>{xml.tag('Code', error.code)}{xml.tag('Message', error.message)}{members}"
        f"{xml.tag('Resource', resource)}{xml.tag('RequestId', request_id)}{xml.tag('HostId', request_id)}</Error>"
    )
    return Answer(
        status=error.status,
        headers=[("content-type", "application/xml"), ("x-content-type-options", "nosniff")],
        body=text.encode("utf-8", "replace"),
    )


def xml_answer(name: str, *content: str, headers: list[tuple[str, str]] | None = None, status: int = 200) -> Answer:
    """A document as an answer."""
    return Answer(
        status=status,
        headers=[("content-type", "application/xml"), ("x-content-type-options", "nosniff"), *(headers or [])],
        body=xml.document(name, *content),
    )
