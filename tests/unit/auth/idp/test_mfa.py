"""Second factors: authenticator apps by pyotp, codes by SMS and mail, choosing and setting up."""

from typing import Any

import msgspec
import pyotp
import pytest
from msgspec.structs import replace

from preamp.auth import totp, user_store
from preamp.auth.idp.mfa import sealed_secret
from preamp.auth.users import Factor, Mfa, User
from sign_in_kit import POOL, Cognito, claims, refusal

TOTP_ON = {"SoftwareTokenMfaConfiguration": {"Enabled": True}}
SMS_ON = {"SmsMfaConfiguration": {"SmsAuthenticationMessage": "Code: {####}"}}
MAIL_ON = {"EmailMfaConfiguration": {"Message": "Your code: {####}", "Subject": "Code"}}
WRONG_CODE = ("CodeMismatchException", "Invalid code received for user")
USED = ("NotAuthorizedException", "Invalid session for the user, session is expired.")
SECRET = b"s" * 32


async def with_mfa(pool: Cognito, mode: str = "OPTIONAL", **more: Any) -> None:
    """Turn all second factors of the pool on."""
    await pool.configure(mfa={"MfaConfiguration": mode, **TOTP_ON, **SMS_ON, **MAIL_ON, **more})


async def with_authenticator(pool: Cognito, *factors: Factor, preferred: Factor | None = None, **fields: Any) -> User:
    """A user who has an authenticator and these factors turned on."""
    user = await pool.add(**fields)
    changed = replace(user, totp_secret=sealed_secret(pool.idp, user, SECRET), mfa=Mfa(factors, preferred))
    async with pool.db.transaction() as tx:
        await user_store.change_user(tx, changed, user.username)
    return changed


