"""A pool's triggers: when they are called, with what, and what their answer does."""

from typing import Any

import pytest

from preamp.auth import store
from preamp.auth.functions import FunctionRaised, FunctionUnreadable
from preamp.auth.idp.context import TriggerEvent
from preamp.auth.triggers import PoolTriggers
from sign_in_kit import CLIENT, PASSWORD, POOL, Cognito, Srp, claims, refusal

WRONG = ("NotAuthorizedException", "Incorrect username or password.")


def raising(error: Exception) -> Any:
    def function(_event: dict[str, Any]) -> dict[str, Any]:
        raise error

    return function


def nothing(_event: dict[str, Any]) -> dict[str, Any]:
    return {}


async def test_the_event_has_cognitos_form(pool: Cognito) -> None:
    await pool.add()
    await pool.triggers(PreAuthentication=nothing)
    await pool.call(
        "InitiateAuth",
        ClientId=CLIENT,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": PASSWORD},
        ClientMetadata={"why": "a test"},
    )

    event = pool.events[0]

    assert event["version"] == "1"
    assert (event["region"], event["userPoolId"], event["userName"]) == ("us-east-1", POOL, "alice")
    assert event["callerContext"] == {"awsSdkVersion": "preamp", "clientId": CLIENT}
    assert event["triggerSource"] == "PreAuthentication_Authentication"
    assert event["request"]["userAttributes"]["email"] == "alice@example.com"
    assert event["request"]["validationData"] == {"why": "a test"}
    assert PASSWORD not in str(event)


@pytest.mark.parametrize("flow", ["by_srp", "by_password"])
async def test_pre_authentication_refuses_before_anything_is_verified(pool: Cognito, flow: str) -> None:
    await pool.add()
    await pool.triggers(PreAuthentication=raising(FunctionRaised("not today")))

    told = await refusal(getattr(pool, flow)(password="Wr0ng!pass"))

    assert told == ("UserLambdaValidationException", "PreAuthentication failed with error not today.")


async def test_nobody_is_told_to_the_function_as_such(pool: Cognito) -> None:
    await pool.triggers(PreAuthentication=nothing)

    assert await refusal(pool.by_password("nobody")) == WRONG
    assert pool.events[0]["request"]["userNotFound"] is True


async def test_post_authentication_comes_before_the_tokens(pool: Cognito) -> None:
    """What it raises ends the sign-in, and no session was begun."""
    await pool.add()
    await pool.triggers(PostAuthentication=raising(FunctionRaised("no")))

    assert (await refusal(pool.by_srp()))[0] == "UserLambdaValidationException"
    assert await pool.count("auth_family") == 0


async def test_post_authentication_is_not_called_for_a_wrong_password(pool: Cognito) -> None:
    await pool.add()
    await pool.triggers(PostAuthentication=nothing)

    assert await refusal(pool.by_srp(password="Wr0ng!pass")) == WRONG
    assert pool.events == []


async def test_post_authentication_knows_of_a_new_device(pool: Cognito) -> None:
    await pool.add()
    await pool.triggers(PostAuthentication=nothing)
    await pool.by_srp()
    await pool.configure(DeviceConfiguration={"ChallengeRequiredOnNewDevice": False})
    await pool.by_srp()

    assert [event["request"]["newDeviceUsed"] for event in pool.events] == [False, True]


async def test_pre_token_generation_changes_claims(pool: Cognito) -> None:
    """Version 1: claims of the ID token; what tokens are trusted for cannot be overridden."""
    await pool.add()
    details = {"claimsToAddOrOverride": {"plan": "gold", "sub": "someone else"}, "claimsToSuppress": ["email"]}
    await pool.triggers(PreTokenGeneration=lambda _event: {"claimsOverrideDetails": details})

    identity = claims((await pool.by_srp())["AuthenticationResult"]["IdToken"])

    assert identity["plan"] == "gold"
    assert "email" not in identity
    assert identity["sub"] != "someone else"


@pytest.mark.parametrize(("version", "told"), [("V1_0", "1"), ("V2_0", "2"), ("V3_0", "3")])
async def test_the_version_of_pre_token_generation_is_told(pool: Cognito, version: str, told: str) -> None:
    await pool.add()
    await pool.triggers(PreTokenGeneration=nothing)
    arn = "arn:aws:lambda:us-east-1:000000000000:function:PreTokenGeneration"
    await pool.configure(LambdaConfig={"PreTokenGenerationConfig": {"LambdaVersion": version, "LambdaArn": arn}})
    await pool.by_srp()

    assert pool.events[0]["version"] == told
    assert pool.events[0]["triggerSource"] == "TokenGeneration_Authentication"


async def test_custom_message_words_a_code(pool: Cognito) -> None:
    await pool.configure(mfa={"MfaConfiguration": "ON", "SmsMfaConfiguration": {}})
    await pool.add(attributes={"phone_number": "+15555559934"})
    await pool.triggers(CustomMessage=lambda _event: {"smsMessage": "Hello: {####}"})
    await pool.by_srp()

    assert pool.sent[-1].body == "Hello: {####}"
    assert pool.events[-1]["triggerSource"] == "CustomMessage_Authentication"
    assert pool.last_code not in str(pool.events)


