"""The face that both engines share, and the statements they run."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import sqlalchemy as sa

    Expression = sa.sql.base.Executable
else:
    Expression = object  # a process whose statements are all shipped never imports SQLAlchemy

DialectName = Literal["sqlite", "postgresql"]
Row = Sequence[Any]
Listener = Callable[[], None]
Text = tuple[str, tuple[str, ...]]
"""SQL, and the name of the parameter at each of its places."""
Arguments = Callable[[Mapping[str, Any]], tuple[Any, ...]]


class Unavailable(Exception):
    """The database cannot answer now (connection lost, disk full, locked): the same call may succeed later."""


class Conflict(Exception):
    """A uniqueness or foreign-key rule of the schema refused the write."""


class Statement:
    """One question or change, as SQL of each engine.

    It is written as a SQLAlchemy expression and compiled on first use; a room's `questions.py` has the same compiled
    already, with the values that are always the same in `literals`. Parameters are the expression's
    `sa.bindparam("name")`s; literals inside the expression become parameters of their own. A function of the dialect's
    name may be given where the engines' expressions differ; `only` names the one engine that has what it takes.
    """

    def __init__(
        self,
        expression: Expression | Callable[[DialectName], Expression] | None = None,
        *,
        only: DialectName | None = None,
        sqlite: Text | None = None,
        postgresql: Text | None = None,
        literals: Mapping[str, Any] | None = None,
    ) -> None:
        self._expression = expression
        self.only = only
        self._literals: Mapping[str, Any] = literals or {}
        shipped = (("sqlite", sqlite), ("postgresql", postgresql))
        self._ready = {dialect: self._prepared(text) for dialect, text in shipped if text is not None}

    def compiled(self, dialect: DialectName) -> tuple[Text, Mapping[str, Any]]:
        """What the expression is in SQL, and the values of its literals."""
        from preamp.db.compiling import compile_expression  # noqa: PLC0415  imports SQLAlchemy

        if self._expression is None:
            raise TypeError("a shipped statement has no expression to compile")
        return compile_expression(self._expression, dialect)

    def arguments(self, dialect: DialectName, values: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
        """SQL text and the positional arguments for one run; KeyError names a parameter that was not given."""
        text, arguments = self._ready.get(dialect) or self._compile(dialect)
        return text, arguments(values)

    def _compile(self, dialect: DialectName) -> tuple[str, Arguments]:
        text, self._literals = self.compiled(dialect)
        ready = self._ready[dialect] = self._prepared(text)
        return ready

    def _prepared(self, text: Text) -> tuple[str, Arguments]:
        sql, names = text
        literals = {name: value for name, value in self._literals.items() if name in names}
        if not literals:
            return sql, _picker(names)
        given = tuple(name for name in names if name not in literals)
        last = tuple(literals[name] for name in names[len(given) :] if name in literals)
        if len(given) + len(last) == len(names):  # as LIMIT and OFFSET are
            pick_given = _picker(given)
            return sql, lambda values: pick_given(values) + last
        pick = _picker(names)
        return sql, lambda values: pick({**literals, **values})


def _picker(names: tuple[str, ...]) -> Arguments:
    """Takes the named values in order (itemgetter answers a tuple only for two or more)."""
    if len(names) > 1:
        return itemgetter(*names)
    if names:
        only = names[0]
        return lambda values: (values[only],)
    return lambda _values: ()


def insert(table: "sa.Table") -> Statement:
    """INSERT of a whole row; parameters are the columns' names."""
    from preamp.db.compiling import insert_expression  # noqa: PLC0415  imports SQLAlchemy

    return Statement(insert_expression(table))


def upsert(table: "sa.Table", *, update: Sequence[str] | None = None) -> Statement:
    """INSERT of a whole row, or UPDATE of `update` (default: all columns outside the key) where the key exists."""
    from preamp.db.compiling import upsert_expression  # noqa: PLC0415  imports SQLAlchemy

    return Statement(lambda dialect: upsert_expression(table, dialect, update))


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
