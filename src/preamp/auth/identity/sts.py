"""The service sts, as far as the AWS CLI, the SDKs and identity pools need it.

An operator's session acts with the operator's own rights, whatever role it names: preamp has no policies that could
give it fewer. So a request that would narrow the rights by a policy is refused rather than answered with too many.
Credentials of identity pools never become an operator's.
"""

from preamp.auth.identity import keys, store
from preamp.auth.identity.context import Holder, IdentityService, TemporaryKeys, pool_of
from preamp.auth.identity.roles import role_name
from preamp.auth.identity.service import sts_service
from preamp.auth.identity.sts_model import (
    AssumedRoleUser,
    AssumeRoleRequest,
    AssumeRoleResponse,
    AssumeRoleWithWebIdentityRequest,
    AssumeRoleWithWebIdentityResponse,
    Credentials,
    GetCallerIdentityRequest,
    GetCallerIdentityResponse,
    GetSessionTokenRequest,
    GetSessionTokenResponse,
)
from preamp.kit.caller import Call
from preamp.kit.clock import moment
from preamp.kit.jwt import Claims, TokenError
from preamp.wire import ServiceError

_ROLE_SECONDS = 3600
_SESSION_SECONDS = 43_200
_OPERATOR = "arn:aws:iam::"


class AccessDenied(ServiceError):
    """The caller is known and may not do this."""

    status = 403


class ExpiredTokenException(ServiceError):
    """The web identity token has expired."""


class InvalidIdentityToken(ServiceError):
    """The web identity token is not one that this server made."""


class IDPCommunicationError(ServiceError):
    """The token's provider does not answer."""


class IDPRejectedClaim(ServiceError):
    """The token's provider refused it."""

    status = 403


class MalformedPolicyDocument(ServiceError):
    """The policy cannot be read."""


class RegionDisabledException(ServiceError):
    """The region does not serve sts."""

    status = 403


class PackedPolicyTooLarge(ServiceError):
    """A session cannot be narrowed by a policy here."""


@sts_service.operation("GetCallerIdentity", "POST /")
async def get_caller_identity(
    _service: IdentityService, _request: GetCallerIdentityRequest, call: Call
) -> GetCallerIdentityResponse:
    """Who signed the call: an operator, or an identity pool's user or guest."""
    return GetCallerIdentityResponse(
        user_id=call.caller.access_key_id, account=call.caller.account, arn=call.caller.arn
    )


_ROLE_ERRORS = (MalformedPolicyDocument, PackedPolicyTooLarge, RegionDisabledException, ExpiredTokenException)


@sts_service.operation("GetSessionToken", "POST /", RegionDisabledException)
async def get_session_token(
    service: IdentityService, request: GetSessionTokenRequest, call: Call
) -> GetSessionTokenResponse:
    """A session of the operator who calls, for twelve hours unless told otherwise."""
    made = await _operator_session(service, call, request.duration_seconds or _SESSION_SECONDS)
    return GetSessionTokenResponse(credentials=_credentials(made))


@sts_service.operation("AssumeRole", "POST /", *_ROLE_ERRORS)
async def assume_role(service: IdentityService, request: AssumeRoleRequest, call: Call) -> AssumeRoleResponse:
    """A session of the operator who calls, under the name of a role of this account."""
    _refuse_policies(request)
    if not request.role_arn.startswith(f"{_OPERATOR}{service.account}:role/"):
        raise AccessDenied(
            f"RoleArn must name a role of this server's account: {_OPERATOR}{service.account}:role/NAME."
        )
    made = await _operator_session(service, call, request.duration_seconds or _ROLE_SECONDS)
    return AssumeRoleResponse(
        credentials=_credentials(made),
        assumed_role_user=_user(service, request.role_arn, request.role_session_name, made),
        packed_policy_size=0,
        source_identity=request.source_identity,
    )


