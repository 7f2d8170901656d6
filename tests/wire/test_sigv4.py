"""What AWS's own signers sign is accepted, and nothing else is."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from preamp.kit.caller import Caller
from preamp.kit.clock import SetClock
from preamp.wire import Credentials, ServiceError, Verifier, sign
from preamp.wire.endpoint import header_map

KEY, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "SESSION/EXAMPLE+token=="
HOST = "127.0.0.1:4000"
CAPTURED = json.loads((Path(__file__).parent / "signed_by_javascript.json").read_text())

Request = dict[str, Any]


async def lookup(access_key_id: str, token: str | None) -> Credentials | None:
    """Know one key, which has a session token or none; a second one has ended."""
    if access_key_id not in {KEY, "AKIDENDED"} or token not in {None, TOKEN}:
        return None
    caller = Caller(access_key_id=access_key_id, user="u", arn="arn:aws:iam::1:user/u", account="1", region="")
    return Credentials(caller=caller, secret=SECRET, expired=access_key_id == "AKIDENDED")


def milliseconds(basic: str) -> int:
    return int(datetime.strptime(basic, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()) * 1000


def received(method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Request:
    """Give a request as the server has it: raw target, headers in lower case."""
    path, _, query = target.partition("?")
    lower = [(name.lower().encode(), value.encode()) for name, value in headers]
    return {"method": method, "path": path, "query": query, "headers": header_map(lower), "body": body}


async def verify(request: Request, now_ms: int, service: str = "amplifybackend", skew: int = 900) -> Caller:
    scope = {"raw_path": request["path"].encode(), "query_string": request["query"].encode()}
    verifier = Verifier(service, lookup, SetClock(now_ms), skew)
    return await verifier.verify(request["method"], scope, request["headers"], request["body"])


async def refusal(request: Request, now_ms: int, **more: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await verify(request, now_ms, **more)
    assert caught.value.status == 403
    return caught.value


def signed(
    method: str = "POST",
    target: str = "/backend",
    body: bytes = b"{}",
    *,
    headers: dict[str, str] | None = None,
    token: str | None = None,
    service: str = "amplifybackend",
    secret: str = SECRET,
    key: str = KEY,
    presigned: int | None = None,
) -> tuple[Request, int]:
    """Give what botocore signs, as it is received, and its time in ms."""
    aws = AWSRequest(method=method, url=f"http://{HOST}{target}", data=body, headers=headers or {})
    aws.context["payload_signing_enabled"] = True
    credentials = BotocoreCredentials(key, secret, token)
    if presigned is None:
        SigV4Auth(credentials, service, "eu-west-1").add_auth(aws)
    else:
        SigV4QueryAuth(credentials, service, "eu-west-1", expires=presigned).add_auth(aws)
    url = urlsplit(aws.url)
    sent = [("Host", HOST), *((name, value) for name, value in aws.headers.items() if name != "Host")]
    request = received(method, url.path + (f"?{url.query}" if url.query else ""), sent, body)
    basic = request["headers"].get("x-amz-date") or re.findall(r"X-Amz-Date=(\w+)", request["query"])[0]
    return request, milliseconds(basic)


segment = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12).map(
    lambda text: quote(text, safe="-._~")
)
paths = st.lists(segment, min_size=1, max_size=5).map(lambda parts: "/" + "/".join(parts))
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8).map(
    lambda text: quote(text, safe="")
)
queries = st.lists(st.tuples(words.filter(bool), words), max_size=4, unique_by=lambda pair: pair[0]).map(
    lambda pairs: "".join(("?", "&".join(f"{name}={value}" for name, value in pairs))) if pairs else ""
)
header_values = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
header_sets = st.dictionaries(st.sampled_from(["Content-Type", "X-Amz-Meta", "X-Own"]), header_values)
bodies = st.binary(max_size=64)
tokens = st.sampled_from([None, TOKEN])
methods = st.sampled_from(["GET", "POST"])


@settings(max_examples=300, deadline=None)
@given(method=methods, path=paths, query=queries, headers=header_sets, body=bodies, token=tokens)
async def test_what_botocore_signs_is_accepted(
    method: str, path: str, query: str, headers: dict[str, str], body: bytes, token: str | None
) -> None:
    """Any path, query, headers, body and session token; the caller carries the scope's region."""
    request, now = signed(method, path + query, body, headers=headers, token=token)

    caller = await verify(request, now)

    assert (caller.access_key_id, caller.region) == (KEY, "eu-west-1")


