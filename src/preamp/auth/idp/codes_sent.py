"""Codes that are sent during a sign-in: SMS_MFA and EMAIL_OTP as second factor, SMS_OTP and EMAIL_OTP as the first.

The code's keyed hash travels in the sealed Session: nothing is stored, and it ends with the Session. Guesses are
counted by the lockout of the user.
"""

import hmac
import secrets
from typing import Literal

from msgspec.structs import replace

from preamp.auth.challenges import SignIn
from preamp.auth.idp import messages
from preamp.auth.idp.errors import CodeMismatchException
from preamp.auth.idp.steps import Attempt, Outcome, Person, challenge, claim, opened, passed, person_of
from preamp.auth.users import User

CodeChallenge = Literal["SMS_MFA", "EMAIL_OTP", "SMS_OTP"]

_SECOND_DIGITS = 6
_FIRST_DIGITS = 8  # a first factor that is guessed opens the account by itself
_ANSWERS: dict[CodeChallenge, str] = {
    "SMS_MFA": "SMS_MFA_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "SMS_OTP": "SMS_OTP_CODE",
}


async def ask_code(attempt: Attempt, user: User, sign_in: SignIn, name: CodeChallenge) -> Outcome:
    """Send a code and ask for it. `sign_in` stands at the challenge."""
    digits = _SECOND_DIGITS if sign_in.factors else _FIRST_DIGITS
    code = f"{secrets.randbelow(10**digits):0{digits}d}"
    ready = await messages.letter(
        attempt.idp,
        attempt.pool,
        user,
        "CustomMessage_Authentication",
        "email" if name == "EMAIL_OTP" else "phone_number",
        client_id=attempt.client.id,
        client_metadata=attempt.metadata,
    )
    async with attempt.idp.db.transaction() as tx:
        await messages.send(attempt.idp, tx, ready, code)
    state = replace(sign_in, code=attempt.challenges.code_digest(sign_in.nonce, code))
    medium, destination = ready.details.delivery_medium or "", ready.details.destination or ""
    return challenge(attempt, state, name, code_parameters(user.username, medium, destination))


def code_parameters(username: str, medium: str, destination: str) -> dict[str, str]:
    """What the answer tells of a code that was sent."""
    return {
        "USERNAME": username,
        "USER_ID_FOR_SRP": username,
        "CODE_DELIVERY_DELIVERY_MEDIUM": medium,
        "CODE_DELIVERY_DESTINATION": destination,
    }


async def answer_code(attempt: Attempt, name: CodeChallenge) -> tuple[Person, SignIn, SignIn]:
    """Verify a code that was sent; answers the person, the state after it, and the state that is used up."""
    sign_in = opened(attempt, name)
    given = attempt.need(_ANSWERS[name])
    who = await person_of(attempt, sign_in)
    await claim(attempt, who)
    made = attempt.challenges.code_digest(sign_in.nonce, given)
    right = sign_in.code is not None and hmac.compare_digest(made, sign_in.code)
    if not right or who.user is None:
        raise CodeMismatchException("Invalid code received for user")
    return who, passed(sign_in, name), sign_in
