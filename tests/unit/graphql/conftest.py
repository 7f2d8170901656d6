"""Spaces and a served API, on SQLite and PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from served import Api, deploy, model_of, spaces_of

from preamp.db.space import Spaces
from preamp.graphql.model import Mode
from preamp.graphql.validation import Limits

Serve = Callable[..., Awaitable[Api]]


@pytest.fixture
async def spaces(database_url: str, tmp_path: Path) -> AsyncIterator[Spaces]:
    """Give empty spaces."""
    opened = await spaces_of(database_url, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def api_of(spaces: Spaces) -> Serve:
    """Give the function that serves an annotated schema."""

    async def make(
        sdl: str, modes: Sequence[Mode] | None = None, *, sandbox: bool = False, limits: Limits | None = None
    ) -> Api:
        return await deploy(spaces, "r1", model_of(sdl, modes, sandbox=sandbox), limits)

    return make
