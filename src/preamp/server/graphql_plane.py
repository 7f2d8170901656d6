"""The GraphQL room's place in the server. Imported at its first request or job: it brings graphql-core with it."""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct

from preamp.access import Access
from preamp.auth.identity import is_ended
from preamp.bus import Bus
from preamp.db import Database
from preamp.db.space import Spaces
from preamp.graphql import Endpoint, GraphQL, Limits, Realtime, Store, Tokens
from preamp.kit.clock import Clock
from preamp.kit.fetch import Fetcher
from preamp.kit.seal import Sealer
from preamp.server.identities import EnvironmentPools, OwnUserPools, Signatures
from preamp.settings import Settings


class GraphQLParts(Struct, frozen=True, kw_only=True):
    """What the GraphQL room works with. `jwks` answers the key set of one of this server's user pools."""

    settings: Settings
    public_url: str
    install_key: bytes
    db: Database
    spaces: Spaces
    sealer: Sealer
    clock: Clock
    access: Access
    bus: Bus
    jwks: Callable[[str], Awaitable[bytes | None]]


class GraphQLPlane(Struct, frozen=True, kw_only=True):
    """The room, the endpoint of its APIs, and that of their subscriptions."""

    room: GraphQL
    endpoint: Endpoint
    realtime: Realtime


def graphql_plane(parts: GraphQLParts) -> GraphQLPlane:
    """Build the GraphQL room from its parts."""
    settings, clock = parts.settings, parts.clock
    room = GraphQL(
        parts.spaces,
        Store(parts.db, parts.sealer.purpose("graphql")),
        token_key=hmac.digest(parts.install_key, b"preamp graphql next tokens", "sha256"),
        now=lambda: clock.now_ms() / 1000,
        limits=Limits(seconds=settings.graphql_timeout_seconds),
        bus=parts.bus,
        joined_keys=settings.graphql_joined_sort_keys,
    )

    async def is_alive(claims: Mapping[str, Any]) -> bool:
        client_id = claims.get("client_id") or claims.get("aud")
        return not await is_ended(parts.db, family=claims.get("origin_jti"), sub=claims["sub"], client_id=client_id)

    user_pools = OwnUserPools(parts.jwks, is_alive, parts.public_url, clock)
    pools = EnvironmentPools(parts.db, clock)
    fetcher = Fetcher(private_addresses=settings.oidc_private_addresses)
    tokens = Tokens(clock, user_pools, pools.of, fetcher)
    signatures = Signatures(parts.access, pools, clock, settings.clock_skew_seconds)
    endpoint = Endpoint(room, tokens.verify, signatures.verify)
    realtime = Realtime(
        room,
        endpoint,
        lambda: clock.now_ms() / 1000,
        most_connections=settings.realtime_connections,
        backlog_bytes=settings.realtime_backlog_bytes,
    )
    parts.bus.on_gap(realtime.restart)
    return GraphQLPlane(room=room, endpoint=endpoint, realtime=realtime)
