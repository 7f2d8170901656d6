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
        if _visit(answer, check, 1, [check.path[0]], required, errors):
            answer = None
    return answer, errors


def _visit(
    value: Any, check: Check, depth: int, here: list[str | int], required: frozenset[Path], errors: list[dict[str, Any]]
) -> bool:
    """Look at what a path's rest leads to; answer whether `value` itself must become null."""
    step = check.path[depth]
    if step == "*":
        if not isinstance(value, list):
            return False
        places: list[Any] = list(range(len(value)))
    else:
        places = [step]
    spoiled = False
    for place in places:
        child = value[place] if step == "*" else value.get(place)
        path = [*here, place]
        if depth == len(check.path) - 1:
            if not check.strikes(child):
                continue
            errors.append(_told(check, path))
        elif child is None or not _visit(child, check, depth + 1, path, required, errors):
            continue
        value[place] = None
        spoiled = spoiled or check.path[: depth + 1] in required
    return spoiled


def _told(check: Check, path: Sequence[str | int]) -> dict[str, Any]:
    if check.error is not None:
        return field_error(check.error, path, check.location)
    written = "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in path)
    message = f"Cannot return null for non-nullable type: '{check.type}' within parent '{check.parent}' ({written})"
    return {"path": list(path), "locations": None, "message": message}
