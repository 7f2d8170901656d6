"""Listings, multipart uploads, CORS and buckets over the endpoint."""

import random
import re
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preamp.storage.records import Meta, Object
from preamp.storage.s3.listing import page, successor
from s3_kit import Stand, stand

PART = 5 << 20


@pytest.fixture
async def s3(database_url: str) -> AsyncIterator[Stand]:
    """Give a storage room with the bucket `mine`."""
    async with stand(database_url) as made:
        await made.bucket("mine", owner=None)
        yield made


def keys(body: bytes) -> list[str]:
    return [each.decode() for each in re.findall(rb"<Key>(.*?)</Key>", body)]


def prefixes(body: bytes) -> list[str]:
    return [each.decode() for each in re.findall(rb"<CommonPrefixes><Prefix>(.*?)</Prefix>", body)]


def one(body: bytes, name: str) -> str | None:
    found = re.search(rf"<{name}>(.*?)</{name}>".encode(), body)
    return found.group(1).decode() if found else None


async def test_keys_are_listed_by_their_bytes(s3: Stand) -> None:
    """Not by any language's order: capitals before small letters, UTF-8 behind ASCII."""
    names = ["b", "B", "a/1", "a-1", "%C3%A4", "%F0%9F%98%80", "%EF%BD%81", "a", "a%00"]
    for name in random.sample(names, len(names)):
        await s3.put(f"/mine/{name}")

    found = (await s3.ask("GET", "/mine?list-type=2&encoding-type=url")).body

    assert keys(found) == ["B", "a", "a%00", "a-1", "a/1", "b", "%C3%A4", "%EF%BD%81", "%F0%9F%98%80"]


async def test_pages_go_through_everything_once(s3: Stand) -> None:
    """Keys and common prefixes share the page; each token goes on behind the last."""
    for name in ("a", "b/1", "b/2", "c", "d/1", "d/2", "d/3", "e"):
        await s3.put(f"/mine/{name}")
    seen, token = [], ""
    while True:
        body = (await s3.ask("GET", f"/mine?list-type=2&delimiter=%2F&max-keys=2{token}")).body
        seen += [*keys(body), *prefixes(body)]
        assert int(one(body, "KeyCount") or "") <= 2
        following = one(body, "NextContinuationToken")
        assert (one(body, "IsTruncated") == "true") == (following is not None)
        if following is None:
            break
        token = f"&continuation-token={following.replace('=', '%3D')}"

    assert sorted(seen) == ["a", "b/", "c", "d/", "e"]


async def test_what_was_not_asked_for_is_not_echoed(s3: Stand) -> None:
    """amplify-js takes an empty element for a mismatch."""
    body = (await s3.ask("GET", "/mine?list-type=2")).body

    assert {name for name in ("Prefix", "Delimiter", "ContinuationToken", "StartAfter") if one(body, name)} == set()
    assert b"<Prefix" not in body
    assert b"<Delimiter" not in body
    assert one((await s3.ask("GET", "/mine?list-type=2&prefix=x%2F")).body, "Prefix") == "x/"


@pytest.mark.parametrize("query", ["max-keys=x", "max-keys=-1", "continuation-token=x", "encoding-type=xml"])
async def test_arguments_that_cannot_be_are_refused(s3: Stand, query: str) -> None:
    assert (await s3.ask("GET", f"/mine?list-type=2&{query}")).code == "InvalidArgument"


def item(key: bytes) -> Object:
    return Object(
        bucket="b", key=key, content="c", size=0, etag="", modified_ms=0, owner="", checksum=None, meta=Meta()
    )


@settings(max_examples=300, deadline=None)
@given(
    st.sets(
        st.binary(min_size=1, max_size=5).map(lambda raw: bytes(b"/ab\xff"[byte % 4] for byte in raw)), max_size=30
    ),
    st.sampled_from([b"", b"a", b"a/", b"\xff", b"/"]),
    st.sampled_from([b"", b"/", b"b", b"ab"]),
    st.integers(1, 5),
)
async def test_a_page_is_what_a_full_scan_would_say(names: set[bytes], prefix: bytes, sign: bytes, limit: int) -> None:
    """Skipping over common prefixes leaves nothing out and shows nothing twice."""
    ordered = sorted(names)

    async def read(first: bytes, until: bytes | None, count: int) -> list[Object]:
        return [item(key) for key in ordered if key >= first and (until is None or key < until)][:count]

    expected: list[bytes] = []
    for key in ordered:
        if key.startswith(prefix):
            at = key.find(sign, len(prefix)) if sign else -1
            shown = key if at < 0 else key[: at + len(sign)]
            expected += [] if expected[-1:] == [shown] else [shown]
    found: list[bytes] = []
    after = None
    while True:
        got = await page(read, prefix, sign, after, limit)
        found += sorted([each.key for each in got.objects] + got.prefixes)
        after = got.last
        if not got.truncated:
            break

    assert found == expected