@sts_service.operation(
    "AssumeRoleWithWebIdentity",
    "POST /",
    *_ROLE_ERRORS,
    IDPRejectedClaim,
    IDPCommunicationError,
    InvalidIdentityToken,
    signed=False,
)
async def assume_role_with_web_identity(
    service: IdentityService, request: AssumeRoleWithWebIdentityRequest
) -> AssumeRoleWithWebIdentityResponse:
    """Credentials of an identity by a token of GetOpenIdToken: the classic flow of identity pools."""
    _refuse_policies(request)
    claims = await _web_identity(service, request.web_identity_token)
    holder = await _holder(service, claims, request.role_arn)
    made = service.issue(holder, request.duration_seconds or _ROLE_SECONDS)
    return AssumeRoleWithWebIdentityResponse(
        credentials=_credentials(made),
        subject_from_web_identity_token=holder.identity_id,
        assumed_role_user=_user(service, request.role_arn, request.role_session_name, made),
        packed_policy_size=0,
        provider="cognito-identity.amazonaws.com",
        audience=holder.identity_pool_id,
    )


def _refuse_policies(request: AssumeRoleRequest | AssumeRoleWithWebIdentityRequest) -> None:
    if request.policy is not None or request.policy_arns:
        raise PackedPolicyTooLarge("Policies that narrow a session are not supported: leave Policy and PolicyArns out.")


async def _operator_session(service: IdentityService, call: Call, seconds: int) -> TemporaryKeys:
    if not call.caller.arn.startswith(_OPERATOR):
        raise AccessDenied(
            f"User: {call.caller.arn} is not authorized to perform this: it is for operators' access keys."
        )
    try:
        return await service.operators.issue(call.caller.access_key_id, seconds)
    except LookupError:
        raise AccessDenied("A session cannot make another: call with the access key itself.") from None


async def _web_identity(service: IdentityService, token: str) -> Claims:
    try:
        claims = await keys.verified(service.db, service.clock, token)
    except TokenError as error:
        if error.reason == "expired":
            raise ExpiredTokenException("Token expired: it lives for ten minutes.") from None
        raise InvalidIdentityToken("The web identity token is not one of this server's identity pools.") from None
    if claims.get("iss") != keys.ISSUER:
        raise InvalidIdentityToken("The web identity token has another issuer.")
    return claims


async def _holder(service: IdentityService, claims: Claims, role_arn: str) -> Holder:
    """For whom the credentials are. The role must be the pool's for this kind of identity."""
    pool = await pool_of(service.db, str(claims["aud"]))
    identity = await store.identity(service.db, str(claims["sub"]))
    if identity is None or not identity.enabled or not pool.settings.allow_classic_flow:
        raise AccessDenied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
    authenticated = claims["amr"][0] == "authenticated"
    if role_arn != pool.roles(service.account).get("authenticated" if authenticated else "unauthenticated"):
        raise AccessDenied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
    role = role_name(role_arn)
    if not authenticated:
        return Holder(identity_pool_id=pool.id, identity_id=identity.id, role=role, authenticated=False)
    login = claims["preamp:login"]
    provider = str(claims["amr"][1])
    return Holder(
        identity_pool_id=pool.id,
        identity_id=identity.id,
        role=role,
        authenticated=True,
        provider=provider,
        user_pool_id=provider.rpartition("/")[2],
        client_id=login["client_id"],
        sub=str(claims["amr"][2]).rpartition(":")[2],
        username=login["username"],
        family=login["family"],
    )


def _credentials(made: TemporaryKeys) -> Credentials:
    return Credentials(
        access_key_id=made.access_key_id,
        secret_access_key=made.secret,
        session_token=made.token,
        expiration=moment(made.expires_ms),
    )


def _user(service: IdentityService, role_arn: str, session: str, made: TemporaryKeys) -> AssumedRoleUser:
    arn = f"arn:aws:sts::{service.account}:assumed-role/{role_name(role_arn)}/{session}"
    return AssumedRoleUser(assumed_role_id=f"{made.access_key_id}:{session}", arn=arn)
