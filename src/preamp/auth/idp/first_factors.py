"""The first proof of a sign-in by a password: by SRP, or in clear."""

from preamp.auth import srp
from preamp.auth.challenges import Exchange, SignIn
from preamp.auth.idp.errors import InvalidParameterException, PasswordResetRequiredException
from preamp.auth.idp.migration import migrated
from preamp.auth.idp.steps import (
    Attempt,
    Outcome,
    Person,
    challenge,
    claim,
    invalid_session,
    opened_block,
    passed,
    person_of,
    pre_authentication,
    wrong,
)
from preamp.auth.idp.user_passwords import converted_secret, password_is_right
from preamp.auth.modexp import BYTES
from preamp.auth.passwords import Passwords
from preamp.auth.sign_in_store import convert_secret

_EXPONENT_BYTES = 32
_MAX_PASSWORD_CHARACTERS = 256
_MAX_TIMESTAMP_CHARACTERS = 64


async def ask_srp(attempt: Attempt, who: Person, sign_in: SignIn) -> Outcome:
    """PASSWORD_VERIFIER: salt, B and the sealed state, for a user that exists or not."""
    client_public = public_value(attempt)
    salt, verifier = _secret(attempt, who)
    parameters = await exchange(attempt, sign_in, who.id_for_srp, client_public, verifier)
    named = {"SALT": f"{salt:x}", "USERNAME": who.id_for_srp, "USER_ID_FOR_SRP": who.id_for_srp}
    return challenge(attempt, sign_in, "PASSWORD_VERIFIER", {**parameters, **named})


async def answer_srp(attempt: Attempt) -> tuple[Person, SignIn]:
    """Verify the proof of PASSWORD_VERIFIER; the SECRET_BLOCK is used up by it, right or wrong."""
    begun = opened_block(attempt, "PASSWORD_VERIFIER")
    signature = attempt.need("PASSWORD_CLAIM_SIGNATURE")
    who = await person_of(attempt, begun.sign_in)
    if begun.user != who.id_for_srp:
        raise invalid_session()
    await pre_authentication(attempt, who)
    await claim(attempt, who, begun.sign_in)
    _salt, verifier = _secret(attempt, who)
    holds = await proof_holds(attempt, begun, srp.group_of(attempt.pool.id), verifier, signature)
    refuse_without_password(who)
    if not holds or who.user is None:
        raise wrong()
    return who, passed(begun.sign_in, "PASSWORD_VERIFIER")


async def by_password(attempt: Attempt, who: Person, sign_in: SignIn) -> tuple[Person, SignIn]:
    """Verify a password that came in clear; a user that is not here may come from elsewhere (UserMigration)."""
    password = attempt.need("PASSWORD")
    if len(password) > _MAX_PASSWORD_CHARACTERS:
        raise InvalidParameterException(f"PASSWORD must be at most {_MAX_PASSWORD_CHARACTERS} characters")
    await pre_authentication(attempt, who)
    await claim(attempt, who)
    right = await password_is_right(attempt.idp, attempt.pool, who.id_for_srp, who.user, password)
    if who.user is None:
        return await migrated(attempt, who, sign_in, password)
    refuse_without_password(who)
    if not right:
        raise wrong()
    converted = await converted_secret(attempt.idp, attempt.pool, who.user, password)
    if converted is not None and who.user.secret is not None:
        async with attempt.idp.db.transaction() as tx:
            await convert_secret(tx, who.user.id, who.user.secret, converted)
    return who, passed(sign_in, "PASSWORD")


def public_value(attempt: Attempt) -> int:
    """The call's SRP_A. Raises InvalidParameterException."""
    try:
        return srp.read_public(attempt.need("SRP_A"))
    except srp.BadPublicValue:
        raise InvalidParameterException("SRP_A must be a hexadecimal number that is not 0 mod N") from None


async def exchange(attempt: Attempt, sign_in: SignIn, user: str, client_public: int, verifier: int) -> dict[str, str]:
    """SRP_B and SECRET_BLOCK of a new exchange."""
    offer = await attempt.idp.work.run(srp.offer, verifier)
    sealed = Exchange(
        sign_in=sign_in,
        user=user,
        a=client_public.to_bytes(BYTES, "big"),
        b=offer.secret.to_bytes(_EXPONENT_BYTES, "big"),
        u=srp.scrambler(client_public, offer.public).to_bytes(_EXPONENT_BYTES, "big"),
    )
    return {"SRP_B": f"{offer.public:x}", "SECRET_BLOCK": attempt.challenges.secret_block(sealed)}


async def proof_holds(attempt: Attempt, begun: Exchange, group: str, verifier: int, signature: str) -> bool:
    """Whether the signature is that of someone who knows the password behind the verifier."""
    timestamp = attempt.need("TIMESTAMP")
    if len(timestamp) > _MAX_TIMESTAMP_CHARACTERS:
        raise InvalidParameterException("TIMESTAMP must be such as 'Mon Nov 23 18:54:47 UTC 2026'")
    a, b, u = (int.from_bytes(raw, "big") for raw in (begun.a, begun.b, begun.u))
    key = await attempt.idp.work.run(srp.session_key, a, b, u, verifier)
    block = srp.block_bytes(attempt.need("PASSWORD_CLAIM_SECRET_BLOCK"))
    return srp.claim_matches(srp.claim(key, group, begun.user, block, timestamp), signature)


def _secret(attempt: Attempt, who: Person) -> tuple[int, int]:
    sealed = who.user.secret if who.user else None
    return Passwords(attempt.idp.sealer).srp_secret(attempt.pool.id, who.id_for_srp, sealed).numbers


def refuse_without_password(who: Person) -> None:
    """Tell a user who has no password yet to make one: nobody could know it, so there is nothing to prove first.

    Users of an import are such, and clients find their way to ForgotPassword by this answer alone.
    """
    if who.user is not None and who.user.secret is None and who.user.status == "RESET_REQUIRED":
        raise PasswordResetRequiredException("Password reset required for the user")
