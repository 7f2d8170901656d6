"""The endpoint as clients see it: statuses, headers, error types, and which mode a request asks in."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from served import API_ID, model_of

from preamp.db import Database
from preamp.db.space import Spaces
from preamp.graphql import Endpoint, GraphQL, Identity, Incoming, Limits, NotVerified, Published, Store
from preamp.graphql.keys import new_key

SCHEMA = "type Note @model @auth(rules: [{ allow: public }, { allow: private }]) { id: ID! text: String }"
NOW = 1_700_000_000.0
USER = Identity(mode="AMAZON_COGNITO_USER_POOLS", claims={"sub": "s", "username": "ann"})


class Answer:
    """What the endpoint sent."""

    def __init__(self, messages: Sequence[Any]) -> None:
        self.status: int = messages[0]["status"]
        self.headers: dict[str, str] = {n.decode(): v.decode() for n, v in messages[0]["headers"]}
        self.body: bytes = messages[1]["body"]

    @property
    def json(self) -> Any:
        """Answer the body, parsed."""
        return msgspec.json.decode(self.body)


class Client:
    """A caller of the ASGI application."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    async def send(
        self, body: bytes, headers: dict[str, str] | None = None, path: str = f"/graphql/{API_ID}", method: str = "POST"
    ) -> Answer:
        """Send a body, in two pieces."""
        raw = [(each.encode(), value.encode()) for each, value in (headers or {}).items()]
        return await self.send_raw(body, raw, path, method)

    async def send_raw(
        self,
        body: bytes,
        raw: list[tuple[bytes, bytes]],
        path: str = f"/graphql/{API_ID}",
        method: str = "POST",
    ) -> Answer:
        """Send a body with headers as they are, some of them perhaps twice."""
        sent: list[Any] = []
        chunks = [body[: len(body) // 2], body[len(body) // 2 :]]

        async def receive() -> Any:
            return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.endpoint({"type": "http", "method": method, "path": path, "headers": raw}, receive, send)
        return Answer(sent)

    async def ask(self, query: str, **headers: str) -> Answer:
        """Send a query."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.send(msgspec.json.encode({"query": query}), names)


async def verify_jwt(_: Any, token: str) -> Identity:
    if token != "good":
        raise NotVerified("Unable to parse JWT token.")
    return USER


async def verify_iam(_: Any, incoming: Incoming) -> Identity:
    assert incoming.body
    return Identity(mode="AWS_IAM", role="admin")


class Keys:
    """The keys of the served API."""

    good = ""
    old = ""


@pytest.fixture
async def client(spaces: Spaces, database: Database, store: Store) -> Client:
    model = model_of(SCHEMA)
    clock = [NOW - 1000]
    graphql = GraphQL(spaces, store, token_key=b"k" * 32, now=lambda: clock[0], limits=Limits(body_bytes=2000))
    await graphql.prepare(API_ID, "r1", model)
    async with database.transaction() as tx:
        await graphql.publish(tx, Published(api_id=API_ID, release_id="r1", model=model))
        Keys.old = await graphql.add_key(tx, API_ID, "old", int(NOW - 1) * 1000)
        Keys.good = await graphql.add_key(tx, API_ID)
    await graphql.settle(API_ID, "r1")
    clock[0] = NOW
    return Client(Endpoint(graphql, verify_jwt, verify_iam))


async def test_a_key_opens_the_api(client: Client) -> None:
    answer = await client.ask("{ listNotes { items { id } } }", x_api_key=Keys.good)

    assert answer.status == 200
    assert answer.json == {"data": {"listNotes": {"items": []}}}
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-amzn-ErrorType" in answer.headers["access-control-expose-headers"]
    assert len(answer.headers["x-amzn-requestid"]) == 36


async def test_tokens_and_signatures_are_given_to_who_verifies_them(client: Client) -> None:
    for value in ("good", "Bearer good", "AWS4-HMAC-SHA256 Credential=..."):
        assert (await client.ask("{ listNotes { items { id } } }", authorization=value)).status == 200


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Valid authorization header not provided."),
        ({"x-api-key": "da2-nothing"}, "You are not authorized to make this call."),
        ({"x-api-key": "old"}, "You are not authorized to make this call."),
        ({"x-api-key": "", "authorization": "good"}, "You are not authorized to make this call."),
        ({"authorization": "bad"}, "Unable to parse JWT token."),
    ],
)
async def test_who_may_not_enter_is_told_so(client: Client, headers: dict[str, str], message: str) -> None:
    if headers.get("x-api-key") == "old":
        headers = {"x-api-key": Keys.old}

    answer = await client.send(b'{"query": "{ __typename }"}', headers)

    assert answer.status == 401
    assert answer.json == {"errors": [{"errorType": "UnauthorizedException", "message": message}]}
    assert answer.headers["x-amzn-errortype"] == "UnauthorizedException"


@pytest.mark.parametrize("name", ["authorization", "x-api-key"])
async def test_a_caller_is_named_once(client: Client, name: str) -> None:
    """Of two headers a proxy might have judged one, and this server the other."""
    good = {"authorization": "good", "x-api-key": Keys.good}[name].encode()
    twice = [(name.encode(), b"bad"), (name.encode(), good)]

    for headers in (twice, twice[::-1]):
        answer = await client.send_raw(b'{"query": "{ __typename }"}', headers)

        assert answer.status == 401
        assert "more than once" in answer.json["errors"][0]["message"]
    assert (
        await client.send_raw(b'{"query": "{ __typename }"}', [*twice[1:], (b"x-a", b"1"), (b"x-a", b"2")])
    ).status == 200


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"", 400, "Request body is empty."),
        (b"meow", 400, "Unable to parse GraphQL query."),
        (b"{}", 400, "Unable to parse GraphQL query."),
        (b"[]", 400, "Unable to parse GraphQL query."),
        (b'{"query": 5}', 400, "Unable to parse GraphQL query."),
        (b'{"query": "{ listNotes {"}', 400, "Unable to parse GraphQL query."),
        (b'{"query": "{ __typename }", "variables": []}', 400, "variables is a JSON object."),
        (b'{"query": "query A { __typename } query B { __typename }"}', 400, "operation name"),
        (b'{"query": "query A { __typename }", "operationName": "B"}', 400, "Unknown operation named 'B'."),
        (b"x" * 3000, 413, "A request may hold 2000 bytes."),
    ],
)
async def test_what_cannot_be_read_is_refused_as_a_whole(
    client: Client, body: bytes, status: int, message: str
) -> None:
    answer = await client.send(body, {"x-api-key": Keys.good})

    assert answer.status == status
    assert message in answer.json["errors"][0]["message"]
    assert answer.headers["x-amzn-errortype"] == answer.json["errors"][0]["errorType"]


@pytest.mark.parametrize("path", ["/graphql/other", "/graphql", "/", "/graphql/A", f"/graphql/{API_ID}/x"])
async def test_no_api_is_not_found(client: Client, path: str) -> None:
    assert (await client.send(b"{}", {"host": "localhost:1"}, path)).status == 404


async def test_the_host_may_name_the_api(client: Client) -> None:
    body = b'{"query": "{ __typename }"}'

    answer = await client.send(body, {"host": f"{API_ID}.appsync.localhost:2000", "x-api-key": Keys.good}, "/graphql")

    assert answer.json == {"data": {"__typename": "Query"}}


async def test_a_browser_may_ask_first(client: Client) -> None:
    headers = {"access-control-request-headers": "x-api-key,x-amz-user-agent,my-header"}

    answer = await client.send(b"", headers, method="OPTIONS")

    assert answer.status == 200
    assert answer.headers["access-control-allow-headers"] == "x-api-key,x-amz-user-agent,my-header"
    assert "POST" in answer.headers["access-control-allow-methods"]


async def test_only_post_is_served(client: Client) -> None:
    assert (await client.send(b"", {"x-api-key": Keys.good}, method="GET")).status == 405


def test_keys_are_random_and_shaped_as_appsyncs() -> None:
    keys = {new_key() for _ in range(100)}

    assert len(keys) == 100
    assert all(key.startswith("da2-") and len(key) == 30 and key.islower() for key in keys)
