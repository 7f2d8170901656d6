"""What the auth room keeps, as values: pools, app clients, identity pools, and the request that makes them."""

from typing import Literal

from msgspec import Struct

from preamp.auth.settings import OAuthGrantType, OAuthScope, PoolSecrets, PoolSettings, ProviderName

ClientKind = Literal["web", "native"]


class Owner(Struct, frozen=True):
    """The backend environment for which something was provisioned."""

    app_id: str
    environment: str


class IdentityPoolRequest(Struct, frozen=True, kw_only=True):
    """An identity pool that trusts both app clients of the user pool it comes with."""

    identity_pool_id: str
    name: str
    unauthenticated_login: bool


class PoolRequest(Struct, frozen=True, kw_only=True):
    """A user pool with its web and native app client. The caller chooses all ids, so a repetition makes nothing new."""

    owner: Owner
    user_pool_id: str
    user_pool_name: str
    web_client_id: str
    web_client_name: str
    native_client_id: str
    native_client_name: str
    settings: PoolSettings
    secrets: PoolSecrets | None = None
    identity_pool: IdentityPoolRequest | None = None
    groups: tuple[str, ...] = ()


class UserPool(Struct, frozen=True, kw_only=True):
    """A user pool. Times are milliseconds since 1970 UTC."""

    id: str
    owner: Owner
    name: str
    settings: PoolSettings
    created_ms: int
    updated_ms: int


class ClientOAuth(Struct, frozen=True, kw_only=True, rename="camel"):
    """How an app client may use the hosted UI. Lists are sorted, so that equal settings are equal values."""

    grant_type: OAuthGrantType
    scopes: tuple[OAuthScope, ...]
    redirect_sign_in_uris: tuple[str, ...]
    redirect_sign_out_uris: tuple[str, ...]
    providers: tuple[ProviderName, ...]


class AppClient(Struct, frozen=True, kw_only=True):
    """An app client of a user pool; `o_auth` is None where it has no hosted UI."""

    id: str
    user_pool_id: str
    name: str
    kind: ClientKind
    has_secret: bool
    o_auth: ClientOAuth | None
    created_ms: int


class IdentityProvider(Struct, frozen=True):
    """An app client whose tokens an identity pool accepts."""

    user_pool_id: str
    client_id: str


class IdentityPool(Struct, frozen=True, kw_only=True):
    """An identity pool; `unauthenticated_login` tells whether guests get credentials.

    `user_pool_id` is the pool it was provisioned with, None where CreateIdentityPool made it.
    """

    id: str
    owner: Owner
    user_pool_id: str | None
    name: str
    unauthenticated_login: bool
    providers: tuple[IdentityProvider, ...]
    created_ms: int


def client_o_auth(settings: PoolSettings) -> ClientOAuth | None:
    """What both app clients of a pool with these settings may do in the hosted UI."""
    o_auth = settings.o_auth
    if o_auth is None:
        return None
    return ClientOAuth(
        grant_type=o_auth.o_auth_grant_type,
        scopes=tuple(sorted(o_auth.o_auth_scopes)),
        redirect_sign_in_uris=tuple(sorted(o_auth.redirect_sign_in_uris)),
        redirect_sign_out_uris=tuple(sorted(o_auth.redirect_sign_out_uris)),
        providers=tuple(sorted(settings.social_providers())),
    )
