"""S3's wire: signatures against botocore's signer, chunked bodies, checksums, XML."""

import base64
import hashlib
import hmac
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from preamp.kit.caller import Caller
from preamp.kit.clock import Clock
from preamp.wire import checksums, xml
from preamp.wire.chunked import ChunkDecoder, ChunkError, ChunkSignatureError, Seed
from preamp.wire.rest_xml import _query
from preamp.wire.s3 import S3Verifier, ServiceError
from preamp.wire.sigv4 import Credentials

SECRET, KEY_ID = "wJalrXUtnFEMI/K7MDENG", "AKIAEXAMPLE"
OWN = Caller(access_key_id=KEY_ID, user="root", arn="", account="0" * 12, region="")


async def lookup(access_key_id: str, token: str | None) -> Credentials | None:
    if access_key_id != KEY_ID or token not in {None, "session", "ended"}:
        return None
    return Credentials(caller=OWN, secret=SECRET, expired=token == "ended")


def signed(
    method: str, url: str, region: str = "us-east-1", token: str | None = None, headers: dict[str, str] | None = None
) -> AWSRequest:
    request = AWSRequest(method=method, url=url, headers=headers or {}, data=b"")
    request.context["payload_signing_enabled"] = True
    S3SigV4Auth(BotoCredentials(KEY_ID, SECRET, token), "s3", region).add_auth(request)
    request.headers["Host"] = "localhost:9000"
    return request


async def verify(request: AWSRequest, *, url: str | None = None, **changed: str) -> Any:
    path, _, query = (url or request.url).removeprefix("http://localhost:9000").partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()} | changed
    return await S3Verifier(lookup, Clock()).verify(request.method, path, _query(query.encode()), headers)


@pytest.mark.parametrize("region", ["us-east-1", "", "local", "localhost:20443/#", "a/b/c"])
@pytest.mark.parametrize(
    "target", ["/b/k", "/b/a//b/../c", "/b/%C3%A4%20%2B", "/b?list-type=2&prefix=a%2Fb%20", "/b?acl"]
)
async def test_what_botocore_signs_is_verified(region: str, target: str) -> None:
    """Any text for a region, any path as it is sent."""
    verified = await verify(signed("GET", f"http://localhost:9000{target}", region))

    assert (verified.credentials.caller, verified.region) == (OWN, region)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"host": "other"}, "SignatureDoesNotMatch"),
        ({"x-amz-content-sha256": "0" * 64}, "SignatureDoesNotMatch"),
        ({"x-amz-content-sha256": "nonsense"}, "InvalidArgument"),
        ({"x-amz-acl": "private"}, "AccessDenied"),
        ({"x-amz-date": "20200101T000000Z"}, "AccessDenied"),
        ({"authorization": "AWS4-HMAC-SHA256 nonsense"}, "AuthorizationHeaderMalformed"),
        ({"authorization": "AWS AKIA:signature"}, "InvalidRequest"),
    ],
)
async def test_what_was_changed_is_refused(change: dict[str, str], code: str) -> None:
    with pytest.raises(ServiceError) as refused:
        await verify(signed("GET", "http://localhost:9000/b/k"), **change)

    assert refused.value.code == code


async def test_tokens_must_be_known_and_running() -> None:
    url = "http://localhost:9000/b/k"
    assert (await verify(signed("GET", url, token="session"))).token == "session"
    for token, code in (("ended", "ExpiredToken"), ("forged", "InvalidToken")):
        with pytest.raises(ServiceError) as refused:
            await verify(signed("GET", url, token=token))
        assert refused.value.code == code


@pytest.mark.parametrize(("expires", "refusal"), [(60, None), (604_800, None), (604_801, 403), (0, 403), (-7, 403)])
async def test_a_presigned_url_lives_a_week_at_most(expires: int, refusal: int | None) -> None:
    request = AWSRequest(method="GET", url="http://localhost:9000/b/k%20?response-content-type=a%2Fb", data=b"")
    S3SigV4QueryAuth(BotoCredentials(KEY_ID, SECRET), "s3", "us-east-1", expires=expires).add_auth(request)
    request.headers["Host"] = "localhost:9000"

    if refusal is None:
        assert (await verify(request)).presigned
        with pytest.raises(ServiceError):
            await verify(request, url=request.url.replace("a%2Fb", "a%2Fc"))
    else:
        with pytest.raises(ServiceError) as refused:
            await verify(request)
        assert refused.value.status == refusal


# aws-chunked -------------------------------------------------------------------------------------------------------

SEED = Seed(b"k" * 32, "20260101T000000Z", "20260101/us-east-1/s3/aws4_request", "0" * 64)
EMPTY = hashlib.sha256(b"").hexdigest()


