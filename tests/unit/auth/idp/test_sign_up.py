"""Signing up and confirming."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from preamp.auth.user_store import code_table
from preamp.db import Statement
from sign_in_kit import CLIENT, PASSWORD, POOL, Cognito, cognito

DAY_MS = 86_400_000


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Cognito]:
    async with cognito(database_url) as made:
        yield made


async def sign_up(pool: Cognito, username: str = "bob", **more: Any) -> dict[str, Any]:
    """Sign somebody up with a mail address."""
    attributes = [{"Name": "email", "Value": f"{username}@example.com"}]
    wire = {"ClientId": CLIENT, "Username": username, "Password": PASSWORD, "UserAttributes": attributes, **more}
    return await pool.call("SignUp", **wire)


async def confirm(pool: Cognito, username: str, code: str) -> dict[str, Any]:
    return await pool.call("ConfirmSignUp", ClientId=CLIENT, Username=username, ConfirmationCode=code)


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_a_user_signs_up_confirms_and_signs_in(pool: Cognito) -> None:
    """The answer masks the address; the code proves it; before that no sign-in works."""
    answer = await sign_up(pool)

    assert answer["UserConfirmed"] is False
    expected = {"Destination": "b***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    assert answer["CodeDeliveryDetails"] == expected
    assert (pool.sent[-1].to, len(pool.last_code)) == ("bob@example.com", 6)
    assert (await pool.refused("InitiateAuth", ClientId=CLIENT, AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "bob", "PASSWORD": PASSWORD}))[0] == "UserNotConfirmedException"  # fmt: skip

    await confirm(pool, "bob", pool.last_code)

    tokens = (await pool.by_password("bob"))["AuthenticationResult"]
    user = await pool.call("GetUser", AccessToken=tokens["AccessToken"])
    attributes = {one["Name"]: one["Value"] for one in user["UserAttributes"]}
    assert user["UserAttributes"][0] == {"Name": "sub", "Value": answer["UserSub"]}
    assert (attributes["email"], attributes["email_verified"]) == ("bob@example.com", "true")


async def test_names_are_compared_without_case_where_the_pool_says_so(pool: Cognito) -> None:
    await sign_up(pool, "Bob")

    wire = {"ClientId": CLIENT, "Username": "bOB", "Password": PASSWORD}
    mail = [{"Name": "email", "Value": "x@example.com"}]
    refused = await pool.refused("SignUp", UserAttributes=mail, **wire)

    assert refused == ("UsernameExistsException", "User already exists")


@pytest.mark.parametrize(
    ("password", "lacks"),
    [("short", "Password not long enough"), ("nodigits!", "Password must have numeric characters")],
)
async def test_a_weak_password_is_refused(database_url: str, password: str, lacks: str) -> None:
    """The pool's policy holds for new passwords, in Cognito's words."""
    policy = {"minimumLength": 8, "additionalConstraints": ["REQUIRE_DIGIT"]}
    async with cognito(database_url, passwordPolicy=policy) as pool:
        wire = {"ClientId": CLIENT, "Username": "bob", "Password": password}
        mail = [{"Name": "email", "Value": "x@example.com"}]

        refused = await pool.refused("SignUp", UserAttributes=mail, **wire)

    assert refused == ("InvalidPasswordException", f"Password did not conform with policy: {lacks}")


async def test_a_required_attribute_must_be_there(pool: Cognito) -> None:
    refused = await pool.refused("SignUp", ClientId=CLIENT, Username="bob", Password=PASSWORD)

    assert refused[0] == "InvalidParameterException"
    assert "email: The attribute is required" in refused[1]


@pytest.mark.parametrize("name", ["email_verified", "phone_number_verified"])
async def test_nobody_verifies_the_own_address_by_saying_so(pool: Cognito, name: str) -> None:
    mail = [{"Name": "email", "Value": "x@example.com"}, {"Name": name, "Value": "true"}]

    refused = await pool.refused("SignUp", ClientId=CLIENT, Username="bob", Password=PASSWORD, UserAttributes=mail)

    assert refused == ("NotAuthorizedException", "A client attempted to write unauthorized attribute")


@pytest.mark.parametrize("name", ["sub", "identities", "custom:role", "cognito:groups", "isAdmin"])
async def test_attributes_that_are_not_a_users_to_set_are_refused(pool: Cognito, name: str) -> None:
    """Neither the server's own attributes nor made-up ones get into a user, and so into tokens."""
    mail = [{"Name": "email", "Value": "x@example.com"}, {"Name": name, "Value": "1"}]

    refused = await pool.refused("SignUp", ClientId=CLIENT, Username="bob", Password=PASSWORD, UserAttributes=mail)

    assert refused[0] == "InvalidParameterException"


