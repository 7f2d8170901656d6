"""A served API for tests: a schema, transformed and deployed into an empty space, asked as clients ask."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from preamp.db.space import Space, Spaces, open_spaces
from preamp.graphql import ddl
from preamp.graphql.execute import Executor, Request
from preamp.graphql.identity import API_KEY, Identity
from preamp.graphql.layout import Layout
from preamp.graphql.model import ApiOptions, Flags, Mode, Model
from preamp.graphql.plan.page import Tokens
from preamp.graphql.release import Release
from preamp.graphql.schema import transform
from preamp.graphql.sql import dialect
from preamp.graphql.validation import Limits

NOW = 1_700_000_000.0


def model_of(sdl: str, modes: Sequence[Mode] | None = None, *, sandbox: bool = False) -> Model:
    flags = Flags(sandbox_mode=sandbox, improve_pluralization=True)
    return transform(sdl, ApiOptions(modes=tuple(modes) if modes else None, flags=flags))


class Api:
    """One API in one space. `ask` answers the parsed response."""

    def __init__(self, spaces: Spaces, space: Space, release: Release, limits: Limits) -> None:
        self.spaces, self.space, self.release = spaces, space, release
        self.executor = Executor(limits, lambda: NOW)

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        identity: Identity = API_KEY,
        operation: str | None = None,
    ) -> Any:
        request = Request(query=query, variables=variables or {}, operation_name=operation)
        return msgspec.json.decode(await self.executor.execute(self.release, self.space, request, identity))

    async def data(self, query: str, variables: Mapping[str, Any] | None = None, identity: Identity = API_KEY) -> Any:
        answer = await self.ask(query, variables, identity)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def close(self) -> None:
        await self.spaces.close()


async def serve(model: Model, database_url: str, folder: Path, limits: Limits | None = None) -> Api:
    spaces = await open_spaces(folder if database_url.startswith("sqlite") else database_url)
    space = await spaces.create("testapi")
    language = dialect(space.dialect, space.prefix)
    steps = ddl.diff(None, model).expand
    async with space.transaction() as transaction:
        for step in steps:
            for statement in ddl.statements(step, language):
                await transaction.run(statement)
    layout = ddl.after(Layout(), steps)
    release = Release("r1", model, layout, language, Tokens(b"k" * 32, "testapi"))
    return Api(spaces, space, release, limits or Limits())
