"""What every store of blobs promises: files, memory, and an S3 bucket (this server's own, behind obstore)."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlencode

import boto3
import pytest

import server
from preamp.objects import NoSuchBlob, Objects, open_objects

ONE, TWO = "01890000-0000-7000-8000-00000000000a", "01890000-0000-7000-8000-00000000000b"
LARGE = os.urandom(3_000_000)


@pytest.fixture(scope="module")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    """Give an S3 service: this server's own."""
    with server.running(data=tmp_path_factory.mktemp("s3") / "data") as one:
        yield one


@pytest.fixture
def s3_url(s3_server: server.Server) -> str:
    """Give the URL of an empty bucket."""
    ready, name = s3_server.ready, f"blobs-{uuid.uuid4().hex}"
    keys = {"aws_access_key_id": ready.access_key_id, "aws_secret_access_key": ready.secret_access_key}
    boto3.client("s3", endpoint_url=ready.http, region_name="us-east-1", **keys).create_bucket(Bucket=name)
    return f"s3://{name}/inside?{urlencode({'endpoint': ready.http, 'region': 'us-east-1', **keys})}"


@pytest.fixture(params=["file", "memory", "s3"])
async def objects(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Objects]:
    """Give an empty store of one kind."""
    if request.param == "s3":
        url = request.getfixturevalue("s3_url")
    else:
        url = "memory://" if request.param == "memory" else f"file://{tmp_path / 'store'}"
    store = open_objects(url)
    yield store
    await store.close()


async def put(objects: Objects, blob_id: str, *pieces: bytes) -> None:
    upload = await objects.upload(blob_id)
    for piece in pieces:
        await upload.write(piece)
    await upload.finish()


async def content(objects: Objects, blob_id: str, start: int, length: int) -> bytes:
    return b"".join([piece async for piece in await objects.read(blob_id, start, length)])


async def test_a_finished_blob_is_read_back_whole_and_by_ranges(objects: Objects) -> None:
    await put(objects, ONE, LARGE[:1_500_000], LARGE[1_500_000:])

    assert await objects.size(ONE) == len(LARGE)
    assert await content(objects, ONE, 0, len(LARGE)) == LARGE
    assert await content(objects, ONE, 1_048_570, 20) == LARGE[1_048_570:1_048_590]
    assert await content(objects, ONE, 5, 0) == b""


async def test_an_empty_blob_exists(objects: Objects) -> None:
    await put(objects, ONE)

    assert await objects.size(ONE) == 0
    assert await content(objects, ONE, 0, 0) == b""


async def test_nobody_sees_a_blob_before_it_is_finished(objects: Objects) -> None:
    upload = await objects.upload(ONE)
    await upload.write(b"half")

    assert await objects.size(ONE) is None
    with pytest.raises(NoSuchBlob):
        await objects.read(ONE, 0, 4)
    await upload.abort()
    assert [blob.id async for blob in objects.list()] == []


async def test_a_removed_blob_is_gone_and_removing_twice_is_allowed(objects: Objects) -> None:
    await put(objects, ONE, b"one")
    await put(objects, TWO, b"two")

    await objects.remove(ONE)
    await objects.remove(ONE)

    assert await objects.size(ONE) is None
    assert [(blob.id, blob.size) async for blob in objects.list()] == [(TWO, 3)]


async def test_a_listed_blob_tells_its_size_and_time(objects: Objects) -> None:
    await put(objects, ONE, b"12345")

    (blob,) = [blob async for blob in objects.list()]

    assert (blob.id, blob.size) == (ONE, 5)
    assert blob.modified_ms > 1_600_000_000_000


@pytest.mark.parametrize("blob_id", ["../../etc/passwd", "a/b", "", ".", "ABCDEF0123", "0" * 65, "0000000\n"])
async def test_an_id_of_another_form_is_refused(objects: Objects, blob_id: str) -> None:
    """Nothing that could be a path reaches a driver."""
    with pytest.raises(ValueError, match="blob id"):
        await objects.upload(blob_id)
    with pytest.raises(ValueError, match="blob id"):
        await objects.remove(blob_id)


async def test_files_keep_what_is_being_read_and_leave_no_rubbish(tmp_path: Path) -> None:
    """A reader that began before a removal ends well; an aborted or crashed upload is tidied away."""
    objects = open_objects(f"file://{tmp_path / 'store'}")
    await put(objects, ONE, LARGE)
    reading = await objects.read(ONE, 0, len(LARGE))

    await objects.remove(ONE)
    crashed = await objects.upload(TWO)
    await crashed.write(b"half")

    assert b"".join([piece async for piece in reading]) == LARGE
    assert await objects.tidy(before_ms=1 << 60) == 1
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "store").rglob("*"))


async def test_a_url_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="file:///"):
        open_objects("ftp://host/x")