async def test_a_wrong_code_is_refused_and_counted(pool: Cognito) -> None:
    """After five wrong codes the right one is good for nothing either."""
    await sign_up(pool)
    code = pool.last_code

    for _ in range(5):
        refused = await pool.refused("ConfirmSignUp", ClientId=CLIENT, Username="bob", ConfirmationCode=wrong(code))
        assert refused == ("CodeMismatchException", "Invalid verification code provided, please try again.")

    refused = await pool.refused("ConfirmSignUp", ClientId=CLIENT, Username="bob", ConfirmationCode=code)
    assert refused[0] == "ExpiredCodeException"


async def test_guesses_that_come_at_once_cannot_pass_the_limit_together(pool: Cognito) -> None:
    """Attempts are counted before the code is compared: of twenty parallel guesses five are looked at."""
    await sign_up(pool)
    wire = {"ClientId": CLIENT, "Username": "bob", "ConfirmationCode": wrong(pool.last_code)}

    answers = await asyncio.gather(*(pool.refused("ConfirmSignUp", **wire) for _ in range(20)))

    names = [name for name, _ in answers]
    assert names.count("CodeMismatchException") == 5
    assert set(names) <= {"CodeMismatchException", "ExpiredCodeException", "LimitExceededException"}


async def test_a_code_is_used_once(pool: Cognito) -> None:
    """Two calls with the right code confirm one user once."""
    await sign_up(pool)
    wire = {"ClientId": CLIENT, "Username": "bob", "ConfirmationCode": pool.last_code}

    answers = await asyncio.gather(*(pool.call("ConfirmSignUp", **wire) for _ in range(2)), return_exceptions=True)

    assert sorted(isinstance(one, dict) for one in answers) == [False, True]


async def test_a_code_ends_after_a_day(pool: Cognito) -> None:
    await sign_up(pool)
    pool.clock.advance(DAY_MS)

    refused = await pool.refused("ConfirmSignUp", ClientId=CLIENT, Username="bob", ConfirmationCode=pool.last_code)

    assert refused == ("ExpiredCodeException", "Invalid code provided, please request a code again.")


async def test_a_code_of_one_user_or_purpose_is_not_anothers(pool: Cognito) -> None:
    await sign_up(pool, "bob")
    of_bob = pool.last_code
    await sign_up(pool, "eve")

    refused = await pool.refused("ConfirmSignUp", ClientId=CLIENT, Username="eve", ConfirmationCode=of_bob)

    assert refused[0] == "CodeMismatchException" or of_bob == pool.last_code


async def test_a_new_code_replaces_the_last(pool: Cognito) -> None:
    await sign_up(pool)
    first = pool.last_code
    await pool.call("ResendConfirmationCode", ClientId=CLIENT, Username="bob")
    if first != pool.last_code:
        refused = await pool.refused("ConfirmSignUp", ClientId=CLIENT, Username="bob", ConfirmationCode=first)
        assert refused[0] == "CodeMismatchException"

    assert await confirm(pool, "bob", pool.last_code) == {}


async def test_codes_are_sent_ten_times_an_hour_at_most(pool: Cognito) -> None:
    await sign_up(pool)
    for _ in range(10):
        await pool.call("ResendConfirmationCode", ClientId=CLIENT, Username="bob")

    refused = await pool.refused("ResendConfirmationCode", ClientId=CLIENT, Username="bob")
    assert refused == ("LimitExceededException", "Attempt limit exceeded, please try after some time.")

    pool.clock.advance(3_600_000)
    assert await pool.call("ResendConfirmationCode", ClientId=CLIENT, Username="bob")


async def test_resending_does_not_tell_who_exists(pool: Cognito) -> None:
    """Somebody, somebody confirmed and nobody are answered alike, the same each time."""
    await pool.add("alice")

    answers = [await pool.call("ResendConfirmationCode", ClientId=CLIENT, Username=name) for name in
               ("alice", "nobody", "nobody")]  # fmt: skip

    assert {frozenset(one["CodeDeliveryDetails"]) for one in answers} == {
        frozenset({"Destination", "DeliveryMedium", "AttributeName"})
    }
    assert answers[1] == answers[2]
    assert pool.sent == []


