"""Signing in: InitiateAuth and RespondToAuthChallenge, and their forms for administrators.

A flow begins with a name and leads through challenges to tokens. Each challenge has one function that verifies its
answer; `next_step` says what follows. Nothing of a sign-in is stored but what must be used once or counted.
Source: Cognito developer guide, "Authentication flows"; what aws-amplify 5 and 6, amazon-cognito-identity-js and
pycognito send.
"""

from collections.abc import Awaitable, Callable, Mapping

from preamp.auth import user_store
from preamp.auth.idp import codes_sent, known_devices, mfa
from preamp.auth.idp.choice import answer_choice, begin_choice
from preamp.auth.idp.context import Idp
from preamp.auth.idp.custom_challenges import after_password, answer_custom, begin_custom
from preamp.auth.idp.errors import InvalidParameterException, TooManyRequestsException, UserNotFoundException
from preamp.auth.idp.find import check_secret_hash, known_client, known_client_of
from preamp.auth.idp.first_factors import answer_srp, ask_srp, by_password
from preamp.auth.idp.model import (
    AdminInitiateAuthRequest,
    AdminInitiateAuthResponse,
    AdminRespondToAuthChallengeRequest,
    AdminRespondToAuthChallengeResponse,
    ExplicitAuthFlowsType,
    InitiateAuthRequest,
    InitiateAuthResponse,
    RespondToAuthChallengeRequest,
    RespondToAuthChallengeResponse,
)
from preamp.auth.idp.new_password import answer_new_password
from preamp.auth.idp.next_step import proceed
from preamp.auth.idp.passkey_proof import answer_passkey
from preamp.auth.idp.service import operation
from preamp.auth.idp.steps import Attempt, Outcome, Person, begin, person
from preamp.auth.pool import Client, Pool
from preamp.auth.tokens import refresh_tokens
from preamp.auth.work import Overloaded

_ALLOWED_BY: dict[str, ExplicitAuthFlowsType] = {
    "USER_SRP_AUTH": "ALLOW_USER_SRP_AUTH",
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "CUSTOM_AUTH": "ALLOW_CUSTOM_AUTH",
    "USER_AUTH": "ALLOW_USER_AUTH",
    "REFRESH_TOKEN_AUTH": "ALLOW_REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN": "ALLOW_REFRESH_TOKEN_AUTH",
}
_REFRESHING = frozenset({"REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"})
_FOR_ADMINISTRATORS = frozenset({"ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"})
_NOT_FOR_ADMINISTRATORS = frozenset({"USER_PASSWORD_AUTH"})
_MAX_NAME_CHARACTERS = 128
_MAX_PARAMETERS = 64


@operation("InitiateAuth")
async def initiate_auth(idp: Idp, request: InitiateAuthRequest) -> InitiateAuthResponse:
    """Begin a sign-in, or exchange a refresh token."""
    pool, client = await known_client(idp, request.client_id)
    if request.auth_flow in _FOR_ADMINISTRATORS:
        raise InvalidParameterException("Initiate Auth method not supported")
    attempt = _attempt(
        idp, pool, client, request.auth_parameters, request.client_metadata, request.session, admin=False
    )
    outcome = await _guarded(_begin(attempt, request.auth_flow))
    return InitiateAuthResponse(
        challenge_name=outcome.challenge_name,
        session=outcome.session,
        challenge_parameters=outcome.challenge_parameters,
        authentication_result=outcome.authentication_result,
        available_challenges=outcome.available_challenges,
    )


@operation("AdminInitiateAuth")
async def admin_initiate_auth(idp: Idp, request: AdminInitiateAuthRequest) -> AdminInitiateAuthResponse:
    """Begin a sign-in for a server that holds a key of this installation."""
    pool, client = await known_client_of(idp, request.user_pool_id, request.client_id)
    if request.auth_flow in _NOT_FOR_ADMINISTRATORS:
        raise InvalidParameterException("Initiate Auth method not supported")
    attempt = _attempt(idp, pool, client, request.auth_parameters, request.client_metadata, request.session, admin=True)
    outcome = await _guarded(_begin(attempt, request.auth_flow))
    return AdminInitiateAuthResponse(
        challenge_name=outcome.challenge_name,
        session=outcome.session,
        challenge_parameters=outcome.challenge_parameters,
        authentication_result=outcome.authentication_result,
        available_challenges=outcome.available_challenges,
    )


@operation("RespondToAuthChallenge")
async def respond_to_auth_challenge(idp: Idp, request: RespondToAuthChallengeRequest) -> RespondToAuthChallengeResponse:
    """Answer the open challenge of a sign-in."""
    pool, client = await known_client(idp, request.client_id)
    attempt = _attempt(
        idp, pool, client, request.challenge_responses, request.client_metadata, request.session, admin=False
    )
    outcome = await _guarded(_answer(attempt, request.challenge_name))
    return RespondToAuthChallengeResponse(
        challenge_name=outcome.challenge_name,
        session=outcome.session,
        challenge_parameters=outcome.challenge_parameters,
        authentication_result=outcome.authentication_result,
    )


@operation("AdminRespondToAuthChallenge")
async def admin_respond_to_auth_challenge(
    idp: Idp, request: AdminRespondToAuthChallengeRequest
) -> AdminRespondToAuthChallengeResponse:
    """Answer the open challenge of a sign-in that AdminInitiateAuth began."""
    pool, client = await known_client_of(idp, request.user_pool_id, request.client_id)
    attempt = _attempt(
        idp, pool, client, request.challenge_responses, request.client_metadata, request.session, admin=True
    )
    outcome = await _guarded(_answer(attempt, request.challenge_name))
    return AdminRespondToAuthChallengeResponse(
        challenge_name=outcome.challenge_name,
        session=outcome.session,
        challenge_parameters=outcome.challenge_parameters,
        authentication_result=outcome.authentication_result,
    )


