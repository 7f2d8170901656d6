"""A served API, on SQLite and PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from preamp.graphql.model import Mode
from preamp.graphql.validation import Limits
from served import Api, model_of, serve

Serve = Callable[..., Awaitable[Api]]


@pytest.fixture
async def api_of(database_url: str, tmp_path: Path) -> AsyncIterator[Serve]:
    """Give the function that serves an annotated schema."""
    open_apis: list[Api] = []

    async def make(
        sdl: str, modes: Sequence[Mode] | None = None, *, sandbox: bool = False, limits: Limits | None = None
    ) -> Api:
        api = await serve(model_of(sdl, modes, sandbox=sandbox), database_url, tmp_path, limits)
        open_apis.append(api)
        return api

    yield make
    for api in open_apis:
        await api.close()
