"""ID, access and refresh tokens: what they say, how they are made, exchanged, revoked and verified.

Access and ID tokens are RS256 JWTs with the claims of Cognito's. A refresh token is opaque: sealed for its client, it
names its family (the sign-in) and holds a secret of which the database has the hash alone. Every token carries its
family's id as `origin_jti`, and a revoked family, a disabled or a deleted user is refused at once.
"""

import hmac
import logging
import secrets
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from preamp.auth import user_store
from preamp.auth.idp.context import Idp, TriggerEvent
from preamp.auth.idp.errors import (
    NotAuthorizedException,
    RefreshTokenReuseException,
    ResourceNotFoundException,
    UnsupportedTokenTypeException,
)
from preamp.auth.idp.model import AuthenticationResultType
from preamp.auth.pool import ADMIN_SCOPE, Client, Pool
from preamp.auth.users import Family, Group, Session, User
from preamp.db import Transaction
from preamp.kit import ids, jwt
from preamp.kit.seal import BrokenSealError, sha256

log = logging.getLogger("preamp.auth")

TokenSource = Literal[
    "TokenGeneration_Authentication",
    "TokenGeneration_NewPasswordChallenge",
    "TokenGeneration_AuthenticateDevice",
    "TokenGeneration_HostedAuth",
    "TokenGeneration_RefreshTokens",
]
_SECRET_BYTES = 32
_MOST_REFRESH_CHARACTERS = 2048
_RESERVED = frozenset(
    {
        "acr", "amr", "at_hash", "aud", "auth_time", "azp", "client_id", "cognito:username", "device_key", "event_id",
        "exp", "iat", "identities", "iss", "jti", "nbf", "nonce", "origin_jti", "sub", "token_use", "username",
    }
)  # fmt: skip
_BOOLEANS = frozenset({"email_verified", "phone_number_verified"})


class Overrides(Struct, frozen=True, kw_only=True):
    """What a PreTokenGeneration trigger changes: claims to set and to leave out, and groups instead of the user's."""

    id_claims: dict[str, Any] = {}
    access_claims: dict[str, Any] = {}
    without_id: frozenset[str] = frozenset()
    without_access: frozenset[str] = frozenset()
    scopes_added: tuple[str, ...] = ()
    scopes_without: frozenset[str] = frozenset()
    groups: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    preferred_role: str | None = None


class Grant(Struct, frozen=True, kw_only=True):
    """A sign-in that is granted: all that tokens need. `nonce` and `hosted` belong to OAuth."""

    pool: Pool
    client: Client
    user: User
    groups: tuple[Group, ...] = ()
    auth_time_ms: int
    scopes: tuple[str, ...] = (ADMIN_SCOPE,)
    device_key: str | None = None
    nonce: str | None = None
    hosted: bool = False
    overrides: Overrides = Overrides()


async def grant(
    idp: Idp,
    pool: Pool,
    client: Client,
    user: User,
    *,
    source: TokenSource,
    auth_time_ms: int | None = None,
    scopes: tuple[str, ...] = (ADMIN_SCOPE,),
    device_key: str | None = None,
    nonce: str | None = None,
    hosted: bool = False,
    client_metadata: Mapping[str, str] | None = None,
) -> Grant:
    """Read the user's groups and ask the pool's PreTokenGeneration trigger. Call it outside of transactions."""
    groups = tuple(await user_store.groups_of(idp.db, user.id))
    await idp.keys.of(pool.id)  # a pool's first keys are made here, not within the transaction that issues
    granted = Grant(
        pool=pool,
        client=client,
        user=user,
        groups=groups,
        auth_time_ms=idp.now_ms() if auth_time_ms is None else auth_time_ms,
        scopes=scopes,
        device_key=device_key,
        nonce=nonce,
        hosted=hosted,
    )
    if pool.wire.lambda_config is None:
        return granted
    return replace(granted, overrides=await _ask_trigger(idp, granted, source, client_metadata or {}))


async def issue_tokens(idp: Idp, tx: Transaction, granted: Grant) -> AuthenticationResultType:
    """Begin a family for a sign-in and answer its tokens."""
    now, secret = idp.now_ms(), secrets.token_hex(_SECRET_BYTES)
    family = Family(
        id=ids.uuid4(),
        user_pool_id=granted.pool.id,
        user_id=granted.user.id,
        client_id=granted.client.id,
        digest=sha256(secret),
        auth_time_ms=granted.auth_time_ms,
        scopes=granted.scopes,
        device_key=granted.device_key,
        hosted=granted.hosted,
        expires_ms=now + granted.client.lifetime_seconds("refresh") * 1000,
    )
    await tx.execute(user_store.delete_ended_families, user_id=granted.user.id, now_ms=now)
    await user_store.put_family(tx, family)
    answer = await signed_tokens(idp, granted, family.id)
    return replace(answer, refresh_token=_refresh_token(idp, family, secret))


