"""Whose token it is: JWTs of user pools and OpenID Connect providers, checked as an API's settings ask.

The issuer that a token names chooses the mode, as on AppSync: the API's user pools first, then its OIDC provider. An
API without such a mode takes no token, and a token of another pool or provider is refused whoever signed it.
Source: AppSync API reference (UserPoolConfig, OpenIDConnectConfig) and its developer guide on authorization.
"""

import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import msgspec
from msgspec import Struct

from preamp.graphql.http import NotVerified
from preamp.graphql.identity import Identity
from preamp.graphql.keyring import POOL, PROVIDER, Keyring, NoKeysError, provider_keys, same_issuer
from preamp.graphql.model import Mode
from preamp.kit import jwt
from preamp.kit.clock import Clock
from preamp.kit.fetch import Fetcher
from preamp.kit.jwt import ALGORITHMS, RS256, Claims, TokenError, UnknownKeyError

log = logging.getLogger(__name__)

_REMEMBERED = 4096
_MAX_CLIENT_CHARACTERS = 256
_REFUSED = "You are not authorized to make this call."


class Pools(Struct, frozen=True):
    """The user pool and the identity pool of an API's environment."""

    user_pool_id: str | None = None
    identity_pool_id: str | None = None


class UserPools(Protocol):
    """This server's own user pools, as the room that has them shows them."""

    async def keys(self, user_pool_id: str) -> Any:
        """The pool's JWKS (a JSON object, as text or decoded), None where this server has no such pool."""
        ...

    def issuers(self, user_pool_id: str) -> tuple[str, ...]:
        """Every spelling of `iss` that the pool's tokens may have."""
        ...

    async def is_revoked(self, claims: Mapping[str, Any]) -> bool:
        """Whether the sign-in behind a token, or its user, was ended since. `iss`, `sub`, `origin_jti`, `iat` tell."""
        ...


class Served(Protocol):
    """What is asked of a served API."""

    @property
    def api_id(self) -> str:
        """Its id."""
        ...

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The authorization modes it takes."""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """What its release was published with; `authTypes` are CreateBackendAPI's."""
        ...


PoolsOf = Callable[[Any], Awaitable[Pools]]
"""Answers the pools of a served API's environment."""


class Provider(Struct, frozen=True, kw_only=True):
    """An API's OpenID Connect settings. Times in milliseconds, None = not checked; `client` None = any client."""

    issuer: str
    client: re.Pattern[str] | None = None
    iat_ttl_ms: int | None = None
    auth_ttl_ms: int | None = None


class AuthSettings(Struct, frozen=True, kw_only=True):
    """The settings of one API that concern tokens. `default_pool`: its environment's pool is accepted."""

    pool_ids: tuple[str, ...] = ()
    default_pool: bool = False
    provider: Provider | None = None


class _Settings(Struct, rename="camel"):
    cognito_user_pool_id: str | None = None
    open_id_auth_ttl: str | None = msgspec.field(name="openIDAuthTTL", default=None)
    open_id_client_id: str | None = msgspec.field(name="openIDClientId", default=None)
    open_id_iat_ttl: str | None = msgspec.field(name="openIDIatTTL", default=None)
    open_id_issue_url: str | None = msgspec.field(name="openIDIssueURL", default=None)


class _AuthType(Struct):
    mode: str | None = None
    settings: _Settings | None = None


def auth_settings(settings: Mapping[str, Any]) -> AuthSettings:
    """What `authTypes` of a release's settings ask of tokens.

    A client pattern that Python cannot read lets no client in (AppSync's are Java's; alternatives of names are both).
    """
    pools: list[str] = []
    default_pool, provider = False, None
    for given in settings.get("authTypes") or ():
        one = msgspec.convert(given or {}, _AuthType)
        own = one.settings or _Settings()
        if one.mode == "AMAZON_COGNITO_USER_POOLS":
            pools += [own.cognito_user_pool_id] if own.cognito_user_pool_id else []
            default_pool = default_pool or not own.cognito_user_pool_id
        elif one.mode == "OPENID_CONNECT" and own.open_id_issue_url:
            provider = Provider(
                issuer=own.open_id_issue_url,
                client=_pattern(own.open_id_client_id),
                iat_ttl_ms=_milliseconds(own.open_id_iat_ttl),
                auth_ttl_ms=_milliseconds(own.open_id_auth_ttl),
            )
    return AuthSettings(pool_ids=tuple(pools), default_pool=default_pool, provider=provider)


