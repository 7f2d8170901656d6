"""AppSync's WebSocket protocol, over real sockets: the handshake, messages, bounds and ends."""

import asyncio
import base64
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest
import websockets
from served import API_ID, model_of
from websockets.asyncio.client import ClientConnection

from preamp.bus import MemoryBus
from preamp.db import Database
from preamp.db.space import Spaces
from preamp.graphql import (
    Endpoint,
    GraphQL,
    Identity,
    Incoming,
    NotVerified,
    Published,
    Realtime,
    Request,
    Store,
    realtime,
)
from preamp.server.protocol import MAX_SOCKET_MESSAGE_BYTES, listener

NOW = 1_700_000_000.0
SCHEMA = """
type Note @model @auth(rules: [{ allow: public }, { allow: owner }, { allow: private, provider: iam }]) {
  id: ID! text: String
}
"""
ON = "subscription { onCreateNote { id text } }"
SECONDS = 20


class Service:
    """A served API with its sockets."""

    def __init__(self, graphql: GraphQL, sockets: Realtime, key: str, url: str) -> None:
        self.graphql, self.sockets, self.key, self.url = graphql, sockets, key, url
        self.signed: list[Incoming] = []

    async def create(self, id_: str, text: str = "t") -> None:
        """Create a note as the operator."""
        api = await self.graphql.served(API_ID)
        assert api is not None
        query = "mutation C($i: CreateNoteInput!) { createNote(input: $i) { id text owner } }"
        request = Request(query=query, variables={"i": {"id": id_, "text": text}})
        answer = await self.graphql.execute(api, request, Identity(mode="API_KEY"))
        assert b"errors" not in answer

    @property
    def proof(self) -> dict[str, str]:
        """The headers of who holds the API's key."""
        return {"host": "127.0.0.1", "x-api-key": self.key}

    def connect(self, proof: dict[str, Any] | None = None, **named: Any) -> Any:
        """Open a socket with the proof in a subprotocol, as amplify-js does."""
        given = base64.urlsafe_b64encode(msgspec.json.encode(self.proof if proof is None else proof)).decode()
        protocols: Any = ["graphql-ws", "header-" + given.rstrip("=")]
        return websockets.connect(f"{self.url}/graphql/{API_ID}/realtime", subprotocols=protocols, **named)


Begin = Callable[..., Awaitable[Service]]


@pytest.fixture
async def begin(spaces: Spaces, database: Database, store: Store) -> AsyncIterator[Begin]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(*, most_connections: int = 100, backlog_bytes: int = 1 << 20) -> Service:
            model = model_of(SCHEMA)
            graphql = GraphQL(spaces, store, token_key=b"k" * 32, now=lambda: NOW, bus=MemoryBus())
            await graphql.prepare(API_ID, "r1", model)
            async with database.transaction() as tx:
                await graphql.publish(tx, Published(api_id=API_ID, release_id="r1", model=model))
                key = await graphql.add_key(tx, API_ID)
            await graphql.settle(API_ID, "r1")

            async def verify_iam(_: Any, incoming: Incoming) -> Identity:
                service.signed.append(incoming)
                return Identity(mode="AWS_IAM", role="authenticated")

            endpoint = Endpoint(graphql, verify_jwt, verify_iam)
            sockets = Realtime(
                graphql, endpoint, lambda: NOW, most_connections=most_connections, backlog_bytes=backlog_bytes
            )
            service = Service(graphql, sockets, key, await stack.enter_async_context(served(sockets)))
            return service

        yield make


