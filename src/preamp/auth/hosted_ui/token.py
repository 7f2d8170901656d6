"""/oauth2/token, /oauth2/revoke and /oauth2/userInfo: what applications call themselves, without cookies."""

import base64
import binascii
import logging
from urllib.parse import unquote

import msgspec

from preamp.auth import store as pool_store
from preamp.auth import tokens, user_store
from preamp.auth.hosted_ui import store
from preamp.auth.hosted_ui.context import Site
from preamp.auth.hosted_ui.grants import CODE_PURPOSE, CODE_SECONDS, CodeGrant
from preamp.auth.hosted_ui.http import Request, Response, json_answer
from preamp.auth.hosted_ui.rules import OPENID, verifier_matches
from preamp.auth.idp.errors import (
    NotAuthorizedException,
    RefreshTokenReuseException,
    UnsupportedTokenTypeException,
)
from preamp.auth.idp.find import check_client_secret
from preamp.auth.idp.model import AuthenticationResultType
from preamp.auth.pool import Client
from preamp.kit import ids, jwt
from preamp.kit.seal import sha256

log = logging.getLogger("preamp.auth")

CORS: tuple[tuple[bytes, bytes], ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, x-amz-user-agent"),
    (b"access-control-max-age", b"86400"),
)
_MAX_CODE = 512
_HOSTED_VERSION = 2
_NEVER_TOLD = frozenset({"identities"})
_SCOPED = {
    "email": frozenset({"email", "email_verified"}),
    "phone": frozenset({"phone_number", "phone_number_verified"}),
}


class OAuthError(Exception):
    """An error of RFC 6749, section 5.2."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


async def token(site: Site, request: Request) -> Response:
    """Tokens for a code, for a refresh token, or for the client itself."""
    try:
        client = await _client(site, request)
        match request.form.get("grant_type"):
            case "authorization_code":
                answer = await _by_code(site, client, request.form)
            case "refresh_token":
                answer = await _by_refresh_token(site, client, request.form)
            case "client_credentials":
                answer = await _by_credentials(site, client, request.form)
            case None:
                raise OAuthError("invalid_request")
            case _:
                raise OAuthError("unsupported_grant_type")
    except OAuthError as error:
        return json_answer(error.status, {"error": error.error}, *CORS)
    return json_answer(200, answer, *CORS, (b"pragma", b"no-cache"))


async def revoke(site: Site, request: Request) -> Response:
    """End the session of a refresh token (RFC 7009)."""
    try:
        try:
            client = await _client(site, request)
        except OAuthError as error:
            raise OAuthError(error.error, 401 if error.error == "invalid_client" else 400) from None
        given = request.form.get("token")
        if not given:
            raise OAuthError("invalid_request")
        try:
            await tokens.revoke_refresh_token(site.idp, client, given)
        except UnsupportedTokenTypeException:
            raise OAuthError("unsupported_token_type") from None
    except OAuthError as error:
        return json_answer(error.status, {"error": error.error}, *CORS)
    return Response(content_type="application/json;charset=UTF-8", headers=CORS)


async def user_info(site: Site, request: Request) -> Response:
    """The attributes of the user whose access token it is, as far as its scopes reach."""
    kind, _, given = (request.authorization or "").partition(" ")
    if kind.lower() != "bearer" or not given:
        return _refused("invalid_request", "Access token is missing.", 400 if request.authorization else 401)
    try:
        session = await tokens.session_of(site.idp, given.strip(), scope=OPENID)
    except NotAuthorizedException:
        return _refused(
            "invalid_token", "Access token is expired, disabled, or deleted, or the user has globally signed out.", 401
        )
    if session.pool.id != site.pool.id:
        return _refused("invalid_token", "Access token is of another user pool.", 401)
    scopes = str(jwt.unverified_claims(given.strip()).get("scope", "")).split()
    told = {name: value for name, value in session.user.attributes.items() if _is_told(session.client, scopes, name)}
    return json_answer(200, {"sub": session.user.id, **told, "username": session.user.username}, *CORS)


async def preflight(_site: Site, _request: Request) -> Response:
    """What a browser is told before it calls."""
    return Response(status=204, content_type="text/plain", headers=CORS)


def _is_told(client: Client, scopes: list[str], name: str) -> bool:
    """Whether a scope reaches an attribute; `openid` alone reaches all that the client may read, as in Cognito."""
    if name in _NEVER_TOLD or not client.readable(name):
        return False
    if "profile" in scopes or not set(scopes) & set(_SCOPED):
        return True
    return any(name in names for scope, names in _SCOPED.items() if scope in scopes)


def _refused(error: str, description: str, status: int) -> Response:
    told = f'Bearer error="{error}", error_description="{description}"'
    headers = (*CORS, (b"www-authenticate", told.encode()), (b"access-control-expose-headers", b"www-authenticate"))
    return json_answer(status, {"error": error, "error_description": description}, *headers)


async def _client(site: Site, request: Request) -> Client:
    """The client that calls, proven by its secret where it has one. Raises OAuthError."""
    client_id, secret = request.form.get("client_id"), request.form.get("client_secret")
    if request.authorization is not None:
        named, secret = _basic(request.authorization)
        if client_id not in {None, named}:
            raise OAuthError("invalid_client")
        client_id = named
    if not client_id:
        raise OAuthError("invalid_request")
    found = await pool_store.served_client(site.idp.db, client_id)
    if found is None or found[1].user_pool_id != site.pool.id:
        raise OAuthError("invalid_client")
    try:
        check_client_secret(site.idp, found[1], secret)
    except NotAuthorizedException:
        raise OAuthError("invalid_client") from None
    return found[1]


def _basic(authorization: str) -> tuple[str, str]:
    kind, _, text = authorization.partition(" ")
    try:
        decoded = base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise OAuthError("invalid_client") from None
    name, colon, secret = decoded.partition(":")
    if kind.lower() != "basic" or not colon:
        raise OAuthError("invalid_client")
    return unquote(name), unquote(secret)


async def _by_code(site: Site, client: Client, form: dict[str, str]) -> dict[str, object]:
    idp, code = site.idp, form.get("code", "")
    if not code or len(code) > _MAX_CODE:
        raise OAuthError("invalid_request" if not code else "invalid_grant")
    digest = sha256(code)
    row = await idp.db.row(store.code, digest=digest, client_id=client.id)
    if row is None:
        raise OAuthError("invalid_grant")
    if row[3]:
        await _replayed(site, digest, client)
    opened = idp.sealer.purpose(CODE_PURPOSE).open(bytes(row[2]), digest.hex())
    grant = msgspec.json.decode(opened, type=CodeGrant)
    user = await user_store.user(idp.db, grant.user_pool_id, grant.user_id)
    verifier = form.get("code_verifier")
    proven = verifier is None if grant.challenge is None else verifier_matches(grant.challenge, verifier)
    if (
        not proven
        or user is None
        or not user.enabled
        or grant.user_pool_id != site.pool.id
        or form.get("redirect_uri") != grant.redirect_uri
        or idp.now_ms() >= grant.issued_ms + CODE_SECONDS * 1000
    ):
        async with idp.db.transaction() as tx:  # whoever guesses at a code's bounds uses it up
            await tx.execute(store.use_code, digest=digest, client_id=client.id)
        raise OAuthError("invalid_grant")
    made = await tokens.grant(
        idp,
        site.pool,
        client,
        user,
        source="TokenGeneration_HostedAuth",
        auth_time_ms=grant.auth_time_ms,
        scopes=grant.scopes,
        nonce=grant.nonce,
        hosted=True,
    )
    async with idp.db.transaction() as tx:
        first = await tx.execute(store.use_code, digest=digest, client_id=client.id)
        if first:
            result = await tokens.issue_tokens(idp, tx, made)
            family_id = jwt.unverified_claims(str(result.access_token))["origin_jti"]
            await tx.execute(store.set_family, digest=digest, family=family_id)
    if not first:
        await _replayed(site, digest, client)
    return _answer(result, grant.scopes)


async def _replayed(site: Site, digest: bytes, client: Client) -> None:
    """A code came twice: one of the two is a thief's, so what the first got is ended (RFC 6749, section 4.1.2)."""
    async with site.idp.db.transaction() as tx:
        row = await tx.row(store.code, digest=digest, client_id=client.id)
        if row is not None and row[4] is not None:
            await tx.execute(user_store.revoke_family, id=row[4])
            log.warning("an authorization code was used twice: session %s is revoked", row[4])
    raise OAuthError("invalid_grant")