def _pattern(text: str | None) -> re.Pattern[str] | None:
    if not text:
        return None
    try:
        return re.compile(text)
    except (re.error, OverflowError):
        log.warning("openIDClientId %r is no regular expression that can be used here: no client matches", text)
        return re.compile(r"(?!)")


def _milliseconds(text: str | None) -> int | None:
    """A time to live; 0 is how AppSync shows one that is not set."""
    return int(text) or None if text else None


class _Known(Struct, frozen=True):
    """A token found good: with which keys, for whom, and until when (milliseconds).

    `beside` is its pool where that counts for standing beside the API, in its environment.
    """

    keys: Any
    ring: Keyring
    identity: Identity
    until_ms: float
    beside: str | None = None


class _Api:
    """What is kept of one served release."""

    def __init__(self, settings: AuthSettings) -> None:
        self.settings = settings
        self.known: dict[bytes, _Known] = {}


class Tokens:
    """Verifies the tokens of all APIs of one node: `verify` is what the endpoint asks."""

    def __init__(self, clock: Clock, user_pools: UserPools, pools_of: PoolsOf, fetcher: Fetcher) -> None:
        self._clock, self._user_pools, self._pools_of, self._fetcher = clock, user_pools, pools_of, fetcher
        self._apis: WeakKeyDictionary[Any, _Api] = WeakKeyDictionary()
        self._rings: dict[tuple[str, str], Keyring] = {}

    async def verify(self, served: Served, token: str) -> Identity:
        """Who holds a token. Raises NotVerified."""
        api = self._apis.get(served)
        if api is None:
            api = self._apis[served] = _Api(auth_settings(served.settings))
        name = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        known = api.known.get(name)
        try:
            if known is None or not await self._still_good(served, known):
                api.known.pop(name, None)
                known = await self._verified(served, api.settings, token)
                if len(api.known) >= _REMEMBERED:
                    del api.known[next(iter(api.known))]
                api.known[name] = known
        except TokenError as error:
            raise NotVerified(str(error)) from None
        except NoKeysError:
            raise NotVerified("The keys of the token's issuer cannot be read now.") from None
        if known.identity.mode == "AMAZON_COGNITO_USER_POOLS" and await self._user_pools.is_revoked(
            known.identity.claims
        ):
            raise NotVerified("Token has been revoked.")
        return known.identity

    async def _still_good(self, served: Served, known: _Known) -> bool:
        """Whether all that a remembered token was found good by is still so: time, its issuer's keys, its pool."""
        if self._clock.now_ms() >= known.until_ms or await known.ring.keys() is not known.keys:
            return False
        return known.beside is None or known.beside == (await self._pools_of(served)).user_pool_id

    async def _verified(self, served: Served, settings: AuthSettings, token: str) -> _Known:
        issuer = jwt.unverified_claims(token).get("iss")
        if not isinstance(issuer, str):
            raise TokenError("malformed", "The token does not say who issued it (iss).")
        pool_id = await self._pool(served, settings, issuer)
        if pool_id is not None:
            ring = self._ring("pool", pool_id, partial(self._pool_keys, pool_id))
            keys, claims = await self._signed(ring, token, RS256)
            check_pool_claims(claims)
            identity = Identity(mode="AMAZON_COGNITO_USER_POOLS", claims=claims)
            beside = None if pool_id in settings.pool_ids else pool_id
            return _Known(keys, ring, identity, claims["exp"] * 1000, beside)
        provider = settings.provider
        if provider is None or not same_issuer(issuer, provider.issuer):
            raise TokenError("untrusted", "The token's issuer is no user pool or OIDC provider of this API.")
        ring = self._ring("provider", provider.issuer, partial(provider_keys, self._fetcher, provider.issuer))
        keys, claims = await self._signed(ring, token, ALGORITHMS)
        until = check_provider_claims(claims, provider, self._clock.now_ms())
        return _Known(keys, ring, Identity(mode="OPENID_CONNECT", claims=claims), until)

    async def _pool(self, served: Served, settings: AuthSettings, issuer: str) -> str | None:
        """The API's user pool that an issuer names, None where it names none of them."""
        named = issuer.rpartition("/")[2]
        if named not in settings.pool_ids and not (
            settings.default_pool and named and named == (await self._pools_of(served)).user_pool_id
        ):
            return None
        return named if issuer in self._user_pools.issuers(named) else None

    async def _pool_keys(self, user_pool_id: str) -> Any:
        found = await self._user_pools.keys(user_pool_id)
        if found is None:
            raise NoKeysError(f"user pool {user_pool_id} is not of this server")
        return found

    def _ring(self, kind: str, name: str, read: Callable[[], Awaitable[Any]]) -> Keyring:
        """The keyring of an issuer that an API's settings name: there are as many as operators configured."""
        found = self._rings.get((kind, name))
        if found is None:
            found = self._rings[kind, name] = Keyring(read, self._clock, POOL if kind == "pool" else PROVIDER)
        return found

    async def _signed(
        self, ring: Keyring, token: str, algorithms: tuple[jwt.Algorithm, ...]
    ) -> tuple[jwt.KeySet, Claims]:
        """The keys that prove a token, and its claims; an unknown key may be one that was made a moment ago."""
        keys, now = await ring.keys(), self._clock.now_ms() / 1000
        try:
            return keys, jwt.verify(token, keys, algorithms, now)
        except UnknownKeyError:
            keys = await ring.renewed()
            return keys, jwt.verify(token, keys, algorithms, now)