def test_the_successor_is_behind_every_key_of_a_prefix() -> None:
    assert successor(b"a") == b"b"
    assert successor(b"a\xff\xff") == b"b"
    assert successor(b"\xff") is None
    assert successor(b"") is None


async def upload(s3: Stand, key: str, *bodies: bytes, headers: dict[str, str] | None = None) -> tuple[str, list[str]]:
    began = await s3.ask("POST", f"/mine/{key}?uploads=", headers=headers)
    upload_id = one(began.body, "UploadId") or ""
    etags = []
    for number, body in enumerate(bodies, 1):
        etags.append((await s3.put(f"/mine/{key}?partNumber={number}&uploadId={upload_id}", body)).headers["etag"])
    return upload_id, etags


def completion(etags: list[str], first: int = 1) -> bytes:
    parts = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>" for number, etag in enumerate(etags, first)
    )
    return f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()


async def test_parts_become_an_object_without_moving_bytes(s3: Stand) -> None:
    """Ranges cross the parts; a repeated completion answers the same; parts left out are swept."""
    first, second = b"1" * PART, b"2" * 1000
    upload_id, etags = await upload(s3, "m", first, second, b"left out")

    done = await s3.ask("POST", f"/mine/m?uploadId={upload_id}", body=completion(etags[:2]))
    again = await s3.ask("POST", f"/mine/m?uploadId={upload_id}", body=completion(etags[:2]))
    await s3.sweeper.sweep_orphans()

    assert one(done.body, "ETag") == one(again.body, "ETag")
    assert (one(done.body, "ETag") or "").endswith("-2&quot;")
    assert (await s3.ask("GET", "/mine/m")).body == first + second
    assert (await s3.ask("GET", "/mine/m", headers={"range": f"bytes={PART - 2}-{PART + 1}"})).body == b"1122"
    assert (await s3.ask("GET", "/mine/m?partNumber=2")).body == second
    assert len(await s3.blobs()) == 2
    assert (await s3.ask("GET", f"/mine/m?uploadId={upload_id}")).code == "NoSuchUpload"


async def test_a_wrong_completion_changes_nothing(s3: Stand) -> None:
    upload_id, etags = await upload(s3, "m", b"small", b"end")
    place = f"/mine/m?uploadId={upload_id}"

    assert (await s3.ask("POST", place, body=completion(etags))).code == "EntityTooSmall"
    assert (await s3.ask("POST", place, body=completion(etags, 2))).code == "InvalidPart"
    assert (await s3.ask("POST", place, body=completion(['"0"']))).code == "InvalidPart"
    assert (await s3.ask("POST", place, body=b"<CompleteMultipartUpload/>")).code == "MalformedXML"
    assert (await s3.ask("POST", place, body=b"<!DOCTYPE a []><CompleteMultipartUpload/>")).code == "MalformedXML"
    assert (await s3.ask("POST", "/mine/other?uploadId=" + upload_id, body=completion(etags))).code == "NoSuchUpload"
    assert (await s3.ask("GET", place)).status == 200
    assert (await s3.ask("DELETE", place)).status == 204
    await s3.sweeper.sweep_orphans()
    assert await s3.blobs() == set()


async def test_a_part_sent_again_replaces_the_first(s3: Stand) -> None:
    upload_id, _ = await upload(s3, "m", b"first")
    again = await s3.put(f"/mine/m?partNumber=1&uploadId={upload_id}", b"second")

    await s3.ask("POST", f"/mine/m?uploadId={upload_id}", body=completion([again.headers["etag"]]))

    assert (await s3.ask("GET", "/mine/m")).body == b"second"
    assert await s3.sweeper.sweep_orphans() == 1


async def test_an_upload_that_nobody_completes_ends(s3: Stand) -> None:
    await upload(s3, "m", b"part")
    s3.clock.advance(8 * 86_400_000)

    assert (await s3.sweeper.sweep()).uploads == 1
    assert await s3.blobs() == set()
    assert keys((await s3.ask("GET", "/mine?uploads=")).body) == []