@settings(max_examples=150, deadline=None)
@given(method=methods, path=paths, token=tokens, seconds=st.integers(1, 604_800))
async def test_what_botocore_presigns_is_accepted(method: str, path: str, token: str | None, seconds: int) -> None:
    """The signature in the query counts until its X-Amz-Expires, and not a millisecond longer.

    There is no body: botocore moves one into the query when it presigns.
    """
    request, now = signed(method, path, b"", token=token, presigned=seconds)

    await verify(request, now)
    await verify(request, now + seconds * 1000)

    assert "Signature expired" in (await refusal(request, now + seconds * 1000 + 1)).message


def _replace_date(request: Request) -> None:
    date = request["headers"]["x-amz-date"]
    request["headers"]["x-amz-date"] = date[:-2] + ("0Z" if date[-2] != "0" else "1Z")


def _replace_signature(request: Request) -> None:
    given = request["headers"]["authorization"]
    request["headers"]["authorization"] = given[:-1] + ("0" if given[-1] != "0" else "1")


CHANGES: dict[str, Callable[[Request], None]] = {
    "path": lambda request: request.update(path=request["path"] + "x"),
    "path label": lambda request: request.update(path=request["path"].replace("d1example", "d2example") + "/"),
    "query": lambda request: request.update(query=(request["query"] + "&a=b").lstrip("&")),
    "method": lambda request: request.update(method={"GET": "POST", "POST": "GET"}[request["method"]]),
    "host": lambda request: request["headers"].update(host="127.0.0.2:4000"),
    "body": lambda request: request.update(body=request["body"] + b" "),
    "signed header": lambda request: request["headers"].update({"x-own": "changed"}),
    "token": lambda request: request["headers"].update({"x-amz-security-token": "other"}),
    "date": _replace_date,
    "signature": _replace_signature,
    "region": lambda request: request["headers"].update(
        authorization=request["headers"]["authorization"].replace("eu-west-1", "eu-west-2")
    ),
}


@pytest.mark.parametrize("change", CHANGES)
@settings(max_examples=25, deadline=None)
@given(method=methods, path=paths, query=queries, body=bodies, token=tokens)
async def test_any_single_change_is_refused(
    change: str, method: str, path: str, query: str, body: bytes, token: str | None
) -> None:
    """Whatever is signed cannot be changed under way."""
    request, now = signed(method, path + query, body, headers={"X-Own": "as signed"}, token=token)

    CHANGES[change](request)

    expected = "UnrecognizedClientException" if change == "token" and token else "InvalidSignatureException"
    assert (await refusal(request, now)).code == expected


@settings(max_examples=100, deadline=None)
@given(data=st.data())
async def test_any_changed_byte_of_a_presigned_query_is_refused(data: st.DataObject) -> None:
    """Each character of the query counts, X-Amz-Expires and the credential scope too."""
    request, now = signed("POST", "/backend/d1/details", b"", presigned=600)
    at = data.draw(st.integers(0, len(request["query"]) - 1))
    other = data.draw(st.sampled_from("0aZ&=").filter(lambda one: one != request["query"][at]))

    request["query"] = request["query"][:at] + other + request["query"][at + 1 :]

    await refusal(request, now)


@pytest.mark.parametrize(
    "captured", CAPTURED["requests"], ids=lambda one: f"{one['client']} {one['operation']} {one['target'][:32]}"
)
async def test_what_the_javascript_clients_sign_is_accepted(captured: dict[str, Any]) -> None:
    """Requests of both SDKs as they came over a socket: odd labels, dot segments, base paths, session tokens."""
    request = received(captured["method"], captured["target"], captured["headers"], captured["body"].encode())
    now = milliseconds(request["headers"]["x-amz-date"])

    await verify(request, now)

    for change in set(CHANGES) - {"signed header", "token"}:
        changed = {**request, "headers": dict(request["headers"])}
        CHANGES[change](changed)
        assert (await refusal(changed, now)).code == "InvalidSignatureException", change


async def test_the_keys_of_the_captured_requests_are_the_ones_tested() -> None:
    """The fixture was made with the made-up keys of this file; 40 requests of each SDK."""
    assert CAPTURED["keys"] == {"accessKeyId": KEY, "secretAccessKey": SECRET}
    assert [sum(one["client"].endswith(kind) for one in CAPTURED["requests"]) for kind in ("v2", "v3")] == [40, 40]


