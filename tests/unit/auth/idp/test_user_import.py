"""Users from elsewhere, and new keys, by preamp's own operations."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import argon2
import bcrypt
import msgspec
import pytest

from preamp.auth import pools_extension
from preamp.auth.user_import import NotFoundException
from preamp.cli.user_pools import _users
from sign_in_kit import CLIENT, POOL, Cognito, cognito

PASSWORD = "From3lsewhere!"


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Cognito]:
    async with cognito(database_url) as made:
        yield made


async def call(pool: Cognito, name: str, user_pool_id: str = POOL, **wire: Any) -> Any:
    operation = pools_extension.operations[name]
    request = msgspec.convert({"userPoolId": user_pool_id, **wire}, operation.request)
    return await operation.handler(pool.idp, request)


def user(name: str, **more: Any) -> dict[str, Any]:
    attributes = {"email": f"{name}@example.com", "email_verified": "true"}
    return {"username": name, "attributes": attributes, **more}


async def test_imported_hashes_sign_in_and_become_preamps(pool: Cognito) -> None:
    """The first sign-in by password verifies the old hash; afterwards SRP works as for everybody."""
    hashes = {
        "old-bcrypt": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(),
        "old-argon": argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD),
    }

    answer = await call(pool, "ImportUsers", users=[user(name, passwordHash=text) for name, text in hashes.items()])

    assert (answer.imported, answer.failed) == (2, ())
    for name in hashes:
        assert (await pool.by_password(name, PASSWORD))["AuthenticationResult"]
        assert (await pool.by_srp(name, PASSWORD))["AuthenticationResult"]


async def test_users_without_a_hash_reset_their_password(pool: Cognito) -> None:
    await call(pool, "ImportUsers", users=[user("carl")])

    refused = await pool.refused("InitiateAuth", ClientId=CLIENT, AuthFlow="USER_PASSWORD_AUTH",
                                 AuthParameters={"USERNAME": "carl", "PASSWORD": PASSWORD})  # fmt: skip
    await pool.call("ForgotPassword", ClientId=CLIENT, Username="carl")

    assert refused[0] in {"PasswordResetRequiredException", "NotAuthorizedException"}
    assert pool.sent[-1].to == "carl@example.com"


async def test_each_user_is_made_or_refused_for_itself(pool: Cognito) -> None:
    """One wrong row does not spoil the others; its place and its reason are told."""
    await pool.call("CreateGroup", UserPoolId=POOL, GroupName="g")
    rows = [
        user("ann", groups=["g"]),
        user("ann"),
        user("ben", passwordHash="md5:abc"),
        {"username": "cid", "attributes": {}},
        user("dee", groups=["none"]),
        user("eva", enabled=False),
    ]

    answer = await call(pool, "ImportUsers", users=rows)

    assert answer.imported == 2
    assert [(one.index, one.username) for one in answer.failed] == [(1, "ann"), (2, "ben"), (3, "cid"), (4, "dee")]
    members = await pool.call("ListUsersInGroup", UserPoolId=POOL, GroupName="g")
    assert [one["Username"] for one in members["Users"]] == ["ann"]
    assert (await pool.call("AdminGetUser", UserPoolId=POOL, Username="eva"))["Enabled"] is False


async def test_keys_rotate_by_command(pool: Cognito) -> None:
    answer = await call(pool, "RotateSigningKeys")

    assert len(answer.key_ids) == 2


async def test_an_unknown_pool_is_told(pool: Cognito) -> None:
    for name, wire in (("ImportUsers", {"users": []}), ("RotateSigningKeys", {})):
        with pytest.raises(NotFoundException):
            await call(pool, name, "us-east-1_none", **wire)


def test_files_of_users(tmp_path: Path) -> None:
    """CSV in Cognito's columns, with a byte order mark, and JSON lines give the same users."""
    columns = "cognito:username,email,email_verified,name,cognito:mfa_enabled,password_hash\n"
    csv, lines = tmp_path / "users.csv", tmp_path / "users.jsonl"
    csv.write_text("\ufeff" + columns + "ann,ann@example.com,true,,false,$2b$04$x\n", encoding="utf-8")
    wanted = {
        "username": "ann",
        "attributes": {"email": "ann@example.com", "email_verified": "true"},
        "passwordHash": "$2b$04$x",
    }
    lines.write_text(json.dumps(wanted) + "\n\n")

    assert list(_users(csv)) == [wanted]
    assert list(_users(lines)) == [wanted]


async def test_who_may_sign_in_how(pool: Cognito) -> None:
    await pool.add("alice")
    token = (await pool.by_password())["AuthenticationResult"]["AccessToken"]

    answer = await pool.call("GetUserAuthFactors", AccessToken=token)
    header = await pool.call("GetCSVHeader", UserPoolId=POOL)

    assert answer == {"Username": "alice", "UserMFASettingList": [], "ConfiguredUserAuthFactors": ["PASSWORD"]}
    assert header["CSVHeader"][0] == "cognito:username"
    assert "email_verified" in header["CSVHeader"]
