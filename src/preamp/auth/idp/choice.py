"""USER_AUTH: a sign-in whose first factor the user chooses among those that the pool allows and the user has.

Source: Cognito developer guide, "Choice-based authentication": SELECT_CHALLENGE and AvailableChallenges. A name that no
user has gets the choices of a user with a verified mail address and no passkey, and an answer of the same form.
"""

import secrets

from msgspec.structs import replace

from preamp.auth import sign_in_store
from preamp.auth.challenges import Challenges, InvalidSession, SignIn, new_nonce
from preamp.auth.idp import messages
from preamp.auth.idp.codes_sent import CodeChallenge, ask_code, code_parameters
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import InvalidParameterException
from preamp.auth.idp.first_factors import ask_srp, by_password
from preamp.auth.idp.model import ChallengeNameType
from preamp.auth.idp.next_step import check_may_sign_in, proceed, second_factors
from preamp.auth.idp.passkey_proof import ask_passkey, counts_as_two
from preamp.auth.idp.steps import (
    Attempt,
    Outcome,
    Person,
    advance,
    begin,
    challenge,
    claim,
    invalid_session,
    opened,
    passed,
    person_of,
    pre_authentication,
    wrong,
)
from preamp.auth.pool import Client, Pool
from preamp.auth.users import User

CONFIRMED = "CONFIRM_SIGN_UP"
"""The step of a Session with which a user who has just confirmed the sign-up is signed in."""

_SIGNED_UP = "SIGN_UP"
_SIGN_UP_MS = 900_000  # a code must come by mail meanwhile
_DIGEST_BYTES = 32


async def begin_choice(attempt: Attempt, who: Person) -> Outcome:
    """Sign in whom a sign-up has just confirmed, take the preferred factor, or offer the choice."""
    if attempt.session is not None:
        return await _after_sign_up(attempt, who)
    available = await choices(attempt, who)
    preferred = attempt.given.get("PREFERRED_CHALLENGE")
    if preferred is not None and preferred in available and _answered(attempt, preferred):
        return await _go_on(attempt, who, begin(attempt, who, preferred), preferred)
    sign_in = begin(attempt, who, "SELECT_CHALLENGE")
    return replace(challenge(attempt, sign_in, "SELECT_CHALLENGE", {}), available_challenges=available)


async def answer_choice(attempt: Attempt) -> Outcome:
    """SELECT_CHALLENGE: go on with the chosen factor."""
    sign_in = opened(attempt, "SELECT_CHALLENGE")
    answer = attempt.need("ANSWER")
    who = await person_of(attempt, sign_in)
    available = await choices(attempt, who)
    if answer not in available:
        raise InvalidParameterException(f"ANSWER must be one of {', '.join(available)}")
    return await _go_on(attempt, who, advance(attempt, sign_in, answer), answer)


async def choices(attempt: Attempt, who: Person) -> tuple[ChallengeNameType, ...]:
    """The first factors that this person may begin with."""
    policies = attempt.pool.wire.policies
    policy = policies.sign_in_policy if policies else None
    allowed = set((policy and policy.allowed_first_auth_factors) or ("PASSWORD",))
    found: list[ChallengeNameType] = ["PASSWORD_SRP", "PASSWORD"] if "PASSWORD" in allowed else []
    alone = who.user is None or not _needs_second(attempt.pool, who.user)
    if "EMAIL_OTP" in allowed and alone and (who.user is None or who.user.verified("email")):
        found.append("EMAIL_OTP")
    if "SMS_OTP" in allowed and alone and who.user is not None and who.user.verified("phone_number"):
        found.append("SMS_OTP")
    if "WEB_AUTHN" in allowed and (alone or counts_as_two(attempt.pool)) and await _has_passkey(attempt, who):
        found.append("WEB_AUTHN")
    return tuple(found)


def _needs_second(pool: Pool, user: User) -> bool:
    """Whether the user has to prove two factors: a code alone, sent to an address, is then no way in."""
    second = second_factors(pool, user)
    return second.set_up or bool(second.usable)


