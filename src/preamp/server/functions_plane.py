"""The functions room's place in the server: the Lambda API, and what functions find in their environment."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from preamp.access import Access, SessionClaims
from preamp.control import function_environment
from preamp.db import Database
from preamp.functions import Function, Functions
from preamp.functions.http import LambdaEndpoint
from preamp.functions.workers import Programs
from preamp.jobs import Jobs
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.server.functions_place import FUNCTION_ROLE, scope_of
from preamp.settings import Settings
from preamp.wire import Verifier

_SESSION_SECONDS = 36 * 3600
"""Longer than any worker lives."""


class FunctionsParts(Struct, frozen=True, kw_only=True):
    """What the functions room works with."""

    settings: Settings
    public_url: str
    db: Database
    jobs: Jobs
    sealer: Sealer
    clock: Clock
    access: Access

    @property
    def ca(self) -> str:
        """The local certificate authority's certificate."""
        return str(Path(self.settings.data).absolute() / "tls" / "ca.pem")


class FunctionsPlane:
    """The room and its endpoint."""

    def __init__(self, room: Functions, endpoint: LambdaEndpoint) -> None:
        self.room, self.endpoint = room, endpoint

    async def close(self) -> None:
        """End the workers."""
        await self.room.close()


def functions_plane(parts: FunctionsParts) -> FunctionsPlane:
    """Build the room from its parts."""
    settings = parts.settings

    async def environment(function: Function) -> Mapping[str, str]:
        return await _environment(parts, function)

    room = Functions(
        parts.db,
        parts.jobs,
        parts.sealer,
        parts.clock,
        Path(settings.data).absolute() / "functions",
        environment,
        region=settings.region,
        account=settings.account,
        programs=Programs(nodejs=settings.functions_node, **_python(settings)),
        most_workers=settings.functions_workers,
    )
    verifier = Verifier("lambda", parts.access.lookup, parts.clock, settings.clock_skew_seconds)
    endpoint = LambdaEndpoint(room, parts.db, verifier, region=settings.region, account=settings.account)
    return FunctionsPlane(room, endpoint)


def _python(settings: Settings) -> dict[str, str]:
    return {"python": settings.functions_python} if settings.functions_python else {}


async def _environment(parts: FunctionsParts, function: Function) -> Mapping[str, str]:
    """Amplify's variables, and credentials with which the function may ask its environment's API."""
    own = {"AWS_ENDPOINT_URL": parts.public_url, "PATH": os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin")}
    if not parts.settings.tls_cert_file:
        own |= {"NODE_EXTRA_CA_CERTS": parts.ca, "AWS_CA_BUNDLE": parts.ca}
    if not function.app_id:
        return own
    claims = SessionClaims(
        identity_pool_id=scope_of(function.app_id, function.environment),
        identity_id=function.name,
        role=FUNCTION_ROLE,
        authenticated=True,
    )
    session = parts.access.issue_session(claims, _SESSION_SECONDS)
    keys = {
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret,
        "AWS_SESSION_TOKEN": session.token,
    }
    return {
        **own,
        **keys,
        **await function_environment(parts.db, function.app_id, function.environment, parts.public_url),
    }
