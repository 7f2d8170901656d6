"""USER_AUTH: choosing the first factor."""

from typing import Any

import pytest

from preamp.auth.users import Mfa
from sign_in_kit import PASSWORD, Cognito, Srp, refusal

WRONG = ("NotAuthorizedException", "Incorrect username or password.")
WRONG_CODE = ("CodeMismatchException", "Invalid code received for user")
USED = ("NotAuthorizedException", "Invalid session for the user, session is expired.")


async def allow(pool: Cognito, *factors: str) -> None:
    await pool.configure(Policies={"SignInPolicy": {"AllowedFirstAuthFactors": factors}})


async def test_the_choice_is_offered(pool: Cognito) -> None:
    """AvailableChallenges stands at the top of the answer; a password may come by SRP or in clear."""
    await allow(pool, "PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
    attributes = {
        "email": "a@example.com",
        "email_verified": "true",
        "phone_number": "+1555555",
        "phone_number_verified": "true",
    }
    await pool.add(attributes=attributes)

    asked = await pool.initiate("USER_AUTH", USERNAME="alice")

    assert asked["ChallengeName"] == "SELECT_CHALLENGE"
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]
    assert asked["ChallengeParameters"] == {}


async def test_a_password_is_the_only_first_factor_where_nothing_is_set(pool: Cognito) -> None:
    await pool.add()

    asked = await pool.initiate("USER_AUTH", USERNAME="alice")

    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]


async def select(pool: Cognito, answer: str, username: str = "alice", **more: str) -> Any:
    asked = await pool.initiate("USER_AUTH", USERNAME=username)
    return await pool.respond("SELECT_CHALLENGE", asked["Session"], USERNAME=username, ANSWER=answer, **more)


async def test_srp_is_chosen(either_pool: Cognito) -> None:
    await either_pool.add()
    srp = Srp(PASSWORD)

    asked = await select(either_pool, "PASSWORD_SRP", SRP_A=srp.public)
    done = await either_pool.respond("PASSWORD_VERIFIER", asked["Session"], **srp.answer(asked))

    assert done["AuthenticationResult"]


async def test_a_password_in_clear_is_chosen(pool: Cognito) -> None:
    await pool.add()

    assert (await select(pool, "PASSWORD", PASSWORD=PASSWORD))["AuthenticationResult"]
    assert await refusal(select(pool, "PASSWORD", PASSWORD="Wr0ng!pass")) == WRONG
    assert await refusal(select(pool, "PASSWORD", "nobody", PASSWORD=PASSWORD)) == WRONG


@pytest.mark.parametrize(
    ("preferred", "parameters", "challenge"),
    [
        ("PASSWORD", {"PASSWORD": PASSWORD}, None),
        ("PASSWORD_SRP", {"SRP_A": "ff"}, "PASSWORD_VERIFIER"),
        ("EMAIL_OTP", {}, "EMAIL_OTP"),
        ("SMS_OTP", {}, "SELECT_CHALLENGE"),
        ("PASSWORD_SRP", {}, "SELECT_CHALLENGE"),
        ("WEB_AUTHN", {}, "SELECT_CHALLENGE"),
        ("NONSENSE", {}, "SELECT_CHALLENGE"),
    ],
)
async def test_a_preferred_factor_is_taken_where_it_can_be(
    pool: Cognito, preferred: str, parameters: dict[str, str], challenge: str | None
) -> None:
    """What cannot be preferred leads to the choice."""
    await allow(pool, "PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
    await pool.add()

    answer = await pool.initiate("USER_AUTH", USERNAME="alice", PREFERRED_CHALLENGE=preferred, **parameters)

    assert answer.get("ChallengeName") == challenge


@pytest.mark.parametrize(("factor", "member"), [("EMAIL_OTP", "EMAIL_OTP_CODE"), ("SMS_OTP", "SMS_OTP_CODE")])
async def test_a_code_alone_signs_in(pool: Cognito, factor: str, member: str) -> None:
    """A first factor has eight digits; a wrong code may be typed again, a used Session not."""
    await allow(pool, "PASSWORD", factor)
    verified = {"email_verified": "true", "phone_number_verified": "true"}
    await pool.add(attributes={"email": "a@example.com", "phone_number": "+15555559934", **verified})

    asked = await select(pool, factor)
    code = pool.last_code
    wrong = await refusal(pool.respond(factor, asked["Session"], USERNAME="alice", **{member: "00000000"}))
    done = await pool.respond(factor, asked["Session"], USERNAME="alice", **{member: code})

    assert len(code) == 8
    assert wrong == WRONG_CODE
    assert done["AuthenticationResult"]
    assert await refusal(pool.respond(factor, asked["Session"], USERNAME="alice", **{member: code})) == USED


async def test_an_unverified_address_is_no_way_in(pool: Cognito) -> None:
    """Whoever typed somebody's address at the sign-up could else sign in as them, or they as him."""
    await allow(pool, "PASSWORD", "EMAIL_OTP")
    await pool.add(attributes={"email": "a@example.com", "email_verified": "false"})

    assert (await refusal(select(pool, "EMAIL_OTP")))[0] == "InvalidParameterException"


async def test_a_code_alone_is_no_way_around_a_second_factor(pool: Cognito) -> None:
    await allow(pool, "PASSWORD", "EMAIL_OTP")
    await pool.configure(mfa={"MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": {}})
    verified = {"email": "a@example.com", "email_verified": "true", "phone_number": "+15555559934"}
    await pool.add(mfa=Mfa(("SMS_MFA",)), attributes=verified)

    asked = await pool.initiate("USER_AUTH", USERNAME="alice")

    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]


