"""The front, without sockets: which service is meant, and what breaks."""

from typing import Any

import msgspec
import pytest

from preamp.server.hosts import AtFirstUse, Front, Place


class Service:
    """A service that answers its name, or breaks."""

    def __init__(self, name: str, *, breaks: bool = False, begins: bool = False) -> None:
        self.name, self.breaks, self.begins = name, breaks, begins

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        """Answer the name."""
        if self.breaks and not self.begins:
            raise RuntimeError("the secret reason")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if self.breaks:
            raise ValueError("the secret reason")
        await send({"type": "http.response.body", "body": self.name.encode()})


class Client:
    """The HTTP server's side of one request: it refuses a second answer, as ASGI servers do."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def receive(self) -> Any:
        """Give an empty body."""
        return {"type": "http.request", "body": b""}

    async def send(self, message: Any) -> None:
        """Keep what the application says."""
        if message["type"] == "http.response.start" and self.sent:
            raise RuntimeError("the answer has begun")
        self.sent.append(message)


async def ask(
    front: Front, path: str, headers: dict[str, str] | None = None, *, method: str = "GET", query: str = ""
) -> tuple[int, dict[bytes, bytes], bytes]:
    client = Client()
    named = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": method, "raw_path": path.encode(), "query_string": query.encode()}
    await front({**scope, "path": path, "headers": named}, client.receive, client.send)
    return client.sent[0]["status"], dict(client.sent[0]["headers"]), client.sent[1]["body"]


def signed(service: str) -> dict[str, str]:
    scope = f"AKIA/20260101/eu-west-1/{service}/aws4_request"
    return {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


FRONT = Front(
    Place(app=Service("control"), paths=("backend", "preamp")),
    Place(app=Service("outbox"), paths=("preamp/outbox",)),
    Place(app=Service("graphql"), paths=("graphql",), hosts=("appsync-api",)),
    Place(app=Service("users"), targets=("AWSCognitoIdentityProviderService",)),
    Place(app=Service("identities"), targets=("AWSCognitoIdentityService",), signed=("cognito-identity",)),
    Place(app=Service("buckets"), hosts=("s3",), signed=("s3",), rest=True),
)


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/backend", b"control"),
        ("/backend/d1/details", b"control"),
        ("/prod/backend/d1/details", b"control"),
        ("//backend", b"control"),
        ("/prod//backend", b"control"),
        ("/preamp/backend", b"control"),
        ("/preamp/outbox/1", b"outbox"),
        ("/graphql", b"graphql"),
        ("/graphql/abc", b"graphql"),
        ("/backendx", b"buckets"),
        ("/x/backend", b"buckets"),
        ("/prod", b"buckets"),
    ],
)
async def test_the_path_tells_the_service(path: str, service: bytes) -> None:
    assert (await ask(FRONT, path))[2] == service


@pytest.mark.parametrize(
    ("path", "headers", "service"),
    [
        ("/", {"x-amz-target": "AWSCognitoIdentityProviderService.SignUp"}, b"users"),
        ("/", {"x-amz-target": "AWSCognitoIdentityService.GetId"}, b"identities"),
        ("/", {"access-control-request-headers": "Content-Type, X-Amz-Target"}, b"users"),
        ("/", signed("cognito-identity"), b"identities"),
        ("/", signed("s3"), b"buckets"),
        ("/backend/a-file", signed("s3"), b"buckets"),
        ("/backend/a-file", {"host": "photos.s3.eu-west-1.example:20443"}, b"buckets"),
        ("/graphql", {"host": "abc.APPSYNC-API.eu-west-1.example"}, b"graphql"),
        ("/backend", signed("amplifybackend"), b"control"),
        ("/backend", {"host": "localhost:20002"}, b"control"),
        ("/backend", {"host": "s3.example"}, b"control"),
    ],
)
async def test_headers_come_before_the_path(path: str, headers: dict[str, str], service: bytes) -> None:
    """A bucket may be called backend: what a request is signed for, and its host, say more than its path."""
    assert (await ask(FRONT, path, headers))[2] == service


async def test_a_presigned_request_is_found_by_its_query() -> None:
    query = "X-Amz-Credential=AKIA%2F20260101%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Signature=0"

    assert (await ask(FRONT, "/backend/a-file", query=query))[2] == b"buckets"


@pytest.mark.parametrize("path", ["/health", "/"])
async def test_own_pages_are_nobody_elses(path: str) -> None:
    status, _, body = await ask(FRONT, path)

    assert status == 200
    assert body != b"buckets"


async def test_without_a_place_for_the_rest_an_unknown_path_is_refused() -> None:
    front = Front(Place(app=Service("control"), paths=("backend",)))

    status, headers, _ = await ask(front, "/elsewhere")

    assert (status, headers[b"x-amzn-errortype"]) == (404, b"UnknownOperationException")


async def test_sockets_have_places_of_their_own() -> None:
    """A WebSocket goes to the place that takes one; elsewhere it is closed before it opens."""
    seen: list[str] = []

    async def realtime(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["raw_path"].decode())

    front = Front(Place(app=Service("graphql"), socket=realtime, paths=("graphql",), hosts=("appsync-realtime-api",)))
    for path in ("/graphql/abc/realtime", "/elsewhere"):
        client = Client()
        scope = {"type": "websocket", "raw_path": path.encode(), "query_string": b"", "headers": []}
        await front(scope, client.receive, client.send)

    assert seen == ["/graphql/abc/realtime"]
    assert client.sent == [{"type": "websocket.close", "code": 1008}]


async def test_a_service_is_made_for_its_first_request() -> None:
    made: list[Service] = []

    def make() -> Service:
        made.append(Service("late"))
        return made[-1]

    front = Front(Place(app=AtFirstUse("preamp.server.hosts", make), paths=("late",)))
    assert made == []

    answers = [(await ask(front, "/late"))[2] for _ in range(2)]

    assert answers == [b"late", b"late"]
    assert len(made) == 1


async def test_a_crash_tells_the_client_a_request_id_alone(caplog: pytest.LogCaptureFixture) -> None:
    """The reason stands in the log under that id."""
    front = Front(Place(app=Service("control", breaks=True), paths=("backend",)))

    status, headers, body = await ask(front, "/backend")

    request_id = headers[b"x-amzn-requestid"].decode()
    assert (status, headers[b"x-amzn-errortype"]) == (500, b"InternalFailure")
    assert request_id in msgspec.json.decode(body)["message"]
    assert b"secret reason" not in body
    assert caplog.records[0].request_id == request_id  # type: ignore[attr-defined]
    assert "secret reason" in caplog.text


async def test_a_crash_within_an_answer_is_left_to_the_http_server() -> None:
    """Half an answer cannot be taken back: the connection has to end."""
    front = Front(Place(app=Service("control", breaks=True, begins=True), paths=("backend",)))

    with pytest.raises(ValueError, match="secret reason"):
        await ask(front, "/backend")
