"""GetCredentialsForIdentity and GetOpenIdToken: what an identity gets."""

from preamp.auth.identity import errors, keys
from preamp.auth.identity.context import Holder, IdentityService
from preamp.auth.identity.identities import Resolved, resolve
from preamp.auth.identity.model import (
    Credentials,
    GetCredentialsForIdentityInput,
    GetCredentialsForIdentityResponse,
    GetOpenIdTokenInput,
    GetOpenIdTokenResponse,
)
from preamp.auth.identity.roles import guest_role, role_name, user_role
from preamp.auth.identity.service import identity_service

# aws-amplify 6 keeps credentials for 50 minutes whatever their expiration says.
CREDENTIALS_SECONDS = 3600
OPEN_ID_TOKEN_SECONDS = 600


@identity_service.operation(
    "GetCredentialsForIdentity",
    "POST /",
    *errors.LOGIN,
    errors.InvalidIdentityPoolConfigurationException,
    signed=False,
)
async def get_credentials_for_identity(
    service: IdentityService, request: GetCredentialsForIdentityInput
) -> GetCredentialsForIdentityResponse:
    """Credentials for an hour, of the login's identity or of a guest. It may be another identity than was asked for."""
    resolved = await resolve(service, request.identity_id, request.logins)
    holder = holder_of(service, resolved, request.custom_role_arn)
    made = service.issue(holder, CREDENTIALS_SECONDS)
    return GetCredentialsForIdentityResponse(
        identity_id=holder.identity_id,
        credentials=Credentials(
            access_key_id=made.access_key_id,
            secret_key=made.secret,
            session_token=made.token,
            expiration=made.expires_ms / 1000,
        ),
    )


@identity_service.operation("GetOpenIdToken", "POST /", *errors.LOGIN, signed=False)
async def get_open_id_token(service: IdentityService, request: GetOpenIdTokenInput) -> GetOpenIdTokenResponse:
    """A token that tells who the identity is, for ten minutes: what AssumeRoleWithWebIdentity takes."""
    resolved = await resolve(service, request.identity_id, request.logins)
    if not resolved.pool.settings.allow_classic_flow:
        raise errors.InvalidParameterException("Basic (classic) flow is not enabled, please use enhanced flow.")
    login, now = resolved.login, service.clock.now_ms() // 1000
    amr = ["unauthenticated"]
    if login is not None:
        amr = ["authenticated", login.provider, f"{login.provider}:CognitoSignIn:{login.subject}"]
    claims = {
        "sub": resolved.identity.id,
        "aud": resolved.pool.id,
        "amr": amr,
        "iss": keys.ISSUER,
        "iat": now,
        "exp": now + OPEN_ID_TOKEN_SECONDS,
    }
    if login is not None:
        claims["preamp:login"] = {
            "client_id": login.client_id,
            "family": login.claims.get("origin_jti"),
            "username": login.claims.get("cognito:username"),
        }
    token = await keys.signed(service.db, service.sealer, service.clock, claims)
    return GetOpenIdTokenResponse(identity_id=resolved.identity.id, token=token)


def holder_of(service: IdentityService, resolved: Resolved, asked_role: str | None) -> Holder:
    """For whom credentials are made. Raises NotAuthorizedException, InvalidIdentityPoolConfigurationException."""
    pool, login, roles = resolved.pool, resolved.login, resolved.pool.roles(service.account)
    if login is None:
        if asked_role is not None:
            raise errors.NotAuthorizedException("CustomRoleArn is for identities with a login.")
        return Holder(
            identity_pool_id=pool.id,
            identity_id=resolved.identity.id,
            role=role_name(guest_role(roles)),
            authenticated=False,
        )
    claims = login.claims
    role = user_role(roles, pool.mapping(login.provider, login.client_id), claims, asked_role)
    groups = claims.get("cognito:groups")
    return Holder(
        identity_pool_id=pool.id,
        identity_id=resolved.identity.id,
        role=role_name(role),
        authenticated=True,
        provider=login.provider,
        user_pool_id=login.user_pool_id,
        client_id=login.client_id,
        sub=login.subject,
        username=_text(claims.get("cognito:username")),
        groups=tuple(map(str, groups)) if isinstance(groups, list) else (),
        family=_text(claims.get("origin_jti")),
    )


def _text(claim: object) -> str | None:
    return claim if isinstance(claim, str) else None
