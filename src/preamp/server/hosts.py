"""Which service a request is for, and the answers of the outermost layer.

By path: the control service's paths (with or without a stage such as /prod), those of the hosting service (`/apps`),
`/graphql/{apiId}`, `/health` and `/`;
by host name: `{apiId}.appsync-api.{domain}` with `/graphql`. Whatever else comes, and whatever breaks, is answered as
AWS's rest-json services answer: JSON with `message`, x-amzn-ErrorType, x-amzn-RequestId.
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

import msgspec

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
  /health             {{"status":"ok"}} while the server serves
"""
_HEALTH = msgspec.json.encode({"status": "ok", "version": __version__})
_EXPOSED = b"x-amzn-RequestId, x-amzn-ErrorType, Date"


class Owned(Protocol):
    """A service that knows its paths."""

    def owns(self, raw_path: str) -> bool:
        """Whether a path is one of its own."""
        ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        ...


class Front:
    """The ASGI application of the whole server."""

    def __init__(self, control: Owned, graphql: App, realtime: App) -> None:
        self._control = control
        self._graphql = graphql
        self._realtime = realtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what breaks is told to the log, and to the client by request id alone."""
        if scope["type"] == "websocket":
            await self._realtime(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._route(scope, receive, watched)
        except Exception:
            request_id = ids.uuid4()
            log.exception("a request failed", extra={"request_id": request_id})
            if started:
                raise
            message = f"The server failed; its log tells why under request id {request_id}."
            await _refuse(send, 500, "InternalFailure", message, request_id)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw_path = scope["raw_path"].decode("latin-1")
        first = raw_path.split("/", 2)[1] if raw_path.startswith("/") else ""
        if first == "graphql":
            await self._graphql(scope, receive, send)
        elif self._control.owns(raw_path):
            await self._control(scope, receive, send)
        elif raw_path in {"/health", "/"}:
            await _own_page(scope["method"], raw_path, send)
        else:
            message = f"Nothing is served at {raw_path[:200]}."
            await _refuse(send, 404, "UnknownOperationException", message)


async def _own_page(method: str, path: str, send: Send) -> None:
    if method not in {"GET", "HEAD"}:
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