async def test_another_services_signature_is_refused() -> None:
    """A signature made for S3 opens nothing here, however right it is."""
    request, now = signed(service="s3")

    error = await refusal(request, now)

    assert error.code == "InvalidSignatureException"
    assert error.message == "Credential should be scoped to correct service: 'amplifybackend'."


async def test_the_window_is_fifteen_minutes_either_way() -> None:
    """At the edge it counts, a second later it does not; the words let the SDKs correct their clock and repeat."""
    request, now = signed()

    await verify(request, now + 900_000)
    await verify(request, now - 900_000)

    late, early = await refusal(request, now + 901_000), await refusal(request, now - 901_000)
    assert late.code == early.code == "InvalidSignatureException"
    assert late.message.startswith("Signature expired: ")
    assert early.message.startswith("Signature not yet current: ")


async def test_a_presigned_request_from_the_future_is_refused() -> None:
    """Its life begins when it was made, give or take the window."""
    request, now = signed(body=b"", presigned=60)

    assert (await refusal(request, now - 901_000)).message.startswith("Signature not yet current: ")


@pytest.mark.parametrize("glue", ["x", "%26", "="])
async def test_a_signature_inside_another_parameter_is_none(glue: str) -> None:
    """The words X-Amz-Signature= in the middle of a value are no signature, and no failure either."""
    request, now = signed(body=b"", presigned=60)
    request["query"] = request["query"].replace("&X-Amz-Signature", f"{glue}X-Amz-Signature")

    assert (await refusal(request, now)).code == "IncompleteSignatureException"


@pytest.mark.parametrize("seconds", ["0", "604801", "-1", "1.5", "", "x", "9999999999999999999999", "\u0663"])
async def test_a_presigned_life_out_of_bounds_is_refused(seconds: str) -> None:
    """1 to 604800 seconds, whole, in ASCII digits."""
    request, now = signed(body=b"", presigned=60)
    request["query"] = request["query"].replace("X-Amz-Expires=60", f"X-Amz-Expires={quote(seconds)}")

    assert (await refusal(request, now)).code == "IncompleteSignatureException"


@pytest.mark.parametrize(
    "date",
    [
        "",
        "now",
        "2026-11-23T19:37:49Z",
        "20261123T193749",
        "20261323T193749Z",
        "20261123T253749Z",
        "\u0662\u0660\u0662\u06661123T193749Z",
    ],
)
async def test_a_date_of_another_form_is_refused(date: str) -> None:
    """X-Amz-Date has one form."""
    request, now = signed()
    request["headers"]["x-amz-date"] = date

    error = await refusal(request, now)

    assert error.code == "IncompleteSignatureException"
    assert "X-Amz-Date" in error.message


async def test_the_scopes_day_is_the_dates_day() -> None:
    """A key derived for another day signs nothing, even where the signature is made rightly with it."""
    request, now = signed()
    day = request["headers"]["x-amz-date"][:8]
    request["headers"]["authorization"] = request["headers"]["authorization"].replace(f"/{day}/", "/20200101/")

    assert "Date in Credential scope" in (await refusal(request, now)).message


@pytest.mark.parametrize("key", ["AKIDUNKNOWN", KEY])
async def test_an_unknown_key_or_token_is_unrecognized(key: str) -> None:
    """The caller learns no more than that the pair is not of this server."""
    request, now = signed(key=key, token=None if key != KEY else "not of this server")

    error = await refusal(request, now)

    assert error.code == "UnrecognizedClientException"
    assert error.message == "The security token included in the request is invalid."


async def test_an_ended_session_says_so_only_to_its_owner() -> None:
    """ExpiredTokenException with the right secret, InvalidSignatureException without."""
    request, now = signed(key="AKIDENDED", token=TOKEN)
    forged, _ = signed(key="AKIDENDED", token=TOKEN, secret="x" * 40)

    assert (await refusal(request, now)).code == "ExpiredTokenException"
    assert (await refusal(forged, now)).code == "InvalidSignatureException"


