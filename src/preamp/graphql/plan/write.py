"""Writing SQL text: aliases and numbered parameters.

A place is a spot of the document that reads rows and takes parameters of its own. All places of a root field share
one statement; each one's parameters follow those of the places before it.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any

from preamp.db.space import StatementTooDeep
from preamp.graphql.plan.filter import Take
from preamp.graphql.sql import Dialect, Storage, literal

Bound = tuple[Any, list[Any]]
"""What a place makes of one request: the shape of its text and its parameters."""


MOST_NESTED = 4
"""Relations within each other that one statement of SQLite holds: its parser's stack has room for some seven."""

MOST_HANDED_DOWN = 90
"""Values that a statement set apart may take: SQLite's functions have 100 arguments."""


class Writer:
    """Numbers aliases and parameters while a statement is written.

    Relations nested deeper than SQLite's parser goes are written as statements of their own (`apart`), which the
    function `apart` runs for each row around them.
    """

    def __init__(self, dialect: Dialect, bounds: Sequence[Bound]) -> None:
        self.dialect, self._bounds = dialect, bounds
        self._depth = 0
        self._numbers: list[int] | None = None
        self._shapes = [shape for shape, _ in bounds]
        self._starts = [0, *accumulate(len(params) for _, params in bounds)]
        self._aliases = 0

    def alias(self) -> str:
        """Answer a table alias not used before."""
        self._aliases += 1
        return f"t{self._aliases}"

    def shape(self, place: int) -> Any:
        """Answer the shape that a place was bound to."""
        return self._shapes[place]

    def taker(self, place: int) -> Take:
        """Answer the function that gives a place's placeholders, one after the other, from its first."""
        number = self._starts[place]

        def take(storage: Storage) -> str:
            nonlocal number
            number += 1
            return self.dialect.parameter(self._numbered(number), storage)

        return take

    def _numbered(self, number: int) -> int:
        """Answer the number of a parameter in this statement: one set apart takes only those that it names."""
        if self._numbers is None:
            return number
        if number not in self._numbers:
            self._numbers.append(number)
        return self._numbers.index(number) + 1

    def relation(self, text: Callable[["Writer", str], str], alias: str, columns: Iterable[str]) -> str:
        """Write a relation of the row `alias`, of which it reads `columns`: in place, or set apart where it is deep.

        Raises StatementTooDeep where a statement set apart would take too many values.
        """
        if self._depth < MOST_NESTED or not self.dialect.splices:
            self._depth += 1
            written = text(self, alias)
            self._depth -= 1
            return written
        inner = Writer(self.dialect, self._bounds)
        inner._aliases, inner._numbers = self._aliases, []
        body = text(inner, alias)
        own = sorted(columns)
        # The row around it becomes a row of parameters, under the same name.
        row = ", ".join(f"?{len(inner._numbers) + at} AS {column}" for at, column in enumerate(own, 1))
        statement = f"SELECT {body} FROM (SELECT {row}) AS {alias}"
        values = [f"?{self._numbered(number)}" for number in inner._numbers]
        values += [f"{alias}.{column}" for column in own]
        if len(values) > MOST_HANDED_DOWN:
            raise StatementTooDeep("A relation nested this deep may take 90 values.")
        return f"apart({', '.join([literal(statement), *values])})"
