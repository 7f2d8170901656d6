"""The access matrix through the endpoint: real signatures, raw paths, and tricks that a path can play."""

import itertools
import os
from pathlib import Path

from test_levels import ME, OTHER, PEOPLE, combinations, expected

from preamp.storage import Owner, Permissions
from preamp.storage.levels import Action
from s3_kit import Key, Stand, escaped, stand

CASES = (
    Permissions(authenticated=("READ", "CREATE_AND_UPDATE", "DELETE"), un_authenticated=("READ",)),
    Permissions(authenticated=("READ",), un_authenticated=("READ", "CREATE_AND_UPDATE", "DELETE")),
    Permissions(authenticated=("CREATE_AND_UPDATE",), un_authenticated=()),
    Permissions(authenticated=(), un_authenticated=None),
)
KEYS = ("public/a", f"protected/{ME}/a", f"private/{ME}/a", f"private/{OTHER}/a", f"private/{ME}", "uploads/a", "a")
PREFIXES = (
    None,
    "",
    "public",
    "public/",
    f"protected/{ME}/",
    "private/",
    f"private/{ME}",
    f"private/{ME}/",
    "uploads/",
)
# The path as it is sent, and the key that it names: nothing but one percent-decoding happens in between.
TRICKS = (
    (f"/private/{ME}/../{OTHER}/a", f"private/{ME}/../{OTHER}/a"),
    (f"/public/../private/{OTHER}/a", f"public/../private/{OTHER}/a"),
    (f"/public/%2e%2e/private/{OTHER}/a", f"public/../private/{OTHER}/a"),
    (f"/public/%252e%252e/private/{OTHER}/a", f"public/%2e%2e/private/{OTHER}/a"),
    (f"//private/{OTHER}/a", f"/private/{OTHER}/a"),
    (f"/private//{OTHER}/a", f"private//{OTHER}/a"),
    (f"/./private/{ME}/a", f"./private/{ME}/a"),
    (f"/private%2F{ME}%2Fa", f"private/{ME}/a"),
    (f"/private/{OTHER}%2Fa", f"private/{OTHER}/a"),
    (f"/PRIVATE/{ME}/a", f"PRIVATE/{ME}/a"),
    (f"/private/{ME.upper()}/a", f"private/{ME.upper()}/a"),
    (f"/private/{ME}%00/a", f"private/{ME}\0/a"),
    (f"/private/{ME}%2f..%2f{OTHER}%2fa", f"private/{ME}/../{OTHER}/a"),
    (f"/private/{ME.replace(':', '%3A')}/a", f"private/{ME}/a"),
    (f"/private/{ME.replace(':', '%253A')}/a", f"private/{ME.replace(':', '%3A')}/a"),
    ("/public%5C..%5Cprivate/a", "public\\..\\private/a"),
    ("/%EF%BD%90ublic/a", "\uff50ublic/a"),
    ("/publi%63/a", "public/a"),
    ("/public%2Fa;x=y", "public/a;x=y"),
    ("/private/us-east-1%3Am%D0%B5/a", "private/us-east-1:m\u0435/a"),
)  # fmt: skip
METHODS: dict[str, Action] = {
    "GET": "s3:GetObject",
    "HEAD": "s3:GetObject",
    "PUT": "s3:PutObject",
    "DELETE": "s3:DeleteObject",
}
FOUND = {"GET": {200, 404}, "HEAD": {200, 404}, "PUT": {200}, "DELETE": {204}}


async def cells(s3: Stand, permissions: Permissions, bucket: str) -> tuple[int, list[object]]:
    """Try every caller, method and path on one bucket; how many there were, and those that differ."""
    keys = (s3.person(None), s3.person(ME), s3.person(OTHER))
    count, wrong = 0, list[object]()
    paths = [*((f"/{escaped(key)}", key) for key in KEYS), *TRICKS]
    for (key, person), (raw, name), method in itertools.product(zip(keys, PEOPLE, strict=True), paths, METHODS):
        answer = await s3.ask(method, f"/{bucket}{raw}", key=key)
        allowed = answer.status in FOUND[method]
        count += 1
        if allowed != expected(permissions, person, METHODS[method], name) or not (allowed or answer.status == 403):
            wrong.append((method, raw, person, answer))
    for (key, person), prefix in itertools.product(zip(keys, PEOPLE, strict=True), PREFIXES):
        listing = "" if prefix is None else f"&prefix={escaped(prefix).replace('/', '%2F')}"
        answer = await s3.ask("GET", f"/{bucket}?list-type=2{listing}", key=key)
        count += 1
        if (answer.status == 200) != expected(permissions, person, "s3:ListBucket", prefix):
            wrong.append((prefix, person, answer))
    return count, wrong


