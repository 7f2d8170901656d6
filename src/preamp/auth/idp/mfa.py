"""Authenticator apps and the second factors of a user: setting them up, choosing among them, and proving them.

A secret that is not proved yet waits outside of the user: beside the user's codes (with an access token), or within
the sealed Session (during a sign-in). So asking for a new secret never turns off the one that works.
"""

from msgspec.structs import replace

from preamp.auth import lockout, sign_in_store, totp, user_store
from preamp.auth.challenges import Challenges, InvalidSession, SignIn, new_nonce
from preamp.auth.idp.codes_sent import ask_code
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import (
    CodeMismatchException,
    EnableSoftwareTokenMFAException,
    ExpiredCodeException,
    InvalidParameterException,
    NotAuthorizedException,
    SoftwareTokenMFANotFoundException,
)
from preamp.auth.idp.model import (
    AssociateSoftwareTokenRequest,
    AssociateSoftwareTokenResponse,
    VerifySoftwareTokenRequest,
    VerifySoftwareTokenResponse,
)
from preamp.auth.idp.next_step import allowed_factors, second_factors
from preamp.auth.idp.service import operation
from preamp.auth.idp.steps import (
    Attempt,
    Outcome,
    Person,
    advance,
    challenge,
    claim,
    invalid_session,
    opened,
    passed,
    person_of,
)
from preamp.auth.pool import Pool
from preamp.auth.tokens import session_of
from preamp.auth.users import Factor, Mfa, User
from preamp.db import Transaction

_PURPOSE = "auth-totp"
_WAITING = "software_token"
_WAITING_MS = 900_000
_SET_UP_STEPS = ("MFA_SETUP", "MFA_SETUP_SECRET")


@operation("AssociateSoftwareToken")
async def associate_software_token(idp: Idp, request: AssociateSoftwareTokenRequest) -> AssociateSoftwareTokenResponse:
    """Make a secret for an authenticator app; it counts from VerifySoftwareToken on."""
    secret = totp.new_secret()
    if request.access_token is not None:
        session = await session_of(idp, request.access_token)
        _check_allowed(session.pool)
        async with idp.db.transaction() as tx:
            await _wait(tx, idp, session.user, secret)
        return AssociateSoftwareTokenResponse(secret_code=totp.shown(secret))
    sign_in, _user = await _setting_up(idp, request.session, "MFA_SETUP", "MFA_SETUP_SECRET")
    state = replace(sign_in, step="MFA_SETUP_SECRET", nonce=new_nonce(), totp_secret=secret)
    return AssociateSoftwareTokenResponse(secret_code=totp.shown(secret), session=Challenges(idp.sealer).session(state))


@operation("VerifySoftwareToken")
async def verify_software_token(idp: Idp, request: VerifySoftwareTokenRequest) -> VerifySoftwareTokenResponse:
    """Prove that the app has the secret: from now on it is the user's authenticator."""
    if request.access_token is not None:
        session = await session_of(idp, request.access_token)
        secret = await _waiting(idp, session.user)
        await _prove(idp, session.user, secret, request.user_code, turn_on=False)
        return VerifySoftwareTokenResponse(status="SUCCESS")
    sign_in, user = await _setting_up(idp, request.session, "MFA_SETUP_SECRET")
    if sign_in.totp_secret is None:
        raise invalid_session()
    await _prove(idp, user, sign_in.totp_secret, request.user_code, turn_on=True, burnt=sign_in)
    state = replace(sign_in, step="MFA_SETUP_DONE", nonce=new_nonce(), totp_secret=None)
    return VerifySoftwareTokenResponse(status="SUCCESS", session=Challenges(idp.sealer).session(state))


async def answer_software_token(attempt: Attempt) -> tuple[Person, SignIn, SignIn]:
    """SOFTWARE_TOKEN_MFA: verify a code of the user's app; each code is good once."""
    sign_in = opened(attempt, "SOFTWARE_TOKEN_MFA")
    code = attempt.need("SOFTWARE_TOKEN_MFA_CODE")
    who = await person_of(attempt, sign_in)
    await claim(attempt, who)
    if who.user is None or who.user.totp_secret is None:
        raise CodeMismatchException("Invalid code received for user")
    await _use_code(attempt.idp, who.user, code)
    return who, passed(sign_in, "SOFTWARE_TOKEN_MFA"), sign_in


async def answer_choice(attempt: Attempt) -> Outcome:
    """SELECT_MFA_TYPE: go on with the chosen factor."""
    sign_in = opened(attempt, "SELECT_MFA_TYPE")
    who = await person_of(attempt, sign_in)
    chosen = attempt.need("ANSWER")
    factor = next((one for one in _choices(attempt, who) if one == chosen), None)
    if who.user is None or factor is None:
        raise InvalidParameterException(f"ANSWER must be one of {', '.join(_choices(attempt, who))}")
    state = advance(attempt, sign_in, factor)
    if factor == "SOFTWARE_TOKEN_MFA":
        return challenge(attempt, state, factor, {"USER_ID_FOR_SRP": who.id_for_srp})
    return await ask_code(attempt, who.user, state, factor)


