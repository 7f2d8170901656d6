"""AppSync's WebSocket protocol: `graphql-ws` at `<endpoint>/realtime`.

The client proves itself in the handshake (a second subprotocol `header-<base64url>`, or `?header=<base64>`) and again
with each subscription, which may have another authorization mode. Messages and errors are those that amplify-js,
Android, Swift and Flutter understand (AppSync developer guide, real-time WebSocket client; amplify-js
AWSAppSyncRealTimeProvider).
"""

import asyncio
import base64
import binascii
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Protocol
from urllib.parse import parse_qs

import msgspec

from preamp.graphql.errors import DocumentErrors, FieldError, RequestError
from preamp.graphql.execute import Request
from preamp.graphql.hub import Subscriber
from preamp.graphql.identity import Identity

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Mapping[bytes, bytes]

PROTOCOL = "graphql-ws"
INIT_SECONDS = 15
KEEP_ALIVE_SECONDS = 60
CONNECTION_TIMEOUT_MS = 300_000
CONNECTION_SECONDS = 24 * 3600
MOST_SUBSCRIPTIONS = 100
"""Subscriptions of one connection (AppSync's quota)."""
MOST_ID = 128

SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013
POLICY_VIOLATION = 1008

_ENCODE = msgspec.json.Encoder()
_KEEP_ALIVE = '{"type":"ka"}'
_ACK = _ENCODE.encode({"type": "connection_ack", "payload": {"connectionTimeoutMs": CONNECTION_TIMEOUT_MS}}).decode()


class _Message(msgspec.Struct):
    type: str
    id: str | None = None
    payload: Any = None


class _Start(msgspec.Struct):
    data: str
    extensions: dict[str, Any] = {}


class _Query(msgspec.Struct):
    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = msgspec.field(default=None, name="operationName")


_MESSAGE = msgspec.json.Decoder(_Message)
_QUERY = msgspec.json.Decoder(_Query)
_OBJECT = msgspec.json.Decoder(dict[str, Any])


class Apis(Protocol):
    """What stands behind the sockets."""

    async def served(self, api_id: str) -> Any:
        """Answer a served API, None where there is none."""
        ...

    def subscribe(self, api: Any, request: Request, identity: Identity, subscriber: Subscriber) -> Callable[[], None]:
        """Deliver a subscription's payloads; call the answer to stop.

        Raises DocumentErrors, FieldError, RequestError.
        """
        ...


class Door(Protocol):
    """Who tells which API a request is for, and who asks."""

    def api_id(self, path: str, headers: Headers) -> str:
        """Answer the API's id. Raises RequestError."""
        ...

    async def identify(self, api: Any, scope: Scope, headers: Headers, body: bytes) -> Identity:
        """Answer the caller whom the headers prove. Raises RequestError."""
        ...