async def _by_refresh_token(site: Site, client: Client, form: dict[str, str]) -> dict[str, object]:
    given = form.get("refresh_token")
    if not given:
        raise OAuthError("invalid_request")
    asked = form.get("scope")
    try:
        result = await tokens.refresh_tokens(
            site.idp, site.pool, client, given, scopes=None if asked is None else tuple(asked.split())
        )
    except (NotAuthorizedException, RefreshTokenReuseException):
        raise OAuthError("invalid_grant") from None
    claims = jwt.unverified_claims(str(result.access_token))
    scopes = str(claims.get("scope", "")).split()
    # Sessions that the API began have no scope `openid`, and get ID tokens all the same.
    return _answer(result, (*scopes, *(() if claims.get("version") == _HOSTED_VERSION else (OPENID,))))


async def _by_credentials(site: Site, client: Client, form: dict[str, str]) -> dict[str, object]:
    """A token of the client itself, for scopes of resource servers alone: there is no user whose data it could open."""
    config = client.config
    if client.secret is None or "client_credentials" not in (config.allowed_o_auth_flows or ()):
        raise OAuthError("unauthorized_client")
    allowed = [scope for scope in config.allowed_o_auth_scopes or () if "/" in scope]
    asked = form.get("scope", "").split() or allowed
    if not asked or not set(asked) <= set(allowed):
        raise OAuthError("invalid_scope")
    keys = await site.idp.keys.of(site.pool.id)
    if keys is None:
        raise OAuthError("invalid_client")
    now = site.idp.now_ms() // 1000
    seconds = client.lifetime_seconds("access")
    claims = {
        "sub": client.id,
        "token_use": "access",
        "scope": " ".join(dict.fromkeys(asked)),
        "auth_time": now,
        "iss": site.idp.issuer(site.pool.id),
        "iat": now,
        "exp": now + seconds,
        "version": 2,
        "jti": ids.uuid4(),
        "client_id": client.id,
    }
    return {"access_token": keys.sign("access", claims), "expires_in": seconds, "token_type": "Bearer"}


def _answer(result: AuthenticationResultType, scopes: tuple[str, ...]) -> dict[str, object]:
    answer: dict[str, object] = {
        "access_token": result.access_token,
        "expires_in": result.expires_in,
        "token_type": "Bearer",
    }
    if OPENID in scopes:
        answer["id_token"] = result.id_token
    if result.refresh_token is not None:
        answer["refresh_token"] = result.refresh_token
    return answer


def failed(status: int, error: str, description: str = "") -> Response:
    """The answer to a call that failed before or beside OAuth's own rules."""
    return json_answer(status, {"error": error} | ({"error_description": description} if description else {}), *CORS)