@pytest.mark.parametrize("name", ["host", "x-amz-date", "x-amz-security-token"])
async def test_what_must_be_signed(name: str) -> None:
    """A header that names the server, the time or the session counts only when it is signed."""
    request, now = signed(token=TOKEN)
    request["headers"]["authorization"] = re.sub(
        f"(SignedHeaders=[^,]*?);?{name}", r"\1", request["headers"]["authorization"]
    ).replace("SignedHeaders=;", "SignedHeaders=")

    error = await refusal(request, now)

    assert error.code == "InvalidSignatureException"
    assert error.message == f"{name!r} must be a signed header."


async def test_a_token_beside_the_signature_is_refused() -> None:
    """A session token added to a request that was signed without one is not taken."""
    request, now = signed()
    request["headers"]["x-amz-security-token"] = TOKEN

    assert (await refusal(request, now)).message == "'x-amz-security-token' must be a signed header."


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer eyJh",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE",
        f"AWS4-HMAC-SHA256 Credential=A/20261123/r/a/aws4_request, SignedHeaders=, Signature={'0' * 64}",
        f"AWS4-HMAC-SHA256 Credential=A/20261123/r/a/aws4, SignedHeaders=host, Signature={'0' * 64}",
        f"AWS4-HMAC-SHA256 Credential=A/20261123/r/a/aws4_request, SignedHeaders=host, Signature={'0' * 63}",
        f"AWS4-HMAC-SHA256 Credential=A/20261123/r/a/aws4_request, SignedHeaders=host, Signature={'G' * 64}",
        f"AWS4-ECDSA-P256-SHA256 Credential=A/2/r/s/aws4_request, SignedHeaders=host, Signature={'0' * 64}",
    ],
)
async def test_an_authorization_of_another_form_is_incomplete(authorization: str) -> None:
    """Only the whole AWS4-HMAC-SHA256 form is read."""
    request, now = signed()
    request["headers"]["authorization"] = authorization

    assert (await refusal(request, now)).code == "IncompleteSignatureException"


async def test_an_unsigned_request_is_told_so() -> None:
    """No Authorization header and no X-Amz-Signature: MissingAuthenticationTokenException."""
    request = received("POST", "/backend", [("Host", HOST)], b"{}")

    assert (await refusal(request, 0)).code == "MissingAuthenticationTokenException"


async def test_a_declared_hash_is_held_to_the_body() -> None:
    """UNSIGNED-PAYLOAD and streaming hashes are of S3 alone: here the hash is the body's or the call is refused."""
    for declared in ("UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", hashlib.sha256(b"other").hexdigest()):
        request, now = signed(headers={"X-Amz-Content-SHA256": declared})

        assert "x-amz-content-sha256" in (await refusal(request, now)).message


async def test_a_normalised_path_is_accepted_as_the_clients_sign_it() -> None:
    """Boto3 and v3 sign the path without empty and dot segments, v2 as it is; the router refuses such segments."""
    for sent in ("/prod//backend", "/backend/./d1", "/x/../backend", "/backend//d1/"):
        request, now = signed(target=sent)

        await verify({**request, "path": sent}, now)


async def test_a_changed_secret_counts_at_once() -> None:
    """The cache of signing keys never answers with the key of a secret that was replaced."""
    secrets = [SECRET]

    async def changing(access_key_id: str, token: str | None) -> Credentials | None:
        known = await lookup(access_key_id, token)
        return known and Credentials(caller=known.caller, secret=secrets[-1])

    (old, now), (new, _) = signed(), signed(secret="replaced" * 5)
    verifier = Verifier("amplifybackend", changing, SetClock(now))
    scope = {"raw_path": b"/backend", "query_string": b""}

    await verifier.verify("POST", scope, old["headers"], b"{}")
    secrets.append("replaced" * 5)

    with pytest.raises(ServiceError):
        await verifier.verify("POST", scope, old["headers"], b"{}")
    await verifier.verify("POST", scope, new["headers"], b"{}")


@settings(max_examples=100, deadline=None)
@given(path=paths, body=bodies, token=tokens)
async def test_our_signer_signs_as_botocore_does(path: str, body: bytes, token: str | None) -> None:
    """`sign` makes the very signature of botocore for the same request and time."""
    theirs, now = signed("POST", path, body, token=token)

    ours = sign(
        "POST",
        path,
        HOST,
        body,
        access_key_id=KEY,
        secret=SECRET,
        service="amplifybackend",
        region="eu-west-1",
        now_ms=now,
        token=token,
    )

    assert ours["authorization"] == theirs["headers"]["authorization"]
