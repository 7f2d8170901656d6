"""Which service a request is for, and the answers of the outermost layer.

Each service has a `Place`: by host name (`{apiId}.appsync-api.{domain}`), by the service that the request is signed
for, by the name before the dot in x-amz-target, or by path (with or without a stage such as /prod). In this order the
first that fits answers; then `/health` and `/` are the server's own, and what is left goes to the place that takes the
rest, if there is one. Whatever else comes, and whatever breaks, is answered as AWS's rest-json services answer: JSON
with `message`, x-amzn-ErrorType, x-amzn-RequestId.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from typing import Any

import msgspec
from msgspec import Struct

from preamp import __version__
from preamp.kit import ids

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("preamp.server")

_PAGE = f"""preamp {__version__}

The AWS Amplify Backend API, and the GraphQL APIs it creates.

  /backend/...        Amplify Backend API (SigV4, service amplifybackend)
  /apps               Amplify hosting, the part that tools need (SigV4, service amplify)
  /graphql/{{apiId}}    GraphQL APIs (POST)
  /                   user pools (POST with x-amz-target, service cognito-idp)
  /{{bucket}}/{{key}}     buckets (SigV4, service s3; or the host {{bucket}}.s3.this-host)
  /health             {{"status":"ok"}} while the server serves
"""
_HEALTH = msgspec.json.encode({"status": "ok", "version": __version__})
_EXPOSED = b"x-amzn-RequestId, x-amzn-ErrorType, Date"
_STAGES = frozenset({b"", b"prod"})
_OWN_PATHS = frozenset({b"/health", b"/"})
_KNOWN_HOSTS = 1024
_FORM = b"application/x-www-form-urlencoded"


class Place(Struct, frozen=True, kw_only=True):
    """Where a service is found. `app` answers HTTP requests, `socket` WebSockets.

    `paths` are first segments (`backend`), or the first two where several services share the first (`preamp/outbox`).
    `hosts` are second labels of host names (`appsync-api`), `signed` the service names of credential scopes, `targets`
    what stands before the dot in x-amz-target, `seconds` second segments of paths (`.well-known`), looked at when the
    first says nothing. `forms`: it takes forms that are posted to `/`. `rest`: it takes whatever no other place has.
    """

    app: App | None = None
    socket: App | None = None
    paths: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    seconds: tuple[str, ...] = ()
    forms: bool = False
    rest: bool = False


class AtFirstUse:
    """An application that is made for its first request; its module is imported in a thread, as that may take long."""

    def __init__(self, module: str, make: Callable[[], App]) -> None:
        self._module, self._make = module, make
        self._app: App | None = None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a request."""
        if self._app is not None:
            return self._app(scope, receive, send)
        return self._first(scope, receive, send)

    async def _first(self, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.to_thread(import_module, self._module)
        self._app = self._make()
        await self._app(scope, receive, send)


class Front:
    """The ASGI application of the whole server."""

    def __init__(self, *places: Place) -> None:
        self._http = _Table([(place, place.app) for place in places])
        self._sockets = _Table([(place, place.socket) for place in places])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what breaks is told to the log, and to the client by request id alone."""
        if scope["type"] == "websocket":
            await (self._sockets.find(scope) or _no_socket)(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            await (self._http.find(scope) or own)(scope, receive, send)
        except Exception as error:
            request_id = ids.uuid4()
            log.exception("a request failed", extra={"request_id": request_id})
            message = f"The server failed; its log tells why under request id {request_id}."
            try:
                await _refuse(send, 500, "InternalFailure", message, request_id)
            except RuntimeError:  # its answer has begun: only the HTTP server can end it now
                raise error from None


class _Table:
    """The places of one kind of connection, ready to be looked up."""

    def __init__(self, places: list[tuple[Place, App | None]]) -> None:
        rows = [(place, app) for place, app in places if app is not None]
        self._paths = {path.encode(): app for place, app in rows for path in place.paths}
        self._shared = {path.partition(b"/")[0] for path in self._paths if b"/" in path}
        self._firsts = {path: app for path, app in self._paths.items() if path not in self._shared}
        self._hosts = {host.encode(): app for place, app in rows for host in place.hosts}
        self._signed = {name.encode(): app for place, app in rows for name in place.signed}
        self._targets = {name.encode(): app for place, app in rows for name in place.targets}
        self._seconds = {name.encode(): app for place, app in rows for name in place.seconds}
        self._forms = next((app for place, app in rows if place.forms), None)
        self._rest = next((app for place, app in rows if place.rest), None)
        self._by_path_alone = not (self._hosts or self._signed or self._targets)
        self._known_hosts: dict[bytes, App | None] = {}

    def find(self, scope: Scope) -> App | None:
        """Who answers, None where nobody does."""
        raw_path: bytes = scope["raw_path"]
        found = None if self._by_path_alone else self._by_headers(scope, raw_path)
        if found is None:
            first = raw_path[1 : end if (end := raw_path.find(b"/", 1)) > 0 else None]
            found = self._firsts.get(first) or self._by_path(raw_path)
        if found is None and self._rest is not None and raw_path not in _OWN_PATHS:
            return self._rest
        return found

    def _by_path(self, raw_path: bytes) -> App | None:
        parts = raw_path.split(b"/")
        at = 0
        while at < len(parts) - 1 and parts[at] in _STAGES:
            at += 1
        if parts[at] in self._shared:
            return self._paths.get(b"/".join(parts[at : at + 2])) or self._paths.get(parts[at])
        found = self._paths.get(parts[at])
        return self._seconds.get(parts[at + 1]) if found is None and at + 1 < len(parts) else found

    def _by_headers(self, scope: Scope, raw_path: bytes) -> App | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"")
        found = self._known_hosts[host] if host in self._known_hosts else self._by_host(host)
        if found is None and self._signed:
            found = self._signed.get(_signed_for(headers.get(b"authorization", b""), scope["query_string"]))
        if found is None and self._targets:
            found = self._targets.get(headers.get(b"x-amz-target", b"").partition(b".")[0])
        return self._at_root(headers) if found is None and raw_path == b"/" else found

    def _at_root(self, headers: dict[bytes, bytes]) -> App | None:
        if self._targets and b"x-amz-target" in headers.get(b"access-control-request-headers", b"").lower():
            return next(iter(self._targets.values()))  # a browser asks beforehand: any of them allows the same
        return self._forms if headers.get(b"content-type", b"").startswith(_FORM) else None

    def _by_host(self, host: bytes) -> App | None:
        labels = host.partition(b":")[0].lower().split(b".")
        found = self._hosts.get(labels[1]) if len(labels) > 2 else None
        if len(self._known_hosts) >= _KNOWN_HOSTS:
            self._known_hosts.clear()
        self._known_hosts[host] = found
        return found


def _signed_for(authorization: bytes, query: bytes) -> bytes:
    """The service in the credential scope of a signature, in the header or the query; empty where there is none."""
    before, scope, _ = authorization.partition(b"/aws4_request")
    if scope:
        return before.rpartition(b"/")[2]
    if b"X-Amz-Credential=" in query:
        return query.partition(b"%2Faws4_request")[0].rpartition(b"%2F")[2]
    return b""


async def answer_json(send: Send, status: int, body: bytes, cache: bytes) -> None:
    """Answer a public JSON document that any page may read."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"access-control-allow-origin", b"*"),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", cache),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _no_socket(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close", "code": 1008})


async def own(scope: Scope, _receive: Receive, send: Send) -> None:
    """The server's own pages; everything else is told to be nowhere."""
    path = scope["raw_path"].decode("latin-1")
    if path not in {"/health", "/"}:
        await _refuse(send, 404, "UnknownOperationException", f"Nothing is served at {path[:200]}.")
        return
    if scope["method"] not in {"GET", "HEAD"}:
        await _refuse(send, 405, "MethodNotAllowedException", f"{path} is read by GET.")
        return
    kind, body = ("application/json", _HEALTH) if path == "/health" else ("text/plain; charset=utf-8", _PAGE.encode())
    await _answer(send, 200, kind, body, [], ids.uuid4())


async def _refuse(send: Send, status: int, code: str, message: str, request_id: str | None = None) -> None:
    body = msgspec.json.encode({"message": message})
    headers = [(b"x-amzn-errortype", code.encode()), (b"access-control-expose-headers", _EXPOSED)]
    await _answer(send, status, "application/json", body, headers, request_id or ids.uuid4())


async def _answer(
    send: Send, status: int, kind: str, body: bytes, more: list[tuple[bytes, bytes]], request_id: str
) -> None:
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"access-control-allow-origin", b"*"),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        (b"x-amzn-requestid", request_id.encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