async def _has_passkey(attempt: Attempt, who: Person) -> bool:
    return who.user is not None and bool(await sign_in_store.passkeys(attempt.idp.db, who.user.id, count=1))


def _answered(attempt: Attempt, preferred: str) -> bool:
    """Whether the call has what the preferred factor needs at once."""
    needed = {"PASSWORD": "PASSWORD", "PASSWORD_SRP": "SRP_A"}.get(preferred)
    return needed is None or needed in attempt.given


async def _go_on(attempt: Attempt, who: Person, sign_in: SignIn, factor: str) -> Outcome:
    match factor:
        case "PASSWORD":
            return await proceed(attempt, *await by_password(attempt, who, sign_in))
        case "PASSWORD_SRP":
            return await ask_srp(attempt, who, replace(sign_in, step="PASSWORD_VERIFIER"))
        case "WEB_AUTHN":
            if who.user is None:
                raise wrong()
            await pre_authentication(attempt, who)
            return await ask_passkey(attempt, who.user, sign_in)
        case "EMAIL_OTP" | "SMS_OTP":
            await pre_authentication(attempt, who)
            return await _ask_code(attempt, who, sign_in, factor)
        case _:
            raise InvalidParameterException(f"{factor[:64]} is not a first factor")


async def _ask_code(attempt: Attempt, who: Person, sign_in: SignIn, factor: CodeChallenge) -> Outcome:
    """Send a code to a user; pretend to for a name that no user has, or whose user is not there for anybody."""
    if who.user is not None and who.user.enabled and who.user.status == "CONFIRMED":
        return await ask_code(attempt, who.user, sign_in, factor)
    if who.user is not None and not attempt.hides_users:
        check_may_sign_in(who.user, attempt.idp.now_ms())
    shown = messages.made_up_details(attempt.idp, attempt.pool, who.username)
    parameters = code_parameters(who.id_for_srp, shown.delivery_medium or "", shown.destination or "")
    state = replace(sign_in, code=secrets.token_bytes(_DIGEST_BYTES))  # a Session of the same length
    return challenge(attempt, state, factor, parameters)


def sign_up_session(idp: Idp, pool: Pool, client: Client, user: User) -> str | None:
    """The Session of SignUp's answer, None where the client does not sign in by USER_AUTH."""
    # A trigger may have confirmed the user at once.
    return _sign_up_session(idp, pool, client, user, CONFIRMED if user.status == "CONFIRMED" else _SIGNED_UP)


def confirmed_session(idp: Idp, pool: Pool, client: Client, user: User, given: str | None) -> str | None:
    """The Session of ConfirmSignUp's answer, with which the user is signed in once.

    None where the call has not the Session of the same user's SignUp: the code alone is no way in.
    """
    if given is None:
        return None
    try:
        found = Challenges(idp.sealer).read_session(given, pool.id, client.id, idp.now_ms())
    except InvalidSession:
        return None
    if (found.step, found.user_id) != (_SIGNED_UP, user.id):
        return None
    return _sign_up_session(idp, pool, client, user, CONFIRMED)


def _sign_up_session(idp: Idp, pool: Pool, client: Client, user: User, step: str) -> str | None:
    if "ALLOW_USER_AUTH" not in client.flows():
        return None
    now = idp.now_ms()
    state = SignIn(
        pool=pool.id,
        client=client.id,
        username=user.username,
        user_id=user.id,
        step=step,
        exp_ms=now + _SIGN_UP_MS,
        nonce=new_nonce(),
        begun_ms=now,
    )
    return Challenges(idp.sealer).session(state)


async def _after_sign_up(attempt: Attempt, who: Person) -> Outcome:
    """A Session of ConfirmSignUp signs its user in, once."""
    sign_in = opened(attempt, CONFIRMED)
    if who.user is None or sign_in.user_id != who.user.id:
        raise invalid_session()
    await claim(attempt, who)
    return await proceed(attempt, who, passed(sign_in, CONFIRMED), sign_in)
