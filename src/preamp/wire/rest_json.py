"""rest-json 1.1: how a body becomes a request Struct, and an answer or an error becomes bytes."""

import re
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import inspect
from msgspec.structs import force_setattr

from preamp.wire.errors import BadRequestException, ServiceError
from preamp.wire.protocol import ANSWER, Headers
from preamp.wire.route import Router
from preamp.wire.service import Operation, Service

CONTENT_TYPE = "application/json"
_MOST_QUERY_MEMBERS = 100
_encode = msgspec.json.Encoder().encode
_AT_PATH = re.compile(r"(?P<problem>.*?) - at `(?P<path>[^`]*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_STEP = re.compile(r"\.(?P<member>\w+)|\[[^\]]*\]")
_NAMED = re.compile(r"`(?P<kinds>[a-z |]+)`")
_KINDS = {
    "str": "a string",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


_PREFLIGHT: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, POST, DELETE, OPTIONS"),
    (
        b"access-control-allow-headers",
        (
            b"authorization, content-type, x-amz-content-sha256, x-amz-date, x-amz-security-token, x-amz-user-agent, "
            b"amz-sdk-invocation-id, amz-sdk-request"
        ),
    ),
    (b"access-control-max-age", b"86400"),
]
_ANSWER: Headers = [(b"content-type", CONTENT_TYPE.encode()), *ANSWER]


class RestJson:
    """The protocol of services whose operations are found by method and path."""

    answer = _ANSWER

    def __init__(self, *services: Service) -> None:
        self._router = Router(*services)

    @property
    def roots(self) -> tuple[str, ...]:
        """The first segments of these services' paths."""
        return self._router.roots

    def preflight(self, _headers: dict[str, str]) -> Headers:
        """What a browser is told before a call."""
        return _PREFLIGHT

    def match(self, method: str, raw_path: str, _headers: dict[str, str], _body: bytes) -> tuple[Operation, list[str]]:
        """The operation and its labels; raises BadRequestException, UnknownOperationException."""
        return self._router.match(method, raw_path)

    def decode(self, operation: Operation, body: bytes, labels: list[str]) -> msgspec.Struct:
        """The operation's request. An absent body counts as `{}`; labels win over members of their names in the body.

        Raises BadRequestException that names the member by its JSON path and says what would be right.
        """
        try:
            request: msgspec.Struct = operation.decoder.decode(body or b"{}")
        except msgspec.ValidationError as error:
            raise BadRequestException(_explain(str(error), operation.request)) from None
        except msgspec.DecodeError as error:
            raise BadRequestException(f"The body is not JSON: {error}.") from None
        except (RecursionError, UnicodeDecodeError):
            raise BadRequestException(
                "The body is not JSON that can be read: it is nested too deeply or not UTF-8."
            ) from None
        for attribute, value in zip(operation.labels, labels, strict=True):
            force_setattr(request, attribute, value)
        return request

    def encode(self, answer: msgspec.Struct) -> bytes:
        """The answer's JSON; members that are None are absent."""
        return _encode(answer)

    def encode_error(self, error: ServiceError) -> tuple[bytes, Headers]:
        """The error's JSON, and the header that names it."""
        return encode_error(error), [(b"x-amzn-errortype", error.code.encode())]


def read_query(operation: Operation, request: msgspec.Struct, query: bytes) -> None:
    """Set the members that travel in the query string, if there are such. Raises BadRequestException."""
    if not operation.queries:
        return
    try:
        given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_QUERY_MEMBERS))
    except ValueError:
        raise BadRequestException(f"The query string has more than {_MOST_QUERY_MEMBERS} members.") from None
    try:
        read = msgspec.convert(given, operation.request, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequestException(_explain(str(error), operation.request)) from None
    for attribute in operation.queries:
        msgspec.structs.force_setattr(request, attribute, getattr(read, attribute))


def encode_error(error: ServiceError) -> bytes:
    """The error's JSON; its name travels in the header x-amzn-ErrorType."""
    return _encode({"message": error.message, **error.members})


def _explain(text: str, request: type[msgspec.Struct]) -> str:
    found = _AT_PATH.fullmatch(text)
    problem, path = (found["problem"], found["path"]) if found else (text, "$")
    missing = _MISSING.fullmatch(problem)
    if missing:
        return f"Missing required member {path}.{missing['name']}."
    problem = _NAMED.sub(lambda named: _in_words(named["kinds"]), problem)
    if problem.startswith("Invalid enum value"):
        problem += f"; it is one of {', '.join(values_at(request, path))}"
    where = "the body" if path == "$" else path
    return f"Wrong value at {where}: {problem[:1].lower()}{problem[1:]}."


def _in_words(kinds: str) -> str:
    """What msgspec calls `int | null`, as "an integer": that null counts as absent helps nobody who sent a string."""
    names = [name for name in kinds.split(" | ") if name != "null"] or ["null"]
    return " or ".join(_KINDS.get(name, name) for name in names)


def values_at(request: type[msgspec.Struct], path: str) -> list[str]:
    """The values that the member at a JSON path may have."""
    kind: Any = inspect.type_info(request)
    for step in _STEP.finditer(path):
        if step["member"]:
            kind = next(field.type for field in kind.fields if field.encode_name == step["member"])
        else:
            kind = kind.item_type
        if isinstance(kind, inspect.UnionType):
            kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    return [str(value) for value in kind.values]