def chunked(chunks: Iterable[bytes], trailers: dict[str, str], seed: Seed | None) -> bytes:
    """A body as a client writes it."""
    out, previous = bytearray(), seed.signature if seed else ""

    def sign(kind: str, *parts: str) -> str:
        assert seed is not None
        text = "\n".join([f"AWS4-HMAC-SHA256-{kind}", seed.time, seed.scope, previous, *parts])
        return hmac.digest(seed.key, text.encode(), "sha256").hex()

    for chunk in (*chunks, b""):
        line = f"{len(chunk):x}"
        if seed:
            previous = sign("PAYLOAD", EMPTY, hashlib.sha256(chunk).hexdigest())
            line += f";chunk-signature={previous}"
        out += line.encode() + b"\r\n" + chunk + (b"\r\n" if chunk else b"")
    for name, value in trailers.items():
        out += f"{name}:{value}\r\n".encode()
    if seed and trailers:
        text = "".join(f"{name}:{value}\n" for name, value in sorted(trailers.items()))
        out += f"x-amz-trailer-signature:{sign('TRAILER', hashlib.sha256(text.encode()).hexdigest())}\r\n".encode()
    return bytes(out + b"\r\n")


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=50), max_size=5), st.integers(1, 200), st.booleans(), st.booleans())
def test_chunks_come_out_however_the_body_is_cut(
    chunks: list[bytes], cut: int, with_signatures: bool, with_trailer: bool
) -> None:
    seed = SEED if with_signatures else None
    trailers = {"x-amz-checksum-crc32": "AAAAAA=="} if with_trailer else {}
    decoder = ChunkDecoder(seed)

    out = b"".join(out for piece in pieces(chunked(chunks, trailers, seed), cut) for out in decoder.feed(piece))
    decoder.finish()

    assert out == b"".join(chunks)
    assert decoder.trailers == trailers


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_changed_byte_of_a_signed_body_is_found(data: st.DataObject) -> None:
    """Wherever it is changed, the body is refused or says the same."""
    chunks, trailers = [b"hello" * 20, b"world"], {"x-amz-checksum-crc32": "AAAAAA=="}
    body = bytearray(chunked(chunks, trailers, SEED))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(1, 255))
    decoder = ChunkDecoder(SEED)

    try:
        out = b"".join(decoder.feed(bytes(body)))
        decoder.finish()
    except ChunkError:
        return
    assert out == b"".join(chunks)
    assert decoder.trailers == trailers


@pytest.mark.parametrize(
    "body", [b"", b"5\r\nhello", b"5\r\nhelloo\r\n0\r\n\r\n", b"x\r\n", b"0\r\n\r\nmore", b"f" * 2000]
)
def test_a_body_of_another_form_is_refused(body: bytes) -> None:
    decoder = ChunkDecoder(None)

    with pytest.raises(ChunkError):
        list(decoder.feed(body))
        decoder.finish()


def test_chunks_without_signatures_are_no_signed_body() -> None:
    with pytest.raises(ChunkSignatureError):
        list(ChunkDecoder(SEED).feed(chunked([b"hello"], {}, None)))


# Checksums ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", checksums.ALGORITHMS)
def test_a_checksum_by_pieces_is_the_checksum_of_the_whole(algorithm: str) -> None:
    whole, by_pieces = checksums.running(algorithm), checksums.running(algorithm)
    whole.update(b"hello world")
    for piece in (b"hello", b"", b" world"):
        by_pieces.update(piece)

    assert whole.digest() == by_pieces.digest()
    assert checksums.digest_of(algorithm, checksums.text(whole.digest())) == whole.digest()
    assert checksums.digest_of(algorithm, "AAA=") is None
    assert checksums.digest_of(algorithm, "not base64") is None


def test_crc32_is_the_known_one() -> None:
    running = checksums.running("CRC32")
    running.update(b"123456789")

    assert running.digest() == zlib.crc32(b"123456789").to_bytes(4, "big") == bytes.fromhex("cbf43926")


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=5), st.sampled_from(["CRC32", "CRC32C", "CRC64NVME"]))
def test_crcs_combine_over_parts(parts: list[bytes], algorithm: str) -> None:
    def digest(data: bytes) -> bytes:
        running = checksums.running(algorithm)
        running.update(data)
        return running.digest()

    combined = checksums.combined(algorithm, [checksums.Part(digest(part), len(part)) for part in parts])

    assert combined == digest(b"".join(parts))


def test_a_composite_checksum_is_of_the_parts_digests() -> None:
    parts = [checksums.Part(hashlib.sha256(part).digest(), 1) for part in (b"a", b"b")]
    expected = base64.b64encode(hashlib.sha256(parts[0].digest + parts[1].digest).digest()).decode()

    assert checksums.composite("SHA256", parts) == f"{expected}-2"


# XML ---------------------------------------------------------------------------------------------------------------


@given(st.text())
def test_text_survives_writing_and_reading(text: str) -> None:
    """Save what XML has no form for, which is written as S3 does."""
    clean = "".join(letter for letter in text if letter >= " " and not 0xD800 <= ord(letter) <= 0xDFFF)
    clean = clean.replace("\ufffe", "").replace("\uffff", "")
    body = xml.document("A", xml.tag("B", clean))

    assert xml.read(body, "A").value("B") == clean


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><A>&x;</A>',
        b'<!DOCTYPE A SYSTEM "file:///etc/passwd"><A/>',
        b"<B/>",
        b"<A>",
        b"",
        b"<A>&undefined;</A>",
        b"<A>" * 20 + b"</A>" * 20,
        b"<A>" + b"<b/>" * 100_001 + b"</A>",
    ],
)
def test_documents_of_another_kind_are_refused(body: bytes) -> None:
    """No DOCTYPE, so nothing can be expanded or fetched."""
    with pytest.raises(xml.MalformedXmlError):
        xml.read(body, "A")


def test_control_characters_are_written_as_numbers() -> None:
    assert xml.tag("Key", "a\x01\r<&") == "<Key>a&#x1;&#xd;&lt;&amp;</Key>"
    assert xml.tag("Key", None) == ""
