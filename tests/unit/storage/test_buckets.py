"""What the storage room's records promise, on both databases."""

import asyncio

import msgspec
import pytest

from preamp.db import Database
from preamp.storage import Bucket, BucketTaken, NoSuchBucket, Owner, Permissions, Storage, check_permissions

OWNER = Owner("d1234567890abc", "dev")
OTHER = Owner("d1234567890abc", "prod")
ALL = Permissions(authenticated=("READ", "CREATE_AND_UPDATE", "DELETE"), un_authenticated=("READ",))
READ = Permissions(authenticated=("READ",))


async def provision(
    db: Database, storage: Storage, name: str, owner: Owner | None = OWNER, permissions: Permissions | None = ALL
) -> None:
    async with db.transaction() as tx:
        await storage.provision_bucket(tx, owner, name, "eu-west-1", permissions)


async def test_a_provisioned_bucket_is_read_back(db: Database, storage: Storage) -> None:
    await provision(db, storage, "photos")

    assert await storage.bucket(db, "photos") == Bucket(
        name="photos",
        owner=OWNER,
        region="eu-west-1",
        permissions=ALL,
        version=1,
        created_ms=1_700_000_000_000,
    )
    assert await storage.bucket(db, "other") is None


async def test_provisioning_twice_makes_one_bucket_and_takes_the_later_permissions(
    db: Database, storage: Storage
) -> None:
    await provision(db, storage, "photos")
    once = await storage.bucket(db, "photos")

    await provision(db, storage, "photos")

    assert await storage.bucket(db, "photos") == once
    await provision(db, storage, "photos", permissions=READ)
    changed = await storage.bucket(db, "photos")
    assert changed is not None
    assert (changed.permissions, changed.version) == (READ, 2)


async def test_a_name_belongs_to_one_owner(db: Database, storage: Storage) -> None:
    """Neither another environment nor the ownerless can take it, and what is ownerless cannot be taken either."""
    await provision(db, storage, "photos")
    await provision(db, storage, "shared", owner=None, permissions=None)
    before = await storage.buckets(db)

    for name, owner in (("photos", OTHER), ("photos", None), ("shared", OWNER)):
        with pytest.raises(BucketTaken):
            await provision(db, storage, name, owner, READ)

    assert await storage.buckets(db) == before


async def test_of_two_owners_who_ask_at_once_one_gets_the_name(db: Database, storage: Storage) -> None:
    tries = [provision(db, storage, "photos", owner) for owner in (OWNER, OTHER)]

    answers = await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in answers) == ["BucketTaken", "NoneType"]


async def test_a_bad_name_is_not_stored(db: Database, storage: Storage) -> None:
    with pytest.raises(ValueError, match="the bucket name must be 3 to 63"):
        await provision(db, storage, "a")

    assert await storage.buckets(db) == []


async def test_changed_permissions_count_a_version(db: Database, storage: Storage) -> None:
    await provision(db, storage, "photos")

    for permissions in (READ, READ, ALL):
        async with db.transaction() as tx:
            await storage.update_permissions(tx, "photos", permissions)

    bucket = await storage.bucket(db, "photos")
    assert bucket is not None
    assert (bucket.permissions, bucket.version) == (ALL, 3)


async def update_nowhere(db: Database, storage: Storage) -> None:
    async with db.transaction() as tx:
        await storage.update_permissions(tx, "nowhere", READ)


async def test_a_bucket_that_is_not_there_cannot_be_changed(db: Database, storage: Storage) -> None:
    with pytest.raises(NoSuchBucket):
        await update_nowhere(db, storage)


async def test_deleting_frees_the_name_and_may_be_repeated(db: Database, storage: Storage) -> None:
    await provision(db, storage, "photos")

    for _ in range(2):
        async with db.transaction() as tx:
            await storage.delete_bucket(tx, "photos")

    await provision(db, storage, "photos", OTHER)
    bucket = await storage.bucket(db, "photos")
    assert bucket is not None
    assert bucket.owner == OTHER


async def test_listing_pages_by_the_bytes_of_the_names(db: Database, storage: Storage) -> None:
    names = ["a-b", "a.b", "a0b", "aab", "zz9", "0ab"]
    for name in names:
        await provision(db, storage, name)

    pages: list[str] = []
    while page := await storage.buckets(db, start_after=pages[-1] if pages else "", limit=2):
        assert len(page) <= 2
        pages += [bucket.name for bucket in page]

    assert pages == sorted(names)
    assert [bucket.name for bucket in await storage.buckets(db)] == sorted(names)
    for limit in (0, 1001):
        with pytest.raises(ValueError, match="limit must be 1 to 1000"):
            await storage.buckets(db, limit=limit)


async def test_an_environments_buckets_are_its_own(db: Database, storage: Storage) -> None:
    await provision(db, storage, "mine-2")
    await provision(db, storage, "mine-1")
    await provision(db, storage, "theirs", OTHER)
    await provision(db, storage, "free", None, None)

    assert [bucket.name for bucket in await storage.buckets_of(db, OWNER)] == ["mine-1", "mine-2"]


def test_permissions_have_the_wires_names() -> None:
    wire = {"authenticated": ["READ", "DELETE"], "unAuthenticated": ["READ"]}

    permissions = msgspec.convert(wire, Permissions)

    assert msgspec.json.decode(msgspec.json.encode(permissions)) == wire
    assert msgspec.convert({"authenticated": []}, Permissions).un_authenticated is None


def test_repeated_permissions_are_named() -> None:
    twice = Permissions(authenticated=("READ", "READ"), un_authenticated=("DELETE", "DELETE"))

    assert [problem.split(" ")[0] for problem in check_permissions(twice)] == [
        "permissions.authenticated",
        "permissions.unAuthenticated",
    ]
    assert check_permissions(ALL) == []
