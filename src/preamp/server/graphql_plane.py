"""The GraphQL room's place in the server. Imported at its first request or job: it brings graphql-core with it."""

import hmac

from msgspec import Struct

from preamp.access import Access
from preamp.db import Database
from preamp.db.space import Spaces
from preamp.graphql import Endpoint, GraphQL, Limits, Store, Tokens, UserPools
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
    user_pools: UserPools = NoUserPools()


class GraphQLPlane(Struct, frozen=True, kw_only=True):
    """The room, and the endpoint of its APIs."""

    room: GraphQL
    endpoint: Endpoint


def graphql_plane(parts: GraphQLParts) -> GraphQLPlane:
    """Build the GraphQL room from its parts."""
    settings, clock = parts.settings, parts.clock
    room = GraphQL(
        parts.spaces,
        Store(parts.db, parts.sealer.purpose("graphql")),
        token_key=hmac.digest(parts.install_key, b"preamp graphql next tokens", "sha256"),
        now=lambda: clock.now_ms() / 1000,
        limits=Limits(seconds=settings.graphql_timeout_seconds),
    )
    pools = EnvironmentPools(parts.db, clock)
    fetcher = Fetcher(private_addresses=settings.oidc_private_addresses)
    tokens = Tokens(clock, parts.user_pools, pools.of, fetcher)
    signatures = Signatures(parts.access, pools, clock, settings.clock_skew_seconds)
    endpoint = Endpoint(room, lambda: clock.now_ms() / 1000, tokens.verify, signatures.verify)
    return GraphQLPlane(room=room, endpoint=endpoint)
