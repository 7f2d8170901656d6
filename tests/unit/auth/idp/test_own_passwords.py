"""Forgotten and changed passwords, and what somebody learns who asks for others."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import mean, variance

import pytest

from sign_in_kit import CLIENT, PASSWORD, POOL, Cognito, cognito

NEW = "N3w!password"
HOUR_MS = 3_600_000


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Cognito]:
    async with cognito(database_url) as made:
        yield made


async def forgot(pool: Cognito, username: str) -> dict[str, str]:
    answer = await pool.call("ForgotPassword", ClientId=CLIENT, Username=username)
    details: dict[str, str] = answer["CodeDeliveryDetails"]
    return details


async def refused_reset(pool: Cognito, username: str, code: str = "000000") -> tuple[str, str]:
    wire = {"ClientId": CLIENT, "Username": username, "ConfirmationCode": code, "Password": NEW}
    return await pool.refused("ConfirmForgotPassword", **wire)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_a_code_resets_the_password(pool: Cognito) -> None:
    """The new password signs in, the old one does not, and the code is used up."""
    await pool.add("alice")

    assert (await forgot(pool, "alice"))["Destination"] == "a***@e***"
    reset = {"ClientId": CLIENT, "Username": "alice", "ConfirmationCode": pool.last_code, "Password": NEW}
    assert await pool.call("ConfirmForgotPassword", **reset) == {}

    assert (await pool.by_password("alice", NEW))["AuthenticationResult"]
    assert (await pool.refused("InitiateAuth", ClientId=CLIENT, AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "alice", "PASSWORD": PASSWORD}))[0] == "NotAuthorizedException"  # fmt: skip
    assert (await pool.refused("ConfirmForgotPassword", **reset))[0] == "ExpiredCodeException"


async def test_the_lockout_ends_with_a_reset(pool: Cognito) -> None:
    await pool.add("alice")
    parameters = {"USERNAME": "alice", "PASSWORD": "wrong"}
    for _ in range(6):
        await pool.refused("InitiateAuth", ClientId=CLIENT, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)

    await forgot(pool, "alice")
    reset = {"ClientId": CLIENT, "Username": "alice", "ConfirmationCode": pool.last_code, "Password": NEW}
    await pool.call("ConfirmForgotPassword", **reset)

    assert (await pool.by_password("alice", NEW))["AuthenticationResult"]


async def test_a_wrong_code_is_counted(pool: Cognito) -> None:
    await pool.add("alice")
    await forgot(pool, "alice")
    code = pool.last_code

    names = [(await refused_reset(pool, "alice", wrong(code)))[0] for _ in range(5)]

    assert names == ["CodeMismatchException"] * 5
    assert (await refused_reset(pool, "alice", code))[0] == "ExpiredCodeException"


async def test_parallel_guesses_do_not_pass_the_limit(pool: Cognito) -> None:
    """As in Zitadel (GHSA-7h8m-vrxx-vr4m), guesses came faster than they were counted; here they cannot."""
    await pool.add("alice")
    await forgot(pool, "alice")
    guess = wrong(pool.last_code)

    answers = await asyncio.gather(*(refused_reset(pool, "alice", guess) for _ in range(30)))

    assert sum(name == "CodeMismatchException" for name, _ in answers) == 5


async def test_asking_for_new_codes_does_not_give_new_tries_without_end(pool: Cognito) -> None:
    """Ten codes and fifteen tries an hour: whoever asks on learns nothing more."""
    await pool.add("alice")
    names = []
    for _ in range(12):
        answer = await asyncio.gather(forgot(pool, "alice"), return_exceptions=True)
        names.append(type(answer[0]).__name__)
    tries = [(await refused_reset(pool, "alice", wrong(pool.last_code)))[0] for _ in range(16)]

    assert names[10:] == ["LimitExceededException"] * 2
    assert tries[-1] == "LimitExceededException"


async def test_a_code_ends_after_an_hour(pool: Cognito) -> None:
    await pool.add("alice")
    await forgot(pool, "alice")
    pool.clock.advance(HOUR_MS)

    assert (await refused_reset(pool, "alice", pool.last_code))[0] == "ExpiredCodeException"


async def test_a_code_is_not_another_users(pool: Cognito) -> None:
    """The reset code of one user changes nobody else's password."""
    await pool.add("alice")
    await pool.add("eve")
    await forgot(pool, "eve")
    of_eve = pool.last_code
    await forgot(pool, "alice")

    assert (await refused_reset(pool, "alice", of_eve))[0] == "CodeMismatchException" or of_eve == pool.last_code


async def test_nobody_learns_who_has_an_account(pool: Cognito) -> None:
    """Users, users who cannot reset and nobody: the same forms of answers, before and after a code was asked for."""
    await pool.add("alice")
    await pool.add("unverified", attributes={"email": "u@example.com"})
    await pool.add("disabled", enabled=False)
    names = ("alice", "unverified", "disabled", "nobody")

    before = {(await refused_reset(pool, name))[0] for name in names}
    details = [await forgot(pool, name) for name in names]
    after = {(await refused_reset(pool, name, wrong(pool.last_code)))[0] for name in names}

    assert before == {"ExpiredCodeException"}
    assert {frozenset(one) for one in details} == {frozenset({"Destination", "DeliveryMedium", "AttributeName"})}
    assert after == {"CodeMismatchException"}
    assert [message.username for message in pool.sent] == ["alice"]


