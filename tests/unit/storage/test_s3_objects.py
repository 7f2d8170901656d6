"""Objects over the endpoint: what was put comes back, whole and in parts, on both databases."""

import base64
import hashlib
from collections.abc import AsyncIterator

import pytest

from preamp.storage import rows, scrub
from s3_kit import NOW_MS, Stand, stand

BODY = bytes(range(256)) * 400


@pytest.fixture
async def s3(database_url: str) -> AsyncIterator[Stand]:
    """Give a storage room with the bucket `mine`."""
    async with stand(database_url) as made:
        await made.bucket("mine", owner=None)
        yield made


@pytest.mark.parametrize("size", [0, 1, 16_384, 16_385, len(BODY)])
async def test_bytes_of_every_size_come_back(s3: Stand, size: int) -> None:
    """Small ones from the row, others from a blob; the ETag is the MD5."""
    put = await s3.put("/mine/a%20b", BODY[:size])
    got = await s3.ask("GET", "/mine/a%20b")

    assert got.body == BODY[:size]
    assert got.headers["etag"] == put.headers["etag"] == f'"{hashlib.md5(BODY[:size]).hexdigest()}"'  # noqa: S324
    assert (await s3.ask("HEAD", "/mine/a%20b")).headers["content-length"] == str(size)
    assert len(await s3.blobs()) == (size > 16_384)


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-0", 206, BODY[:1]),
        ("bytes=100-199", 206, BODY[100:200]),
        ("bytes=-5", 206, BODY[-5:]),
        (f"bytes={len(BODY) - 2}-", 206, BODY[-2:]),
        (f"bytes=5-{10**15}", 206, BODY[5:]),
        ("bytes=5-4", 200, BODY),
        ("bytes=0-1,3-4", 200, BODY),
        ("lines=1-2", 200, BODY),
        (f"bytes={len(BODY)}-", 416, None),
        ("bytes=-0", 416, None),
    ],
)
async def test_a_range_is_answered_as_http_says(s3: Stand, asked: str, status: int, part: bytes | None) -> None:
    await s3.put("/mine/a", BODY)

    got = await s3.ask("GET", "/mine/a", headers={"range": asked})

    assert got.status == status
    assert got.code == "InvalidRange" if part is None else got.body == part


async def test_conditions_of_reads_and_writes(s3: Stand) -> None:
    etag = (await s3.put("/mine/a", b"one")).headers["etag"]
    later = "Tue, 01 Jan 2030 00:00:00 GMT"

    assert (await s3.ask("GET", "/mine/a", headers={"if-none-match": etag})).status == 304
    assert (await s3.ask("GET", "/mine/a", headers={"if-match": '"other"'})).status == 412
    assert (await s3.ask("GET", "/mine/a", headers={"if-modified-since": later})).status == 304
    assert (await s3.ask("GET", "/mine/a", headers={"if-unmodified-since": later})).status == 200
    assert (await s3.put("/mine/a", b"two", headers={"if-none-match": "*"})).status == 412
    assert (await s3.put("/mine/b", b"two", headers={"if-match": etag})).status == 404
    assert (await s3.put("/mine/a", b"two", headers={"if-match": etag})).status == 200
    assert (await s3.ask("DELETE", "/mine/a", headers={"if-match": etag})).status == 412


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"content-md5": base64.b64encode(b"0" * 16).decode()}, "BadDigest"),
        ({"content-md5": "short"}, "InvalidDigest"),
        ({"x-amz-checksum-crc32": "AAAAAA=="}, "BadDigest"),
        ({"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "x"}, "InvalidRequest"),
        ({"content-length": "4"}, "IncompleteBody"),
        ({"content-length": str(6 * 1024**3)}, "EntityTooLarge"),
        ({"x-amz-meta-a": "x" * 2048}, "MetadataTooLarge"),
        ({"x-amz-storage-class": "CHEAP"}, "InvalidStorageClass"),
        ({"x-amz-expected-bucket-owner": "123456789012"}, "AccessDenied"),
        ({"x-amz-server-side-encryption": "aws:kms"}, "InvalidArgument"),
    ],
)
async def test_what_is_refused_leaves_nothing(s3: Stand, headers: dict[str, str], code: str) -> None:
    assert (await s3.put("/mine/a", b"hello", headers=headers)).code == code
    assert (await s3.ask("GET", "/mine/a")).code == "NoSuchKey"
    assert await s3.blobs() == set()


async def test_a_body_that_is_not_what_was_signed_is_refused(s3: Stand) -> None:
    signed = s3.signature("PUT", "/mine/a", "", s3.root, {"host": "s3.preamp.test"}, BODY)
    sent = {"host": "s3.preamp.test", "content-length": str(len(BODY)), **signed}

    answer = await s3.send("PUT", "/mine/a", "", sent, BODY[:-1] + b"!")

    assert answer.code == "XAmzContentSHA256Mismatch"
    assert await s3.blobs() == set()


