"""Jobs of storage and the objects behind them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import kit
from preamp.control.workflows import remove
from preamp.jobs import Job
from preamp.kit import ids
from preamp.storage import Catalog, Owner
from preamp.storage.contents import Stored
from preamp.storage.records import Meta
from preamp.wire.s3 import Digests

DEV = {"appId": "d1app", "backendEnvironmentName": "dev"}


@pytest.fixture
async def backend(database_url: str, tmp_path: Path) -> AsyncIterator[kit.Backend]:
    """Give a backend with storage `media`."""
    async with kit.backend(database_url, tmp_path) as made:
        await made.completed("CreateBackend", appId="d1app", appName="Photos", backendEnvironmentName="dev")
        await made.completed("CreateBackendStorage", **DEV, resourceName="media", resourceConfig=kit.STORAGE_CONFIG)
        yield made


async def fill(backend: kit.Backend, bucket: str, count: int) -> None:
    """Put small objects."""
    catalog = Catalog(backend.control.db, backend.control.clock, lambda: None)
    digests = Digests(size=1, md5=b"0" * 16, crc64=b"0" * 8)
    for number in range(count):
        stored = Stored(id=ids.uuid7(), digests=digests, inline=b"x")
        await catalog.put(bucket, b"%d" % number, stored, meta=Meta(), owner="root", checksum=None)


async def bucket_of(backend: kit.Backend) -> str:
    """The bucket's name."""
    name: str = (await backend.meta())["storage"]["media"]["output"]["BucketName"]
    return name


async def steps_of(backend: kit.Backend, job: Job) -> list[str]:
    """The names of a job's recorded steps."""
    return [step.name for step in await backend.control.jobs.steps(job.job_id)]


async def test_deleting_storage_removes_its_objects_step_by_step(
    backend: kit.Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bucket serves no more at once, and its name is free at the end."""
    monkeypatch.setattr(remove, "_OBJECTS_PER_STEP", 2)
    bucket = await bucket_of(backend)
    await fill(backend, bucket, 5)

    job = await backend.completed("DeleteBackendStorage", **DEV, resourceName="media", serviceName="S3")

    assert await steps_of(backend, job) == [
        "take out of service",
        *(f"remove objects of {bucket} from number {number}" for number in (1, 3, 5)),
        f"remove the bucket {bucket}",
    ]
    assert await backend.control.storage.bucket(backend.control.db, bucket) is None
    assert await backend.control.storage.usage(backend.control.db, bucket) == (0, 0)


async def test_deleting_a_backend_removes_the_objects_of_all_its_buckets(backend: kit.Backend) -> None:
    bucket = await bucket_of(backend)
    await fill(backend, bucket, 3)

    await backend.completed("DeleteBackend", **DEV)

    assert await backend.control.storage.buckets(backend.control.db) == []


async def test_an_imported_bucket_is_for_the_importing_environment_until_it_is_unlinked(backend: kit.Backend) -> None:
    """Its own environment keeps it, with its objects."""
    control, bucket = backend.control, await bucket_of(backend)
    await fill(backend, bucket, 1)
    other = {"appId": "d2app", "backendEnvironmentName": "dev"}
    await backend.completed("CreateBackend", **other, appName="Other")

    imported = await backend.completed("ImportBackendStorage", **other, bucketName=bucket, serviceName="S3")
    found = await control.storage.bucket(control.db, bucket)
    assert found is not None
    linked = await control.storage.environments(control.db, found)
    await backend.completed("DeleteBackend", **other)

    assert imported.status == "COMPLETED"
    assert linked == [Owner("d1app", "dev"), Owner("d2app", "dev")]
    assert await control.storage.environments(control.db, found) == [Owner("d1app", "dev")]
    assert await control.storage.usage(control.db, bucket) == (1, 1)
