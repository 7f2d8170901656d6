"""The front, without sockets: which service is meant, and what breaks."""

from typing import Any

import msgspec
import pytest

from preamp.server.hosts import Front


class Service:
    """A service that answers its name, or breaks."""

    def __init__(self, name: str, *roots: str, breaks: bool = False) -> None:
        self.name, self.roots, self.breaks = name, roots, breaks

    def owns(self, raw_path: str) -> bool:
        """Tell its paths."""
        return raw_path.startswith(self.roots)

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        """Answer the name."""
        if self.breaks:
            raise RuntimeError("the secret reason")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.name.encode()})


async def ask(front: Front, path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "headers": []}
    await front(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/backend", b"control"),
        ("/backend/d1/details", b"control"),
        ("/prod/backend/d1/details", b"control"),
        ("/graphql", b"graphql"),
        ("/graphql/abc", b"graphql"),
    ],
)
async def test_the_path_tells_the_service(path: str, service: bytes) -> None:
    front = Front(Service("control", "/backend", "/prod/backend"), Service("graphql"), Service("realtime"))

    assert (await ask(front, path))[2] == service


async def test_a_crash_tells_the_client_a_request_id_alone(caplog: pytest.LogCaptureFixture) -> None:
    """The reason stands in the log under that id."""
    front = Front(Service("control", "/backend", breaks=True), Service("graphql"), Service("realtime"))

    status, headers, body = await ask(front, "/backend")

    request_id = headers[b"x-amzn-requestid"].decode()
    assert (status, headers[b"x-amzn-errortype"]) == (500, b"InternalFailure")
    assert request_id in msgspec.json.decode(body)["message"]
    assert b"secret reason" not in body
    assert caplog.records[0].request_id == request_id  # type: ignore[attr-defined]
    assert "secret reason" in caplog.text