async def test_headers_and_metadata_come_back(s3: Stand) -> None:
    """UTF-8 in metadata is shown as text where a header can show it."""
    told = {"content-type": "text/plain", "cache-control": "no-cache", "content-encoding": "aws-chunked, gzip"}
    await s3.put("/mine/a", headers={**told, "x-amz-meta-name": "M\xc3\xbcller"})

    got = await s3.ask("HEAD", "/mine/a")

    assert (got.headers["content-type"], got.headers["cache-control"]) == ("text/plain", "no-cache")
    assert (got.headers["content-encoding"], got.headers["x-amz-meta-name"]) == ("gzip", "M\xfcller")


@pytest.mark.parametrize(
    ("kind", "host", "disposition", "policy"),
    [
        ("text/html", "s3.preamp.test", "attachment", "sandbox"),
        ("image/svg+xml; charset=utf-8", "s3.preamp.test", "attachment", "sandbox"),
        ("TEXT/HTML", "mine.s3.preamp.test", None, "sandbox"),
        ("image/png", "s3.preamp.test", None, None),
        ("text/plain", "s3.preamp.test", None, None),
    ],
)
async def test_stored_pages_cannot_act(
    s3: Stand, kind: str, host: str, disposition: str | None, policy: str | None
) -> None:
    """What a browser would run is sandboxed, and a download where the bucket has no host of its own."""
    await s3.put("/mine/a", headers={"content-type": kind})

    got = await s3.ask("GET", "/a" if host.startswith("mine") else "/mine/a", host=host)

    assert got.status == 200
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers.get("content-disposition") == disposition
    assert got.headers.get("content-security-policy") == policy


async def test_an_inline_disposition_cannot_make_a_page_of_it(s3: Stand) -> None:
    """Neither what was stored nor what a presigned address asks for."""
    await s3.put("/mine/a", headers={"content-type": "text/html", "content-disposition": 'inline; filename="a.html"'})
    await s3.put("/mine/b", headers={"content-type": "text/plain"})

    stored = await s3.ask("GET", "/mine/a")
    asked = await s3.ask("GET", "/mine/b?response-content-type=text%2Fhtml&response-content-disposition=inline")
    injected = await s3.ask("GET", "/mine/b?response-content-type=a%0D%0Aset-cookie%3A%20x")

    assert stored.headers["content-disposition"] == 'attachment; filename="a.html"'
    assert asked.headers["content-disposition"] == "attachment"
    assert injected.code == "InvalidArgument"


async def test_a_copy_shares_bytes_and_lives_by_itself(s3: Stand) -> None:
    """No byte is moved; deleting one leaves the other."""
    await s3.put("/mine/a", BODY, headers={"x-amz-meta-a": "1"})

    copied = await s3.put("/mine/b", b"", headers={"x-amz-copy-source": "/mine/a"})
    replaced = await s3.put(
        "/mine/c", b"", headers={"x-amz-copy-source": "mine/a", "x-amz-metadata-directive": "REPLACE"}
    )
    await s3.ask("DELETE", "/mine/a")
    await s3.sweeper.sweep()

    assert (copied.status, replaced.status) == (200, 200)
    assert len(await s3.blobs()) == 1
    assert (await s3.ask("GET", "/mine/b")).body == BODY
    assert (await s3.ask("HEAD", "/mine/b")).headers["x-amz-meta-a"] == "1"
    assert "x-amz-meta-a" not in (await s3.ask("HEAD", "/mine/c")).headers
    assert (await s3.put("/mine/b", b"", headers={"x-amz-copy-source": "mine/b"})).code == "InvalidRequest"
    assert (await s3.put("/mine/d", b"", headers={"x-amz-copy-source": "mine/gone"})).code == "NoSuchKey"


async def test_overwritten_and_deleted_bytes_are_swept(s3: Stand) -> None:
    """Nothing stays on disk that no key names; usage counts what is there."""
    await s3.put("/mine/a", BODY)
    await s3.put("/mine/a", BODY[1:])
    await s3.put("/mine/b", BODY)
    await s3.ask("DELETE", "/mine/b")

    assert await s3.sweeper.sweep_orphans() == 2
    assert len(await s3.blobs()) == 1
    assert await s3.storage.usage(s3.db, "mine") == (len(BODY) - 1, 1)