async def verify_jwt(_: Any, token: str) -> Identity:
    """Tokens name a user, and when they end."""
    name, _, left = token.partition(":")
    if name not in {"ann", "bob"}:
        raise NotVerified("Unable to parse JWT token.")
    claims = {"sub": f"sub-{name}", "username": name} | ({"exp": NOW + float(left)} if left else {})
    return Identity(mode="AMAZON_COGNITO_USER_POOLS", claims=claims)


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve an ASGI application on a free port."""
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        server = listener(app, max_head_bytes=65_536, head_seconds=20, shutdown_seconds=5, chain=None, key=None)
        server.config.load()
        serving = asyncio.create_task(server.serve(sockets=[own]))
        await server.ready.wait()
        yield f"ws://127.0.0.1:{own.getsockname()[1]}"
        server.should_exit = True
        await serving


async def hear(peer: ClientConnection) -> Any:
    """Answer the next message, parsed."""
    return msgspec.json.decode(await asyncio.wait_for(peer.recv(), SECONDS))


async def tell(peer: ClientConnection, **message: Any) -> None:
    await peer.send(msgspec.json.encode(message).decode())


async def init(peer: ClientConnection) -> None:
    await tell(peer, type="connection_init")
    assert (await hear(peer))["type"] == "connection_ack"


async def start(peer: ClientConnection, id_: str, proof: dict[str, Any], query: str = ON, **variables: Any) -> Any:
    data = msgspec.json.encode({"query": query, "variables": variables}).decode()
    await tell(peer, id=id_, type="start", payload={"data": data, "extensions": {"authorization": proof}})
    return await hear(peer)


async def ended(peer: ClientConnection) -> tuple[int, str]:
    """Wait until the server has closed, and answer code and reason."""
    with pytest.raises(websockets.ConnectionClosed) as closed:
        while True:
            await asyncio.wait_for(peer.recv(), SECONDS)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


async def test_a_client_connects_subscribes_hears_and_stops(begin: Begin) -> None:
    service = await begin()
    async with service.connect() as peer:
        assert peer.subprotocol == "graphql-ws"
        await tell(peer, type="connection_init")
        assert await hear(peer) == {"type": "connection_ack", "payload": {"connectionTimeoutMs": 300_000}}
        assert await start(peer, "a", service.proof) == {"id": "a", "type": "start_ack"}

        await service.create("1")
        data = {"onCreateNote": {"id": "1", "text": "t"}}
        assert await hear(peer) == {"id": "a", "type": "data", "payload": {"data": data}}

        await tell(peer, id="a", type="stop")
        assert await hear(peer) == {"id": "a", "type": "complete"}
        await service.create("2")
        assert await start(peer, "a", service.proof) == {"id": "a", "type": "start_ack"}


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("path", ["/graphql/%s/realtime", "/graphql/%s"])
async def test_the_proof_may_stand_in_the_query(begin: Begin, encode: Any, path: str) -> None:
    """Older JavaScript clients, Android and Flutter send it so; Android's opens the endpoint itself."""
    service = await begin()
    given = encode(msgspec.json.encode(service.proof | {"x-amz-date": "~~~???"})).decode()
    url = f"{service.url}{path % API_ID}?header={given.replace('+', '%2B')}&payload=e30="
    async with websockets.connect(url, subprotocols=["graphql-ws"]) as peer:  # type: ignore[list-item]
        await init(peer)


async def test_a_host_of_its_own_finds_the_api(begin: Begin) -> None:
    service = await begin()
    proof = base64.b64encode(msgspec.json.encode(service.proof)).decode()
    headers = {"host": f"{API_ID}.appsync-api.example.com"}
    async with websockets.connect(
        f"{service.url}/graphql/realtime?header={proof}&payload=e30=", additional_headers=headers
    ) as peer:
        await init(peer)


@pytest.mark.parametrize(
    ("proof", "words"),
    [
        ({"x-api-key": "da2-wrong"}, "You are not authorized to make this call."),
        ({"Authorization": "nobody"}, "Unable to parse JWT token."),
        ({}, "Valid authorization header not provided."),
        ({"x-api-key": None}, "Valid authorization header not provided."),
    ],
)
async def test_who_proves_nothing_is_refused(begin: Begin, proof: dict[str, Any], words: str) -> None:
    service = await begin()
    async with service.connect(proof) as peer:
        await tell(peer, type="connection_init")
        error = {"errorType": "UnauthorizedException", "message": words, "errorCode": 401}
        assert await hear(peer) == {"type": "connection_error", "payload": {"errors": [error]}}
        assert await ended(peer) == (1008, "not authorized")


@pytest.mark.parametrize("header", ["", "header-%%%", "header-bm8", "header-W10"])
async def test_a_proof_that_is_no_object_is_refused(begin: Begin, header: str) -> None:
    service = await begin()
    url = f"{service.url}/graphql/{API_ID}/realtime"
    protocols: Any = ["graphql-ws", *([header.replace("%", "a")] if header else [])]
    async with websockets.connect(url, subprotocols=protocols) as peer:
        await tell(peer, type="connection_init")
        answer = await hear(peer)
        assert answer["type"] == "connection_error"
        assert answer["payload"]["errors"][0]["errorCode"] in {400, 401}


