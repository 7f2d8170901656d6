"""CUSTOM_AUTH: challenges of the pool's own functions."""

from typing import Any

import pytest

from preamp.auth.users import Mfa
from sign_in_kit import PASSWORD, Cognito, Srp, claims, refusal

WRONG = ("NotAuthorizedException", "Incorrect username or password.")
USED = ("NotAuthorizedException", "Invalid session for the user, session is expired.")


def define(event: dict[str, Any]) -> dict[str, Any]:
    """Three tries for one riddle, as the documentation's example has it."""
    rounds = event["request"]["session"]
    if rounds and rounds[-1]["challengeName"] == "CUSTOM_CHALLENGE" and rounds[-1]["challengeResult"]:
        return {"issueTokens": True, "failAuthentication": False}
    if sum(1 for one in rounds if one["challengeName"] == "CUSTOM_CHALLENGE") >= 3:
        return {"issueTokens": False, "failAuthentication": True}
    return {"issueTokens": False, "failAuthentication": False, "challengeName": "CUSTOM_CHALLENGE"}


def define_after_password(event: dict[str, Any]) -> dict[str, Any]:
    """The password by SRP first, then the riddle."""
    rounds = event["request"]["session"]
    if len(rounds) == 1 and rounds[0]["challengeName"] == "SRP_A":
        return {"issueTokens": False, "failAuthentication": False, "challengeName": "PASSWORD_VERIFIER"}
    return define(event)


def create(event: dict[str, Any]) -> dict[str, Any]:
    number = len(event["request"]["session"])
    return {
        "publicChallengeParameters": {"question": f"{number} + 1"},
        "privateChallengeParameters": {"answer": str(number + 1)},
        "challengeMetadata": f"RIDDLE_{number}",
    }


def verify(event: dict[str, Any]) -> dict[str, Any]:
    wanted = event["request"]["privateChallengeParameters"]["answer"]
    return {"answerCorrect": event["request"]["challengeAnswer"] == wanted}


async def with_riddles(pool: Cognito, **more: Any) -> None:
    await pool.triggers(
        **{"DefineAuthChallenge": define, "CreateAuthChallenge": create, "VerifyAuthChallengeResponse": verify, **more}
    )


async def answered(pool: Cognito, asked: dict[str, Any], answer: str, username: str = "alice") -> Any:
    return await pool.respond("CUSTOM_CHALLENGE", asked["Session"], USERNAME=username, ANSWER=answer)


async def test_a_riddle_signs_in(either_pool: Cognito) -> None:
    """A wrong answer leads to the next riddle, a right one to tokens; private parameters never leave the server."""
    pool = either_pool
    await pool.add()
    await with_riddles(pool)

    first = await pool.initiate("CUSTOM_AUTH", USERNAME="alice")
    second = await answered(pool, first, "7")
    done = await answered(pool, second, "2")

    assert first["ChallengeParameters"] == {"question": "0 + 1", "USERNAME": "alice"}
    assert second["ChallengeParameters"]["question"] == "1 + 1"
    assert claims(done["AuthenticationResult"]["AccessToken"])["username"] == "alice"