async def test_uploads_under_way_are_listed(s3: Stand) -> None:
    for name in ("a/1", "a/2", "b"):
        await upload(s3, name)

    assert keys((await s3.ask("GET", "/mine?uploads=")).body) == ["a/1", "a/2", "b"]
    assert keys((await s3.ask("GET", "/mine?uploads=&prefix=a%2F")).body) == ["a/1", "a/2"]
    level = (await s3.ask("GET", "/mine?uploads=&delimiter=%2F")).body
    assert (keys(level), prefixes(level)) == (["b"], ["a/"])
    assert keys((await s3.ask("GET", "/mine?uploads=&max-uploads=1")).body) == ["a/1"]


RULES = b"""<CORSConfiguration><CORSRule><AllowedOrigin>https://*.example</AllowedOrigin>
<AllowedMethod>PUT</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>
</CORSRule></CORSConfiguration>"""


async def test_cors_follows_the_buckets_rules(s3: Stand) -> None:
    """Amplify's own for an environment's bucket, none for others until they are put."""
    asked = {
        "origin": "https://app.example",
        "access-control-request-method": "PUT",
        "access-control-request-headers": "x-amz-date, X-Amz-User-Agent",
    }
    await s3.bucket("theirs")

    theirs = await s3.ask("OPTIONS", "/theirs/public/a", headers=asked, signed=False)
    before = await s3.ask("OPTIONS", "/mine/a", headers=asked, signed=False)
    await s3.ask("PUT", "/mine?cors=", body=RULES)
    after = await s3.ask("OPTIONS", "/mine/a", headers=asked, signed=False)
    foreign = {**asked, "origin": "https://evil.test"}
    elsewhere = await s3.ask("OPTIONS", "/mine/a", headers=foreign, signed=False)

    assert theirs.headers["access-control-allow-origin"] == "*"
    assert "ETag" in theirs.headers["access-control-expose-headers"]
    assert theirs.headers["access-control-allow-headers"] == "x-amz-date, x-amz-user-agent"
    assert (before.code, elsewhere.code) == ("AccessForbidden", "AccessForbidden")
    assert after.headers["access-control-allow-origin"] == "https://app.example"
    assert (await s3.ask("OPTIONS", "/mine/a", signed=False)).code == "BadRequest"


async def test_an_error_can_be_read_by_the_page_that_caused_it(s3: Stand) -> None:
    await s3.bucket("theirs")

    answer = await s3.ask("GET", "/theirs/private/x", headers={"origin": "https://app.example"}, signed=False)

    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["vary"].startswith("Origin")


async def test_buckets_are_made_listed_and_deleted(s3: Stand) -> None:
    assert (await s3.ask("PUT", "/another")).status == 200
    assert (await s3.ask("PUT", "/Another")).code == "InvalidBucketName"
    await s3.bucket("theirs")
    assert (await s3.ask("PUT", "/theirs")).code == "BucketAlreadyExists"
    listed = (await s3.ask("GET", "/")).body
    assert re.findall(rb"<Name>(.*?)</Name>", listed) == [b"another", b"mine", b"theirs"]
    await s3.put("/another/a")
    assert (await s3.ask("DELETE", "/another")).code == "BucketNotEmpty"
    await s3.ask("DELETE", "/another/a")
    assert (await s3.ask("DELETE", "/another")).status == 204
    assert (await s3.ask("HEAD", "/another")).status == 404
    assert (await s3.ask("DELETE", "/theirs")).code == "BucketNotEmpty"


@pytest.mark.parametrize("query", ["lifecycle", "policy", "tagging", "encryption", "website"])
async def test_what_was_never_configured_is_told_so(s3: Stand, query: str) -> None:
    assert (await s3.ask("GET", f"/mine?{query}")).status == 404
    assert (await s3.ask("PUT", f"/mine?{query}", body=b"<x/>")).code == "NotImplemented"


async def test_nobody_is_told_nothing(s3: Stand) -> None:
    """Unsigned requests are refused before anything is looked up, save whether the bucket is there."""
    await s3.put("/mine/a")

    answers = [
        await s3.ask(method, target, signed=False)
        for method, target in [
            ("GET", "/mine/a"),
            ("GET", "/mine/b"),
            ("PUT", "/mine/a"),
            ("GET", "/mine"),
            ("GET", "/"),
        ]
    ]

    assert {answer.code for answer in answers} == {"AccessDenied"}