def check_pool_claims(claims: Mapping[str, Any]) -> None:
    """A user pool's token is an access or an ID token: AppSync takes both, and nothing else. Raises TokenError."""
    use = claims.get("token_use")
    if not isinstance(use, str) or use not in {"access", "id"}:
        raise TokenError("untrusted", "The token is neither an access token nor an ID token (token_use).")
    if not isinstance(claims.get("sub"), str):
        raise TokenError("malformed", "The token does not say whom it is for (sub).")


def check_provider_claims(claims: Mapping[str, Any], provider: Provider, now_ms: int) -> float:
    """Hold a token against an API's OIDC settings; answers until when it holds, in milliseconds. Raises TokenError."""
    until: float = claims["exp"] * 1000
    issued = jwt.seconds(claims, "iat")
    if issued is None:
        raise TokenError("malformed", "The token does not say when it was issued (iat).")
    if provider.iat_ttl_ms is not None:
        until = min(until, issued * 1000 + provider.iat_ttl_ms)
    if provider.auth_ttl_ms is not None:
        authenticated = jwt.seconds(claims, "auth_time")
        if authenticated is None:
            raise TokenError("malformed", "The token does not say when its user signed in (auth_time).")
        until = min(until, authenticated * 1000 + provider.auth_ttl_ms)
    if now_ms >= until:
        raise TokenError("expired", "Token has expired.")
    if provider.client is not None and not any(map(provider.client.fullmatch, clients_of(claims))):
        raise TokenError("untrusted", "The token is for another client (aud, azp).")
    return until


def clients_of(claims: Mapping[str, Any]) -> list[str]:
    """The clients that a token is for: its `aud`, one or several, and its `azp`."""
    audience = claims.get("aud")
    named = [*(audience if isinstance(audience, list) else [audience]), claims.get("azp")]
    return [one for one in named if isinstance(one, str) and len(one) <= _MAX_CLIENT_CHARACTERS]
