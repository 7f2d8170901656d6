"""The GraphQL room's place in the server. Imported at its first request or job: it brings graphql-core with it."""

import hmac

from msgspec import Struct

from preamp.access import Access
from preamp.bus import Bus
from preamp.db import Database
from preamp.db.space import Spaces
from preamp.graphql import Endpoint, GraphQL, Limits, Realtime, Store, Tokens, UserPools
from preamp.kit.clock import Clock
from preamp.kit.fetch import Fetcher
from preamp.kit.seal import Sealer
from preamp.server.identities import EnvironmentPools, NoUserPools, Signatures
from preamp.settings import Settings


class GraphQLParts(Struct, frozen=True, kw_only=True):
    """What the GraphQL room works with. `user_pools` are those whose tokens APIs take."""

    settings: Settings
    install_key: bytes
    db: Database
    spaces: Spaces
    sealer: Sealer
    clock: Clock
    access: Access
    bus: Bus
    user_pools: UserPools = NoUserPools()


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
    pools = EnvironmentPools(parts.db, clock)
    fetcher = Fetcher(private_addresses=settings.oidc_private_addresses)
    tokens = Tokens(clock, parts.user_pools, pools.of, fetcher)
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
