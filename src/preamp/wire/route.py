"""From method and raw path to an operation and its labels.

The signature covers the path as SDKs normalise it (empty and dot segments gone), so a path that holds such segments is
refused before it is matched: else one signature would serve two operations. Only the prefix in front of the service's
own path may be empty or a stage name, as SDKs send with a base path in their endpoint (`/prod/backend`,
`/prod//backend`).
"""

from operator import itemgetter
from typing import Any
from urllib.parse import unquote

from preamp.wire.errors import BadRequestException, UnknownOperationException
from preamp.wire.service import Operation, Service

_STAGES = frozenset({"", "prod"})
_MOST_KEPT = 1024
_KEPT_CHARACTERS = 256


class Router:
    """All routes of an endpoint's services. Lookup is by method, segment count and the literal segments."""

    def __init__(self, *services: Service) -> None:
        self._routes = [
            (operation, tuple(None if part.startswith("{") else part for part in operation.path.strip("/").split("/")))
            for service in services
            for operation in service.operations.values()
        ]
        self._shapes: dict[tuple[str, int], list[_Shape]] = {}
        self._known: dict[tuple[str, str], tuple[Operation, list[str]]] = {}
        for operation, pattern in self._routes:
            shapes = self._shapes.setdefault((operation.method, len(pattern)), [])
            literals = [place for place, part in enumerate(pattern) if part is not None]
            shape = next((one for one in shapes if one.literals == literals), None)
            if shape is None:
                shape = _Shape(literals, len(pattern))
                shapes.append(shape)
                shapes.sort(key=lambda one: -len(one.literals))
            shape.operations[shape.pick(pattern)] = operation

    @property
    def roots(self) -> tuple[str, ...]:
        """The first segments of all paths."""
        return tuple(sorted({pattern[0] for _, pattern in self._routes if pattern[0] is not None}))

    def match(self, method: str, raw_path: str) -> tuple[Operation, list[str]]:
        """The operation and its labels, decoded, in path order.

        Raises BadRequestException for dot segments, empty labels and broken escapes, UnknownOperationException where
        nothing matches.
        """
        known = self._known.get((method, raw_path))
        if known is not None:
            return known
        found = self._match(method, raw_path)
        if len(raw_path) <= _KEPT_CHARACTERS:  # clients ask for the same few paths again and again
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[method, raw_path] = found
        return found

    def _match(self, method: str, raw_path: str) -> tuple[Operation, list[str]]:
        parts = _after_stage(raw_path)
        if ("." in raw_path or "%" in raw_path) and any(unquote(part) in {".", ".."} for part in parts):
            raise BadRequestException("The path must not hold '.' or '..' segments.")
        for shape in self._shapes.get((method, len(parts)), ()):
            operation = shape.operations.get(shape.pick(parts))
            if operation is not None:
                return operation, [_label(parts[place], operation, at) for at, place in enumerate(shape.labels)]
        raise UnknownOperationException(self._unknown(method, raw_path, parts))

    def _unknown(self, method: str, raw_path: str, parts: list[str]) -> str:
        for operation, pattern in self._routes:
            if len(pattern) == len(parts) and all(
                one in {None, part} for one, part in zip(pattern, parts, strict=True)
            ):
                return f"{method} is not a method of {raw_path}: {operation.name} is called by {operation.method}."
        return f"No operation has the path {raw_path[:200]} (method {method})."


class _Shape:
    """The routes of one method and length whose literal segments stand at the same places.

    Of two shapes that fit a path, the one with more literals is looked at first.
    """

    def __init__(self, literals: list[int], length: int) -> None:
        self.literals = literals
        self.labels = [place for place in range(length) if place not in literals]
        self.pick = itemgetter(*literals)
        self.operations: dict[Any, Operation] = {}


def _after_stage(raw_path: str) -> list[str]:
    parts = raw_path.split("/")
    first = 0
    while first < len(parts) - 1 and parts[first] in _STAGES:
        first += 1
    return parts[first:]


def _label(part: str, operation: Operation, index: int) -> str:
    if part and "%" not in part and "\0" not in part:
        return part
    try:
        value = unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise BadRequestException(f"{_member(operation, index)} in the path is not UTF-8.") from None
    if not value:
        raise BadRequestException(f"{_member(operation, index)} in the path must not be empty.")
    if "\0" in value:
        raise BadRequestException(f"{_member(operation, index)} in the path must not hold a NUL.")
    return value


def _member(operation: Operation, index: int) -> str:
    return [part[1:-1] for part in operation.path.split("/") if part.startswith("{")][index]