async def test_a_blob_without_a_row_is_swept_when_it_is_old(s3: Stand) -> None:
    """A crash between bytes and row; a young one may be waiting for its row."""
    upload = await s3.contents.objects.upload("01890000-0000-7000-8000-00000000000a")
    await upload.finish()

    young = await s3.sweeper.sweep(unknown_before_ms=0)
    old = await s3.sweeper.sweep(unknown_before_ms=1 << 60)

    assert (young.unknown, old.unknown) == (0, 1)


async def test_what_is_being_read_is_not_swept(s3: Stand) -> None:
    await s3.put("/mine/a", BODY)

    found = await rows.find_object_content(s3.db, "mine", b"a")
    assert found is not None
    reading = await s3.contents.open(s3.db, found[1], 0, len(BODY))
    await s3.ask("DELETE", "/mine/a")

    assert await s3.sweeper.sweep_orphans() == 0
    assert b"".join([piece async for piece in reading]) == BODY
    await reading.aclose()
    assert await s3.sweeper.sweep_orphans() == 1


async def test_a_scrub_finds_missing_short_and_changed_bytes(s3: Stand) -> None:
    """Damage is told by key; small objects in their rows are checked as well."""
    for name in ("changed", "missing", "short", "whole"):
        await s3.put(f"/mine/{name}", BODY)
    await s3.put("/mine/small", b"small")
    bucket = await s3.storage.bucket(s3.db, "mine")
    assert bucket is not None
    assert (await scrub(s3.db, s3.contents, [bucket])).damage == []

    blobs = {row[1]: row[2] for row in await s3.db.rows(rows.LIST, bucket="mine", after=b"", limit=10)}
    inside = s3.contents.objects._blobs  # type: ignore[attr-defined]
    inside[blobs[b"changed"]] = (b"!" + BODY[1:], NOW_MS)
    inside[blobs[b"short"]] = (BODY[1:], NOW_MS)
    del inside[blobs[b"missing"]]

    found = await scrub(s3.db, s3.contents, [bucket])

    assert [(each.key, each.problem) for each in found.damage] == [
        ("changed", "checksum"),
        ("missing", "missing"),
        ("short", "length"),
    ]
    assert found.objects == 5


async def test_a_quota_bounds_a_bucket(database_url: str) -> None:
    """The server's, then the bucket's own; replacing counts the difference alone."""
    async with stand(database_url, quota_bytes=100) as s3:
        await s3.bucket("mine", owner=None)

        assert (await s3.put("/mine/a", b"x" * 90)).status == 200
        assert (await s3.put("/mine/b", b"x" * 11)).code == "QuotaExceeded"
        assert (await s3.put("/mine/a", b"x" * 100)).status == 200
        async with s3.db.transaction() as tx:
            await s3.storage.set_quota(tx, "mine", 0)
        assert (await s3.put("/mine/b", b"x" * 1000)).status == 200
        assert await s3.blobs() == set()


async def test_a_withdrawn_bucket_serves_no_more_and_frees_its_name_at_the_end(s3: Stand) -> None:
    """Its objects are removed step by step; a bucket that serves is never cleared."""
    for number in range(5):
        await s3.put(f"/mine/{number}", BODY)
    assert await s3.storage.clear_bucket(s3.db, "mine", 100) == 0

    async with s3.db.transaction() as tx:
        await s3.storage.withdraw_bucket(tx, "mine")
    assert (await s3.ask("GET", "/mine/1")).code == "NoSuchBucket"
    assert (await s3.ask("PUT", "/mine")).code == "BucketAlreadyExists"
    removed = [await s3.storage.clear_bucket(s3.db, "mine", 3) for _ in range(3)]
    async with s3.db.transaction() as tx:
        await s3.storage.finish_bucket(tx, "mine")

    assert removed == [3, 2, 0]
    assert await s3.sweeper.sweep_orphans() == 5
    assert await s3.blobs() == set()
    assert (await s3.ask("PUT", "/mine")).status == 200


@pytest.mark.parametrize("raw", ["/mine/%ff", "/mine/%c3%28", "/mine/" + "k" * 1025])
async def test_a_path_that_cannot_be_a_key_is_refused(s3: Stand, raw: str) -> None:
    assert (await s3.put(raw)).code in {"InvalidURI", "KeyTooLongError"}


@pytest.mark.parametrize(
    "raw", ["a//b", "/a", "a/../b", "./a", "a%2Fb", "a%00b", "%F0%9F%98%80", "a%2Bb", "a%25b", "%20"]
)
async def test_a_path_is_decoded_once_and_never_normalised(s3: Stand, raw: str) -> None:
    """Keys that look alike to a file system are different objects."""
    await s3.put(f"/mine/{raw}", raw.encode())
    await s3.put("/mine/b", b"another")

    assert (await s3.ask("GET", f"/mine/{raw}")).body == raw.encode()
    assert (await s3.ask("GET", "/mine/b")).body == b"another"