async def test_a_user_moves_in_at_the_first_sign_in(either_pool: Cognito) -> None:
    """UserMigration gets the password once; from then on the user is here, also for SRP."""
    pool = either_pool
    attributes = {"email": "old@example.com", "email_verified": "true", "unknown": "x", "sub": "y"}
    answer = {"userAttributes": attributes, "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS"}
    await pool.triggers(UserMigration=lambda _event: answer)

    first = await pool.by_password("oldie")
    second = await pool.by_srp("oldie")

    event = pool.events[0]
    assert event["triggerSource"] == "UserMigration_Authentication"
    assert (event["userName"], event["request"]["password"]) == ("oldie", PASSWORD)
    identity = claims(first["AuthenticationResult"]["IdToken"])
    assert (identity["email"], identity["email_verified"]) == ("old@example.com", True)
    assert "unknown" not in identity
    assert second["AuthenticationResult"]
    assert len(pool.events) == 1


async def test_a_user_that_is_nowhere_is_refused_as_ever(pool: Cognito) -> None:
    for function in (nothing, raising(FunctionRaised("Bad password"))):
        await pool.triggers(UserMigration=function)
        told = await refusal(pool.by_password("nobody"))
        assert told in {WRONG, ("UserLambdaValidationException", "UserMigration failed with error Bad password.")}
    assert await pool.count("auth_user") == 0


async def test_a_user_who_is_here_does_not_move_in(pool: Cognito) -> None:
    """A wrong password of a known user is no question for the old place: it would let in by an old password."""
    await pool.add()
    await pool.triggers(UserMigration=lambda _event: {"userAttributes": {"email": "x@example.com"}})

    assert await refusal(pool.by_password(password="Wr0ng!pass")) == WRONG
    assert pool.events == []


async def test_a_user_may_have_to_reset_after_moving(pool: Cognito) -> None:
    """Without finalUserStatus the user is here, and must take a new password."""
    await pool.triggers(UserMigration=lambda _event: {"userAttributes": {"email": "old@example.com"}})

    assert (await refusal(pool.by_password("oldie")))[0] == "PasswordResetRequiredException"
    assert await pool.count("auth_user") == 1


async def test_moving_in_does_not_take_somebodys_address(mail_pool: Cognito) -> None:
    await mail_pool.add("u1", attributes={"email": "taken@example.com", "email_verified": "true"})
    attributes = {"email": "taken@example.com", "email_verified": "true"}
    await mail_pool.triggers(
        UserMigration=lambda _event: {"userAttributes": attributes, "finalUserStatus": "CONFIRMED"}
    )

    assert await refusal(mail_pool.by_password("other@example.com")) == WRONG
    assert await mail_pool.count("auth_user") == 1


@pytest.mark.parametrize("answer", [{"userAttributes": [1]}, {"userAttributes": {"a": 1}}, {"finalUserStatus": "GOD"}])
async def test_an_answer_that_is_no_user_is_refused(pool: Cognito, answer: dict[str, Any]) -> None:
    await pool.triggers(UserMigration=lambda _event: answer)

    assert (await refusal(pool.by_password("oldie")))[0] == "InvalidLambdaResponseException"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FunctionRaised("no"), "UserLambdaValidationException"),
        (FunctionUnreadable("x"), "InvalidLambdaResponseException"),
        (OSError("secret path"), None),
    ],
)
async def test_what_a_function_does_wrong_has_a_name(pool: Cognito, error: Exception, code: str | None) -> None:
    await pool.add()
    await pool.triggers(PreAuthentication=raising(error))

    if code is None:
        with pytest.raises(OSError, match="secret path"):  # the wire answers InternalFailure and tells the log
            await pool.by_password()
    else:
        assert (await refusal(pool.by_password()))[0] == code


async def test_a_trigger_that_cannot_be_reached_is_told(pool: Cognito) -> None:
    await pool.add()
    await pool.configure(LambdaConfig={"PreAuthentication": "arn:aws:lambda:us-east-1:000000000000:function:gone"})

    assert (await refusal(pool.by_password()))[0] == "UnexpectedLambdaException"


async def test_an_answer_without_a_response_is_refused(pool: Cognito) -> None:
    async def invoke(_function: str, _event: dict[str, Any]) -> dict[str, Any]:
        return {"response": "yes"}

    await pool.triggers(PreAuthentication=nothing)
    found = await store.served_pool(pool.db, POOL)
    assert found is not None
    event = TriggerEvent(
        pool=found, name="PreAuthentication", source="s", client_id="c", username="u", attributes={}, request={},
        response={},
    )  # fmt: skip
    with pytest.raises(Exception, match="Unrecognizable lambda output"):
        await PoolTriggers(invoke, "us-east-1")(event)


async def test_srp_does_not_move_anyone_in(pool: Cognito) -> None:
    """There is no password to ask the old place with."""
    await pool.triggers(UserMigration=lambda _event: {"userAttributes": {"email": "x@example.com"}})
    srp = Srp(PASSWORD)
    asked = await pool.initiate("USER_SRP_AUTH", USERNAME="oldie", SRP_A=srp.public)

    assert await refusal(pool.respond("PASSWORD_VERIFIER", asked["Session"], **srp.answer(asked))) == WRONG
