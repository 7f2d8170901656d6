"""What the outermost layers answer, byte by byte over sockets."""

import socket
from urllib.parse import urlsplit

import httpx2
import msgspec
import pytest

import server


def exchange(running: server.Server, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes, read until the server closes or has answered once."""
    url = urlsplit(running.ready.http)
    with socket.create_connection((url.hostname, url.port), 30) as link:
        link.sendall(request)
        return answer_of(link)


def answer_of(link: socket.socket) -> tuple[int, dict[str, str], bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        part = link.recv(65536)
        assert part, "the server closed without an answer"
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers["content-length"]):
        body += link.recv(65536)
    return int(status.split(" ")[1]), headers, body


@pytest.mark.parametrize("path", ["/nowhere", "/backendx", "/prod", "/%00", "//", "/health/x", "/../backend"])
def test_an_unknown_path_is_answered_as_aws_answers(running: server.Server, path: str) -> None:
    """JSON with a message, the error's name and a request id in headers."""
    status, headers, body = exchange(running, b"GET %s HTTP/1.1\r\nhost: x\r\n\r\n" % path.encode())

    assert status == 404
    assert headers["x-amzn-errortype"] == "UnknownOperationException"
    assert headers["content-type"] == "application/json"
    assert headers["x-amzn-requestid"]
    assert headers["date"]
    assert list(msgspec.json.decode(body)) == ["message"]


def test_the_first_page_says_what_this_is(running: server.Server) -> None:
    answer = httpx2.get(running.ready.http)

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("preamp ")


def test_health_is_read_only(running: server.Server) -> None:
    assert httpx2.head(f"{running.ready.http}/health").status_code == 200
    assert httpx2.post(f"{running.ready.http}/health").status_code == 405


@pytest.mark.parametrize(
    "request_",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length : 3\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nhost: x\r\n folded: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nbad\x00name: y\r\n\r\n",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(running: server.Server, request_: bytes) -> None:
    """Request smuggling needs a front and a back that read one request differently."""
    status, headers, body = exchange(running, request_)

    assert status == 400
    assert headers["connection"] == "close"
    assert headers["x-amzn-errortype"] == "MalformedHttpRequestException"
    assert "message" in msgspec.json.decode(body)


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nhost: x\r\nlong: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\n" + b"n: v\r\n" * 15_000 + b"\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nlong: " + b"a" * 140_000,
    ],
)
def test_a_head_over_its_bound_is_refused(running: server.Server, request_: bytes) -> None:
    status, headers, _ = exchange(running, request_)

    assert status == 431
    assert headers["x-amzn-errortype"] == "RequestHeaderFieldsTooLargeException"


def test_a_client_that_never_ends_its_head_is_let_go() -> None:
    """Idle connections would else take all the places."""
    with server.running(env={"PREAMP_HEAD_SECONDS": "1"}) as one:
        url = urlsplit(one.ready.http)
        with socket.create_connection((url.hostname, url.port), 30) as link:
            link.sendall(b"GET / HTTP/1.1\r\nhost:")

            assert link.recv(1) == b""


def test_a_graphql_path_answers_as_appsync(running: server.Server) -> None:
    """By path, and by the host name of AppSync's form."""
    by_path = httpx2.post(f"{running.ready.http}/graphql/abcdefghijklmnopqrstuvwxyz", json={"query": "{ a }"})
    by_host = httpx2.post(
        f"{running.ready.http}/graphql",
        json={"query": "{ a }"},
        headers={"host": "abcdefghijklmnopqrstuvwxyz.appsync-api.us-east-1.example.com"},
    )

    for answer in (by_path, by_host):
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["errorType"] == "NotFoundException"
