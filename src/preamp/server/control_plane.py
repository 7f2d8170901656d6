"""The control room's place in the server."""

from collections.abc import Mapping

from msgspec import Struct

from preamp.access import Access
from preamp.auth import Auth
from preamp.control import Control, extension, hosting_service, service, workflows
from preamp.db import Database, Unavailable
from preamp.graphql import GraphQL
from preamp.jobs import Jobs, Workflow
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.settings import Settings
from preamp.storage import Storage
from preamp.wire import Endpoint, Limits, Verifier


class Parts(Struct, frozen=True, kw_only=True):
    """What the control room works with. `public_url` is what endpoints in answers begin with."""

    settings: Settings
    public_url: str
    db: Database
    sealer: Sealer
    clock: Clock
    access: Access
    graphql: GraphQL
    jobs: Jobs


class ControlPlane(Struct, frozen=True, kw_only=True):
    """The control service's endpoint, that of the hosting service, and the workflows that their jobs run."""

    endpoint: Endpoint
    hosting: Endpoint
    workflows: Mapping[str, Workflow]


def control_plane(parts: Parts) -> ControlPlane:
    """Build the control room from its parts."""
    settings = parts.settings
    control = Control(
        db=parts.db,
        jobs=parts.jobs,
        graphql=parts.graphql,
        auth=Auth(parts.sealer, parts.clock),
        storage=Storage(parts.clock),
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
