"""One HTTP request through the endpoint: whatever comes, the answer is JSON that the SDKs can name."""

import json
from typing import Any

import msgspec
import pytest

from preamp.kit.caller import Call, Caller
from preamp.kit.clock import SetClock
from preamp.wire import Credentials, Endpoint, Label, Limits, Service, Verifier, sign

KEY, SECRET, HOST, NOW = "AKIDEXAMPLE", "s" * 40, "127.0.0.1:4000", 1_795_000_000_000
CALLER = Caller(access_key_id=KEY, user="u", arn="arn:aws:iam::1:user/u", account="1", region="")


class EchoRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One label and one member."""

    app_id: Label = ""
    text: str | None = None


class EchoResponse(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What came."""

    app_id: str
    text: str | None = None
    region: str


service = Service("amplifybackend", version="2020-08-11")


@service.operation("Echo", "POST /backend/{appId}/echo")
async def echo(_context: object, request: EchoRequest, call: Call) -> EchoResponse:
    """Answer what came."""
    return EchoResponse(app_id=request.app_id, text=request.text, region=call.caller.region)


@service.operation("Fail", "POST /backend/{appId}/fail")
async def fail(_context: object, request: EchoRequest) -> EchoResponse:
    """Fail, for good or for a moment."""
    raise {"moment": TimeoutError, None: RuntimeError}[request.text]("the reason, for the log alone")


async def lookup(access_key_id: str, _token: str | None) -> Credentials | None:
    """Know one key."""
    return Credentials(caller=CALLER, secret=SECRET) if access_key_id == KEY else None


async def send(
    method: str, path: str, body: bytes | list[bytes] = b"", *, secret: str | None = SECRET, query: bytes = b""
) -> tuple[int, dict[str, str], Any]:
    """Send a request, in pieces where the body is a list; sign it unless `secret` is None."""
    pieces = body if isinstance(body, list) else [body]
    headers = {"host": HOST}
    if secret is not None:
        whole = b"".join(pieces)
        more = {"access_key_id": KEY, "secret": secret, "service": "amplifybackend", "region": "eu-west-1"}
        headers = sign(method, path, HOST, whole, now_ms=NOW, **more)
    scope = {
        "type": "http",
        "method": method,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    coming = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces) - 1}
        for number, piece in enumerate(pieces)
    ]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def answer(message: Any) -> None:
        sent.append(message)

    endpoint = Endpoint(
        (service,),
        None,
        Verifier("amplifybackend", lookup, SetClock(NOW)),
        limits=Limits(max_body_bytes=1000, max_path_bytes=200),
        transient=(TimeoutError,),
    )
    await endpoint(scope, receive, answer)
    start, rest = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    assert found["content-length"] == str(len(rest["body"]))
    return start["status"], found, json.loads(rest["body"] or b"null")


async def test_an_answer_has_what_the_clients_read() -> None:
    """JSON, a request id, and headers that let a browser's SDK see both."""
    status, headers, body = await send("POST", "/backend/d1/echo", b'{"text": "a"}')

    assert (status, body) == (200, {"appId": "d1", "text": "a", "region": "eu-west-1"})
    assert headers["content-type"] == "application/json"
    assert len(headers["x-amzn-requestid"]) == 36
    assert "x-amzn-ErrorType" in headers["access-control-expose-headers"]


async def test_a_body_in_pieces_is_one_body() -> None:
    """The signature is checked over the whole."""
    status, _, body = await send("POST", "/backend/d1/echo", [b'{"te', b"", b'xt": "a"}', b""])

    assert (status, body["text"]) == (200, "a")


REFUSED = {
    "unsigned": (("POST", "/backend/d1/echo", b"", None), 403, "MissingAuthenticationTokenException"),
    "signed wrongly": (("POST", "/backend/d1/echo", b"", "x"), 403, "InvalidSignatureException"),
    "unsigned, of no operation": (("POST", "/backend/d1/none", b"", None), 403, "MissingAuthenticationTokenException"),
    "signed wrongly, of no operation": (("POST", "/backend/d1/none", b"", "x"), 403, "InvalidSignatureException"),
    "of no operation": (("POST", "/backend/d1/none", b"", SECRET), 404, "UnknownOperationException"),
    "of another method": (("GET", "/backend/d1/echo", b"", SECRET), 404, "UnknownOperationException"),
    "an empty label": (("POST", "/backend//echo", b"", SECRET), 400, "BadRequestException"),
    "a dot segment": (("POST", "/backend/%2e%2e/echo", b"", SECRET), 400, "BadRequestException"),
    "no JSON": (("POST", "/backend/d1/echo", b"{", SECRET), 400, "BadRequestException"),
    "too long": (("POST", "/backend/d1/echo", b" " * 1001, SECRET), 413, "RequestEntityTooLargeException"),
    "too long, unsigned": (("POST", "/backend/d1/echo", b" " * 1001, None), 413, "RequestEntityTooLargeException"),
    "too long in pieces": (("POST", "/x", [b" " * 600] * 3, None), 413, "RequestEntityTooLargeException"),
    "a long path": (("POST", f"/backend/{'a' * 200}", b"", SECRET), 413, "RequestEntityTooLargeException"),
    "failing": (("POST", "/backend/d1/fail", b"", SECRET), 500, "InternalFailure"),
    "failing for a moment": (("POST", "/backend/d1/fail", b'{"text": "moment"}', SECRET), 503, "ServiceUnavailable"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_every_error_is_named_json(case: str) -> None:
    """Status, x-amzn-ErrorType and a message, from the outermost layer too; the signature is asked for first."""
    (method, path, body, secret), expected, code = REFUSED[case]

    status, headers, answer = await send(method, path, body, secret=secret)

    assert (status, headers["x-amzn-errortype"]) == (expected, code)
    assert list(answer) == ["message"]
    assert "the reason" not in answer["message"]
    assert headers["content-type"] == "application/json"


async def test_preflight_needs_no_signature() -> None:
    """A browser asks before it signs: the answer names what SDKs send."""
    status, headers, body = await send("OPTIONS", "/backend/d1/echo", secret=None)

    assert (status, body) == (200, None)
    for name in ("authorization", "x-amz-date", "x-amz-security-token", "amz-sdk-invocation-id"):
        assert name in headers["access-control-allow-headers"]


async def test_an_operation_registered_wrongly_fails_at_once() -> None:
    """Twice the same name, labels that differ from the path, a handler that answers no Struct: none of them starts."""
    other = Service("x", version="1")
    other.operation("Echo", "POST /backend/{appId}/echo")(echo)

    async def untyped(_context: object, request: EchoRequest) -> str:
        return request.app_id

    with pytest.raises(ValueError, match="Echo is registered twice"):
        other.operation("Echo", "POST /other/{appId}")(echo)
    with pytest.raises(TypeError, match="path labels"):
        other.operation("Other", "POST /backend/{app}/echo")(echo)
    with pytest.raises(TypeError, match="Struct"):
        other.operation("Third", "POST /backend/{appId}")(untyped)  # type: ignore[type-var]
