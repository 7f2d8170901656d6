"""Who asks a GraphQL API: its tokens and signatures, joined with the rooms that issue them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from preamp.access import Access, SessionClaims, UnknownKey
from preamp.control import environment_pools
from preamp.db import Database
from preamp.graphql import ADMIN, Identity, Incoming, NotVerified, Pools, ServedApi
from preamp.kit.clock import Clock
from preamp.wire import ServiceError, Verifier, header_map

_REMEMBERED_MS = 5000
_ALIVE_MS = 1000
_MOST_REMEMBERED = 4096
_REFUSED = "You are not authorized to make this call."


class OwnUserPools:
    """This server's user pools, for the tokens of GraphQL APIs.

    `jwks` answers a pool's key set, `is_alive` whether the sign-in behind a token's claims still holds; that it does is
    remembered for a second. Issuers are spelled with `public_url`, as this server's tokens are, and as AWS spells them.
    """

    def __init__(
        self,
        jwks: Callable[[str], Awaitable[bytes | None]],
        is_alive: Callable[[Mapping[str, Any]], Awaitable[bool]],
        public_url: str,
        clock: Clock,
    ) -> None:
        self._jwks, self._is_alive, self._public_url, self._clock = jwks, is_alive, public_url, clock
        self._alive: dict[tuple[Any, ...], int] = {}

    async def keys(self, user_pool_id: str) -> bytes | None:
        """The pool's key set, None where this server has no such pool."""
        return await self._jwks(user_pool_id)

    def issuers(self, user_pool_id: str) -> tuple[str, ...]:
        """Both spellings."""
        region = user_pool_id.partition("_")[0]
        return f"{self._public_url}/{user_pool_id}", f"https://cognito-idp.{region}.amazonaws.com/{user_pool_id}"

    async def is_revoked(self, claims: Mapping[str, Any]) -> bool:
        """Whether the sign-in behind a token has ended, or did a second ago at the latest."""
        name = tuple(str(claims.get(part)) for part in ("iss", "sub", "origin_jti", "client_id", "aud"))
        now = self._clock.now_ms()
        if now < self._alive.get(name, 0):
            return False
        if not await self._is_alive(claims):
            self._alive.pop(name, None)
            return True
        if len(self._alive) >= _MOST_REMEMBERED:
            self._alive.clear()
        self._alive[name] = now + _ALIVE_MS
        return False


class EnvironmentPools:
    """The pools of an API's environment, remembered for five seconds; that there is none is not remembered."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self._known: dict[tuple[str, str], tuple[int, Pools]] = {}

    async def of(self, api: ServedApi) -> Pools:
        """The pools beside a served API."""
        app_id, environment = api.settings.get("appId"), api.settings.get("environment")
        if not isinstance(app_id, str) or not isinstance(environment, str):
            return Pools()
        now = self._clock.now_ms()
        known = self._known.pop((app_id, environment), None)
        if known is None or now >= known[0]:
            found = await environment_pools(self._db, app_id, environment)
            if found is None:
                return Pools()
            known = now + _REMEMBERED_MS, Pools(found.user_pool_id, found.identity_pool_id)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[app_id, environment] = known
        return known[1]


class Signatures:
    """SigV4 for GraphQL APIs: operators by their access keys, users and guests by their identity pool's sessions."""

    def __init__(self, access: Access, pools: EnvironmentPools, clock: Clock, skew_seconds: int) -> None:
        self._access, self._pools = access, pools
        self._verifier = Verifier("appsync", access.lookup_any, clock, skew_seconds)

    async def verify(self, api: ServedApi, incoming: Incoming) -> Identity:
        """Who signed. Raises NotVerified."""
        scope = {"raw_path": incoming.path, "query_string": incoming.query}
        headers = header_map(list(incoming.headers))
        try:
            caller = await self._verifier.verify(incoming.method, scope, headers, incoming.body)
            claims = self._access.session_claims(caller.access_key_id, headers.get("x-amz-security-token"))
        except ServiceError as error:
            raise NotVerified(error.message) from None
        except UnknownKey:
            raise NotVerified(_REFUSED) from None
        if claims is None:
            return ADMIN
        if claims.identity_pool_id != (await self._pools.of(api)).identity_pool_id:
            # On AWS the roles of another environment's pool have no permission for this API.
            raise NotVerified(_REFUSED)
        return iam_identity(claims, caller.account, caller.arn)


def iam_identity(claims: SessionClaims, account: str, user_arn: str) -> Identity:
    """The identity of a session as AppSync shows it to resolvers (`$ctx.identity` of AWS_IAM)."""
    shown = {
        "accountId": account,
        "cognitoIdentityPoolId": claims.identity_pool_id,
        "cognitoIdentityId": claims.identity_id,
        "cognitoIdentityAuthType": claims.auth_type,
        "cognitoIdentityAuthProvider": claims.auth_provider,
        "userArn": user_arn,
    }
    return Identity(mode="AWS_IAM", claims=shown, role="authenticated" if claims.authenticated else "unauthenticated")
