"""What the operations of identity pools work with, and what they share."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct, field

from preamp.auth import store as pool_store
from preamp.auth import user_store
from preamp.auth.identity import store
from preamp.auth.identity.errors import NotAuthorizedException, ResourceConflictException, ResourceNotFoundException
from preamp.auth.identity.model import RoleMapping
from preamp.auth.identity.roles import AMPLIFY
from preamp.auth.records import IdentityPool
from preamp.db import Database, Reader
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer

GUESTS_PER_SECOND = 25
"""Cognito's default for GetId."""
_MAX_PACED = 4096

Claims = Mapping[str, Any]
VerifyLogin = Callable[[str, str], Awaitable[Claims]]
"""(user pool id, ID token) -> its claims; raises ServiceError where the token proves nothing or was ended since."""


class Holder(Struct, frozen=True, kw_only=True):
    """For whom credentials are made; all behind `authenticated` is None or empty for guests."""

    identity_pool_id: str
    identity_id: str
    role: str
    authenticated: bool
    provider: str | None = None
    user_pool_id: str | None = None
    client_id: str | None = None
    sub: str | None = None
    username: str | None = None
    groups: tuple[str, ...] = ()
    family: str | None = None


class TemporaryKeys(Struct, frozen=True, kw_only=True):
    """Temporary credentials as the access room makes them. `expires_ms` is in milliseconds since 1970."""

    access_key_id: str
    secret: str
    token: str
    expires_ms: int


class NoSession(LookupError):
    """This key cannot make sessions: it is none, was ended, or is a session's own."""


class Operators(Struct, frozen=True, kw_only=True):
    """What sts asks of the access room: keys that act as the operator whose key it is, for so many seconds."""

    issue: Callable[[str, int], Awaitable[TemporaryKeys]]


class Pace:
    """How fast a node makes new guests of a pool: so many a second, with four seconds' worth at once.

    Anybody may ask for a guest, and each is a row: without a bound the database could be filled by calls alone.
    """

    def __init__(self, per_second: int) -> None:
        self._per_second, self._most = per_second, per_second * 4
        self._left: dict[str, tuple[int, float]] = {}

    def take(self, name: str, now_ms: int) -> bool:
        """Whether one more may be made now."""
        since, left = self._left.get(name, (now_ms, float(self._most)))
        left = min(self._most, left + max(0, now_ms - since) * self._per_second / 1000)
        if len(self._left) > _MAX_PACED:
            self._left.clear()
        self._left[name] = (now_ms, left - 1 if left >= 1 else left)
        return left >= 1


class IdentityService(Struct, frozen=True, kw_only=True):
    """What the operations need. `issue` makes credentials of somebody for so many seconds."""

    db: Database
    sealer: Sealer
    clock: Clock
    region: str
    account: str
    issuer: str
    verify_login: VerifyLogin
    issue: Callable[[Holder, int], TemporaryKeys]
    operators: Operators
    guests: Pace = field(default_factory=lambda: Pace(GUESTS_PER_SECOND))


class Pool(Struct, frozen=True):
    """An identity pool with its settings."""

    record: IdentityPool
    settings: store.Settings

    @property
    def id(self) -> str:
        """The pool's id."""
        return self.record.id

    def clients(self, user_pool_id: str) -> set[str]:
        """The app clients of a user pool whose tokens the pool takes."""
        return {one.client_id for one in self.record.providers if one.user_pool_id == user_pool_id}

    def roles(self, account: str) -> dict[str, str]:
        """The pool's roles by kind. Amplify's pools have two from the start."""
        if self.settings.roles is not None:
            return self.settings.roles
        if not self.record.owner.app_id:
            return {}
        stack = f"amplify-{self.record.owner.app_id}-{self.record.owner.environment}"
        return {
            "authenticated": f"arn:aws:iam::{account}:role/{stack}-authRole",
            "unauthenticated": f"arn:aws:iam::{account}:role/{stack}-unauthRole",
        }

    def mapping(self, provider: str, client_id: str) -> RoleMapping | None:
        """How the claims of a client's tokens choose the role."""
        if self.settings.role_mappings is None:
            return AMPLIFY if self.record.owner.app_id else None
        return self.settings.role_mappings.get(f"{provider}:{client_id}")


class VerifiedLogin(Struct, frozen=True, kw_only=True):
    """A login whose token was verified. `provider` is its one name, however the client spelled it."""

    provider: str
    user_pool_id: str
    claims: Claims

    @property
    def subject(self) -> str:
        """The user's `sub`."""
        return str(self.claims["sub"])

    @property
    def client_id(self) -> str:
        """The app client that the token is for."""
        return str(self.claims["aud"])


async def pool_of(reader: Reader, identity_pool_id: str) -> Pool:
    """The identity pool. Raises ResourceNotFoundException."""
    record = await pool_store.identity_pool(reader, identity_pool_id)
    if record is None:
        raise ResourceNotFoundException(f"IdentityPool '{identity_pool_id}' not found.")
    return Pool(record, await store.settings(reader, identity_pool_id))


def provider_name(region: str, user_pool_id: str) -> str:
    """A user pool's name among logins, as AWS has it."""
    return f"cognito-idp.{region}.amazonaws.com/{user_pool_id}"


async def verified_logins(service: IdentityService, pool: Pool, logins: Mapping[str, str]) -> list[VerifiedLogin]:
    """The logins of a call, each token verified. Raises NotAuthorizedException, ResourceConflictException.

    A user pool is named by AWS's host (version 5, Android, Swift) or by the token's own issuer (version 6): both
    spellings end in the pool's id and mean the same.
    """
    found: dict[str, VerifiedLogin] = {}
    for name, token in logins.items():
        login = await _verified(service, pool, name, token)
        if login.provider in found:
            raise ResourceConflictException("A provider may be named once among the logins.")
        found[login.provider] = login
    return list(found.values())


async def _verified(service: IdentityService, pool: Pool, name: str, token: str) -> VerifiedLogin:
    host, _, user_pool_id = name.rpartition("/")
    clients = pool.clients(user_pool_id)
    if not clients or not _is_our_host(service, host):
        raise NotAuthorizedException("Token is not from a supported provider of this identity pool.")
    claims = await service.verify_login(user_pool_id, token)
    if claims.get("token_use") != "id":
        raise NotAuthorizedException("Invalid login token. Not a valid ID token.")
    if claims.get("aud") not in clients:
        raise NotAuthorizedException("Invalid login token. Incorrect token audience.")
    return VerifiedLogin(provider=provider_name(service.region, user_pool_id), user_pool_id=user_pool_id, claims=claims)


def _is_our_host(service: IdentityService, host: str) -> bool:
    """Whether a login's name begins with AWS's host of user pools, of any region, or with this server's issuer."""
    return host == service.issuer.partition("://")[2] or (
        host.startswith("cognito-idp.") and host.endswith(".amazonaws.com") and "/" not in host
    )


def bad_login(why: str) -> NotAuthorizedException:
    """The error for a login whose token proves nothing."""
    return NotAuthorizedException(f"Invalid login token. {why}")


async def is_ended(reader: Reader, *, family: str | None, sub: str | None, client_id: str | None) -> bool:
    """Whether the sign-in behind an identity's credentials has ended since: signed out, revoked, user disabled or gone.

    Guests have no sign-in, so theirs never ends.
    """
    if sub is None:
        return False
    return not await user_store.family_alive(reader, family or "", sub, client_id or "")
