"""From method and raw path to an operation and its labels.

The signature covers the path as SDKs normalise it (empty and dot segments gone), so a path that holds such segments is
refused before it is matched: else one signature would serve two operations. Only the prefix in front of the service's
own path may be empty or a stage name, as SDKs send with a base path in their endpoint (`/prod/backend`,
`/prod//backend`).
"""

from urllib.parse import unquote

from preamp.wire.errors import BadRequestException, UnknownOperationException
from preamp.wire.service import Operation, Service

_STAGES = frozenset({"", "prod"})


class Router:
    """All routes of an endpoint's services. Lookup is by method, segment count and the literal segments."""

    def __init__(self, *services: Service) -> None:
        self._roots: set[str] = set()
        self._by_length: dict[tuple[str, int], list[tuple[tuple[str | None, ...], Operation]]] = {}
        for operation in (each for service in services for each in service.operations.values()):
            parts = operation.path.strip("/").split("/")
            pattern = tuple(None if part.startswith("{") else part for part in parts)
            self._roots.add(parts[0])
            self._by_length.setdefault((operation.method, len(parts)), []).append((pattern, operation))

    def owns(self, raw_path: str) -> bool:
        """Whether the path begins as one of this service's (after stage segments)."""
        return _after_stage(raw_path)[0] in self._roots

    def match(self, method: str, raw_path: str) -> tuple[Operation, list[str]]:
        """The operation and its labels, decoded, in path order.

        Raises BadRequestException for dot segments, empty labels and broken escapes, UnknownOperationException where
        nothing matches.
        """
        parts = _after_stage(raw_path)
        if ("." in raw_path or "%" in raw_path) and any(unquote(part) in {".", ".."} for part in parts):
            raise BadRequestException("The path must not hold '.' or '..' segments.")
        for pattern, operation in self._by_length.get((method, len(parts)), ()):
            if _fits(pattern, parts):
                return operation, _labels(pattern, parts, operation)
        raise UnknownOperationException(self._unknown(method, raw_path, parts))

    def _unknown(self, method: str, raw_path: str, parts: list[str]) -> str:
        for (other, length), routes in self._by_length.items():
            for pattern, operation in routes:
                if length == len(parts) and _fits(pattern, parts):
                    return f"{method} is not a method of {raw_path}: {operation.name} is called by {other}."
        return f"No operation has the path {raw_path[:200]} (method {method})."


def _after_stage(raw_path: str) -> list[str]:
    parts = raw_path.split("/")
    first = 0
    while first < len(parts) - 1 and parts[first] in _STAGES:
        first += 1
    return parts[first:]


def _fits(pattern: tuple[str | None, ...], parts: list[str]) -> bool:
    # A plain loop: a generator for each of a dozen patterns cost more than the rest of the lookup (make bench).
    for literal, part in zip(pattern, parts, strict=True):  # noqa: SIM110
        if literal is not None and literal != part:
            return False
    return True


def _labels(pattern: tuple[str | None, ...], parts: list[str], operation: Operation) -> list[str]:
    found: list[str] = []
    for literal, part in zip(pattern, parts, strict=True):
        if literal is not None:
            continue
        try:
            value = unquote(part, errors="strict")
        except UnicodeDecodeError:
            raise BadRequestException(f"{_member(operation, len(found))} in the path is not UTF-8.") from None
        if not value:
            raise BadRequestException(f"{_member(operation, len(found))} in the path must not be empty.")
        if "\0" in value:
            raise BadRequestException(f"{_member(operation, len(found))} in the path must not hold a NUL.")
        found.append(value)
    return found


def _member(operation: Operation, index: int) -> str:
    return [part[1:-1] for part in operation.path.split("/") if part.startswith("{")][index]
