"""What a sign-in needs after a proof: a new password, the device, a second factor, or nothing more.

`next_step` decides from values alone; `proceed` reads what it needs, asks for the challenge, or issues the tokens.
"""

from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from preamp.auth import lockout, sign_in_store, tokens, user_store
from preamp.auth.challenges import SignIn
from preamp.auth.idp.codes_sent import ask_code
from preamp.auth.idp.errors import (
    InvalidUserPoolConfigurationException,
    NotAuthorizedException,
    PasswordResetRequiredException,
    ResourceNotFoundException,
    UserNotConfirmedException,
)
from preamp.auth.idp.known_devices import new_device, tracks_devices
from preamp.auth.idp.steps import (
    Attempt,
    Outcome,
    Person,
    advance,
    challenge,
    invalid_session,
    post_authentication,
    settle,
    wrong,
)
from preamp.auth.pool import Pool
from preamp.auth.sign_in_store import Device
from preamp.auth.users import Factor, User

Step = Literal[
    "NEW_PASSWORD_REQUIRED",
    "DEVICE_SRP_AUTH",
    "SMS_MFA",
    "SOFTWARE_TOKEN_MFA",
    "EMAIL_OTP",
    "SELECT_MFA_TYPE",
    "MFA_SETUP",
    "TOKENS",
]
_SECOND: tuple[Factor, ...] = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")
# A proof that is already one of possession and more; Cognito lets none of the codes follow it.
_DEVICE_PROOF = "DEVICE_PASSWORD_VERIFIER"


class Second(Struct, frozen=True):
    """The second factors of a user: those to choose from, and whether one must be set up first."""

    usable: tuple[Factor, ...] = ()
    preferred: Factor | None = None
    set_up: bool = False


def second_factors(pool: Pool, user: User) -> Second:
    """What the pool asks of this user besides the first proof.

    OPTIONAL asks those who turned a factor on; ON asks everyone, and lets those without one set it up.
    """
    mode = pool.config.mfa.mfa_configuration or pool.wire.mfa_configuration or "OFF"
    if mode == "OFF":
        return Second()
    possible = tuple(factor for factor in _SECOND if possible_factor(pool, user, factor))
    chosen = tuple(factor for factor in user.mfa.factors if factor in possible)
    if chosen:
        return Second(chosen, user.mfa.preferred if user.mfa.preferred in chosen else None)
    if mode == "ON":
        return Second(possible[:1]) if possible else Second(set_up=True)
    return Second()


def possible_factor(pool: Pool, user: User, factor: Factor) -> bool:
    """Whether the pool allows a factor and the user has what it needs."""
    allowed = factor in allowed_factors(pool)
    match factor:
        case "SMS_MFA":
            return allowed and "phone_number" in user.attributes
        case "SOFTWARE_TOKEN_MFA":
            return allowed and user.totp_secret is not None
        case "EMAIL_OTP":
            return allowed and user.verified("email")


def allowed_factors(pool: Pool) -> tuple[Factor, ...]:
    """The second factors that a pool allows."""
    config = pool.config.mfa
    software = config.software_token_mfa_configuration
    allowed: dict[Factor, bool] = {
        "SMS_MFA": config.sms_mfa_configuration is not None,
        "SOFTWARE_TOKEN_MFA": software is not None and bool(software.enabled),
        "EMAIL_OTP": config.email_mfa_configuration is not None,
    }
    return tuple(factor for factor in _SECOND if allowed[factor])


def next_step(pool: Pool, user: User, sign_in: SignIn, device: Device | None) -> Step:
    """The next challenge of a sign-in whose proofs so far are `sign_in.factors`."""
    done = set(sign_in.factors)
    if user.status == "FORCE_CHANGE_PASSWORD" and "NEW_PASSWORD_REQUIRED" not in done:
        return "NEW_PASSWORD_REQUIRED"
    if device is not None and device.remembered and _DEVICE_PROOF not in done:
        return "DEVICE_SRP_AUTH"
    replaces = pool.wire.device_configuration is not None and (
        pool.wire.device_configuration.challenge_required_on_new_device is True
    )
    if (_DEVICE_PROOF in done and replaces) or not done.isdisjoint({*_SECOND, "MFA_SETUP", "MULTI_FACTOR"}):
        return "TOKENS"
    return _second_step(second_factors(pool, user))


def _second_step(second: Second) -> Step:
    if second.set_up:
        return "MFA_SETUP"
    if second.preferred is not None:
        return second.preferred
    if len(second.usable) > 1:
        return "SELECT_MFA_TYPE"
    return second.usable[0] if second.usable else "TOKENS"


def check_may_sign_in(user: User, now_ms: int) -> None:
    """Raise what keeps a user out who has proved a factor."""
    if not user.enabled:
        raise NotAuthorizedException("User is disabled.")
    if user.status == "UNCONFIRMED":
        raise UserNotConfirmedException("User is not confirmed.")
    if user.status == "RESET_REQUIRED":
        raise PasswordResetRequiredException("Password reset required for the user")
    if user.status == "EXTERNAL_PROVIDER":
        raise wrong()
    if user.temporary_until_ms is not None and user.temporary_until_ms <= now_ms:
        raise NotAuthorizedException("Temporary password has expired and must be reset by an administrator.")


