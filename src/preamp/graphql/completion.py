"""Errors inside an answer: fields the caller may not see, and nulls where the schema promises a value.

SQL answers such a field with null. Only operations that hold one are parsed again, to tell each instance with its
path and to carry the null up to the next field that may be null, as GraphQL asks.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from preamp.graphql.errors import FieldError, Location, field_error

Path = tuple[str, ...]
"""Response keys from the root field down; `*` stands for every element of a list."""


class Check(Struct, frozen=True, kw_only=True):
    """One field to look at.

    With an `error`, every instance is one; with a `guard` too, only those that SQL marked with it as hidden; without
    an error, those that are null.
    """

    path: Path
    location: Location | None
    parent: str
    type: str
    error: FieldError | None = None
    guard: str | None = None

    def strikes(self, value: Any) -> bool:
        """Tell whether an instance is an error."""
        if self.guard is not None:
            return isinstance(value, dict) and self.guard in value
        return self.error is not None or value is None


def complete(answer: Any, checks: Sequence[Check], required: frozenset[Path]) -> tuple[Any, list[dict[str, Any]]]:
    """Answer the root field's value with nulls carried up, and the errors found."""
    errors: list[dict[str, Any]] = []
    for check in checks:
        if answer is None:
            break
        if _Visit(check, required, errors).of(answer, 1, [check.path[0]]):
            answer = None
    return answer, errors


class _Visit:
    """Goes along a check's path."""

    def __init__(self, check: Check, required: frozenset[Path], errors: list[dict[str, Any]]) -> None:
        self._check, self._required, self._errors = check, required, errors

    def of(self, value: Any, depth: int, here: list[str | int]) -> bool:
        """Look at what the path's rest leads to; answer whether `value` itself must become null."""
        check, last = self._check, depth == len(self._check.path) - 1
        step = check.path[depth]
        if step == "*" and not isinstance(value, list):
            return False
        spoiled = False
        for place in range(len(value)) if step == "*" else [step]:
            child = value[place] if step == "*" else value.get(place)
            path = [*here, place]
            if last and check.strikes(child):
                self._errors.append(_told(check, path))
            elif last or child is None or not self.of(child, depth + 1, path):
                continue
            value[place] = None
            spoiled = spoiled or check.path[: depth + 1] in self._required
        return spoiled


def _told(check: Check, path: Sequence[str | int]) -> dict[str, Any]:
    if check.error is not None:
        return field_error(check.error, path, check.location)
    written = "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in path)
    message = f"Cannot return null for non-nullable type: '{check.type}' within parent '{check.parent}' ({written})"
    return {"path": list(path), "locations": None, "message": message}