def code(pool: Cognito, secret: bytes = SECRET) -> str:
    """What the user's app shows now."""
    return pyotp.TOTP(totp.shown(secret)).at(pool.clock.ms // 1000)


async def test_a_user_sets_up_an_authenticator_and_signs_in_by_it(either_pool: Cognito) -> None:
    """AssociateSoftwareToken, VerifySoftwareToken, SetUserMFAPreference, then SOFTWARE_TOKEN_MFA."""
    pool = either_pool
    await with_mfa(pool)
    await pool.add()
    token = (await pool.by_srp())["AuthenticationResult"]["AccessToken"]

    secret = (await pool.call("AssociateSoftwareToken", AccessToken=token))["SecretCode"]
    now = pyotp.TOTP(secret).at(pool.clock.ms // 1000)
    verified = await pool.call("VerifySoftwareToken", AccessToken=token, UserCode=now)
    await pool.call(
        "SetUserMFAPreference", AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    asked = await pool.by_srp()
    pool.clock.advance(30_000)
    later = pyotp.TOTP(secret).at(pool.clock.ms // 1000)
    done = await pool.respond("SOFTWARE_TOKEN_MFA", asked["Session"], USERNAME="alice", SOFTWARE_TOKEN_MFA_CODE=later)

    assert len(secret) == 52
    assert verified["Status"] == "SUCCESS"
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert "AuthenticationResult" not in asked
    assert claims(done["AuthenticationResult"]["AccessToken"])["username"] == "alice"


async def test_a_wrong_first_code_sets_nothing_up(pool: Cognito) -> None:
    await with_mfa(pool)
    await pool.add()
    token = (await pool.by_password())["AuthenticationResult"]["AccessToken"]
    await pool.call("AssociateSoftwareToken", AccessToken=token)

    told = await pool.refused("VerifySoftwareToken", AccessToken=token, UserCode="000000")

    assert told == ("EnableSoftwareTokenMFAException", "Code mismatch")
    assert (await pool.by_password())["AuthenticationResult"]


async def test_asking_for_a_new_secret_leaves_the_old_one_on(pool: Cognito) -> None:
    """Whoever has an access token for a moment cannot turn the second factor off by it."""
    await with_mfa(pool)
    await with_authenticator(pool, "SOFTWARE_TOKEN_MFA")
    asked = await pool.by_password()
    done = await answer(pool, asked, code(pool))
    token = done["AuthenticationResult"]["AccessToken"]

    await pool.call("AssociateSoftwareToken", AccessToken=token)
    pool.clock.advance(60_000)

    assert (await answer(pool, await pool.by_password(), code(pool)))["AuthenticationResult"]


async def answer(pool: Cognito, asked: dict[str, Any], given: str) -> Any:
    return await pool.respond("SOFTWARE_TOKEN_MFA", asked["Session"], USERNAME="alice", SOFTWARE_TOKEN_MFA_CODE=given)


async def test_a_code_serves_once(either_pool: Cognito) -> None:
    """A code seen over the shoulder is refused, in the same sign-in and in another."""
    pool = either_pool
    await with_mfa(pool)
    await with_authenticator(pool, "SOFTWARE_TOKEN_MFA")
    first, second = await pool.by_password(), await pool.by_password()
    now = code(pool)

    assert (await answer(pool, first, now))["AuthenticationResult"]
    told = await refusal(answer(pool, second, now))

    assert told == ("ExpiredCodeException", "Your software token has already been used once.")


async def test_a_mistyped_code_may_be_typed_again(pool: Cognito) -> None:
    """The clients keep the Session when a code was wrong."""
    await with_mfa(pool)
    await with_authenticator(pool, "SOFTWARE_TOKEN_MFA")
    asked = await pool.by_password()

    assert await refusal(answer(pool, asked, "000000")) == WRONG_CODE
    assert (await answer(pool, asked, code(pool)))["AuthenticationResult"]


async def test_a_session_that_gave_tokens_gives_no_more(pool: Cognito) -> None:
    await with_mfa(pool)
    await with_authenticator(pool, "SOFTWARE_TOKEN_MFA")
    asked = await pool.by_password()
    await answer(pool, asked, code(pool))
    pool.clock.advance(30_000)

    assert await refusal(answer(pool, asked, code(pool))) == USED


@pytest.mark.parametrize(
    ("factor", "member", "address", "masked"),
    [
        ("SMS_MFA", "SMS_MFA_CODE", "+15555559934", "+*******9934"),
        ("EMAIL_OTP", "EMAIL_OTP_CODE", "alice@example.com", "a***@e***"),
    ],
)
async def test_a_code_is_sent_and_asked_for(
    pool: Cognito, factor: Factor, member: str, address: str, masked: str
) -> None:
    await with_mfa(pool)
    attributes = {"email": "alice@example.com", "email_verified": "true", "phone_number": "+15555559934"}
    await pool.add(mfa=Mfa((factor,)), attributes=attributes)

    asked = await pool.by_srp()
    wrong = await refusal(pool.respond(factor, asked["Session"], USERNAME="alice", **{member: "000000"}))
    done = await pool.respond(factor, asked["Session"], USERNAME="alice", **{member: pool.last_code})

    given = asked["ChallengeParameters"]
    assert asked["ChallengeName"] == factor
    assert given["CODE_DELIVERY_DESTINATION"] == masked
    assert given["CODE_DELIVERY_DELIVERY_MEDIUM"] == ("SMS" if factor == "SMS_MFA" else "EMAIL")
    assert (pool.sent[-1].to, len(pool.last_code)) == (address, 6)
    assert wrong == WRONG_CODE
    assert done["AuthenticationResult"]


async def test_the_user_chooses_among_factors(pool: Cognito) -> None:
    """SELECT_MFA_TYPE: MFAS_CAN_CHOOSE is JSON within a text."""
    await with_mfa(pool)
    attributes = {"phone_number": "+15555559934"}
    await with_authenticator(pool, "SMS_MFA", "SOFTWARE_TOKEN_MFA", attributes=attributes)

    asked = await pool.by_password()
    names = msgspec.json.decode(asked["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
    wrong = await refusal(pool.respond("SELECT_MFA_TYPE", asked["Session"], USERNAME="alice", ANSWER="EMAIL_OTP"))
    app = await pool.respond("SELECT_MFA_TYPE", asked["Session"], USERNAME="alice", ANSWER="SOFTWARE_TOKEN_MFA")
    sms = await pool.respond("SELECT_MFA_TYPE", asked["Session"], USERNAME="alice", ANSWER="SMS_MFA")

    assert names == ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]
    assert wrong[0] == "InvalidParameterException"
    assert (app["ChallengeName"], sms["ChallengeName"]) == ("SOFTWARE_TOKEN_MFA", "SMS_MFA")
    assert (await answer(pool, app, code(pool)))["AuthenticationResult"]


async def test_the_preferred_factor_is_asked_for_first(pool: Cognito) -> None:
    await with_mfa(pool)
    attributes = {"phone_number": "+15555559934"}
    await with_authenticator(
        pool, "SMS_MFA", "SOFTWARE_TOKEN_MFA", preferred="SOFTWARE_TOKEN_MFA", attributes=attributes
    )

    assert (await pool.by_password())["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


async def test_a_required_factor_is_set_up_during_the_sign_in(either_pool: Cognito) -> None:
    """MFA_SETUP: each call hands on a new Session, and the last one gives the tokens."""
    pool = either_pool
    await pool.configure(mfa={"MfaConfiguration": "ON", **TOTP_ON})
    await pool.add()

    asked = await pool.by_srp()
    early = await refusal(pool.respond("MFA_SETUP", asked["Session"], USERNAME="alice"))
    made = await pool.call("AssociateSoftwareToken", Session=asked["Session"])
    secret = made["SecretCode"]
    wrong = await pool.refused("VerifySoftwareToken", Session=made["Session"], UserCode="000000")
    now = pyotp.TOTP(secret).at(pool.clock.ms // 1000)
    verified = await pool.call("VerifySoftwareToken", Session=made["Session"], UserCode=now)
    twice = await pool.refused("VerifySoftwareToken", Session=made["Session"], UserCode=now)
    done = await pool.respond("MFA_SETUP", verified["Session"], USERNAME="alice")

    assert asked["ChallengeName"] == "MFA_SETUP"
    assert msgspec.json.decode(asked["ChallengeParameters"]["MFAS_CAN_SETUP"]) == ["SOFTWARE_TOKEN_MFA"]
    assert early[0] == "InvalidParameterException"
    assert wrong == ("EnableSoftwareTokenMFAException", "Code mismatch")
    assert twice == USED
    assert done["AuthenticationResult"]
    assert (await pool.by_srp())["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


async def test_a_session_of_mfa_setup_is_good_for_nothing_else(pool: Cognito) -> None:
    await pool.configure(mfa={"MfaConfiguration": "ON", **TOTP_ON})
    await pool.add()
    asked = await pool.by_srp()

    for name, member in (("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE"), ("SMS_MFA", "SMS_MFA_CODE")):
        assert await refusal(pool.respond(name, asked["Session"], USERNAME="alice", **{member: "000000"})) == USED


async def test_required_mfa_takes_the_phone_where_there_is_one(pool: Cognito) -> None:
    await pool.configure(mfa={"MfaConfiguration": "ON", **TOTP_ON, **SMS_ON})
    await pool.add(attributes={"phone_number": "+15555559934"})

    assert (await pool.by_srp())["ChallengeName"] == "SMS_MFA"


async def test_required_mfa_that_nobody_can_have_is_told(pool: Cognito) -> None:
    await pool.configure(mfa={"MfaConfiguration": "ON", **SMS_ON})
    await pool.add()

    assert (await refusal(pool.by_srp()))[0] == "InvalidUserPoolConfigurationException"


async def test_a_pool_that_turned_mfa_off_asks_for_none(pool: Cognito) -> None:
    await with_mfa(pool, "OFF")
    await with_authenticator(pool, "SOFTWARE_TOKEN_MFA")

    assert (await pool.by_srp())["AuthenticationResult"]


async def test_a_pool_without_authenticators_makes_no_secret(pool: Cognito) -> None:
    await pool.add()
    token = (await pool.by_password())["AuthenticationResult"]["AccessToken"]

    assert (await pool.refused("AssociateSoftwareToken", AccessToken=token))[0] == "SoftwareTokenMFANotFoundException"


async def test_the_code_is_asked_for_before_a_new_password_is_good(pool: Cognito) -> None:
    """A temporary password does not get around the second factor."""
    await with_mfa(pool)
    await with_authenticator(pool, "SOFTWARE_TOKEN_MFA", status="FORCE_CHANGE_PASSWORD")
    asked = await pool.by_password()

    then = await pool.respond("NEW_PASSWORD_REQUIRED", asked["Session"], USERNAME="alice", NEW_PASSWORD="N3w!passw")

    assert then["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert (await answer(pool, then, code(pool)))["AuthenticationResult"]


async def test_an_authenticator_is_bound_to_its_user(pool: Cognito) -> None:
    """A sealed secret that was moved to another row does not open there."""
    await with_mfa(pool)
    alice = await with_authenticator(pool, "SOFTWARE_TOKEN_MFA")
    moved = await pool.add("bob", totp_secret=alice.totp_secret, mfa=Mfa(("SOFTWARE_TOKEN_MFA",)))
    asked = await pool.by_password("bob")

    with pytest.raises(Exception, match="does not open"):
        await pool.respond("SOFTWARE_TOKEN_MFA", asked["Session"], USERNAME="bob", SOFTWARE_TOKEN_MFA_CODE=code(pool))
    assert moved.user_pool_id == POOL
