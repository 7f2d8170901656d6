"""Thousands of odd requests to every operation of a real server: each is answered, none with a 5xx, and it lives on.

The cases are the same every time; PREAMP_FUZZ_EXAMPLES=2000 asks for that many new ones for each operation.
"""

import http.client
import json
import os
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect
from shapes import amplifybackend, unwrapped

import server
from preamp.control import service
from preamp.wire import Operation, sign

MORE = int(os.environ.get("PREAMP_FUZZ_EXAMPLES", "0"))
SECONDS = 30
FUZZ = settings(
    max_examples=MORE or 100,
    derandomize=not MORE,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


class Peer:
    """The fuzzed server, by one kept connection."""

    def __init__(self, running: server.Server) -> None:
        self.ready = running.ready
        self.address = urlsplit(running.ready.http)
        self._connection = self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(str(self.address.hostname), self.address.port, timeout=SECONDS)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def send(
        self, method: str, path: str, body: bytes, headers: dict[str, str] | None = None, *, signed: bool = True
    ) -> tuple[int, dict[str, str], bytes]:
        """Send a request; headers given replace those of its signature."""
        own = sign(
            method,
            path,
            self.address.netloc,
            body,
            access_key_id=str(self.ready.access_key_id),
            secret=str(self.ready.secret_access_key),
            service="amplifybackend",
            region="eu-west-1",
            now_ms=int(time.time() * 1000),
        )
        try:
            self._connection.request(method, path, body, {**(own if signed else {}), **(headers or {})})
            response = self._connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        except (http.client.RemoteDisconnected, ConnectionError):  # an idle connection was closed: not an answer
            self._connection.close()
            self._connection = self._connect()
            raise
        finally:
            if self._connection.sock is None:
                self._connection = self._connect()

    def call(self, name: str, labels: list[str], body: object) -> dict[str, Any]:
        """Call an operation that must go well, and its job to its end."""
        status, _, answer = self.send(
            service.operations[name].method, path_of(service.operations[name], labels), json.dumps(body).encode()
        )
        assert status == 200, answer
        started: dict[str, Any] = json.loads(answer)
        deadline = time.monotonic() + SECONDS
        while started.get("jobId") and time.monotonic() < deadline:
            where = [started["appId"], started["backendEnvironmentName"], started["jobId"]]
            _, _, found = self.send("GET", path_of(service.operations["GetBackendJob"], where), b"")
            if json.loads(found)["status"] != "RUNNING":
                break
            time.sleep(0.01)
        return started


def path_of(operation: Operation, labels: list[str]) -> str:
    """Fill an operation's path, labels escaped as SDKs do."""
    path = operation.path
    for label in labels:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + quote(label, safe="-._~") + path[end + 1 :]
    return path


def label_names(operation: Operation) -> list[str]:
    """Name the labels of an operation's path."""
    return [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with server.running() as one:
        peer = Peer(one)
        yield peer
        peer.close()


@pytest.fixture
def app(peer: Peer, request: pytest.FixtureRequest) -> str:
    """Give an app with an environment "dev", that has an API, auth and storage all named "one", and one "bare"."""
    app_id = f"d{request.node.callspec.params['name']}"
    base = {"backendEnvironmentName": "dev", "resourceName": "one"}
    pool = {"requiredSignUpAttributes": ["EMAIL"], "signInMethod": "EMAIL", "userPoolName": "users"}
    auth = {"authResources": "USER_POOL_ONLY", "service": "COGNITO", "userPoolConfigs": pool}
    for environment in ("dev", "bare"):
        peer.call("CreateBackend", [], {"appId": app_id, "appName": "fuzz", "backendEnvironmentName": environment})
    peer.call(
        "CreateBackendAPI", [app_id], {**base, "resourceConfig": {"transformSchema": "type A @model { id: ID! }"}}
    )
    peer.call("CreateBackendAuth", [app_id], {**base, "resourceConfig": auth})
    storage = {"serviceName": "S3", "permissions": {"authenticated": ["READ"]}}
    peer.call("CreateBackendStorage", [app_id], {**base, "resourceConfig": storage})
    return app_id


def mostly(usual: st.SearchStrategy[Any], other: st.SearchStrategy[Any], times: int = 4) -> st.SearchStrategy[Any]:
    """Draw the usual `times` as often as the other (`one_of` counts equal strategies once)."""
    return st.sampled_from([usual] * times + [other]).flatmap(lambda chosen: chosen)


texts = st.one_of(
    st.sampled_from(["", "dev", "one", "\0", "..", "a" * 3000, "' OR 1=1 --", "{}", "日本\U0001f600", "%00", "\ud800"]),
    st.text(max_size=20),
)
numbers = st.one_of(
    st.integers(-(2**70), 2**70), st.floats(), st.sampled_from([0, -1, 1, 8.0, 25, 26, 365, 366, 1e308, 2**63])
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)
SCHEMAS = st.sampled_from(
    [
        "type A @model { id: ID! b: [A] @hasMany }",
        "type A @model @auth(rules: [{allow: owner}]) { id: ID! a: String! @default(value: 1) }",
        "type A @model { id: ID! } type A { b: Int }",
        "type Query { a: String }",
        "{" * 500,
        "type A @model { a: " + "[" * 300 + "Int" + "]" * 300 + " }",
        "#",
        "\0",
        'type A @model { id: ID! @primaryKey(sortKeyFields: ["nothing"]) }',
        "interface I { a: I } union U = U type A implements I @model { a: I }",
    ]
)


NAMES = {
    "backendEnvironmentName": st.sampled_from(["dev", "bare"]),
    "resourceName": st.just("one"),
    "transformSchema": SCHEMAS | texts,
    "targetEnvironmentName": texts | st.text("abc-_", min_size=1, max_size=5),
}


def members(kind: inspect.Type, name: str, *, odd: bool) -> st.SearchStrategy[Any]:
    """JSON of one of our types: right in its shape, or (`odd`) now and then anything at all in a place."""
    inner, nullable = unwrapped(kind)
    right = _right(inner, name, odd=odd)
    if odd:
        return mostly(right, anything | st.none() if nullable else anything, 9)
    return right


def _right(kind: inspect.Type, name: str, *, odd: bool) -> st.SearchStrategy[Any]:
    if isinstance(kind, inspect.StructType):
        fields = {field.encode_name: members(field.type, field.encode_name, odd=odd) for field in kind.fields}
        required = {field.encode_name for field in kind.fields if field.required}
        return st.fixed_dictionaries(
            {one: strategy for one, strategy in fields.items() if one in required},
            optional={one: strategy for one, strategy in fields.items() if one not in required},
        )
    if isinstance(kind, inspect.VarTupleType):
        return st.lists(members(kind.item_type, name, odd=odd), max_size=3)
    if isinstance(kind, inspect.LiteralType):
        return st.sampled_from(kind.values)
    if isinstance(kind, inspect.BoolType):
        return st.booleans()
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return numbers if odd else st.integers(1, 25)
    return NAMES.get(name, texts)


def bodies(operation: Operation) -> st.SearchStrategy[bytes]:
    """Bodies of an operation: right in shape, near to it, any JSON, any bytes."""
    right, near = (members(inspect.type_info(operation.request), "", odd=odd).map(_json) for odd in (False, True))
    return mostly(mostly(right, near, 2), anything.map(_json) | st.binary(max_size=60), 6)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


headers = st.dictionaries(
    st.sampled_from(
        [
            "content-type",
            "amz-sdk-invocation-id",
            "amz-sdk-request",
            "x-amz-content-sha256",
            "x-amz-security-token",
            "x-amz-date",
            "authorization",
            "accept-encoding",
            "x-forwarded-for",
            "origin",
        ]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30).map(str.strip),
    max_size=2,
)


@pytest.mark.parametrize("name", amplifybackend().operation_names)
@settings(FUZZ, suppress_health_check=[*FUZZ.suppress_health_check, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_operation_answers_whatever_comes(name: str, peer: Peer, app: str, data: st.DataObject) -> None:
    """200 with the operation's answer, or a 4xx that names its error, in bounded time."""
    operation = service.operations[name]
    own = {"appId": st.just(app), "backendEnvironmentName": st.sampled_from(["dev", "bare"])}
    label = texts.filter(lambda text: "\ud800" not in text and text.isprintable())
    mine = [own.get(one, label) for one in label_names(operation)]
    wanted = [data.draw(mostly(usual, label, 9)) for usual in mine]
    body = data.draw(bodies(operation))
    more = data.draw(mostly(st.just({}), headers, 9))

    status, got, answer = peer.send(operation.method, path_of(operation, wanted), body, more)

    assert_answered(operation, status, got, answer)


def assert_answered(operation: Operation | None, status: int, got: dict[str, str], answer: bytes) -> None:
    """Check that an answer is one that the SDKs can read."""
    if status == 200:
        if operation is not None:
            msgspec.json.decode(answer, type=operation.response)
        return
    assert 400 <= status < 500, (status, answer)
    assert got["x-amzn-errortype"]
    assert got["x-amzn-requestid"]
    assert json.loads(answer)["message"]


segments = st.one_of(
    st.sampled_from(["backend", "s3Buckets", "prod", "", ".", "..", "%2e%2e", "%00", "%", "%ff", "details", "remove"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?#"), max_size=8),
)


@settings(FUZZ, max_examples=FUZZ.max_examples * 3)
@given(method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "DELETE", "PATCH"]), parts=st.lists(segments, max_size=7))
def test_any_path_is_answered(peer: Peer, method: str, parts: list[str]) -> None:
    """Whatever the method and the path, the answer is one of the SDKs' kind."""
    status, got, answer = peer.send(method, "/" + "/".join(parts), b"")

    if method == "HEAD":
        assert 200 <= status < 500
    elif status != 405 and got["content-type"] == "application/json":
        assert_answered(None, status, got, answer)
    else:
        assert status < 500


parameters = st.sampled_from(
    [
        "X-Amz-Signature",
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "a",
    ]
)
given_values = st.one_of(
    st.sampled_from(
        [
            "AWS4-HMAC-SHA256",
            "A/20261123/eu-west-1/amplifybackend/aws4_request",
            "20261123T000000Z",
            "60",
            "host",
            "%FF",
            "%",
            "0" * 64,
            "",
        ]
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=8),
)
pairs = st.tuples(parameters, st.sampled_from(["=", "=", "=", "", "%3D"]), given_values).map("".join)


@settings(FUZZ, max_examples=FUZZ.max_examples * 3)
@given(parts=st.lists(pairs, max_size=8), glue=st.sampled_from(["&", "&", "&", ";", "x"]))
def test_any_query_is_answered(peer: Peer, parts: list[str], glue: str) -> None:
    """A query is read before the caller is known: whatever it holds, an unsigned request is refused with 403."""
    status, got, answer = peer.send("POST", "/backend/d1/details?" + glue.join(parts), b"{}", signed=False)

    assert_answered(None, status, got, answer)
    assert status == 403


@settings(FUZZ, max_examples=FUZZ.max_examples * 2)
@given(raw=st.binary(max_size=200) | st.binary(max_size=80).map(lambda junk: b"POST /backend HTTP/1.1\r\n" + junk))
def test_what_is_no_http_is_refused_or_dropped(peer: Peer, raw: bytes) -> None:
    """Bytes that are no request end in a 4xx or a closed connection; a half request waits for its rest alone."""
    with socket.create_connection((str(peer.address.hostname), peer.address.port), timeout=SECONDS) as link:
        link.sendall(raw + b"\r\n\r\n")
        link.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := link.recv(65536):
            answer += piece

    assert answer == b"" or answer.split(b" ", 2)[1][:1] in {b"2", b"4"}, answer


def test_the_server_is_well_afterwards(peer: Peer) -> None:
    """It still answers, and its jobs still run."""
    status, _, answer = peer.send("GET", "/health", b"")

    assert (status, json.loads(answer)["status"]) == (200, "ok")
    peer.call("CreateBackend", [], {"appId": "dafter", "appName": "after", "backendEnvironmentName": "dev"})
    found = peer.send("POST", "/backend/dafter/details", b"{}")
    assert json.loads(found[2])["backendEnvironmentList"] == ["dev"]
