"""Spaces and a served API, on SQLite and PostgreSQL."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from served import Api, Serve, deploy, model_of, spaces_of
from sqlalchemy.ext.asyncio import create_async_engine

from preamp.db import Database
from preamp.db.postgres import PostgresDatabase
from preamp.db.space import Spaces
from preamp.db.sqlite import SqliteDatabase
from preamp.graphql import Store
from preamp.graphql.model import Mode
from preamp.graphql.store import metadata
from preamp.graphql.validation import Limits
from preamp.kit.seal import Sealer


@pytest.fixture
async def spaces(database_url: str, tmp_path: Path) -> AsyncIterator[Spaces]:
    """Give empty spaces."""
    opened = await spaces_of(database_url, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """Give a control database that has the tables of the GraphQL room."""
    if database_url.startswith("sqlite"):
        path = tmp_path / "control.sqlite3"
        engine = sa.create_engine(f"sqlite:///{path}")
        metadata.create_all(engine)
        engine.dispose()
        opened: Database = SqliteDatabase(path)
    else:
        asynchronous = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))
        async with asynchronous.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await asynchronous.dispose()
        opened = PostgresDatabase(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def store(database: Database) -> Store:
    """Give the GraphQL room's tables, keys sealed."""
    return Store(database, Sealer(b"s" * 32))


@pytest.fixture
def api_of(spaces: Spaces) -> Serve:
    """Give the function that serves an annotated schema."""

    async def make(
        sdl: str, modes: Sequence[Mode] | None = None, *, sandbox: bool = False, limits: Limits | None = None
    ) -> Api:
        return await deploy(spaces, "r1", model_of(sdl, modes, sandbox=sandbox), limits)

    return make


@pytest.fixture(scope="session")
def killer() -> Iterator[Callable[..., str]]:
    """Give the function that carries out an order in a process which dies at a statement."""
    here = Path(__file__).parent
    process = subprocess.Popen(
        [sys.executable, here / "killed.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=here
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def order(**members: Any) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(members) + "\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    yield order
    process.stdin.close()
    process.stdout.close()
    process.wait(10)