async def test_the_functions_see_all_rounds(pool: Cognito) -> None:
    """`session` has name, result and metadata of each past challenge; ClientMetadata comes along."""
    await pool.add()
    await with_riddles(pool)
    asked = await pool.initiate("CUSTOM_AUTH", USERNAME="alice")
    await pool.call(
        "RespondToAuthChallenge",
        ClientId="webclient123",
        ChallengeName="CUSTOM_CHALLENGE",
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": "alice", "ANSWER": "7"},
        ClientMetadata={"from": "a test"},
    )

    defining = [event for event in pool.events if event["triggerSource"].startswith("DefineAuthChallenge")][-1]

    assert defining["triggerSource"] == "DefineAuthChallenge_Authentication"
    assert defining["request"]["session"] == [
        {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": False, "challengeMetadata": "RIDDLE_0"}
    ]
    assert defining["request"]["clientMetadata"] == {"from": "a test"}
    assert defining["request"]["userAttributes"]["email"] == "alice@example.com"
    assert defining["callerContext"]["clientId"] == "webclient123"


async def test_define_ends_a_sign_in(pool: Cognito) -> None:
    await pool.add()
    await with_riddles(pool)
    asked = await pool.initiate("CUSTOM_AUTH", USERNAME="alice")
    for _ in range(2):
        asked = await answered(pool, asked, "no")

    assert await refusal(answered(pool, asked, "no")) == WRONG


async def test_an_answer_is_given_once(pool: Cognito) -> None:
    """A Session whose answer was judged does not serve for another guess at the same riddle."""
    await pool.add()
    await with_riddles(pool)
    asked = await pool.initiate("CUSTOM_AUTH", USERNAME="alice")
    await answered(pool, asked, "7")

    assert await refusal(answered(pool, asked, "1")) == USED


async def test_guesses_at_riddles_lock_out(pool: Cognito) -> None:
    """Beginning anew for each guess does not get around the count."""
    await pool.add()
    await with_riddles(pool)
    for _ in range(5):
        await answered(pool, await pool.initiate("CUSTOM_AUTH", USERNAME="alice"), "no")

    asked = await pool.initiate("CUSTOM_AUTH", USERNAME="alice")

    assert await refusal(answered(pool, asked, "1")) == ("NotAuthorizedException", "Password attempts exceeded")


async def test_a_password_comes_before_the_riddle(pool: Cognito) -> None:
    """CHALLENGE_NAME SRP_A: SRP_A and PASSWORD_VERIFIER are the first rounds."""
    await pool.add()
    await with_riddles(pool, DefineAuthChallenge=define_after_password)
    srp = Srp(PASSWORD)

    asked = await pool.initiate("CUSTOM_AUTH", USERNAME="alice", SRP_A=srp.public, CHALLENGE_NAME="SRP_A")
    riddle = await pool.respond("PASSWORD_VERIFIER", asked["Session"], **srp.answer(asked))
    done = await answered(pool, riddle, "3")

    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    assert riddle["ChallengeParameters"]["question"] == "2 + 1"
    assert done["AuthenticationResult"]


async def test_a_wrong_password_before_the_riddle_is_refused(pool: Cognito) -> None:
    await pool.add()
    await with_riddles(pool, DefineAuthChallenge=define_after_password)
    srp = Srp("Wr0ng!pass")
    asked = await pool.initiate("CUSTOM_AUTH", USERNAME="alice", SRP_A=srp.public, CHALLENGE_NAME="SRP_A")

    assert await refusal(pool.respond("PASSWORD_VERIFIER", asked["Session"], **srp.answer(asked))) == WRONG


async def test_a_riddle_alone_is_one_factor(pool: Cognito) -> None:
    """A user with a second factor is asked for it after the riddle, unless a password came before."""
    await pool.configure(mfa={"MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": {}})
    await pool.add(mfa=Mfa(("SMS_MFA",)), attributes={"phone_number": "+15555559934"})
    await with_riddles(pool)

    then = await answered(pool, await pool.initiate("CUSTOM_AUTH", USERNAME="alice"), "1")

    assert then["ChallengeName"] == "SMS_MFA"


async def test_nobody_gets_no_tokens_whatever_define_says(pool: Cognito) -> None:
    await pool.triggers(DefineAuthChallenge=lambda _event: {"issueTokens": True})

    assert await refusal(pool.initiate("CUSTOM_AUTH", USERNAME="nobody")) == WRONG
    assert pool.events[-1]["request"]["userNotFound"] is True


async def test_nobody_is_asked_riddles_like_anybody(pool: Cognito) -> None:
    await with_riddles(pool)

    asked = await pool.initiate("CUSTOM_AUTH", USERNAME="nobody")
    again = await answered(pool, asked, "7", "nobody")

    assert asked["ChallengeName"] == again["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert await refusal(answered(pool, again, "2", "nobody")) == WRONG


@pytest.mark.parametrize("fields", [{"enabled": False}, {"status": "UNCONFIRMED"}])
async def test_define_cannot_sign_in_who_may_not(pool: Cognito, fields: dict[str, Any]) -> None:
    await pool.add(**fields)
    await pool.triggers(DefineAuthChallenge=lambda _event: {"issueTokens": True})

    assert (await refusal(pool.initiate("CUSTOM_AUTH", USERNAME="alice")))[0] in {
        "NotAuthorizedException",
        "UserNotConfirmedException",
    }


async def test_a_pool_without_the_functions_does_not_do_it(pool: Cognito) -> None:
    await pool.add()

    assert (await refusal(pool.initiate("CUSTOM_AUTH", USERNAME="alice")))[0] == "InvalidUserPoolConfigurationException"


@pytest.mark.parametrize(
    "told", [{"challengeName": "SOMETHING"}, {"challengeName": "PASSWORD_VERIFIER"}, {"challengeName": 7}, {}]
)
async def test_what_define_cannot_mean_is_refused(pool: Cognito, told: dict[str, Any]) -> None:
    await pool.add()
    await pool.triggers(DefineAuthChallenge=lambda _event: told)

    assert (await refusal(pool.initiate("CUSTOM_AUTH", USERNAME="alice")))[0] == "InvalidLambdaResponseException"


async def test_parameters_that_are_no_texts_are_refused(pool: Cognito) -> None:
    await pool.add()
    await with_riddles(pool, CreateAuthChallenge=lambda _event: {"publicChallengeParameters": {"a": 1}})

    assert (await refusal(pool.initiate("CUSTOM_AUTH", USERNAME="alice")))[0] == "InvalidLambdaResponseException"


async def test_parameters_that_no_session_holds_are_refused(pool: Cognito) -> None:
    await pool.add()
    await with_riddles(pool, CreateAuthChallenge=lambda _event: {"privateChallengeParameters": {"a": "x" * 5000}})

    assert (await refusal(pool.initiate("CUSTOM_AUTH", USERNAME="alice")))[0] == "UnexpectedLambdaException"
