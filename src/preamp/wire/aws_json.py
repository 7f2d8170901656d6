"""aws-json 1.1: the operation is named by x-amz-target, all else travels in a JSON body.

Times are numbers, seconds since 1970. An error is named by `__type` in the body and in x-amzn-ErrorType, where clients
that cannot read the body find it.
"""

import re
from typing import Any

import msgspec

from preamp.wire.errors import ServiceError, UnknownOperationException, ValidationException
from preamp.wire.protocol import ANSWER, Headers
from preamp.wire.rest_json import values_at
from preamp.wire.service import Operation, Service

CONTENT_TYPE = "application/x-amz-json-1.1"
_MAX_ERROR_HEADER = 512
_MAX_REQUESTED_HEADERS = 2048
_HEADER_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]*", re.ASCII)
_OWN_HEADERS = (
    "authorization, cache-control, content-type, x-amz-content-sha256, x-amz-date, x-amz-security-token, x-amz-target, "
    "x-amz-user-agent, amz-sdk-invocation-id, amz-sdk-request"
)
_AT_PATH = re.compile(r"(?P<problem>.*?) - at `(?P<path>[^`]*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_BOUND = re.compile(r"Expected `(?P<kind>\w+)(?: \| null)?` (?P<length>of length )?(?P<sign><=|>=) (?P<bound>-?\d+)")
_PATTERN = re.compile(r"Expected `str(?: \| null)?` matching regex (?P<pattern>.*)", re.DOTALL)
_encode = msgspec.json.Encoder().encode


class AwsJson:
    """The protocol of services whose operations are found by x-amz-target.

    `invalid` is the service's own error for a request that is not of the operation's shape.
    """

    answer: Headers = [(b"content-type", CONTENT_TYPE.encode()), *ANSWER]  # noqa: RUF012  shared on purpose, never changed

    roots: tuple[str, ...] = ()
    """No path is theirs: they are found by their target."""

    def __init__(self, *services: Service, invalid: type[ServiceError] = ValidationException) -> None:
        self._invalid = invalid
        self._operations = {
            f"{service.target}.{name}": operation
            for service in services
            for name, operation in service.operations.items()
        }

    def preflight(self, headers: dict[str, str]) -> Headers:
        """What a browser is told before a call: no call carries a cookie, so any header may be sent from any page."""
        asked = headers.get("access-control-request-headers", "")
        usable = len(asked) <= _MAX_REQUESTED_HEADERS and _HEADER_NAMES.fullmatch(asked)
        allowed = f"{_OWN_HEADERS}, {asked}" if asked and usable else _OWN_HEADERS
        return [
            (b"access-control-allow-origin", b"*"),
            (b"access-control-allow-methods", b"POST, OPTIONS"),
            (b"access-control-allow-headers", allowed.encode()),
            (b"access-control-max-age", b"86400"),
        ]

    def match(self, method: str, _raw_path: str, headers: dict[str, str], _body: bytes) -> tuple[Operation, list[str]]:
        """The operation that x-amz-target names; raises UnknownOperationException."""
        target = headers.get("x-amz-target", "")
        operation = self._operations.get(target) if method == "POST" else None
        if operation is None:
            name = target.rpartition(".")[2][:200]
            raise UnknownOperationException(f"This server does not support the operation {name!r}.")
        return operation, []

    def decode(self, operation: Operation, body: bytes, _labels: list[str]) -> msgspec.Struct:
        """The operation's request. An absent body counts as `{}`. Raises the service's error for a wrong shape."""
        try:
            request: msgspec.Struct = operation.decoder.decode(body or b"{}")
        except msgspec.ValidationError as error:
            raise self._invalid(f"1 validation error detected: {_constraint(str(error), operation, body)}") from None
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise self._invalid("The body is not JSON that can be read.") from None
        return request

    def encode(self, answer: msgspec.Struct) -> bytes:
        """The answer's JSON; members that are None are absent."""
        return _encode(answer)

    def encode_error(self, error: ServiceError) -> tuple[bytes, Headers]:
        """The error's JSON, and the headers that name and tell it."""
        told = " ".join(error.message.split())[:_MAX_ERROR_HEADER].encode("ascii", "replace")
        headers = [(b"x-amzn-errortype", f"{error.code}:".encode()), (b"x-amzn-errormessage", told)]
        return _encode({"__type": error.code, "message": error.message, **error.members}), headers


def _constraint(text: str, operation: Operation, body: bytes) -> str:
    """AWS's wording of a broken constraint. A text is never repeated: it may be a password."""
    found = _AT_PATH.fullmatch(text)
    problem, path = (found["problem"], found["path"]) if found else (text, "$")
    missing = _MISSING.fullmatch(problem)
    if missing:
        where = _dotted(f"{path}.{missing['name']}")
        return f"Value null at '{where}' failed to satisfy constraint: Member must not be null"
    value = f" '{_value(body, path)}'" if _is_number(body, path) else ""
    return f"Value{value} at '{_dotted(path)}' failed to satisfy constraint: {_rule(problem, operation, path)}"


def _rule(problem: str, operation: Operation, path: str) -> str:
    bound, pattern = _BOUND.fullmatch(problem), _PATTERN.fullmatch(problem)
    if bound:
        what = "length" if bound["length"] else "value"
        than = "less than or equal to" if bound["sign"] == "<=" else "greater than or equal to"
        return f"Member must have {what} {than} {bound['bound']}"
    if pattern:
        return f"Member must satisfy regular expression pattern: {_bare_pattern(pattern['pattern'])}"
    if problem.startswith("Invalid enum value"):
        return f"Member must satisfy enum value set: [{', '.join(values_at(operation.request, path))}]"
    return f"{problem[:1].lower()}{problem[1:]}"


def _bare_pattern(shown: str) -> str:
    """The pattern as the model has it, without what makes it one for the whole value."""
    return shown[1:-1].replace("\\\\", "\\").removeprefix("\\A(?:").removesuffix(")\\Z")


def _dotted(path: str) -> str:
    steps = path.removeprefix("$").lstrip(".").split(".")
    return ".".join(step[:1].lower() + step[1:] for step in steps)


def _is_number(body: bytes, path: str) -> bool:
    """Whether the value at the path is a number: nothing that is secret."""
    return isinstance(_value(body, path), int | float)


def _value(body: bytes, path: str) -> Any:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):  # it is wrong behind the wrong member as well
        return None
    for name in path.removeprefix("$").lstrip(".").split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