async def signed_tokens(idp: Idp, granted: Grant, family_id: str) -> AuthenticationResultType:
    """Access and ID token of a family, without a refresh token."""
    keys = await idp.keys.of(granted.pool.id)
    if keys is None:
        raise ResourceNotFoundException(f"User pool {granted.pool.id} does not exist.")
    now = idp.now_ms() // 1000
    event_id = ids.uuid4()
    shared = {
        "sub": granted.user.id,
        **_group_claims(granted),
        "iss": idp.issuer(granted.pool.id),
        "origin_jti": family_id,
        "event_id": event_id,
        "auth_time": granted.auth_time_ms // 1000,
        "iat": now,
    }
    access = keys.sign("access", _access_claims(granted, shared, now))
    return AuthenticationResultType(
        access_token=access,
        id_token=keys.sign("id", _id_claims(granted, shared, now)),
        expires_in=granted.client.lifetime_seconds("access"),
        token_type="Bearer",  # noqa: S106  a kind, no secret
    )


async def refresh_tokens(
    idp: Idp,
    pool: Pool,
    client: Client,
    token: str,
    *,
    device_key: str | None = None,
    scopes: tuple[str, ...] | None = None,
    client_metadata: Mapping[str, str] | None = None,
) -> AuthenticationResultType:
    """New tokens for a refresh token; a new refresh token among them where the client rotates.

    `scopes` narrows what was granted. Raises NotAuthorizedException, and RefreshTokenReuseException for a token that
    was exchanged before: its whole family is revoked then.
    """
    family_id, generation, secret = _opened_refresh(idp, client, token)
    family, user = await _living_family(idp, client, family_id, secret)
    if family.device_key is not None and device_key != family.device_key:
        raise NotAuthorizedException("Invalid Refresh Token")
    granted = await grant(
        idp,
        pool,
        client,
        user,
        source="TokenGeneration_RefreshTokens",
        auth_time_ms=family.auth_time_ms,
        scopes=family.scopes if scopes is None else tuple(one for one in scopes if one in family.scopes),
        device_key=family.device_key,
        hosted=family.hosted,
        client_metadata=client_metadata,
    )
    if not client.rotates:
        return await signed_tokens(idp, granted, family.id)
    rotated = await _rotate(idp, client, family, generation)
    answer = await signed_tokens(idp, granted, family.id)
    return replace(answer, refresh_token=_refresh_token(idp, rotated, secret))


async def revoke_refresh_token(idp: Idp, client: Client, token: str) -> None:
    """End the family of a refresh token; nothing happens for a token that is none (any more).

    Raises UnsupportedTokenTypeException for an access or ID token.
    """
    if token.count(".") == 2:
        raise UnsupportedTokenTypeException("Access tokens and ID tokens cannot be revoked; revoke the refresh token.")
    try:
        family_id, _generation, _secret = _opened_refresh(idp, client, token)
    except NotAuthorizedException:
        return
    async with idp.db.transaction() as tx:
        await tx.execute(user_store.revoke_family, id=family_id)


async def session_of(idp: Idp, access_token: str, *, scope: str | None = ADMIN_SCOPE) -> Session:
    """Whom an access token of this server speaks for, with client and pool: one question to the database.

    Raises NotAuthorizedException where it does not verify, has ended, was revoked, or lacks `scope`.
    """
    claims = await _access_token_claims(idp, access_token)
    found = await user_store.session(idp.db, str(claims["origin_jti"]))
    if found is None or found.revoked or found.user.id != claims["sub"] or found.client.id != claims["client_id"]:
        raise NotAuthorizedException("Access Token has been revoked")
    if not found.user.enabled:
        raise NotAuthorizedException("User is disabled.")
    if scope is not None and scope not in str(claims["scope"]).split():
        raise NotAuthorizedException("Access Token does not have required scopes")
    return found


async def end_sessions(tx: Transaction, user: User) -> None:
    """Revoke every family of a user: all tokens are refused from now on."""
    await tx.execute(user_store.revoke_families, user_id=user.id)


