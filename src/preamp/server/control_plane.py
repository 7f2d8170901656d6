"""The control room's place in the server."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from preamp.access import Access
from preamp.control import Control, extension, hosting_service, service, workflows
from preamp.db import Database, Unavailable
from preamp.jobs import Jobs, Workflow
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.settings import Settings
from preamp.wire import Endpoint, Limits, Verifier

if TYPE_CHECKING:
    from preamp.auth import Auth
    from preamp.graphql import GraphQL
    from preamp.storage import Storage


class Parts(Struct, frozen=True, kw_only=True):
    """What the control room works with. `public_url` is what endpoints in answers begin with."""

    settings: Settings
    public_url: str
    db: Database
    sealer: Sealer
    clock: Clock
    access: Access
    open_graphql: "Callable[[], GraphQL]"
    open_storage: "Callable[[], Storage]"
    jobs: Jobs


class ControlPlane(Struct, frozen=True, kw_only=True):
    """The control service's endpoint, that of the hosting service, and the workflows that their jobs run."""

    endpoint: Endpoint
    hosting: Endpoint
    workflows: Mapping[str, Workflow]


def control_plane(parts: Parts) -> ControlPlane:
    """Build the control room from its parts."""
    settings = parts.settings

    @cache
    def open_auth() -> "Auth":
        from preamp.auth import Auth  # noqa: PLC0415  loaded at first use (decision 0004)

        return Auth(parts.sealer, parts.clock)

    control = Control(
        db=parts.db,
        jobs=parts.jobs,
        open_graphql=parts.open_graphql,
        open_auth=open_auth,
        open_storage=parts.open_storage,
        sealer=parts.sealer,
        clock=parts.clock,
        region=settings.region,
        account=settings.account,
        public_url=lambda: parts.public_url,
    )
    verifier = Verifier(service.signing_name, parts.access.lookup, parts.clock, settings.clock_skew_seconds)
    limits = Limits(max_body_bytes=settings.max_body_bytes)
    endpoint = Endpoint((service, extension), control, verifier, limits=limits, transient=(Unavailable,))
    hosting_verifier = Verifier(
        hosting_service.signing_name, parts.access.lookup, parts.clock, settings.clock_skew_seconds
    )
    hosting = Endpoint((hosting_service,), control, hosting_verifier, limits=limits, transient=(Unavailable,))
    return ControlPlane(endpoint=endpoint, hosting=hosting, workflows=workflows(control))
