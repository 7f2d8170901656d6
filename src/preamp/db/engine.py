"""The face that both engines share, and the compiler from SQLAlchemy expressions to raw SQL."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

DialectName = Literal["sqlite", "postgresql"]
Row = Sequence[Any]
Expression = sa.sql.base.Executable
Listener = Callable[[], None]

# The bare dialect objects know the engines' SQL; no driver is imported by making them.
_DIALECTS: dict[str, sa.Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": asyncpg_dialect.dialect(),  # type: ignore[no-untyped-call]
}


_REQUIRED = object()


class Unavailable(Exception):
    """The database cannot answer now (connection lost, disk full, locked): the same call may succeed later."""


class Conflict(Exception):
    """A uniqueness or foreign-key rule of the schema refused the write."""


class Statement:
    """One question or change, compiled on first use per engine.

    Parameters are the expression's `sa.bindparam("name")`s; literals inside the expression become parameters of their
    own. A function of the dialect's name may be given where the engines' expressions differ (upserts).
    """

    def __init__(self, expression: Expression | Callable[[DialectName], Expression]) -> None:
        self._expression = expression
        self._compiled: dict[str, tuple[str, tuple[tuple[str, Any], ...]]] = {}

    def compiled(self, dialect: DialectName) -> tuple[str, tuple[tuple[str, Any], ...]]:
        """SQL text, and for each place in it the parameter's name and its literal value, if it is one."""
        found = self._compiled.get(dialect)
        if found is None:
            expression = self._expression if isinstance(self._expression, Expression) else self._expression(dialect)
            compiled = expression.compile(dialect=_DIALECTS[dialect])  # type: ignore[attr-defined]
            names = compiled.positiontup or ()
            literals = {name: _REQUIRED if bind.required else bind.value for name, bind in compiled.binds.items()}
            found = (str(compiled), tuple((name, literals[name]) for name in names))
            self._compiled[dialect] = found
        return found

    def arguments(self, dialect: DialectName, values: dict[str, Any]) -> tuple[str, list[Any]]:
        """SQL text and the positional arguments for one run; KeyError names a parameter that was not given."""
        text, names = self.compiled(dialect)
        return text, [values[name] if literal is _REQUIRED else literal for name, literal in names]


def insert(table: sa.Table) -> Statement:
    """INSERT of a whole row; parameters are the columns' names."""
    return Statement(sa.insert(table).values({column.name: sa.bindparam(column.name) for column in table.columns}))


def upsert(table: sa.Table, *, update: Sequence[str] | None = None) -> Statement:
    """INSERT of a whole row, or UPDATE of `update` (default: all columns outside the key) where the key exists."""
    keys = [column.name for column in table.primary_key.columns]
    changed = [c.name for c in table.columns if c.name not in keys] if update is None else list(update)

    def build(dialect: DialectName) -> Expression:
        make = sqlite.insert if dialect == "sqlite" else postgresql.insert
        row = make(table).values({column.name: sa.bindparam(column.name) for column in table.columns})
        if not changed:
            return row.on_conflict_do_nothing(index_elements=keys)
        return row.on_conflict_do_update(index_elements=keys, set_={name: row.excluded[name] for name in changed})

    return Statement(build)


class Reader(Protocol):
    """What can be asked of a database and inside a transaction alike."""

    async def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        """All rows of the answer."""
        ...

    async def row(self, statement: Statement, /, **values: Any) -> Row | None:
        """The first row, None where there is none."""
        ...


class Transaction(Reader, Protocol):
    """Writes that become durable together when the block ends, or not at all when it raises.

    Bodies should await nothing but the transaction itself: on SQLite all writers wait for the body to end.
    """

    async def execute(self, statement: Statement, /, **values: Any) -> int:
        """Run a write; answers how many rows it touched. Raises Conflict."""
        ...

    def after_commit(self, listener: Listener) -> None:
        """Call `listener` once the writes are durable; never when they are rolled back."""
        ...


class Database(Reader, Protocol):
    """One open control database."""

    @property
    def dialect(self) -> DialectName:
        """Which engine it is."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A write transaction. Leaving the block waits until the commit is durable."""
        ...

    async def close(self) -> None:
        """Finish running commits and close all connections."""
        ...


TransactionBlock = AsyncIterator[Transaction]