async def test_the_limits_of_nobody_are_those_of_users(pool: Cognito) -> None:
    for _ in range(10):
        await forgot(pool, "nobody")

    assert (await pool.refused("ForgotPassword", ClientId=CLIENT, Username="nobody"))[0] == "LimitExceededException"


async def test_asking_takes_as_long_for_nobody(tmp_path: Path) -> None:
    """Welch's t of the answering times of users and of nobody stays below 4.5."""
    async with cognito(f"sqlite:///{tmp_path}/timing.sqlite3") as pool:
        await pool.add("alice")
        times: dict[str, list[float]] = {"alice": [], "nobody": []}
        for number in range(120):
            pool.clock.advance(HOUR_MS)
            for name in ("alice", "nobody") if number % 2 else ("nobody", "alice"):
                begun = time.process_time()
                await refused_reset(pool, name)
                times[name].append(time.process_time() - begun)

    assert abs(welch(*(sorted(one)[10:-10] for one in times.values()))) < 4.5


def welch(one: list[float], other: list[float]) -> float:
    """Welch's t statistic."""
    return (mean(one) - mean(other)) / math.sqrt(variance(one) / len(one) + variance(other) / len(other))


async def test_administrators_alone_reset_where_the_pool_says_so(pool: Cognito) -> None:
    await pool.configure(AccountRecoverySetting={"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]})
    await pool.configure_client(PreventUserExistenceErrors="LEGACY")
    await pool.add("alice")

    refused = await pool.refused("ForgotPassword", ClientId=CLIENT, Username="alice")

    assert refused == ("NotAuthorizedException", "Contact administrator to reset password.")


async def test_a_client_may_tell_who_exists(pool: Cognito) -> None:
    """PreventUserExistenceErrors LEGACY: as Cognito's own default."""
    await pool.configure_client(PreventUserExistenceErrors="LEGACY")
    await pool.add("unverified", attributes={"email": "u@example.com"})

    assert (await pool.refused("ForgotPassword", ClientId=CLIENT, Username="nobody"))[0] == "UserNotFoundException"
    assert (await pool.refused("ForgotPassword", ClientId=CLIENT, Username="unverified"))[0] == (
        "InvalidParameterException"
    )


async def test_the_medium_of_resets_is_the_backends(database_url: str) -> None:
    """`forgotPassword` of the backend's settings says by which address, and with which words."""
    settings = {"deliveryMethod": "SMS", "smsSettings": {"smsMessage": "Reset with {####}"}}
    async with cognito(database_url, forgotPassword=settings) as pool:
        attributes = {
            "email": "a@example.com",
            "email_verified": "true",
            "phone_number": "+15555550100",
            "phone_number_verified": "true",
        }
        await pool.add("alice", attributes=attributes)

        details = await forgot(pool, "alice")

        assert (details["DeliveryMedium"], details["Destination"]) == ("SMS", "+*******0100")
        assert (pool.sent[-1].kind, pool.sent[-1].body) == ("sms", "Reset with {####}")


async def test_a_user_changes_the_password(pool: Cognito) -> None:
    await pool.add("alice")
    token = (await pool.by_password())["AuthenticationResult"]["AccessToken"]

    await pool.call("ChangePassword", AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword=NEW)

    assert (await pool.by_srp("alice", NEW))["AuthenticationResult"]


async def test_wrong_old_passwords_count_towards_the_lockout(pool: Cognito) -> None:
    """Whoever holds a stolen access token cannot guess the password by ChangePassword."""
    await pool.add("alice")
    token = (await pool.by_password())["AuthenticationResult"]["AccessToken"]
    wire = {"AccessToken": token, "PreviousPassword": "wr0ng!pw", "ProposedPassword": NEW}

    answers = await asyncio.gather(*(pool.refused("ChangePassword", **wire) for _ in range(20)))

    assert sum(name == "NotAuthorizedException" for name, _ in answers) <= 5
    assert {name for name, _ in answers} == {"NotAuthorizedException", "LimitExceededException"}


async def test_a_new_password_follows_the_policy(database_url: str) -> None:
    policy = {"minimumLength": 10, "additionalConstraints": ["REQUIRE_SYMBOL"]}
    async with cognito(database_url, passwordPolicy=policy) as pool:
        await pool.add("alice")
        token = (await pool.by_password())["AuthenticationResult"]["AccessToken"]

        wire = {"AccessToken": token, "PreviousPassword": PASSWORD}
        assert (await pool.refused("ChangePassword", ProposedPassword="short!1", **wire))[0] == (
            "InvalidPasswordException"
        )
        admin = {"UserPoolId": POOL, "Username": "alice", "Permanent": True}
        assert (await pool.refused("AdminSetUserPassword", Password="nosymbolhere", **admin))[0] == (
            "InvalidPasswordException"
        )
