"""The control room's place in the server."""

from collections.abc import Mapping

from msgspec import Struct

from preamp.access import Access
from preamp.db import Database, Unavailable
from preamp.graphql import GraphQL
from preamp.jobs import Jobs, Workflow
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.settings import Settings
from preamp.wire import Endpoint, Limits, Service, Verifier

SERVICE = Service("amplifybackend", version="2020-08-11")


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
    """The control service's endpoint, and the workflows that its jobs run."""

    endpoint: Endpoint
    workflows: Mapping[str, Workflow]


def control_service() -> Service:
    """The Amplify Backend API's operations."""
    return SERVICE


def control_plane(parts: Parts) -> ControlPlane:
    """Build the control room from its parts."""
    verifier = Verifier(SERVICE.signing_name, parts.access.lookup, parts.clock, parts.settings.clock_skew_seconds)
    limits = Limits(max_body_bytes=parts.settings.max_body_bytes)
    endpoint = Endpoint(SERVICE, parts, verifier, limits=limits, transient=(Unavailable,))
    return ControlPlane(endpoint=endpoint, workflows={})