class Realtime:
    """The ASGI application of the sockets."""

    def __init__(
        self, apis: Apis, door: Door, now: Callable[[], float], *, most_connections: int, backlog_bytes: int
    ) -> None:
        self._apis, self._door, self._now = apis, door, now
        self._most, self._backlog = most_connections, backlog_bytes
        self._connections: set[Connection] = set()

    @property
    def connections(self) -> int:
        """How many sockets are open."""
        return len(self._connections)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket to its end."""
        await receive()
        headers = dict(scope["headers"])
        endpoint = scope["path"].removesuffix("/realtime")
        try:
            api = await self._apis.served(self._door.api_id(endpoint, headers))
        except RequestError:
            api = None
        if api is None:
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        offered = scope.get("subprotocols", ())
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL if PROTOCOL in offered else None})
        if len(self._connections) >= self._most:
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": "too many connections"})
            return
        connection = Connection(self._apis, self._door, self._now, api, scope, send, self._backlog)
        self._connections.add(connection)
        try:
            await connection.serve(receive)
        finally:
            self._connections.discard(connection)
            connection.end()

    def restart(self) -> None:
        """Close every socket with 1012: clients connect anew and catch up on what they may have missed."""
        for connection in tuple(self._connections):
            connection.close(SERVICE_RESTART, "service restart")


class Subscription:
    """One subscription of a connection: frames its payloads."""

    __slots__ = ("_connection", "_head", "stop", "timer")

    def __init__(self, connection: "Connection", id_: str) -> None:
        self._connection = connection
        self._head = f'{{"id":{_ENCODE.encode(id_).decode()},"type":"data","payload":'
        self.stop: Callable[[], None] = _nothing
        self.timer: asyncio.TimerHandle | None = None

    def deliver(self, payload: str) -> None:
        """Queue a data message."""
        self._connection.put(f"{self._head}{payload}}}")

    def end(self) -> None:
        """Hear no more."""
        self.stop()
        if self.timer is not None:
            self.timer.cancel()


class Connection:
    """One socket. What it sends is queued; a reader who lets the queue grow over its bound is cut off."""

    def __init__(
        self,
        apis: Apis,
        door: Door,
        now: Callable[[], float],
        api: Any,
        scope: Scope,
        send: Send,
        backlog_bytes: int,
    ) -> None:
        self._apis, self._door, self._now, self._api = apis, door, now, api
        self._scope, self._send, self._backlog = scope, send, backlog_bytes
        self._loop = asyncio.get_running_loop()
        self._queue: deque[str] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._closing: tuple[int, str] | None = None
        self._subscriptions: dict[str, Subscription] = {}
        self._timers: list[asyncio.TimerHandle] = []
        self._acknowledged = False

    # Life ----------------------------------------------------------------------------------------------------------

    async def serve(self, receive: Receive) -> None:
        """Read and answer messages until either side closes."""
        writer = self._loop.create_task(self._write())
        reader = self._loop.create_task(self._read(receive))
        self._after(INIT_SECONDS, self._check_init)
        self._after(CONNECTION_SECONDS, lambda: self.close(SERVICE_RESTART, "24 hours"))
        try:
            done, _ = await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
            if reader in done and not writer.done():
                self.close(1000, "")
                await asyncio.wait({writer}, timeout=5)
        finally:
            for task in (reader, writer):
                task.cancel()
            ends = await asyncio.gather(reader, writer, return_exceptions=True)
            self._cut()
        for end in ends:
            if isinstance(end, Exception):
                raise end

    def end(self) -> None:
        """Let go of subscriptions and timers."""
        for subscription in self._subscriptions.values():
            subscription.end()
        self._subscriptions.clear()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def close(self, code: int, reason: str) -> None:
        """Close once what is queued has been sent."""
        if self._closing is None:
            self._closing = code, reason
            self._wake.set()

    def put(self, frame: str) -> None:
        """Queue a frame; over the bound, the socket is cut."""
        if self._closing is not None:
            return
        self._queued += len(frame)
        if self._queued > self._backlog:
            log.info("a subscriber of API %s reads too slowly and is cut off", self._api.api_id)
            self._queue.clear()
            self.end()
            self._closing = TRY_AGAIN_LATER, "too slow"
            self._cut()
            self._wake.set()
            return
        self._queue.append(frame)
        self._wake.set()

    def _cut(self) -> None:
        """Drop the transport, as a reader that does not read never lets a close frame through."""
        abort = self._scope.get("extensions", {}).get("preamp.abort")
        if abort is not None and self._closing is not None and self._closing[0] == TRY_AGAIN_LATER:
            abort()

    def _after(self, seconds: float, act: Callable[[], object]) -> asyncio.TimerHandle:
        timer = self._loop.call_later(seconds, act)
        self._timers.append(timer)
        return timer

    def _check_init(self) -> None:
        if not self._acknowledged:
            self.close(POLICY_VIOLATION, "connection_init did not come")

    def _keep_alive(self) -> None:
        self._timers = [timer for timer in self._timers if not timer.cancelled() and timer.when() > self._loop.time()]
        self.put(_KEEP_ALIVE)
        self._after(KEEP_ALIVE_SECONDS, self._keep_alive)

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                frame = self._queue.popleft()
                self._queued -= len(frame)
                await self._send({"type": "websocket.send", "text": frame})
            if self._closing is not None:
                code, reason = self._closing
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
                return

    async def _read(self, receive: Receive) -> None:
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            text = event.get("text")
            if text is None:
                self.close(1003, "messages are text")
                return
            await self._hear(text)

    # Messages ------------------------------------------------------------------------------------------------------

    async def _hear(self, text: str) -> None:
        try:
            message = _MESSAGE.decode(text)
        except (msgspec.MsgspecError, RecursionError):
            self._tell_error(None, "BadRequestException", "A message is a JSON object with a text `type`.", code=400)
            return
        if message.type == "connection_init":
            await self._init()
        elif not self._acknowledged:
            self._tell_error(None, "UnauthorizedException", "connection_init comes first.", code=401)
        elif message.type == "start":
            await self._start(message)
        elif message.type == "stop":
            self._stop(message.id)
        elif message.type == "connection_terminate":
            self.close(1000, "")
        else:
            self._tell_error(message.id, "UnsupportedOperation", "unknown not supported through the realtime channel")

    def _tell(self, message: dict[str, Any]) -> None:
        self.put(_ENCODE.encode(message).decode())

    def _tell_error(self, id_: str | None, error_type: str, message: str, *, code: int | None = None) -> None:
        error: dict[str, Any] = {"errorType": error_type, "message": message}
        if code is not None:
            error["errorCode"] = code
        named = {} if id_ is None else {"id": id_}
        self._tell({**named, "type": "error", "payload": {"errors": [error]}})

    async def _init(self) -> None:
        if self._acknowledged:
            self._tell_error(None, "TooManyInitializationRequests", "connection_init came already.", code=400)
            return
        try:
            headers = self._proof()
            identity = await self._identify(headers, "/connect", b"{}")
        except RequestError as error:
            refusal = {"errorType": error.error_type, "message": error.message, "errorCode": error.status}
            self._tell({"type": "connection_error", "payload": {"errors": [refusal]}})
            self.close(POLICY_VIOLATION, "not authorized")
            return
        self._acknowledged = True
        self.put(_ACK)
        self._after(KEEP_ALIVE_SECONDS, self._keep_alive)
        left = self._left(identity)
        if left is not None:
            self._after(left, self._expired)

    def _expired(self) -> None:
        error = {"errorType": "UnauthorizedException", "message": "Token expired", "errorCode": 401}
        self._tell({"type": "connection_error", "payload": {"errors": [error]}})
        self.close(POLICY_VIOLATION, "Token expired")

    def _left(self, identity: Identity) -> float | None:
        """Seconds until the caller's token ends, None for callers without."""
        end = identity.claims.get("exp")
        return max(0.0, float(end) - self._now()) if isinstance(end, int | float) else None

    def _proof(self) -> dict[bytes, bytes]:
        """The headers that the client gave in the handshake. Raises RequestError."""
        given = next((one[7:] for one in self._scope.get("subprotocols", ()) if one.startswith("header-")), None)
        if given is None:
            query = parse_qs(self._scope["query_string"].decode("latin-1"), max_num_fields=20)
            given = query.get("header", [""])[0]
        given = given.replace("-", "+").replace("_", "/").replace(" ", "+")
        try:
            found = _OBJECT.decode(base64.b64decode(given + "=" * (-len(given) % 4), validate=True))
        except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError):
            raise RequestError(
                400, "BadRequestException", "The handshake's `header` is base64 of a JSON object of headers."
            ) from None
        return _headers(found)

    async def _identify(self, headers: dict[bytes, bytes], more_path: str, body: bytes) -> Identity:
        raw = self._scope["raw_path"].decode("latin-1").removesuffix("/realtime")
        api = await self._apis.served(self._api.api_id)
        if api is None:
            raise RequestError(401, "UnauthorizedException", "There is no GraphQL API here any more.")
        self._api = api
        request = {
            "method": "POST",
            "path": raw + more_path,
            "raw_path": (raw + more_path).encode("latin-1"),
            "query_string": b"",
            "headers": list(headers.items()),
        }
        return await self._door.identify(api, request, headers, body)

    async def _start(self, message: _Message) -> None:
        id_ = message.id
        if not id_ or len(id_) > MOST_ID:
            self._tell_error(
                None, "BadRequestException", f"start needs an `id` of 1 to {MOST_ID} characters.", code=400
            )
            return
        if id_ in self._subscriptions:
            self._tell_error(id_, "DuplicatedOperationError", "A subscription with this id is open on the connection.")
            return
        if len(self._subscriptions) >= MOST_SUBSCRIPTIONS:
            why = f"A connection holds at most {MOST_SUBSCRIPTIONS} subscriptions."
            self._tell_error(id_, "MaxSubscriptionsReachedError", why)
            return
        try:
            subscription, identity = await self._open(id_, message.payload)
        except DocumentErrors as refusal:
            self._tell({"id": id_, "type": "error", "payload": {"errors": refusal.errors}})
        except RequestError as error:
            self._tell_error(id_, error.error_type, error.message, code=error.status)
        except FieldError as error:
            self._tell_error(id_, error.error_type or "BadRequest", error.message)
        else:
            left = self._left(identity)
            if left is not None:
                subscription.timer = self._loop.call_later(left, self._lapse, id_)

    async def _open(self, id_: str, payload: Any) -> tuple[Subscription, Identity]:
        try:
            start = msgspec.convert(payload, _Start)
            query = _QUERY.decode(start.data)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise RequestError(400, "BadRequestException", f"start's payload cannot be read: {error}") from None
        authorization = start.extensions.get("authorization")
        if not isinstance(authorization, dict):
            raise RequestError(401, "UnauthorizedException", "payload.extensions.authorization holds the headers.")
        identity = await self._identify(_headers(authorization), "", start.data.encode())
        request = Request(
            query=query.query, variables=query.variables or {}, operation_name=query.operation_name or None
        )
        subscription = Subscription(self, id_)
        subscription.stop = self._apis.subscribe(self._api, request, identity, subscription)
        self._subscriptions[id_] = subscription
        # Queued before any event can be: nothing was awaited since the subscription began to hear.
        self._tell({"id": id_, "type": "start_ack"})
        return subscription, identity

    def _lapse(self, id_: str) -> None:
        subscription = self._subscriptions.pop(id_, None)
        if subscription is not None:
            subscription.end()
            self._tell_error(id_, "UnauthorizedException", "Token expired", code=401)

    def _stop(self, id_: str | None) -> None:
        subscription = self._subscriptions.pop(id_ or "", None)
        if subscription is not None:
            subscription.end()
        self._tell({"id": id_, "type": "complete"})


def _headers(given: Mapping[str, Any]) -> dict[bytes, bytes]:
    """Header values of a JSON object, by lower-case name. Raises RequestError."""
    found: dict[bytes, bytes] = {}
    for name, value in given.items():
        if value is None:
            continue
        with contextlib.suppress(UnicodeEncodeError):
            found[name.lower().encode("latin-1")] = str(value).encode("latin-1")
    return found


def _nothing() -> None:
    """Do nothing: the subscription is not open yet."""