async def _access_token_claims(idp: Idp, token: str) -> Mapping[str, Any]:
    try:
        issuer = str(jwt.unverified_claims(token).get("iss", ""))
        prefix, _, pool_id = issuer.rpartition("/")
        keys = await idp.keys.of(pool_id) if prefix == idp.public_url else None
        if keys is None:
            raise NotAuthorizedException("Invalid Access Token")
        claims = keys.verifier.verify(token)
    except jwt.TokenError as error:
        text = "Access Token has expired" if error.reason == "expired" else "Invalid Access Token"
        raise NotAuthorizedException(text) from None
    if claims.get("token_use") != "access":
        raise NotAuthorizedException("Invalid Access Token")
    return claims


def _refresh_token(idp: Idp, family: Family, secret: str) -> str:
    return idp.sealer.purpose("auth-refresh").token((family.id, family.generation, secret), family.client_id)


def _opened_refresh(idp: Idp, client: Client, token: str) -> tuple[str, int, str]:
    if len(token) > _MOST_REFRESH_CHARACTERS:
        raise NotAuthorizedException("Invalid Refresh Token")
    try:
        return idp.sealer.purpose("auth-refresh").read_token(token, client.id, tuple[str, int, str])
    except BrokenSealError:
        raise NotAuthorizedException("Invalid Refresh Token") from None


async def _living_family(idp: Idp, client: Client, family_id: str, secret: str) -> tuple[Family, User]:
    found = await user_store.family_and_user(idp.db, family_id)
    if found is None:
        raise NotAuthorizedException("Refresh Token has been revoked")
    family, user = found
    if family.client_id != client.id or not hmac.compare_digest(family.digest, sha256(secret)):
        raise NotAuthorizedException("Invalid Refresh Token")
    if family.revoked:
        raise NotAuthorizedException("Refresh Token has been revoked")
    if family.expires_ms <= idp.now_ms():
        raise NotAuthorizedException("Refresh Token has expired")
    if not user.enabled:
        raise NotAuthorizedException("User is disabled.")
    return family, user


async def _rotate(idp: Idp, client: Client, family: Family, generation: int) -> Family:
    """The family's next generation. A token of the last one serves for the client's grace time, older ones never."""
    now = idp.now_ms()
    async with idp.db.transaction() as tx:
        if await tx.execute(user_store.rotate_family, id=family.id, generation=generation, now_ms=now):
            return replace(family, generation=generation + 1, rotated_ms=now)
        current = await user_store.family(tx, family.id)
        recent = (
            current is not None
            and not current.revoked
            and generation == current.generation - 1
            and now <= current.rotated_ms + client.grace_ms
        )
        if current is not None and recent and client.grace_ms:
            return current
        await tx.execute(user_store.revoke_family, id=family.id)
    log.warning("a refresh token was used twice: its session %s is revoked", family.id)
    raise RefreshTokenReuseException("Refresh Token was exchanged before; its session has been revoked")


def _group_claims(granted: Grant) -> dict[str, Any]:
    over = granted.overrides
    names = over.groups if over.groups is not None else tuple(group.name for group in granted.groups)
    return {"cognito:groups": names} if names else {}


def _role_claims(granted: Grant) -> dict[str, Any]:
    """The roles of the groups; a preferred one where one role alone has the lowest precedence."""
    over = granted.overrides
    with_role = [group for group in granted.groups if group.role_arn]
    roles = over.roles if over.roles is not None else tuple(dict.fromkeys(group.role_arn for group in with_role))
    preferred = over.preferred_role
    ranked = [group for group in with_role if group.precedence is not None]
    if preferred is None and ranked:
        lowest = min(group.precedence for group in ranked if group.precedence is not None)
        first = {group.role_arn for group in ranked if group.precedence == lowest}
        preferred = first.pop() if len(first) == 1 else None
    claims: dict[str, Any] = {"cognito:roles": roles} if roles else {}
    return claims | ({"cognito:preferred_role": preferred} if preferred else {})


def _access_claims(granted: Grant, shared: dict[str, Any], now: int) -> dict[str, Any]:
    over = granted.overrides
    scopes = [one for one in (*granted.scopes, *over.scopes_added) if one not in over.scopes_without]
    claims = {
        **shared,
        "client_id": granted.client.id,
        **({"device_key": granted.device_key} if granted.device_key else {}),
        **({"version": 2} if granted.hosted else {}),
        "token_use": "access",
        "scope": " ".join(dict.fromkeys(scopes)),
        "exp": now + granted.client.lifetime_seconds("access"),
        "jti": ids.uuid4(),
        "username": granted.user.username,
    }
    return _overridden(claims, over.access_claims, over.without_access)