async def test_an_api_that_is_not_there_opens_no_socket(begin: Begin) -> None:
    service = await begin()
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(f"{service.url}/graphql/another/realtime")
    assert refused.value.response.status_code == 403


async def test_each_subscription_has_a_mode_of_its_own(begin: Begin) -> None:
    service = await begin()
    async with service.connect() as peer:
        await init(peer)
        for id_, proof in (
            ("key", service.proof),
            ("ann", {"Authorization": "ann"}),
            ("bob", {"authorization": "bob"}),
        ):
            assert (await start(peer, id_, proof))["type"] == "start_ack"

        await service.create("1")

        assert (await hear(peer))["id"] == "key"
        refusal = await start(peer, "no", {"Authorization": "eve"})
        assert refusal["id"] == "no"
        assert refusal["payload"]["errors"][0]["errorType"] == "UnauthorizedException"


async def test_signatures_are_of_the_http_requests_that_clients_sign(begin: Begin) -> None:
    service = await begin()
    proof = {"Authorization": "AWS4-HMAC-SHA256 Credential=x", "host": "h", "x-amz-date": "d"}
    async with service.connect(proof) as peer:
        await init(peer)
        assert (await start(peer, "a", proof))["type"] == "start_ack"
    connect, subscribe = service.signed
    assert (connect.method, connect.path, connect.body) == ("POST", f"/graphql/{API_ID}/connect".encode(), b"{}")
    assert (subscribe.path, msgspec.json.decode(subscribe.body)["query"]) == (f"/graphql/{API_ID}".encode(), ON)
    assert dict(subscribe.headers)[b"x-amz-date"] == b"d"


@pytest.mark.parametrize(
    ("payload", "error_type"),
    [
        (None, "BadRequestException"),
        ({"data": "{"}, "BadRequestException"),
        ({"data": '{"query": 1}'}, "BadRequestException"),
        ({"data": '{"query": "subscription { onCreateNote { id } }"}'}, "UnauthorizedException"),
    ],
)
async def test_a_start_that_cannot_be_read_is_told_and_the_socket_stays(
    begin: Begin, payload: Any, error_type: str
) -> None:
    service = await begin()
    async with service.connect() as peer:
        await init(peer)
        await tell(peer, id="a", type="start", payload=payload)
        answer = await hear(peer)
        assert (answer["id"], answer["type"]) == ("a", "error")
        assert answer["payload"]["errors"][0]["errorType"] == error_type
        assert (await start(peer, "b", service.proof))["type"] == "start_ack"


@pytest.mark.parametrize("query", ["subscription { onCreateNote { wrong } }", "{ listNotes { nextToken } }", "{"])
async def test_a_document_that_is_no_subscription_is_told(begin: Begin, query: str) -> None:
    service = await begin()
    async with service.connect() as peer:
        await init(peer)
        answer = await start(peer, "a", service.proof, query)
        assert (answer["type"], len(answer["payload"]["errors"])) == ("error", 1)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"type": 1}', '{"id": 5, "type": "start"}', '{"type": "no"}', "[" * 9000]
)
async def test_malformed_messages_are_told_and_the_socket_stays(begin: Begin, text: str) -> None:
    service = await begin()
    async with service.connect() as peer:
        await init(peer)
        await peer.send(text)
        assert (await hear(peer))["type"] == "error"
        assert (await start(peer, "b", service.proof))["type"] == "start_ack"


async def test_nothing_comes_before_connection_init(begin: Begin) -> None:
    service = await begin()
    async with service.connect() as peer:
        answer = await start(peer, "a", service.proof)
        assert answer["payload"]["errors"][0]["errorType"] == "UnauthorizedException"


async def test_who_never_inits_is_closed(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "INIT_SECONDS", 0.01)
    service = await begin()
    async with service.connect() as peer:
        assert await ended(peer) == (1008, "connection_init did not come")


async def test_the_link_is_kept_alive(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "KEEP_ALIVE_SECONDS", 0.01)
    service = await begin()
    async with service.connect() as peer:
        await init(peer)
        assert [await hear(peer) for _ in range(3)] == [{"type": "ka"}] * 3


async def test_binary_messages_and_messages_over_the_bound_end_the_socket(begin: Begin) -> None:
    service = await begin()
    async with service.connect() as peer:
        await peer.send(b"\x00")
        assert (await ended(peer))[0] == 1003
    async with service.connect() as peer:
        await peer.send("x" * (MAX_SOCKET_MESSAGE_BYTES + 1))
        assert (await ended(peer))[0] == 1009


