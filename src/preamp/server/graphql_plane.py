"""The GraphQL room's place in the server. Imported at its first request or job: it brings graphql-core with it."""

import hmac
from typing import Any

from msgspec import Struct

from preamp.access import Access
from preamp.bus import Bus
from preamp.db import Database
from preamp.db.space import Spaces
from preamp.graphql import ADMIN, Endpoint, GraphQL, Identity, Incoming, Limits, NotVerified, Realtime, Store
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.settings import Settings
from preamp.wire import ServiceError, Verifier, header_map


class GraphQLParts(Struct, frozen=True, kw_only=True):
    """What the GraphQL room works with."""

    settings: Settings
    install_key: bytes
    db: Database
    spaces: Spaces
    sealer: Sealer
    clock: Clock
    access: Access
    bus: Bus


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
    )
    signatures = Signatures(Verifier("appsync", parts.access.lookup, clock, settings.clock_skew_seconds))
    endpoint = Endpoint(room, lambda: clock.now_ms() / 1000, verify_token, signatures.verify)
    realtime = Realtime(
        room,
        endpoint,
        lambda: clock.now_ms() / 1000,
        most_connections=settings.realtime_connections,
        backlog_bytes=settings.realtime_backlog_bytes,
    )
    parts.bus.on_gap(realtime.restart)
    return GraphQLPlane(room=room, endpoint=endpoint, realtime=realtime)


class Signatures:
    """SigV4 for GraphQL APIs: whoever holds an access key of this server is an operator."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    async def verify(self, _api: Any, incoming: Incoming) -> Identity:
        """The operator who signed. Raises NotVerified."""
        scope = {"raw_path": incoming.path, "query_string": incoming.query}
        try:
            await self._verifier.verify(incoming.method, scope, header_map(list(incoming.headers)), incoming.body)
        except ServiceError as error:
            raise NotVerified(error.message) from None
        return ADMIN


async def verify_token(_api: Any, _token: str) -> Identity:
    """Nobody: this server has no user pool that could have issued a token. Raises NotVerified."""
    raise NotVerified("Token is not of a user pool or OIDC provider that this server knows.")