def _id_claims(granted: Grant, shared: dict[str, Any], now: int) -> dict[str, Any]:
    over, user = granted.overrides, granted.user
    attributes = {
        name: value == "true" if name in _BOOLEANS else value
        for name, value in user.attributes.items()
        if granted.client.readable(name) and name != "identities"
    }
    claims = {
        **attributes,
        **shared,
        **_role_claims(granted),
        **_identities(user),
        "cognito:username": user.username,
        "aud": granted.client.id,
        **({"nonce": granted.nonce} if granted.nonce else {}),
        "token_use": "id",
        "exp": now + granted.client.lifetime_seconds("id"),
        "jti": ids.uuid4(),
    }
    return _overridden(claims, over.id_claims, over.without_id)


def _identities(user: User) -> dict[str, Any]:
    """The providers a user comes from; in tokens every value but null is a text, as Cognito writes them."""
    text = user.attributes.get("identities")
    if not text:
        return {}
    listed = msgspec.json.decode(text, type=list[dict[str, Any]])
    return {"identities": [{name: _as_text(value) for name, value in one.items()} for one in listed]}


def _as_text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


def _overridden(claims: dict[str, Any], added: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
    """The claims as a trigger wants them; what tokens are trusted for stays as it is."""
    kept = {name: value for name, value in claims.items() if name in _RESERVED or name not in without}
    return kept | {
        name: value for name, value in added.items() if name not in _RESERVED and not name.startswith("cognito:")
    }


async def _ask_trigger(idp: Idp, granted: Grant, source: TokenSource, client_metadata: Mapping[str, str]) -> Overrides:
    config = granted.pool.wire.lambda_config
    versioned = config.pre_token_generation_config if config else None
    second = versioned is not None and versioned.lambda_version != "V1_0"
    roles = [group.role_arn for group in granted.groups if group.role_arn]
    request: dict[str, Any] = {
        "groupConfiguration": {
            "groupsToOverride": [group.name for group in granted.groups],
            "iamRolesToOverride": roles,
            "preferredRole": roles[0] if roles else None,
        },
        "clientMetadata": dict(client_metadata),
    }
    response = await idp.triggers(
        TriggerEvent(
            pool=granted.pool,
            name="PreTokenGeneration",
            source=source,
            client_id=granted.client.id,
            username=granted.user.username,
            attributes={"sub": granted.user.id, **granted.user.attributes},
            request=request | ({"scopes": list(granted.scopes)} if second else {}),
            response={"claimsAndScopeOverrideDetails" if second else "claimsOverrideDetails": None},
        )
    )
    if response is None:
        return Overrides()
    return _overrides_v2(response) if second else _overrides_v1(response)


def _overrides_v1(response: Mapping[str, Any]) -> Overrides:
    details = _object(response.get("claimsOverrideDetails"))
    added = {name: str(value) for name, value in _object(details.get("claimsToAddOrOverride")).items()}
    return Overrides(
        id_claims=added,
        without_id=_names(details.get("claimsToSuppress")),
        **_group_overrides(details),
    )


def _overrides_v2(response: Mapping[str, Any]) -> Overrides:
    details = _object(response.get("claimsAndScopeOverrideDetails"))
    for_id = _object(details.get("idTokenGeneration"))
    for_access = _object(details.get("accessTokenGeneration"))
    return Overrides(
        id_claims=_object(for_id.get("claimsToAddOrOverride")),
        access_claims=_object(for_access.get("claimsToAddOrOverride")),
        without_id=_names(for_id.get("claimsToSuppress")),
        without_access=_names(for_access.get("claimsToSuppress")),
        scopes_added=tuple(sorted(_names(for_access.get("scopesToAdd")))),
        scopes_without=_names(for_access.get("scopesToSuppress")),
        **_group_overrides(details),
    )


def _group_overrides(details: Mapping[str, Any]) -> dict[str, Any]:
    given = details.get("groupOverrideDetails")
    if not isinstance(given, dict):
        return {}
    preferred = given.get("preferredRole")
    return {
        "groups": tuple(str(name) for name in given.get("groupsToOverride") or ()),
        "roles": tuple(str(name) for name in given.get("iamRolesToOverride") or ()),
        "preferred_role": None if preferred is None else str(preferred),
    }


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _names(value: object) -> frozenset[str]:
    return frozenset(str(name) for name in value) if isinstance(value, list | tuple) else frozenset()