def _attempt(
    idp: Idp,
    pool: Pool,
    client: Client,
    given: Mapping[str, str] | None,
    metadata: Mapping[str, str] | None,
    session: str | None,
    *,
    admin: bool,
) -> Attempt:
    if len(given or {}) > _MAX_PARAMETERS or len(metadata or {}) > _MAX_PARAMETERS:
        raise InvalidParameterException(f"A call has at most {_MAX_PARAMETERS} parameters")
    return Attempt(
        idp=idp, pool=pool, client=client, given=given or {}, metadata=metadata or {}, session=session, admin=admin
    )


async def _guarded(outcome: Awaitable[Outcome]) -> Outcome:
    try:
        return await outcome
    except Overloaded:
        raise TooManyRequestsException("Too many requests") from None


async def _begin(attempt: Attempt, flow: str) -> Outcome:
    if _ALLOWED_BY[flow] not in attempt.client.flows():
        raise InvalidParameterException(f"{flow} flow not enabled for this client")
    if flow in _REFRESHING:
        return await _refresh(attempt)
    who = await _named(attempt)
    match flow:
        case "USER_SRP_AUTH":
            return await ask_srp(attempt, who, begin(attempt, who, "PASSWORD_VERIFIER"))
        case "CUSTOM_AUTH":
            return await begin_custom(attempt, who)
        case "USER_AUTH":
            return await begin_choice(attempt, who)
        case _:
            return await proceed(attempt, *await by_password(attempt, who, begin(attempt, who, "PASSWORD")))


async def _refresh(attempt: Attempt) -> Outcome:
    if attempt.client.rotates:
        raise InvalidParameterException("Refresh tokens of this client rotate: use GetTokensFromRefreshToken")
    result = await refresh_tokens(
        attempt.idp,
        attempt.pool,
        attempt.client,
        attempt.need("REFRESH_TOKEN"),
        device_key=attempt.given.get("DEVICE_KEY"),
        client_metadata=attempt.metadata,
    )
    return Outcome(authentication_result=result)


async def _named(attempt: Attempt) -> Person:
    """Who USERNAME means. Whether an unknown name is told is the client's setting."""
    username = attempt.need("USERNAME")
    if len(username) > _MAX_NAME_CHARACTERS:
        raise InvalidParameterException(f"USERNAME must be at most {_MAX_NAME_CHARACTERS} characters")
    check_secret_hash(attempt.idp, attempt.client, username, attempt.given.get("SECRET_HASH"))
    user = await user_store.user_named(attempt.idp.db, attempt.pool.id, attempt.pool.key(username))
    config = attempt.pool.wire.lambda_config
    moves = config is not None and config.user_migration is not None
    if user is None and not attempt.hides_users and not moves:
        raise UserNotFoundException("User does not exist.")
    return person(attempt, username, user)


async def _answer(attempt: Attempt, name: str) -> Outcome:
    username = attempt.given.get("USERNAME", "")
    check_secret_hash(attempt.idp, attempt.client, username, attempt.given.get("SECRET_HASH"))
    answer = _ANSWERS.get(name)
    if answer is None:
        raise InvalidParameterException(f"{name} is not a challenge that is answered by RespondToAuthChallenge")
    return await answer(attempt)


async def _password_verifier(attempt: Attempt) -> Outcome:
    who, sign_in = await answer_srp(attempt)
    if sign_in.rounds:
        return await after_password(attempt, who, sign_in)
    return await proceed(attempt, who, sign_in)


async def _device_password_verifier(attempt: Attempt) -> Outcome:
    return await proceed(attempt, *await known_devices.answer_device(attempt))


async def _passkey(attempt: Attempt) -> Outcome:
    return await proceed(attempt, *await answer_passkey(attempt))


async def _sms_mfa(attempt: Attempt) -> Outcome:
    return await proceed(attempt, *await codes_sent.answer_code(attempt, "SMS_MFA"))


async def _email_otp(attempt: Attempt) -> Outcome:
    return await proceed(attempt, *await codes_sent.answer_code(attempt, "EMAIL_OTP"))


async def _sms_otp(attempt: Attempt) -> Outcome:
    return await proceed(attempt, *await codes_sent.answer_code(attempt, "SMS_OTP"))


async def _software_token(attempt: Attempt) -> Outcome:
    return await proceed(attempt, *await mfa.answer_software_token(attempt))


async def _mfa_set_up(attempt: Attempt) -> Outcome:
    return await proceed(attempt, *await mfa.answer_set_up(attempt))


async def _new_password(attempt: Attempt) -> Outcome:
    return await proceed(attempt, *await answer_new_password(attempt))


_ANSWERS: dict[str, Callable[[Attempt], Awaitable[Outcome]]] = {
    "PASSWORD_VERIFIER": _password_verifier,
    "DEVICE_SRP_AUTH": known_devices.ask_device,
    "DEVICE_PASSWORD_VERIFIER": _device_password_verifier,
    "SMS_MFA": _sms_mfa,
    "SMS_OTP": _sms_otp,
    "EMAIL_OTP": _email_otp,
    "SOFTWARE_TOKEN_MFA": _software_token,
    "SELECT_MFA_TYPE": mfa.answer_choice,
    "MFA_SETUP": _mfa_set_up,
    "NEW_PASSWORD_REQUIRED": _new_password,
    "SELECT_CHALLENGE": answer_choice,
    "WEB_AUTHN": _passkey,
    "CUSTOM_CHALLENGE": answer_custom,
}
