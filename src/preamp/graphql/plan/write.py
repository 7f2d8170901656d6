"""Writing SQL text: aliases and numbered parameters.

A place is a spot of the document that reads rows and takes parameters of its own. All places of a root field share
one statement; each one's parameters follow those of the places before it.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from preamp.graphql.plan.filter import Take
from preamp.graphql.sql import Dialect, Storage

Bound = tuple[Any, list[Any]]
"""What a place makes of one request: the shape of its text and its parameters."""


class Writer:
    """Numbers aliases and parameters while a statement is written."""

    def __init__(self, dialect: Dialect, bounds: Sequence[Bound]) -> None:
        self.dialect = dialect
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
            return self.dialect.parameter(number, storage)

        return take
