"""Spaces: where the rows of one GraphQL API live, apart from every other API's.

A space is one SQLite file (`<data>/apis/<apiId>.sqlite3`) or one PostgreSQL schema (`api_<apiId>`). Whoever holds a
`Space` reaches that API's rows and no others: SQLite by the file, PostgreSQL because `Space.prefix` is the only
schema its statements may name. Statements are finished SQL text with numbered parameters (`?1` or `$1`).
"""

import re
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

Statement = tuple[str, Sequence[Any]]
"""SQL text and its parameters."""

Rows = Sequence[Sequence[Any]]

DialectName = Literal["sqlite", "postgresql"]

_API_ID = re.compile(r"[a-z0-9]{1,40}")


class UniqueViolation(Exception):
    """A row with this key is there already."""


class SpaceTimeout(Exception):
    """A statement ran longer than it may."""


class StatementTooDeep(Exception):
    """A statement nests more subqueries than SQLite's parser can hold (some seven relations within each other)."""


class NoSpace(Exception):
    """There is no space for this API."""


class SpaceTransaction(Protocol):
    """Statements that take effect together, one after the other."""

    async def run(self, sql: str, params: Sequence[Any] = ()) -> Rows:
        """Run one statement and answer its rows."""
        ...


class Space(Protocol):
    """The rows of one API."""

    api_id: str
    dialect: DialectName
    prefix: str
    """What stands before every table name: empty, or the quoted PostgreSQL schema and a dot."""

    async def read(self, sql: str, params: Sequence[Any] = ()) -> Rows:
        """Answer the rows of one reading statement. Raises SpaceTimeout."""
        ...

    async def write(self, *statements: Statement) -> list[Rows]:
        """Run statements in one transaction until one answers no row; return each one's rows once they are durable.

        Raises UniqueViolation, SpaceTimeout; then nothing was written.
        """
        ...

    def transaction(self) -> AbstractAsyncContextManager[SpaceTransaction]:
        """Open a transaction of several statements, alone on SQLite; an exception undoes it."""
        ...

    async def run_alone(self, sql: str) -> None:
        """Run one statement outside any transaction (PostgreSQL's CREATE INDEX CONCURRENTLY)."""
        ...


class Spaces(Protocol):
    """All spaces of one installation."""

    dialect: DialectName

    async def create(self, api_id: str) -> Space:
        """Make the space unless it is there, and answer it."""
        ...

    def held(self, api_id: str) -> Space | None:
        """Answer the API's space if it is open, None where `get` has to open it."""
        ...

    async def get(self, api_id: str) -> Space:
        """Answer the API's space. Raises NoSpace."""
        ...

    async def exists(self, api_id: str) -> bool:
        """Tell whether the API has a space."""
        ...

    async def drop(self, api_id: str) -> None:
        """Remove the space and all its rows; nothing happens where there is none."""
        ...

    async def api_ids(self) -> list[str]:
        """Answer the API ids of all spaces, sorted."""
        ...

    async def close(self) -> None:
        """Finish what is under way and close every file or connection."""
        ...


def checked(api_id: str) -> str:
    """Answer the id if it may name a file or schema. Raises ValueError."""
    if not _API_ID.fullmatch(api_id):
        raise ValueError(f"An API id has 1 to 40 lower-case letters and digits, not {api_id!r}.")
    return api_id
