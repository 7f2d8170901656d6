"""All rooms of one process, built from the settings, top to bottom."""

import asyncio
import hmac
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from preamp.access import Access, NewKey, WrongInstallKey
from preamp.db import Database, open_database
from preamp.db.space import Spaces, open_spaces
from preamp.graphql import ADMIN, Endpoint, GraphQL, Identity, Incoming, Limits, NotVerified, Store
from preamp.jobs import Jobs, Workflow
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.server.control_plane import Parts, control_plane
from preamp.server.hosts import Front
from preamp.server.install import StartError
from preamp.settings import Settings
from preamp.wire import ServiceError, Verifier, header_map

log = logging.getLogger("preamp.server")


class Preamp:
    """One node: the application that answers requests, and the workers of its jobs."""

    def __init__(self, front: Front, root: NewKey | None, jobs: Jobs, workflows: Mapping[str, Workflow]) -> None:
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


async def build(settings: Settings, install_key: bytes, public_url: str, db: Database, spaces: Spaces) -> Preamp:
    """All rooms over open stores. Raises StartError when the install key is not the database's."""
    clock = Clock()
    sealer = Sealer(install_key)

    access = Access(db, sealer, clock, settings.account)
    try:
        root = await access.root()
    except WrongInstallKey:
        raise StartError(
            "the install key is not the one that sealed this database's secrets: bring the key that belongs to it"
        ) from None

    graphql = GraphQL(
        spaces,
        Store(db, sealer.purpose("graphql")),
        token_key=hmac.digest(install_key, b"preamp graphql next tokens", "sha256"),
        now=lambda: clock.now_ms() / 1000,
        limits=Limits(seconds=settings.graphql_timeout_seconds),
    )
    signatures = Signatures(Verifier("appsync", access.lookup, clock, settings.clock_skew_seconds))
    graphql_endpoint = Endpoint(graphql, lambda: clock.now_ms() / 1000, verify_token, signatures.verify)

    jobs = Jobs(db, clock, lease_seconds=settings.job_lease_seconds, concurrency=settings.job_concurrency)
    plane = control_plane(
        Parts(
            settings=settings,
            public_url=public_url,
            db=db,
            sealer=sealer,
            clock=clock,
            access=access,
            graphql=graphql,
            jobs=jobs,
        )
    )
    return Preamp(Front(plane.endpoint, graphql_endpoint, (plane.hosting,)), root, jobs, plane.workflows)


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