async def test_users_of_a_mail_pool_are_named_by_their_sub(database_url: str) -> None:
    """The address signs in, whatever its case, and is one user's alone."""
    async with cognito(database_url, sign_in_method="EMAIL") as pool:
        wire = {"ClientId": CLIENT, "Password": PASSWORD}
        answer = await pool.call("SignUp", Username="Bob@Example.com", **wire)
        await confirm(pool, "bob@example.com", pool.last_code)

        again = await pool.refused("SignUp", Username="bob@example.COM", **wire)
        no_mail = await pool.refused("SignUp", Username="bob", **wire)
        found = await pool.call("AdminGetUser", UserPoolId=POOL, Username="bob@example.com")

        assert again == ("UsernameExistsException", "An account with the given email already exists.")
        assert no_mail == ("InvalidParameterException", "Username should be an email.")
        assert found["Username"] == answer["UserSub"]
        assert (await pool.by_password("bob@example.com"))["AuthenticationResult"]


async def test_two_sign_ups_of_one_name_make_one_user(pool: Cognito) -> None:
    answers = await asyncio.gather(*(sign_up(pool) for _ in range(3)), return_exceptions=True)

    assert sum(isinstance(one, dict) for one in answers) == 1
    assert await pool.count("auth_user") == 1


async def test_administrators_alone_make_users_where_the_pool_says_so(pool: Cognito) -> None:
    await pool.configure(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})

    mail = [{"Name": "email", "Value": "x@example.com"}]
    refused = await pool.refused("SignUp", ClientId=CLIENT, Username="bob", Password=PASSWORD, UserAttributes=mail)

    assert refused == ("NotAuthorizedException", "SignUp is not permitted for this user pool")


async def test_a_pre_sign_up_trigger_confirms_or_refuses(pool: Cognito) -> None:
    """PreSignUp may confirm and verify; PostConfirmation hears of it; what the trigger raises is the answer."""
    await pool.triggers(
        PreSignUp=lambda _event: {"autoConfirmUser": True, "autoVerifyEmail": True}, PostConfirmation=lambda _event: {}
    )

    answer = await sign_up(pool)

    assert (answer["UserConfirmed"], pool.sent) == (True, [])
    assert [event["triggerSource"] for event in pool.events] == ["PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp"]


async def test_a_custom_message_is_sent(pool: Cognito) -> None:
    await pool.triggers(CustomMessage=lambda _event: {"emailMessage": "Take {####}", "emailSubject": "Yours"})

    await sign_up(pool)

    assert (pool.sent[-1].body, pool.sent[-1].subject) == ("Take {####}", "Yours")


async def test_whoever_signed_up_is_signed_in_once_confirmed(pool: Cognito) -> None:
    """SignUp's Session leads through ConfirmSignUp to tokens, once; the code alone gives no Session."""
    first = await sign_up(pool)
    await sign_up(pool, "eve")
    await sign_up(pool, "carl")
    codes = {message.username: message.code for message in pool.sent}
    wire = {"ClientId": CLIENT, "Username": "bob", "ConfirmationCode": codes["bob"], "Session": first["Session"]}

    session = (await pool.call("ConfirmSignUp", **wire))["Session"]
    tokens = (await pool.initiate("USER_AUTH", session=session, USERNAME="bob"))["AuthenticationResult"]

    assert (await pool.call("GetUser", AccessToken=tokens["AccessToken"]))["Username"] == "bob"
    again = {"AuthFlow": "USER_AUTH", "ClientId": CLIENT, "AuthParameters": {"USERNAME": "bob"}, "Session": session}
    assert (await pool.refused("InitiateAuth", **again))[0] == "NotAuthorizedException"
    others = {"ClientId": CLIENT, "Username": "eve", "ConfirmationCode": codes["eve"], "Session": first["Session"]}
    assert await pool.call("ConfirmSignUp", **others) == {}
    assert await confirm(pool, "carl", codes["carl"]) == {}


async def test_no_code_lies_in_the_database_in_clear(pool: Cognito) -> None:
    """What is kept of a code is a keyed hash of user, purpose and code."""
    await sign_up(pool)

    row = await pool.db.row(Statement(sa.select(code_table)))

    assert row is not None
    assert pool.last_code.encode() not in b"".join(str(one).encode() for one in row)
