"""CUSTOM_AUTH: challenges that the pool's own functions define, create and verify.

DefineAuthChallenge is told all rounds so far and says what comes next: another challenge, tokens, or the end. A
sign-in that begins with SRP_A has SRP_A and PASSWORD_VERIFIER as its first rounds.
Source: Cognito developer guide, "Custom authentication challenge Lambda triggers".
"""

from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from preamp.auth.challenges import Round, SignIn
from preamp.auth.idp.errors import (
    InvalidLambdaResponseException,
    InvalidParameterException,
    InvalidUserPoolConfigurationException,
)
from preamp.auth.idp.first_factors import ask_srp
from preamp.auth.idp.next_step import proceed
from preamp.auth.idp.steps import (
    Attempt,
    Outcome,
    Person,
    advance,
    begin,
    challenge,
    claim,
    event,
    opened,
    passed,
    person_of,
    pre_authentication,
    settle,
    wrong,
)

_MAX_ROUNDS = 20
_MAX_ANSWER_CHARACTERS = 8192


class Decision(Struct, frozen=True, kw_only=True):
    """What DefineAuthChallenge says."""

    challenge_name: str | None
    issue_tokens: bool
    fail: bool


async def begin_custom(attempt: Attempt, who: Person) -> Outcome:
    """The first challenge, with the password's proof before it where the client asks for it."""
    sign_in = begin(attempt, who, "CUSTOM_CHALLENGE")
    await pre_authentication(attempt, who)
    if attempt.given.get("CHALLENGE_NAME") == "SRP_A":
        sign_in = replace(sign_in, rounds=(Round(challenge_name="SRP_A", challenge_result=True),))
    return await decide(attempt, who, sign_in)


async def after_password(attempt: Attempt, who: Person, sign_in: SignIn) -> Outcome:
    """Go on with the rounds after a right proof of the password."""
    done = Round(challenge_name="PASSWORD_VERIFIER", challenge_result=True)
    await settle(attempt, who)
    return await decide(attempt, who, replace(sign_in, rounds=(*sign_in.rounds, done)))


async def answer_custom(attempt: Attempt) -> Outcome:
    """Let VerifyAuthChallengeResponse judge an answer, then DefineAuthChallenge say what follows."""
    sign_in = opened(attempt, "CUSTOM_CHALLENGE")
    answer = attempt.need("ANSWER")
    if len(answer) > _MAX_ANSWER_CHARACTERS:
        raise InvalidParameterException(f"ANSWER must be at most {_MAX_ANSWER_CHARACTERS} characters")
    who = await person_of(attempt, sign_in)
    await claim(attempt, who, sign_in)
    right = await _verified(attempt, who, sign_in, answer)
    if right:
        await settle(attempt, who)
    done = Round(
        challenge_name="CUSTOM_CHALLENGE", challenge_result=right, challenge_metadata=sign_in.challenge_metadata
    )
    return await decide(attempt, who, replace(sign_in, rounds=(*sign_in.rounds, done)))


async def decide(attempt: Attempt, who: Person, sign_in: SignIn) -> Outcome:
    """Ask DefineAuthChallenge, and do what it says."""
    decision = await _defined(attempt, who, sign_in)
    if decision.fail:
        raise wrong()
    if decision.issue_tokens:
        return await proceed(attempt, who, _proved(sign_in))
    if len(sign_in.rounds) >= _MAX_ROUNDS:
        raise wrong()
    if decision.challenge_name == "PASSWORD_VERIFIER" and "SRP_A" in attempt.given:
        return await ask_srp(attempt, who, advance(attempt, sign_in, "PASSWORD_VERIFIER"))
    if decision.challenge_name == "CUSTOM_CHALLENGE":
        return await _ask(attempt, who, sign_in)
    raise InvalidLambdaResponseException(
        f"DefineAuthChallenge named the challenge {str(decision.challenge_name)[:64]!r}; "
        "preamp knows CUSTOM_CHALLENGE, and PASSWORD_VERIFIER after SRP_A"
    )


def _proved(sign_in: SignIn) -> SignIn:
    """The state after the last round: a password and an own challenge are two factors, an own challenge is one."""
    own = any(one.challenge_name == "CUSTOM_CHALLENGE" and one.challenge_result for one in sign_in.rounds)
    return passed(sign_in, "MULTI_FACTOR" if own and "PASSWORD_VERIFIER" in sign_in.factors else "CUSTOM_CHALLENGE")


async def _ask(attempt: Attempt, who: Person, sign_in: SignIn) -> Outcome:
    created = await _asked(
        attempt,
        who,
        sign_in,
        "CreateAuthChallenge",
        {"challengeName": "CUSTOM_CHALLENGE"},
        {"publicChallengeParameters": {}, "privateChallengeParameters": {}, "challengeMetadata": None},
    )
    metadata = created.get("challengeMetadata")
    state = replace(
        advance(attempt, sign_in, "CUSTOM_CHALLENGE"),
        private=_texts(created, "privateChallengeParameters"),
        challenge_metadata=metadata if isinstance(metadata, str) else None,
    )
    public = _texts(created, "publicChallengeParameters")
    return challenge(attempt, state, "CUSTOM_CHALLENGE", {**public, "USERNAME": who.id_for_srp})


async def _defined(attempt: Attempt, who: Person, sign_in: SignIn) -> Decision:
    empty = {"challengeName": None, "issueTokens": None, "failAuthentication": None}
    told = await _asked(attempt, who, sign_in, "DefineAuthChallenge", {}, empty)
    name = told.get("challengeName")
    return Decision(
        challenge_name=name if isinstance(name, str) else None,
        issue_tokens=told.get("issueTokens") is True,
        fail=told.get("failAuthentication") is True,
    )


async def _verified(attempt: Attempt, who: Person, sign_in: SignIn, answer: str) -> bool:
    request = {"privateChallengeParameters": sign_in.private or {}, "challengeAnswer": answer}
    told = await _asked(attempt, who, None, "VerifyAuthChallengeResponse", request, {"answerCorrect": None})
    return told.get("answerCorrect") is True


async def _asked(
    attempt: Attempt,
    who: Person,
    sign_in: SignIn | None,
    name: str,
    request: dict[str, Any],
    response: dict[str, Any],
) -> dict[str, Any]:
    """The response of one of the three triggers; a pool without it cannot do CUSTOM_AUTH."""
    rounds = {} if sign_in is None else {"session": msgspec.to_builtins(sign_in.rounds)}
    shared = {"clientMetadata": dict(attempt.metadata), "userNotFound": who.user is None}
    told = await attempt.idp.triggers(
        event(attempt, who, name, "Authentication", {**request, **rounds, **shared}, response)
    )
    if told is None:
        raise InvalidUserPoolConfigurationException(
            f"Custom auth lambda trigger is not configured for the user pool: {name}"
        )
    return told


def _texts(told: dict[str, Any], name: str) -> dict[str, str]:
    """Challenge parameters: texts by name."""
    try:
        return msgspec.convert(told.get(name) or {}, dict[str, str])
    except msgspec.ValidationError:
        raise InvalidLambdaResponseException(f"CreateAuthChallenge: {name} must be texts by name") from None
