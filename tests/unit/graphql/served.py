"""A served API for tests: a schema, transformed and deployed into a space, asked as clients ask."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from preamp.bus import MemoryBus
from preamp.db import open_spaces
from preamp.db.space import Space, Spaces
from preamp.graphql import migrate
from preamp.graphql.execute import Executor, Request
from preamp.graphql.hub import Hub
from preamp.graphql.identity import API_KEY, Identity
from preamp.graphql.model import ApiOptions, Flags, Mode, Model
from preamp.graphql.plan.page import Tokens
from preamp.graphql.release import Release
from preamp.graphql.schema import transform
from preamp.graphql.sql import dialect
from preamp.graphql.validation import Limits

NOW = 1_700_000_000.0
API_ID = "testapi"


def model_of(sdl: str, modes: Sequence[Mode] | None = None, *, sandbox: bool = False) -> Model:
    """Transform an annotated schema as a new project would."""
    flags = Flags(sandbox_mode=sandbox, improve_pluralization=True)
    return transform(sdl, ApiOptions(modes=tuple(modes) if modes else None, flags=flags))


async def spaces_of(database_url: str, folder: Path) -> Spaces:
    """Open the spaces of a test's database."""
    return await open_spaces(folder if database_url.startswith("sqlite") else database_url)


class Heard:
    """What a subscription delivered, parsed."""

    def __init__(self) -> None:
        self.payloads: list[Any] = []
        self.stop: Callable[[], None] = lambda: None

    def deliver(self, payload: str) -> None:
        """Keep a payload."""
        self.payloads.append(msgspec.json.decode(payload))


class Api:
    """One release over one space."""

    def __init__(self, space: Space, release: Release, limits: Limits) -> None:
        self.space, self.release = space, release
        self.hub = Hub(MemoryBus())
        self.executor = Executor(
            limits, lambda: NOW, lambda _, mutation, answer, names: self.hub.publish(API_ID, mutation, answer, names)
        )

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        identity: Identity = API_KEY,
        operation: str | None = None,
    ) -> Any:
        """Answer the parsed response."""
        request = Request(query=query, variables=variables or {}, operation_name=operation)
        return msgspec.json.decode(await self.executor.execute(self.release, self.space, request, identity))

    def listen(self, query: str, variables: Mapping[str, Any] | None = None, identity: Identity = API_KEY) -> "Heard":
        """Subscribe, and answer where events will be."""
        heard = Heard()
        listening = self.executor.subscription(self.release, Request(query=query, variables=variables or {}), identity)
        heard.stop = self.hub.subscribe(API_ID, listening, heard)
        return heard

    async def data(self, query: str, variables: Mapping[str, Any] | None = None, identity: Identity = API_KEY) -> Any:
        """Answer the response's data; errors fail the test."""
        answer = await self.ask(query, variables, identity)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


Serve = Callable[..., Awaitable[Api]]
"""Serves an annotated schema (the fixture `api_of`)."""


async def released(spaces: Spaces, release: str, model: Model, limits: Limits | None = None) -> Api:
    """Serve a release that the test's space is prepared for."""
    space = await spaces.get(API_ID)
    state = await migrate.state_of(space)
    assert state is not None
    own = dialect(space.dialect, space.prefix)
    return Api(space, Release(release, model, state.layout, own, Tokens(b"k" * 32, API_ID)), limits or Limits())


async def deploy(spaces: Spaces, release: str, model: Model, limits: Limits | None = None) -> Api:
    """Prepare, publish and settle a release."""
    await migrate.prepare(spaces, API_ID, release, model)
    await migrate.settle(spaces, API_ID, release)
    return await released(spaces, release, model, limits)
