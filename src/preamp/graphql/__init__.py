"""What AppSync does for an annotated schema.

`schema/` turns annotated SDL into a Model; `ddl.py` and `migrate.py` make tables of it inside the API's space;
`plan/` compiles each root field of a document into one SQL statement, which `execute.py` runs; `http.py` is the
endpoint, `tokens.py` tells whose token a request bears. `GraphQL` is the face: the control room prepares, publishes and
settles releases through it, and the server sends it requests.
"""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from preamp.bus import Bus, MemoryBus
from preamp.db import Database, Transaction
from preamp.db.space import NoSpace, Spaces
from preamp.graphql import migrate
from preamp.graphql.codegen import datastore_module, introspection_schema
from preamp.graphql.execute import Executor, Request
from preamp.graphql.flags import flags_of
from preamp.graphql.http import Endpoint, Incoming, NotVerified
from preamp.graphql.hub import Hub, Subscriber
from preamp.graphql.identity import ADMIN, API_KEY, Identity
from preamp.graphql.inputs import refuse_patterns
from preamp.graphql.keys import DEFAULT_SECONDS, MOST_SECONDS, ApiKey, KeyRing
from preamp.graphql.listen import Names
from preamp.graphql.migrate import DataLoss, ReleasePending
from preamp.graphql.model import ApiOptions, Flags, Model, SchemaError
from preamp.graphql.model import Mode as ApiMode
from preamp.graphql.plan.page import Tokens as PageTokens
from preamp.graphql.realtime import Realtime
from preamp.graphql.release import Release
from preamp.graphql.schema import check_servable, transform
from preamp.graphql.sql import dialect
from preamp.graphql.store import GeneratedModels, KnownKey, Published, Store
from preamp.graphql.store import metadata as tables
from preamp.graphql.tokens import Pools, Tokens, UserPools
from preamp.graphql.validation import Limits

__all__ = [
    "ADMIN",
    "API_KEY",
    "RECHECK_SECONDS",
    "ApiKey",
    "ApiMode",
    "ApiOptions",
    "DataLoss",
    "Endpoint",
    "Flags",
    "GeneratedModels",
    "GraphQL",
    "Identity",
    "Incoming",
    "KnownKey",
    "Limits",
    "Model",
    "NotVerified",
    "Pools",
    "Published",
    "Realtime",
    "ReleasePending",
    "Request",
    "SchemaError",
    "ServedApi",
    "Store",
    "Subscriber",
    "Tokens",
    "UserPools",
    "flags_of",
    "tables",
]


RECHECK_SECONDS = 1.0
"""How long a node may serve what another one has replaced."""


class ServedApi:
    """A published release, made ready to answer."""

    def __init__(self, published: Published, release: Release, now: Callable[[], float]) -> None:
        self.published, self.release = published, release
        self.api_id = published.api_id
        self.modes: tuple[ApiMode, ...] = published.model.modes
        self.checked = now()
        self.admits = KeyRing(published.keys, now).admits

    @property
    def settings(self) -> dict[str, Any]:
        """Answer what the release was published with: who checks tokens and sessions reads it."""
        return self.published.settings


