"""What AppSync does for an annotated schema.

`schema/` turns annotated SDL into a Model; `ddl.py` and `migrate.py` make tables of it inside the API's space;
`plan/` compiles each root field of a document into one SQL statement, which `execute.py` runs; `http.py` is the
endpoint. `GraphQL` is the face: the control room prepares, publishes and settles releases through it, and the server
sends it requests.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
from msgspec import Struct

from preamp.db.space import NoSpace, Spaces
from preamp.graphql import migrate
from preamp.graphql.execute import Executor, Request
from preamp.graphql.identity import ADMIN, API_KEY, Identity
from preamp.graphql.keys import ApiKey
from preamp.graphql.migrate import DataLoss, ReleasePending
from preamp.graphql.model import ApiOptions, Mode, Model, SchemaError
from preamp.graphql.plan.page import Tokens
from preamp.graphql.release import Release
from preamp.graphql.schema import transform
from preamp.graphql.sql import dialect
from preamp.graphql.validation import Limits

__all__ = [
    "ADMIN",
    "API_KEY",
    "ApiKey",
    "ApiOptions",
    "DataLoss",
    "GraphQL",
    "Identity",
    "Limits",
    "Model",
    "Published",
    "ReleasePending",
    "Request",
    "SchemaError",
    "ServedApi",
]


class Published(Struct, frozen=True, kw_only=True):
    """The release that an API serves, as the control database tells it. `settings` is whatever token checks need."""

    api_id: str
    release_id: str
    model: Model
    keys: tuple[ApiKey, ...] = ()
    settings: dict[str, Any] = {}
    introspection: bool = True


class ServedApi:
    """A published release, made ready to answer."""

    def __init__(self, published: Published, release: Release) -> None:
        self.published, self.release = published, release

    @property
    def api_id(self) -> str:
        """Answer the API's id."""
        return self.published.api_id

    @property
    def modes(self) -> tuple[Mode, ...]:
        """Answer the authorization modes, the default first."""
        return self.published.model.modes

    @property
    def keys(self) -> tuple[ApiKey, ...]:
        """Answer the API's keys."""
        return self.published.keys


class GraphQL:
    """The GraphQL room of one installation.

    `published` answers what an API serves now, None for an API that does not; it is asked once and again after
    `refresh`. `token_key` (32 bytes) seals next tokens.
    """

    def __init__(
        self,
        spaces: Spaces,
        *,
        published: Callable[[str], Awaitable[Published | None]],
        token_key: bytes,
        now: Callable[[], float],
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._spaces, self._published, self._token_key = spaces, published, token_key
        self._executor = Executor(self.limits, now)
        self._live: dict[str, ServedApi] = {}

    def compile(self, sdl: str, options: ApiOptions) -> Model:
        """Transform an annotated schema. Raises SchemaError with line and column."""
        return transform(sdl, options)

    # Releases ------------------------------------------------------------------------------------------------------

    async def prepare(self, api_id: str, release_id: str, wanted: Model) -> None:
        """Bring the API's space to where the served release and the wanted one both work; may be repeated.

        Raises DataLoss before anything is changed, ReleasePending while another release is under way.
        """
        await migrate.prepare(self._spaces, api_id, release_id, wanted)

    async def revert(self, api_id: str, release_id: str) -> None:
        """Undo a prepare that was never published; may be repeated."""
        await migrate.revert(self._spaces, api_id, release_id)

    async def settle(self, api_id: str, release_id: str) -> None:
        """Drop what only the older release needed, after publishing; may be repeated."""
        await migrate.settle(self._spaces, api_id, release_id)

    async def remove(self, api_id: str) -> None:
        """Remove the API's rows; may be repeated."""
        self.refresh(api_id)
        await self._spaces.drop(api_id)

    async def orphans(self, known_ids: Iterable[str]) -> list[str]:
        """Answer the API ids of spaces that nobody knows."""
        known = set(known_ids)
        return [api_id for api_id in await self._spaces.api_ids() if api_id not in known]

    # Serving -------------------------------------------------------------------------------------------------------

    def refresh(self, api_id: str) -> None:
        """Forget what the API serves: it was published, unpublished, or its keys changed."""
        live = self._live.pop(api_id, None)
        if live is not None:
            self._executor.forget(live.release.id)

    async def served(self, api_id: str) -> ServedApi | None:
        """Answer the API ready to be asked, None where nothing is published."""
        live = self._live.get(api_id)
        if live is not None:
            return live
        published = await self._published(api_id)
        if published is None:
            return None
        try:
            space = await self._spaces.get(api_id)
        except NoSpace:
            return None
        state = await migrate.state_of(space)
        if state is None:
            return None
        own = dialect(space.dialect, space.prefix)
        name = f"{api_id}/{published.release_id}"
        release = Release(name, published.model, state.layout, own, Tokens(self._token_key, api_id))
        live = self._live[api_id] = ServedApi(published, release)
        return live

    async def execute(self, api: ServedApi, request: Request, identity: Identity) -> bytes:
        """Answer a request: JSON bytes. Raises RequestError where it is refused as a whole."""
        space = await self._spaces.get(api.api_id)
        return await self._executor.execute(api.release, space, request, identity)


def encoded(model: Model) -> bytes:
    """Write a model as JSON, to be stored."""
    return msgspec.json.encode(model)


def decoded(text: bytes) -> Model:
    """Read a stored model."""
    return msgspec.json.decode(text, type=Model)