async def proceed(attempt: Attempt, who: Person, sign_in: SignIn, burnt: SignIn | None = None) -> Outcome:
    """Go on after a proof that was right; `burnt` is the sign-in whose Session is used up by it."""
    user = who.user
    if user is None:
        raise wrong()
    check_may_sign_in(user, attempt.idp.now_ms())
    sign_in = advance(attempt, sign_in, "")
    device = await _device(attempt, user, sign_in)
    step = next_step(attempt.pool, user, sign_in, device)
    if step == "TOKENS":
        return await finish(attempt, who, user, sign_in, burnt)
    await settle(attempt, who, burnt)
    return await _ask(attempt, user, replace(sign_in, step=step), step)


async def _ask(attempt: Attempt, user: User, sign_in: SignIn, step: Step) -> Outcome:
    match step:
        case "NEW_PASSWORD_REQUIRED":
            return challenge(attempt, sign_in, step, _new_password(attempt.pool, user))
        case "DEVICE_SRP_AUTH":
            return challenge(attempt, sign_in, step, {})
        case "SOFTWARE_TOKEN_MFA":
            return challenge(attempt, sign_in, step, {"USER_ID_FOR_SRP": user.username})
        case "SMS_MFA" | "EMAIL_OTP":
            return await ask_code(attempt, user, sign_in, step)
        case "SELECT_MFA_TYPE":
            names = msgspec.json.encode(second_factors(attempt.pool, user).usable).decode()
            return challenge(attempt, sign_in, step, {"MFAS_CAN_CHOOSE": names, "USER_ID_FOR_SRP": user.username})
        case _:
            return _ask_set_up(attempt, user, sign_in)


def _ask_set_up(attempt: Attempt, user: User, sign_in: SignIn) -> Outcome:
    if "SOFTWARE_TOKEN_MFA" not in allowed_factors(attempt.pool):
        raise InvalidUserPoolConfigurationException(
            "A second factor is required, and this user has none and cannot set one up: "
            "add a phone number or turn on authenticator apps"
        )
    names = msgspec.json.encode(["SOFTWARE_TOKEN_MFA"]).decode()
    return challenge(attempt, sign_in, "MFA_SETUP", {"MFAS_CAN_SETUP": names, "USER_ID_FOR_SRP": user.username})


def _new_password(pool: Pool, user: User) -> dict[str, str]:
    """The parameters of NEW_PASSWORD_REQUIRED: JSON within texts, as clients read it."""
    missing = [
        f"userAttributes.{attribute.name}"
        for attribute in pool.wire.schema_attributes or ()
        if attribute.required and attribute.name != "sub" and attribute.name not in user.attributes
    ]
    return {
        "USER_ID_FOR_SRP": user.username,
        "requiredAttributes": msgspec.json.encode(missing).decode(),
        "userAttributes": msgspec.json.encode(user.attributes).decode(),
    }


async def _device(attempt: Attempt, user: User, sign_in: SignIn) -> Device | None:
    """The device that the client says it is; a made-up key is told, so that clients forget it."""
    if sign_in.device_key is None or not tracks_devices(attempt.pool):
        return None
    device = await sign_in_store.device(attempt.idp.db, user.id, sign_in.device_key)
    if device is None:
        raise ResourceNotFoundException("Device does not exist.")
    return device


async def finish(attempt: Attempt, who: Person, user: User, sign_in: SignIn, burnt: SignIn | None) -> Outcome:
    """Issue the tokens: the whole sign-in was right, so its failures are forgotten."""
    idp = attempt.idp
    if attempt.hosted is not None:
        return await _finish_page(attempt, who, user, burnt)
    tracked = tracks_devices(attempt.pool)
    fresh = new_device(idp) if tracked and sign_in.device_key is None else None
    await post_authentication(attempt, who, new_device=fresh is not None)
    granted = await tokens.grant(
        idp,
        attempt.pool,
        attempt.client,
        user,
        source=_token_source(sign_in),
        device_key=fresh.device_key if fresh else sign_in.device_key if tracked else None,
        client_metadata=attempt.metadata,
    )
    async with idp.db.transaction() as tx:
        if burnt is not None and not await user_store.use_nonce(tx, burnt.nonce, burnt.exp_ms):
            raise invalid_session()
        await lockout.clear(tx, who.key)
        if _DEVICE_PROOF in sign_in.factors and sign_in.device_key is not None:
            await sign_in_store.authenticated_device(tx, user.id, sign_in.device_key, idp.now_ms())
        result = await tokens.issue_tokens(idp, tx, granted)
    return Outcome(authentication_result=replace(result, new_device_metadata=fresh))


async def _finish_page(attempt: Attempt, who: Person, user: User, burnt: SignIn | None) -> Outcome:
    """End a sign-in at a page, which remembers the user in the same transaction."""
    await post_authentication(attempt, who, new_device=False)
    async with attempt.idp.db.transaction() as tx:
        if burnt is not None and not await user_store.use_nonce(tx, burnt.nonce, burnt.exp_ms):
            raise invalid_session()
        await lockout.clear(tx, who.key)
        if attempt.hosted is not None:
            await attempt.hosted(tx, user)
    return Outcome()


def _token_source(sign_in: SignIn) -> tokens.TokenSource:
    if "NEW_PASSWORD_REQUIRED" in sign_in.factors:
        return "TokenGeneration_NewPasswordChallenge"
    return (
        "TokenGeneration_AuthenticateDevice" if _DEVICE_PROOF in sign_in.factors else "TokenGeneration_Authentication"
    )