def _choices(attempt: Attempt, who: Person) -> tuple[Factor, ...]:
    return () if who.user is None else second_factors(attempt.pool, who.user).usable


async def answer_set_up(attempt: Attempt) -> tuple[Person, SignIn, SignIn]:
    """MFA_SETUP: go on once VerifySoftwareToken has said SUCCESS, with the Session that it gave."""
    sign_in = opened(attempt, *_SET_UP_STEPS, "MFA_SETUP_DONE")
    if sign_in.step != "MFA_SETUP_DONE":
        raise InvalidParameterException("User has not set up software token mfa")
    who = await person_of(attempt, sign_in)
    await claim(attempt, who)
    return who, passed(sign_in, "MFA_SETUP"), sign_in


async def _setting_up(idp: Idp, session: str | None, *steps: str) -> tuple[SignIn, User]:
    """The sign-in of a Session that stands at MFA_SETUP, and its user."""
    if session is None:
        raise InvalidParameterException("AccessToken or Session is required")
    try:
        sign_in = Challenges(idp.sealer).read_any_session(session, idp.now_ms())
    except InvalidSession:
        raise invalid_session() from None
    if sign_in.step not in steps:
        raise invalid_session()
    user = await user_store.user(idp.db, sign_in.pool, sign_in.user_id)
    if user is None or not user.enabled:
        raise invalid_session()
    return sign_in, user


def _check_allowed(pool: Pool) -> None:
    if "SOFTWARE_TOKEN_MFA" not in allowed_factors(pool):
        raise SoftwareTokenMFANotFoundException("Software Token MFA has not been enabled by the userPool")


async def _wait(tx: Transaction, idp: Idp, user: User, secret: bytes) -> None:
    await tx.execute(
        user_store.put_code,
        user_id=user.id,
        purpose=_WAITING,
        digest=idp.sealer.purpose(_PURPOSE).seal(secret, f"waiting {user.id}"),
        attribute=None,
        value=None,
        attempts=0,
        expires_ms=idp.now_ms() + _WAITING_MS,
    )


async def _waiting(idp: Idp, user: User) -> bytes:
    found = await sign_in_store.pending(idp.db, user.id, _WAITING)
    if found is None or found[1] <= idp.now_ms():
        raise EnableSoftwareTokenMFAException("Code mismatch: ask for a secret by AssociateSoftwareToken first")
    return idp.sealer.purpose(_PURPOSE).open(found[0], f"waiting {user.id}")


async def _prove(idp: Idp, user: User, secret: bytes, code: str, *, turn_on: bool, burnt: SignIn | None = None) -> None:
    """Verify the first code of a new secret and keep the secret."""
    key, now = lockout.key_of(user.id), idp.now_ms()
    async with idp.db.transaction() as tx:
        if not await lockout.claim(tx, key, now):
            raise NotAuthorizedException("Password attempts exceeded")
    step = totp.used_step(secret, code, now, totp.NEVER)
    if step is None:
        raise EnableSoftwareTokenMFAException("Code mismatch")
    async with idp.db.transaction() as tx:
        if burnt is not None and not await user_store.use_nonce(tx, burnt.nonce, burnt.exp_ms):
            raise invalid_session()
        fresh = await user_store.user(tx, user.user_pool_id, user.id)
        if fresh is None:
            raise invalid_session()
        mfa = with_factor(fresh.mfa) if turn_on else fresh.mfa
        await sign_in_store.set_totp(tx, user.id, sealed_secret(idp, user, secret), step, mfa, now)
        await tx.execute(user_store.delete_code, user_id=user.id, purpose=_WAITING)
        await lockout.uncount(tx, key)


async def _use_code(idp: Idp, user: User, code: str) -> None:
    """Verify a code and note its time step, so that it serves once even when it comes twice at once."""
    secret = idp.sealer.purpose(_PURPOSE).open(user.totp_secret or b"", user.id)
    try:
        step = totp.used_step(secret, code, idp.now_ms(), user.totp_step)
    except totp.Replayed:
        raise _replayed() from None
    if step is None:
        raise CodeMismatchException("Invalid code received for user")
    async with idp.db.transaction() as tx:
        if await tx.execute(user_store.advance_totp, id=user.id, step=step) != 1:
            raise _replayed()


def _replayed() -> ExpiredCodeException:
    return ExpiredCodeException("Your software token has already been used once.")


def sealed_secret(idp: Idp, user: User, secret: bytes) -> bytes:
    """A proved secret as the user's row keeps it."""
    return idp.sealer.purpose(_PURPOSE).seal(secret, user.id)


def with_factor(mfa: Mfa) -> Mfa:
    """The user's second factors with the authenticator turned on, preferred where nothing else is."""
    factors = mfa.factors if "SOFTWARE_TOKEN_MFA" in mfa.factors else (*mfa.factors, "SOFTWARE_TOKEN_MFA")
    return Mfa(factors, mfa.preferred or "SOFTWARE_TOKEN_MFA")
