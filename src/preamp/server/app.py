"""All rooms of one process, built from the settings, top to bottom.

A room that needs libraries which only some servers use is loaded at its first request (docs/decisions/0004).
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from preamp.access import Access, NewKey, SessionClaims, WrongInstallKey
from preamp.bus import Bus
from preamp.db import Database, open_database, open_spaces
from preamp.db.space import Spaces
from preamp.jobs import Jobs, Workflow
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.server.app_state import AppState
from preamp.server.auth_places import AuthParts, AuthPlaces
from preamp.server.buckets import Buckets
from preamp.server.control_plane import Parts, control_plane
from preamp.server.delivery_plane import open_delivery, outbox_endpoint
from preamp.server.hosts import AtFirstUse, Front, Place
from preamp.server.install import StartError
from preamp.settings import Settings

if TYPE_CHECKING:
    from preamp.server.graphql_plane import GraphQLPlane

log = logging.getLogger("preamp.server")

_GRAPHQL = "preamp.server.graphql_plane"
_STORAGE = "preamp.server.storage_plane"


class Closing(Protocol):
    """What holds connections until the end."""

    async def close(self) -> None:
        """Let go of them."""
        ...


class Preamp:
    """One node: the application that answers requests, and the workers of its jobs."""

    def __init__(
        self,
        front: Front,
        root: NewKey | None,
        jobs: Jobs,
        workflows: Mapping[str, Workflow],
        closing: Sequence[Closing] = (),
    ) -> None:
        self._closing = closing
        self.front = front
        self.root = root
        self._jobs = jobs
        self._workflows = workflows

    async def start(self) -> None:
        """Begin to run jobs."""
        await self._jobs.start_workers(self._workflows)

    async def stop(self, seconds: float) -> None:
        """Let running steps of jobs end, `seconds` at most; a job cut off is taken up by the next start."""
        try:
            async with asyncio.timeout(seconds):
                await self._jobs.stop()
        except TimeoutError:
            log.warning("a job's step did not end in %g s; the next start takes the job up", seconds)
        for one in self._closing:
            await one.close()


async def open_stores(settings: Settings) -> tuple[Database, Spaces]:
    """The control database and the spaces of the APIs' rows, which stand in the same place."""
    url = settings.database_url
    db = await open_database(url, connections=settings.database_connections)
    try:
        where = Path(settings.data) if url.startswith("sqlite:///") else url
        return db, await open_spaces(where, timeout_seconds=settings.graphql_timeout_seconds)
    except BaseException:
        await db.close()
        raise


async def build(
    settings: Settings, install_key: bytes, public_url: str, db: Database, spaces: Spaces, bus: Bus
) -> Preamp:
    """All rooms over open stores. Raises StartError when the install key is not the database's."""
    clock = Clock()
    sealer = Sealer(install_key)

    async def is_revoked(claims: SessionClaims) -> bool:
        from preamp.auth.identity import is_ended  # noqa: PLC0415  asked for credentials of identity pools alone

        return await is_ended(db, family=claims.family, sub=claims.sub, client_id=claims.client_id)

    access = Access(db, sealer, clock, settings.account, is_revoked)
    try:
        root = await access.root()
    except WrongInstallKey:
        raise StartError(
            "the install key is not the one that sealed this database's secrets: bring the key that belongs to it"
        ) from None

    @cache
    def graphql() -> "GraphQLPlane":
        from preamp.server.graphql_plane import GraphQLParts, graphql_plane  # noqa: PLC0415  loaded at first use

        return graphql_plane(
            GraphQLParts(
                settings=settings,
                public_url=public_url,
                install_key=install_key,
                db=db,
                spaces=spaces,
                sealer=sealer,
                clock=clock,
                access=access,
                bus=bus,
                jwks=lambda pool_id: auth.rooms.auth.tokens.jwks(pool_id),
            )
        )

    jobs = Jobs(db, clock, lease_seconds=settings.job_lease_seconds, concurrency=settings.job_concurrency)
    storage = Buckets(settings, public_url, db, clock, access)
    plane = control_plane(
        Parts(
            settings=settings,
            public_url=public_url,
            db=db,
            sealer=sealer,
            clock=clock,
            access=access,
            open_graphql=lambda: graphql().room,
            open_storage=lambda: storage.plane.room,
            jobs=jobs,
        )
    )
    delivery, senders = open_delivery(settings, sealer, clock, jobs)
    outbox = outbox_endpoint(settings, db, delivery, access, clock)
    auth = AuthPlaces(
        AuthParts(
            settings=settings,
            public_url=public_url,
            db=db,
            sealer=sealer,
            clock=clock,
            access=access,
            deliver=delivery.deliver,
        )
    )
    front = Front(
        Place(app=plane.endpoint, paths=plane.endpoint.roots),
        Place(app=plane.hosting, paths=plane.hosting.roots),
        AppState(db, settings.region).place,
        Place(app=outbox, paths=outbox.roots),
        Place(app=AtFirstUse(_GRAPHQL, lambda: graphql().endpoint), paths=("graphql",)),
        *auth.places,
        Place(app=AtFirstUse(_STORAGE, lambda: storage), hosts=("s3",), signed=("s3",)),
        Place(socket=AtFirstUse(_GRAPHQL, lambda: graphql().realtime), rest=True),
        Place(app=storage.rest, rest=True),
    )
    return Preamp(front, root, jobs, {**plane.workflows, **delivery.workflows}, (*senders, auth, storage))
