"""aws-json 1.1 through the endpoint: found by target, signed or not, refused in AWS's words."""

import json
from typing import Annotated, Any, Literal

import msgspec
import pytest

from preamp.kit.caller import Call, Caller
from preamp.kit.clock import SetClock
from preamp.wire import AwsJson, Credentials, Endpoint, Limits, Service, ServiceError, Verifier, sign

KEY, SECRET, HOST, NOW = "AKIDEXAMPLE", "s" * 40, "127.0.0.1:4000", 1_795_000_000_000
CALLER = Caller(access_key_id=KEY, user="u", arn="arn:aws:iam::1:user/u", account="1", region="")


class BadThing(ServiceError):
    """The service's own error for a wrong shape."""


class SayRequest(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A word, how often, and a secret."""

    word: Annotated[str, msgspec.Meta(min_length=1, max_length=5, pattern=r"\A(?:[a-z]+)\Z")]
    times: Annotated[int, msgspec.Meta(ge=1, le=60)] | None = None
    mood: Literal["LOUD", "SOFT"] | None = None


class SayResponse(msgspec.Struct, frozen=True, kw_only=True, rename="pascal", omit_defaults=True):
    """Who said it, and when, in seconds."""

    caller: str
    said_date: float
    nothing: str | None = None


service = Service("say", version="1", target="SayService")


@service.operation("Say", "POST /", BadThing, signed=False)
async def say(_context: object, request: SayRequest, call: Call) -> SayResponse:
    """Say it."""
    return SayResponse(caller=call.caller.user, said_date=1.5) if request.word != "never" else await refuse()


@service.operation("Command", "POST /", BadThing)
async def command(_context: object, _request: SayRequest, call: Call) -> SayResponse:
    """Say it, signed."""
    return SayResponse(caller=call.caller.user, said_date=2)


async def refuse() -> SayResponse:
    raise BadThing("Never\r\nsay <never> \u2014 again", reason="r")


async def lookup(access_key_id: str, _token: str | None) -> Credentials | None:
    """Know one key."""
    return Credentials(caller=CALLER, secret=SECRET) if access_key_id == KEY else None


async def send(
    target: str | None,
    body: Any = None,
    *,
    signed: bool = False,
    method: str = "POST",
    more: dict[str, str] | None = None,
) -> tuple[int, dict[str, str], Any]:
    """Send a request as SDKs do."""
    raw = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    headers = {"host": HOST, "content-type": "application/x-amz-json-1.1", **(more or {})}
    if target is not None:
        headers["x-amz-target"] = target
    if signed:
        parts = {"access_key_id": KEY, "secret": SECRET, "service": "say", "region": "eu-west-1"}
        headers |= sign(method, "/", HOST, raw, now_ms=NOW, **parts)
    scope = {
        "type": "http",
        "method": method,
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }
    coming, sent = [{"type": "http.request", "body": raw}], []

    async def receive() -> dict[str, Any]:
        return coming.pop(0)

    async def answer(message: Any) -> None:
        sent.append(message)

    endpoint = Endpoint(
        AwsJson(service, invalid=BadThing),
        object(),
        Verifier("say", lookup, SetClock(NOW)),
        limits=Limits(max_body_bytes=2000),
    )
    await endpoint(scope, receive, answer)
    found = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, json.loads(sent[1]["body"]) if sent[1]["body"] else None


async def test_an_operation_is_found_by_its_target() -> None:
    """Times are numbers, absent members are absent, any page may read the answer."""
    status, headers, body = await send("SayService.Say", {"Word": "hi"})

    assert (status, body) == (200, {"Caller": "", "SaidDate": 1.5})
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert headers["access-control-allow-origin"] == "*"
    assert "x-amzn-ErrorMessage" in headers["access-control-expose-headers"]


async def test_a_stray_authorization_is_not_looked_at_where_none_is_needed() -> None:
    status, _, _ = await send("SayService.Say", {"Word": "hi"}, more={"authorization": "Bearer nonsense"})

    assert status == 200


async def test_a_signed_operation_wants_a_signature() -> None:
    """Without one, and with nonsense for one, nothing is told; signed it works."""
    for more in ({}, {"authorization": "AWS4-HMAC-SHA256 nonsense"}, {"authorization": "Bearer x"}):
        status, _, body = await send("SayService.Command", {"Word": "hi"}, more=more)
        assert status == 403
        assert body["__type"] in {"MissingAuthenticationTokenException", "IncompleteSignatureException"}

    assert (await send("SayService.Command", {"Word": "hi"}, signed=True))[2] == {"Caller": "u", "SaidDate": 2}


@pytest.mark.parametrize(
    "target", [None, "", "SayService", "SayService.", "Other.Say", "SayService.Whisper", "." * 5000]
)
async def test_what_is_no_operation_is_told_to_callers_alone(target: str | None) -> None:
    unsigned = await send(target, {})
    signed = await send(target, {}, signed=True)

    assert (unsigned[0], unsigned[2]["__type"]) == (403, "MissingAuthenticationTokenException")
    assert (signed[0], signed[2]["__type"]) == (404, "UnknownOperationException")
    assert len(signed[2]["message"]) < 400


async def test_an_error_is_named_in_body_and_headers() -> None:
    """Header values are one line of ASCII, whatever the message holds."""
    status, headers, body = await send("SayService.Say", {"Word": "never"})

    assert (status, body["__type"], body["reason"]) == (400, "BadThing", "r")
    assert headers["x-amzn-errortype"] == "BadThing:"
    assert headers["x-amzn-errormessage"] == "Never say <never> ? again"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "Value null at 'word' failed to satisfy constraint: Member must not be null"),
        (
            {"Word": ""},
            "Value at 'word' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            {"Word": "secret-word"},
            "Value at 'word' failed to satisfy constraint: Member must have length less than or equal to 5",
        ),
        (
            {"Word": "NO"},
            "Value at 'word' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
        ),
        (
            {"Word": "a", "Times": 61},
            "Value '61' at 'times' failed to satisfy constraint: Member must have value less than or equal to 60",
        ),
        (
            {"Word": "a", "Mood": "SAD"},
            "Value at 'mood' failed to satisfy constraint: Member must satisfy enum value set: [LOUD, SOFT]",
        ),
    ],
)
async def test_wrong_members_are_told_in_awss_words(body: dict[str, Any], told: str) -> None:
    """A text is never repeated: it may be a password."""
    status, _, answer = await send("SayService.Say", body)

    assert (status, answer["__type"]) == (400, "BadThing")
    assert answer["message"] == f"1 validation error detected: {told}"


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'{"Word": ' + b"[" * 900, b'"x"', b"null"])
async def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    status, _, answer = await send("SayService.Say", body)

    assert (status, answer["__type"]) == (400, "BadThing")


async def test_a_body_that_is_too_long_is_refused() -> None:
    assert (await send("SayService.Say", b" " * 2001))[0] == 413


async def test_a_preflight_allows_the_headers_that_are_asked_for() -> None:
    """Nothing here carries a cookie, so any page may send any header; nonsense is not repeated."""
    asked = {"access-control-request-headers": "x-amz-target,x-own"}
    status, headers, _ = await send(None, {}, method="OPTIONS", more=asked)
    strange = await send(None, {}, method="OPTIONS", more={"access-control-request-headers": "x\tnonsense\u00e9"})

    assert status == 200
    assert "x-own" in headers["access-control-allow-headers"]
    assert "nonsense" not in strange[1]["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in headers