class GraphQL:
    """The GraphQL room of one installation.

    `joined_keys`: whether composite sort keys are compared as AWS does, as one text.
    `spaces` hold the APIs' rows, `store` what the control database knows of them; `token_key` (32 bytes) seals next
    tokens. Releases are prepared outside any transaction, published in the caller's, and settled afterwards.
    """

    def __init__(
        self,
        spaces: Spaces,
        store: Store,
        *,
        token_key: bytes,
        now: Callable[[], float],
        limits: Limits | None = None,
        bus: Bus | None = None,
        joined_keys: bool = False,
    ) -> None:
        self.limits = limits or Limits()
        self._hub = Hub(bus or MemoryBus())
        self._spaces, self._store, self._token_key = spaces, store, token_key
        self._now, self._joined_keys = now, joined_keys
        self._executor = Executor(self.limits, now, self._tell)
        self._live: dict[str, ServedApi] = {}

    def compile(self, sdl: str, options: ApiOptions) -> Model:
        """Transform an annotated schema. Raises SchemaError with line and column."""
        model = transform(sdl, options)
        check_servable(model)
        refuse_patterns(model)
        return model

    # Releases ------------------------------------------------------------------------------------------------------

    async def prepare(self, api_id: str, release_id: str, wanted: Model) -> None:
        """Bring the API's space to where the served release and the wanted one both work; may be repeated.

        Raises DataLoss before anything is changed, ReleasePending while another release is under way.
        """
        await migrate.prepare(self._spaces, api_id, release_id, wanted)

    async def revert(self, api_id: str, release_id: str) -> None:
        """Undo a prepare that was never published; may be repeated."""
        await migrate.revert(self._spaces, api_id, release_id)

    async def publish(self, tx: Transaction, published: Published) -> None:
        """Let the API serve a prepared release once the caller's transaction commits; keys stay as they are."""
        await self._store.publish(tx, published, int(self._now() * 1000))
        tx.after_commit(partial(self.refresh, published.api_id))

    async def unpublish(self, tx: Transaction, api_id: str) -> None:
        """Serve the API no more once the caller's transaction commits; its keys and models are forgotten."""
        await self._store.unpublish(tx, api_id)
        tx.after_commit(partial(self.refresh, api_id))

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

    # Keys and models -----------------------------------------------------------------------------------------------

    async def add_key(self, tx: Transaction, api_id: str, description: str = "", expires_ms: int | None = None) -> str:
        """Make an API key and answer it; it lives 7 days where nothing is said, 365 at most. Raises ValueError."""
        now_ms = int(self._now() * 1000)
        until = now_ms + DEFAULT_SECONDS * 1000 if expires_ms is None else expires_ms
        if not now_ms < until <= now_ms + MOST_SECONDS * 1000:
            raise ValueError("An API key expires in the future, at most 365 days from now.")
        key = await self._store.add_key(tx, api_id, description, until)
        tx.after_commit(partial(self.refresh, api_id))
        return key

    async def extend_key(self, tx: Transaction, api_id: str, key: str, expires_ms: int) -> bool:
        """Let a key expire at another moment; False if the API has no such key."""
        tx.after_commit(partial(self.refresh, api_id))
        return await self._store.extend_key(tx, api_id, key, expires_ms)

    async def remove_key(self, tx: Transaction, api_id: str, key: str) -> bool:
        """Take a key away; False if the API has no such key."""
        tx.after_commit(partial(self.refresh, api_id))
        return await self._store.remove_key(tx, api_id, key)

    async def keys(self, reader: Database | Transaction, api_id: str) -> list[KnownKey]:
        """Answer an API's keys, the first to expire first."""
        return await self._store.keys(reader, api_id)

    def generate_models(self, sdl: str) -> GeneratedModels:
        """Run codegen over an annotated schema: the introspection document and the text of schema.js."""
        return GeneratedModels(introspection=introspection_schema(sdl), datastore=datastore_module(sdl), latest=True)

    async def set_models(self, tx: Transaction, api_id: str, release_id: str, generated: GeneratedModels) -> None:
        """Keep what codegen made of a release."""
        await self._store.set_models(tx, api_id, release_id, generated.introspection, generated.datastore)

    async def models(self, reader: Database | Transaction, api_id: str) -> GeneratedModels | None:
        """Answer the models kept, and whether they are of the release that is served."""
        return await self._store.models(reader, api_id)

    # Serving -------------------------------------------------------------------------------------------------------

    def refresh(self, api_id: str) -> None:
        """Forget what the API serves: it was published, unpublished, or its keys changed."""
        live = self._live.pop(api_id, None)
        if live is not None:
            self._executor.forget(live.release.id)

    def ready(self, api_id: str) -> ServedApi | None:
        """Answer an API that may be asked without looking whether another node changed it; else None."""
        live = self._live.get(api_id)
        if live is None or (self._store.shared and self._now() >= live.checked + RECHECK_SECONDS):
            return None
        return live

    async def served(self, api_id: str) -> ServedApi | None:
        """Answer the API ready to be asked, None where nothing is published."""
        live = self.ready(api_id)
        if live is not None:
            return live
        live = self._live.get(api_id)
        if live is not None and await self._still_serves(live):
            return live
        published = await self._store.published(api_id)
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
        tokens = PageTokens(self._token_key, api_id)
        release = Release(
            name,
            published.model,
            state.layout,
            own,
            tokens,
            introspection=published.introspection,
            joined_keys=self._joined_keys,
        )
        live = self._live[api_id] = ServedApi(published, release, self._now)
        return live

    async def _still_serves(self, live: ServedApi) -> bool:
        """Look whether another node published or changed keys."""
        if await self._store.is_current(live.published):
            live.checked = self._now()
            return True
        self.refresh(live.api_id)
        return False

    def execute(self, api: ServedApi, request: Request, identity: Identity) -> Awaitable[bytes]:
        """Answer a request: JSON bytes. Raises RequestError where it is refused as a whole."""
        space = self._spaces.held(api.api_id)
        if space is None:
            return self._execute_in_opened(api, request, identity)
        return self._executor.execute(api.release, space, request, identity)

    async def _execute_in_opened(self, api: ServedApi, request: Request, identity: Identity) -> bytes:
        space = await self._spaces.get(api.api_id)
        return await self._executor.execute(api.release, space, request, identity)

    def subscribe(
        self, api: ServedApi, request: Request, identity: Identity, subscriber: Subscriber
    ) -> Callable[[], None]:
        """Deliver a subscription's payloads to `subscriber` from now on; call the answer to stop.

        Raises DocumentErrors, FieldError, RequestError.
        """
        listening = self._executor.subscription(api.release, request, identity)
        return self._hub.subscribe(api.api_id, listening, subscriber)

    def _tell(self, release_id: str, mutation: str, answer: str, names: Names | None) -> None:
        self._hub.publish(release_id.partition("/")[0], mutation, answer, names)