async def test_subscriptions_of_one_connection_are_counted(begin: Begin) -> None:
    service = await begin()
    async with service.connect() as peer:
        await init(peer)
        for number in range(100):
            assert (await start(peer, str(number), service.proof))["type"] == "start_ack"
        again = await start(peer, "5", service.proof)
        more = await start(peer, "more", service.proof)
        assert again["payload"]["errors"][0]["errorType"] == "DuplicatedOperationError"
        assert more["payload"]["errors"][0]["errorType"] == "MaxSubscriptionsReachedError"


async def test_connections_of_one_node_are_counted(begin: Begin) -> None:
    service = await begin(most_connections=2)
    async with service.connect() as one, service.connect() as two, service.connect() as three:
        await init(one)
        await init(two)
        assert await ended(three) == (1013, "too many connections")


async def test_a_token_that_ends_closes_the_connection_or_the_subscription(begin: Begin) -> None:
    service = await begin()
    async with service.connect({"Authorization": "ann:0.05"}) as peer:
        await init(peer)
        error = await hear(peer)
        assert (error["type"], error["payload"]["errors"][0]["message"]) == ("connection_error", "Token expired")
        assert await ended(peer) == (1008, "Token expired")
    async with service.connect() as peer:
        await init(peer)
        assert (await start(peer, "a", {"Authorization": "ann:0.05"}))["type"] == "start_ack"
        error = await hear(peer)
        assert (error["id"], error["type"]) == ("a", "error")
        assert error["payload"]["errors"][0]["message"] == "Token expired"
        assert (await start(peer, "a", service.proof))["type"] == "start_ack"


async def test_events_arrive_in_the_order_of_the_mutations(begin: Begin) -> None:
    service = await begin()
    async with service.connect() as peer, service.connect() as other:
        for one in (peer, other):
            await init(one)
            await start(one, "a", service.proof)
        ids = [str(number) for number in range(50)]
        for id_ in ids:
            await service.create(id_)
        for one in (peer, other):
            assert [(await hear(one))["payload"]["data"]["onCreateNote"]["id"] for _ in ids] == ids


async def test_a_reader_who_stops_reading_is_cut_off_and_nobody_waits(begin: Begin) -> None:
    service = await begin(backlog_bytes=300_000)
    async with service.connect(max_queue=1, close_timeout=0.1) as stalled, service.connect() as lively:
        for one in (stalled, lively):
            await init(one)
            await start(one, "a", service.proof)
        text = "x" * 100_000
        for number in range(400):
            await service.create(str(number), text)
            assert (await hear(lively))["payload"]["data"]["onCreateNote"]["id"] == str(number)
            if service.sockets.connections == 1:
                break
        assert service.sockets.connections == 1


async def test_an_event_over_appsyncs_bound_is_told_to_nobody(begin: Begin) -> None:
    service = await begin()
    async with service.connect() as peer:
        await init(peer)
        await start(peer, "a", service.proof)
        await service.create("1", "x" * 250_000)
        await service.create("2")
        assert (await hear(peer))["payload"]["data"]["onCreateNote"]["id"] == "2"


async def test_a_restart_tells_clients_to_come_again(begin: Begin) -> None:
    service = await begin()
    async with service.connect() as peer:
        await init(peer)
        await start(peer, "a", service.proof)
        service.sockets.restart()
        assert await ended(peer) == (1012, "service restart")
    assert service.sockets.connections == 0


async def test_five_hundred_sockets_come_hear_and_go(begin: Begin) -> None:
    service = await begin(most_connections=1000)

    async def one() -> str:
        async with service.connect() as peer:
            await init(peer)
            await start(peer, "a", service.proof)
            ready.release()
            return str((await hear(peer))["payload"]["data"]["onCreateNote"]["id"])

    ready = asyncio.Semaphore(0)
    peers = [asyncio.create_task(one()) for _ in range(500)]
    for _ in peers:
        await asyncio.wait_for(ready.acquire(), SECONDS)
    await service.create("1")
    assert set(await asyncio.gather(*peers)) == {"1"}
    async with asyncio.timeout(SECONDS):
        while service.sockets.connections:
            await asyncio.sleep(0.01)
