"""A service's operations, registered by decorator and held to their annotations."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, get_type_hints

import msgspec

from preamp.wire.binding import labels, queries
from preamp.wire.errors import ServiceError

F = TypeVar("F", bound=Callable[..., Awaitable[msgspec.Struct]])
Handler = Callable[..., Awaitable[msgspec.Struct]]


class Operation:
    """One operation: its route, its types and its function. Everything a request needs is worked out here, once.

    `signed` tells whether a call needs a SigV4 signature.
    """

    def __init__(
        self, name: str, route: str, handler: Handler, errors: tuple[type[ServiceError], ...], *, signed: bool = True
    ) -> None:
        hints = get_type_hints(handler, include_extras=True)
        parameters = list(inspect.signature(handler).parameters)
        self.name = name
        self.method, self.path = route.split(" ")
        self.handler = handler
        self.errors = errors
        self.signed = signed
        self.request = _struct(name, hints.get(parameters[1]))
        self.response = _struct(name, hints.get("return"))
        self.takes_call = len(parameters) == 3
        self.decoder = msgspec.json.Decoder(self.request)
        self.labels = self._bind_labels()
        self.queries = tuple(queries(self.request).values())

    def _bind_labels(self) -> tuple[str, ...]:
        attributes = labels(self.request)
        in_path = [part[1:-1] for part in self.path.split("/") if part.startswith("{")]
        if sorted(in_path) != sorted(attributes):
            raise TypeError(f"{self.name}: path labels {in_path} and label members {sorted(attributes)} differ")
        return tuple(attributes[name] for name in in_path)


class Service:
    """The operations of one AWS service (or of preamp's own extension service).

    `target` is what precedes the operation's name in x-amz-target, for services of the protocol aws-json.
    """

    def __init__(self, name: str, *, version: str, signing_name: str | None = None, target: str | None = None) -> None:
        self.name = name
        self.version = version
        self.target = target
        self.signing_name = signing_name or name
        self.operations: dict[str, Operation] = {}

    def operation(self, name: str, route: str, *errors: type[ServiceError], signed: bool = True) -> Callable[[F], F]:
        """Register a handler for `METHOD /path/{label}`. The function itself is left as it is."""

        def register(handler: F) -> F:
            if name in self.operations:
                raise ValueError(f"{self.name}: {name} is registered twice")
            self.operations[name] = Operation(name, route, handler, errors, signed=signed)
            return handler

        return register


def _struct(name: str, hint: Any) -> type[msgspec.Struct]:
    if not (isinstance(hint, type) and issubclass(hint, msgspec.Struct)):
        raise TypeError(f"{name}: the handler must be (context, request: Struct[, call]) -> Struct")
    return hint
