"""What users do with their tokens: refresh, revoke, sign out everywhere."""

from preamp.auth import tokens
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import InvalidParameterException
from preamp.auth.idp.find import check_client_secret, known_client
from preamp.auth.idp.model import (
    GetTokensFromRefreshTokenRequest,
    GetTokensFromRefreshTokenResponse,
    GlobalSignOutRequest,
    GlobalSignOutResponse,
    RevokeTokenRequest,
    RevokeTokenResponse,
)
from preamp.auth.idp.service import operation


@operation("GetTokensFromRefreshToken")
async def get_tokens_from_refresh_token(
    idp: Idp, request: GetTokensFromRefreshTokenRequest
) -> GetTokensFromRefreshTokenResponse:
    """Exchange a refresh token for new tokens; a new refresh token comes only where the client rotates."""
    pool, client = await known_client(idp, request.client_id)
    check_client_secret(idp, client, request.client_secret)
    answer = await tokens.refresh_tokens(
        idp,
        pool,
        client,
        request.refresh_token,
        device_key=request.device_key,
        client_metadata=request.client_metadata,
    )
    return GetTokensFromRefreshTokenResponse(authentication_result=answer)


@operation("RevokeToken")
async def revoke_token(idp: Idp, request: RevokeTokenRequest) -> RevokeTokenResponse:
    """End the session of a refresh token; its access tokens are refused from now on."""
    _pool, client = await known_client(idp, request.client_id)
    check_client_secret(idp, client, request.client_secret)
    if client.config.enable_token_revocation is False:
        raise InvalidParameterException("Token revocation is not enabled for this app client.")
    await tokens.revoke_refresh_token(idp, client, request.token)
    return RevokeTokenResponse()


@operation("GlobalSignOut")
async def global_sign_out(idp: Idp, request: GlobalSignOutRequest) -> GlobalSignOutResponse:
    """End all sessions of the user."""
    session = await tokens.session_of(idp, request.access_token)
    async with idp.db.transaction() as tx:
        await tokens.end_sessions(tx, session.user)
    return GlobalSignOutResponse()