async def test_nobody_is_offered_and_asked_what_others_are(pool: Cognito) -> None:
    """Same choice, same form of answer, nothing sent, and never the right code."""
    await allow(pool, "PASSWORD", "EMAIL_OTP")
    await pool.add()

    here = await pool.initiate("USER_AUTH", USERNAME="alice")
    gone = await pool.initiate("USER_AUTH", USERNAME="nobody")
    asked = await select(pool, "EMAIL_OTP", "nobody")
    told = await refusal(pool.respond("EMAIL_OTP", asked["Session"], USERNAME="nobody", EMAIL_OTP_CODE="00000000"))

    assert here["AvailableChallenges"] == gone["AvailableChallenges"]
    assert set(asked["ChallengeParameters"]) == {
        "USERNAME", "USER_ID_FOR_SRP", "CODE_DELIVERY_DELIVERY_MEDIUM", "CODE_DELIVERY_DESTINATION",
    }  # fmt: skip
    assert pool.sent == []
    assert told == WRONG_CODE


@pytest.mark.parametrize("fields", [{"enabled": False}, {"status": "UNCONFIRMED"}, {"status": "RESET_REQUIRED"}])
async def test_a_code_is_not_sent_to_who_may_not_sign_in(pool: Cognito, fields: dict[str, Any]) -> None:
    await allow(pool, "PASSWORD", "EMAIL_OTP")
    await pool.add(**fields)

    asked = await select(pool, "EMAIL_OTP")

    assert asked["ChallengeName"] == "EMAIL_OTP"
    assert pool.sent == []


async def test_a_session_of_the_choice_is_bound_to_its_user(pool: Cognito) -> None:
    await pool.add()
    await pool.add("bob", "B0b!passw")
    asked = await pool.initiate("USER_AUTH", USERNAME="bob")

    told = await refusal(
        pool.respond("SELECT_CHALLENGE", asked["Session"], USERNAME="alice", ANSWER="PASSWORD", PASSWORD="B0b!passw")
    )

    assert told == USED


async def signed_up(pool: Cognito) -> str:
    """Sign bob up; answers the Session of the sign-up."""
    made = await pool.call(
        "SignUp",
        ClientId="webclient123",
        Username="bob",
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": "bob@example.com"}],
    )
    session: str = made["Session"]
    return session


async def test_who_has_just_signed_up_is_signed_in(pool: Cognito) -> None:
    """The Sessions of SignUp and ConfirmSignUp lead to tokens, once."""
    confirm = {"ClientId": "webclient123", "Username": "bob", "Session": await signed_up(pool)}
    confirmed = await pool.call("ConfirmSignUp", **confirm, ConfirmationCode=pool.last_code)

    done = await pool.initiate("USER_AUTH", USERNAME="bob", session=confirmed["Session"])

    assert done["AuthenticationResult"]
    assert await refusal(pool.initiate("USER_AUTH", USERNAME="bob", session=confirmed["Session"])) == USED


async def test_the_session_of_a_sign_up_is_no_way_in_before_the_code(pool: Cognito) -> None:
    await pool.add("carol")
    session = await signed_up(pool)

    assert await refusal(pool.initiate("USER_AUTH", USERNAME="bob", session=session)) == USED
    assert await refusal(pool.initiate("USER_AUTH", USERNAME="carol", session=session)) == USED


async def test_a_code_without_the_sign_ups_session_gives_none(pool: Cognito) -> None:
    """Who reads the mail confirms the address; who signed up has the Session. Both together are signed in."""
    await signed_up(pool)

    answer = await pool.call("ConfirmSignUp", ClientId="webclient123", Username="bob", ConfirmationCode=pool.last_code)

    assert "Session" not in answer