async def test_a_thousand_cells_over_the_wire(tmp_path: Path) -> None:
    """What is allowed is what the policies say of the key that the path names, decoded once.

    All 64 permissions, 22,464 cells, by `make test-storage-big`.
    """
    async with stand(f"sqlite:///{tmp_path / 'preamp.sqlite3'}") as s3:
        total = 0
        for number, permissions in enumerate(combinations() if os.environ.get("PREAMP_TEST_ALL_LEVELS") else CASES):
            await s3.bucket(f"bucket-{number}", permissions)
            count, wrong = await cells(s3, permissions, f"bucket-{number}")
            assert wrong == []
            total += count

    assert total >= 1_000


async def test_people_of_another_environment_reach_nothing(tmp_path: Path) -> None:
    """A bucket is for its environment's identity pool alone, and for those that imported it."""
    other_pool = "us-east-1:22222222-2222-4222-8222-222222222222"
    async with stand(f"sqlite:///{tmp_path / 'preamp.sqlite3'}") as s3:
        await s3.bucket("mine", CASES[0])
        stranger: Key = s3.person(ME, pool=other_pool)

        refused = [await s3.ask(method, "/mine/public/a", key=stranger) for method in METHODS]
        assert {answer.status for answer in refused} == {403}

        importer = Owner("d2app", "dev")
        s3.pools[importer] = other_pool
        async with s3.db.transaction() as tx:
            await s3.storage.link_bucket(tx, "mine", importer)
        assert (await s3.ask("PUT", "/mine/public/a", key=stranger)).status == 200


async def test_a_forbidden_key_is_told_from_a_missing_one_to_nobody(tmp_path: Path) -> None:
    """The refusal is the same whether the object is there or not."""
    async with stand(f"sqlite:///{tmp_path / 'preamp.sqlite3'}") as s3:
        await s3.bucket("mine", CASES[0])
        await s3.put(f"/mine/private/{escaped(OTHER)}/there")

        there = await s3.ask("GET", f"/mine/private/{escaped(OTHER)}/there", key=s3.person(ME))
        missing = await s3.ask("GET", f"/mine/private/{escaped(OTHER)}/missing", key=s3.person(ME))

        assert (there.status, there.code) == (missing.status, missing.code) == (403, "AccessDenied")


async def test_bulk_deletion_and_copies_keep_the_levels(tmp_path: Path) -> None:
    """Keys in bodies and headers are judged like keys in paths."""
    async with stand(f"sqlite:///{tmp_path / 'preamp.sqlite3'}") as s3:
        await s3.bucket("mine", CASES[0])
        me, secret = s3.person(ME), f"private/{OTHER}/secret"
        await s3.put(f"/mine/{escaped(secret)}")
        await s3.put("/mine/public/a")

        body = f"<Delete><Object><Key>public/a</Key></Object><Object><Key>{secret}</Key></Object></Delete>".encode()
        deleted = await s3.ask("POST", "/mine?delete=", key=me, body=body)
        stolen = await s3.ask(
            "PUT", f"/mine/private/{escaped(ME)}/copy", key=me, headers={"x-amz-copy-source": f"mine/{escaped(secret)}"}
        )
        planted = await s3.ask(
            "PUT", f"/mine/{escaped(secret)}2", key=me, headers={"x-amz-copy-source": f"mine/protected/{ME}/x"}
        )

        assert deleted.status == 200
        assert b"<Deleted><Key>public/a</Key>" in deleted.body
        assert f"<Error><Key>{secret}</Key><Code>AccessDenied</Code>".encode() in deleted.body
        assert (stolen.status, planted.status) == (403, 403)
        assert (await s3.ask("GET", f"/mine/{escaped(secret)}")).status == 200
