"""The Lambda API, so that AWS's SDKs and `preamp functions` deploy, call and read functions.

Rest-json like the control service, but for Invoke: its payload is the body itself and its parameters are headers.
Source: botocore's model of `lambda`, 2015-03-31.
"""

import base64
import binascii
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote

import msgspec
from msgspec.structs import replace

from preamp.db import Database
from preamp.functions.model import (
    CreateFunctionRequest,
    FunctionConfiguration,
    GetFunctionResponse,
    ListFunctionsResponse,
    LogsResponse,
    UpdateFunctionCodeRequest,
    UpdateFunctionConfigurationRequest,
    Variables,
)
from preamp.functions.package import MOST_PACKED_BYTES, BadPackage
from preamp.functions.records import DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_SECONDS, Function
from preamp.functions.registry import Exists, Functions, NoSuchFunction, Throttled, TooLarge
from preamp.kit import ids
from preamp.wire import ServiceError, Verifier, header_map

log = logging.getLogger("preamp.functions")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/2015-03-31/functions"
LOGS = "/preamp-functions"
MOST_BODY_BYTES = MOST_PACKED_BYTES * 4 // 3 + 65_536
MOST_VARIABLES_BYTES = 4096
_TAIL_BYTES = 4096
_NAME = re.compile(
    r"(?:(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:)?(?:\d{12}:)?function:)?([A-Za-z0-9_-]{1,64})(?::\$LATEST)?"
)
_ROUTE = re.compile(rf"{PREFIX}(?:/([^/]+)(?:/(configuration|code|invocations))?)?/?")
_LOGS = re.compile(rf"{LOGS}/([^/]+)/logs")
_RUNTIME = re.compile(r"(nodejs|python)[0-9.x]*")
_TAGS = {"preamp:app", "preamp:environment", "preamp:url", "preamp:concurrency"}

_ENCODE = msgspec.json.Encoder()
T = TypeVar("T")


class ResourceNotFoundException(ServiceError):
    """There is no such function."""

    status = 404


class ResourceConflictException(ServiceError):
    """The function is there already, or was changed meanwhile."""

    status = 409


class InvalidParameterValueException(ServiceError):
    """A member has a value that it cannot have."""

    status = 400


class InvalidRequestContentException(ServiceError):
    """The body is not the JSON that the operation takes."""

    status = 400


class RequestTooLargeException(ServiceError):
    """The body is over the bound."""

    status = 413


class TooManyRequestsException(ServiceError):
    """All workers of the function are busy."""

    status = 429


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class LambdaEndpoint:
    """The ASGI application of the service `lambda`."""

    def __init__(self, functions: Functions, db: Database, verifier: Verifier, *, region: str, account: str) -> None:
        self._functions, self._db, self._verifier = functions, db, verifier
        self._region, self._account = region, account

    def owns(self, raw_path: str) -> bool:
        """Whether a path is one of this service's."""
        return raw_path.startswith((PREFIX, LOGS + "/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        request_id = ids.uuid4()
        try:
            answer = await self._answer(scope, receive)
        except ServiceError as error:
            code = type(error).__name__
            body = {"Type": "User" if error.status < 500 else "Service", "message": error.message}
            answer = Answer(status=error.status, body=_ENCODE.encode(body), headers=(("x-amzn-errortype", code),))
        except Exception:
            log.exception("a request to lambda failed", extra={"request_id": request_id})
            message = f"The server failed; its log tells why under request id {request_id}."
            body = {"Type": "Service", "message": message}
            headers = (("x-amzn-errortype", "ServiceException"),)
            answer = Answer(status=500, body=_ENCODE.encode(body), headers=headers)
        await _send(send, answer, request_id)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        body = await _body(receive)
        headers = header_map(scope["headers"])
        await self._verifier.verify(scope["method"], scope, headers, body)
        path = scope["raw_path"].decode("latin-1")
        query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20)
        logs, route = _LOGS.fullmatch(path), _ROUTE.fullmatch(path)
        if logs is not None and scope["method"] == "GET":
            return await self._logs(_name(logs[1]), query)
        if route is None:
            raise ResourceNotFoundException(f"Nothing is served at {path[:200]}.")
        act = self._operation(scope["method"], route[1], route[2])
        if act is None:
            raise ResourceNotFoundException(f"{scope['method']} {path[:200]} is no operation that is served here.")
        answer: Answer = await act(route[1] and _name(route[1]), body, headers, query)
        return answer

    def _operation(self, method: str, name: str | None, what: str | None) -> Any:
        if name is None:
            return {"POST": self._create, "GET": self._list}.get(method)
        return {
            ("GET", None): self._get,
            ("DELETE", None): self._delete,
            ("GET", "configuration"): self._get_configuration,
            ("PUT", "configuration"): self._update_configuration,
            ("PUT", "code"): self._update_code,
            ("POST", "invocations"): self._invoke,
        }.get((method, what))

    # Operations ----------------------------------------------------------------------------------------------------

    async def _create(self, _name: None, body: bytes, *_: Any) -> Answer:
        given = _decoded(body, CreateFunctionRequest)
        tags = given.tags or {}
        url = tags.get("preamp:url")
        function = Function(
            name=given.function_name,
            app_id=tags.get("preamp:app", ""),
            environment=tags.get("preamp:environment", ""),
            runtime=_runtime(given.runtime, url),
            handler=given.handler or "index.handler",
            timeout_seconds=given.timeout or DEFAULT_TIMEOUT_SECONDS,
            memory_mb=given.memory_size or DEFAULT_MEMORY_MB,
            variables=_variables(given.environment),
            description=given.description or "",
            url=_url(url),
            concurrency=_concurrency(tags),
        )
        if url is None and given.code.zip_file is None:
            raise InvalidParameterValueException("Code.ZipFile holds the package, or the tag preamp:url an address.")
        made = await _told(self._functions.create(function, None if url else given.code.zip_file))
        return _json(self._shown(made), 201)

    async def _list(self, _name: None, _body: bytes, _headers: Any, query: dict[str, list[str]]) -> Answer:
        count = _count(query, "MaxItems", 50)
        found = await self._functions.all(query.get("Marker", [""])[0], count + 1)
        marker = found[count - 1].name if len(found) > count else None
        return _json(ListFunctionsResponse(functions=[self._shown(one) for one in found[:count]], next_marker=marker))

    async def _get(self, name: str, *_: Any) -> Answer:
        function = await _told(self._functions.one(name))
        tags = {"preamp:app": function.app_id, "preamp:environment": function.environment, "preamp:url": function.url}
        shown = {tag: value for tag, value in tags.items() if value}
        return _json(GetFunctionResponse(configuration=self._shown(function), tags=shown or None))

    async def _get_configuration(self, name: str, *_: Any) -> Answer:
        return _json(self._shown(await _told(self._functions.one(name))))

    async def _delete(self, name: str, *_: Any) -> Answer:
        await _told(self._functions.delete(name))
        return Answer(status=204)

    async def _update_configuration(self, name: str, body: bytes, *_: Any) -> Answer:
        given = _decoded(body, UpdateFunctionConfigurationRequest)
        known = await _told(self._functions.one(name))
        changed = replace(
            known,
            runtime=known.runtime if given.runtime is None else _runtime(given.runtime, known.url),
            handler=given.handler or known.handler,
            description=known.description if given.description is None else given.description,
            timeout_seconds=given.timeout or known.timeout_seconds,
            memory_mb=given.memory_size or known.memory_mb,
            variables=known.variables if given.environment is None else _variables(given.environment),
        )
        return _json(self._shown(await _told(self._functions.change(known, changed))))

    async def _update_code(self, name: str, body: bytes, *_: Any) -> Answer:
        given = _decoded(body, UpdateFunctionCodeRequest)
        if given.zip_file is None:
            raise InvalidParameterValueException("ZipFile holds the package.")
        known = await _told(self._functions.one(name))
        if given.dry_run:
            return _json(self._shown(known))
        return _json(self._shown(await _told(self._functions.change(known, known, given.zip_file))))

    async def _invoke(self, name: str, body: bytes, headers: dict[str, str], _query: Any) -> Answer:
        _check_event(body)
        kind = headers.get("x-amz-invocation-type", "RequestResponse")
        if kind == "DryRun":
            await _told(self._functions.one(name))
            return Answer(status=204)
        if kind == "Event":
            await _told(self._functions.one(name))
            async with self._db.transaction() as tx:
                await _told(self._functions.queue(tx, name, body))
            return Answer(status=202)
        if kind != "RequestResponse":
            raise InvalidParameterValueException("X-Amz-Invocation-Type is RequestResponse, Event or DryRun.")
        outcome = await _told(self._functions.invoke(name, body, _client_context(headers)))
        told = [("x-amz-executed-version", "$LATEST")]
        if outcome.error is not None:
            told.append(("x-amz-function-error", outcome.error))
        if headers.get("x-amz-log-type") == "Tail":
            tail = outcome.log.encode()[-_TAIL_BYTES:]
            told.append(("x-amz-log-result", base64.b64encode(tail).decode()))
        return Answer(body=outcome.payload, headers=tuple(told))

    async def _logs(self, name: str, query: dict[str, list[str]]) -> Answer:
        await _told(self._functions.one(name))
        after = query.get("after", [""])[0]
        found = await self._functions.logs(name, _count(query, "count", 100), after)
        events = [dict(zip(("Id", "RequestId", "Timestamp", "Message"), one, strict=True)) for one in found]
        return _json(LogsResponse(events=events))

    def _shown(self, function: Function) -> FunctionConfiguration:
        at = datetime.fromtimestamp(function.updated_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        return FunctionConfiguration(
            function_name=function.name,
            function_arn=function.arn(self._region, self._account),
            role=f"arn:aws:iam::{self._account}:role/{function.name}",
            runtime=function.runtime or None,
            handler=function.handler,
            code_size=function.code_bytes,
            code_sha256=base64.b64encode(bytes.fromhex(function.code)).decode() if function.code else None,
            description=function.description or None,
            timeout=function.timeout_seconds,
            memory_size=function.memory_mb,
            last_modified=f"{at}+0000",
            version="$LATEST",
            environment=Variables(variables=dict(function.variables)) if function.variables else None,
            state="Active",
            last_update_status="Successful",
            package_type="Zip",
        )


# Reading -------------------------------------------------------------------------------------------------------------


async def _told(work: Awaitable[T]) -> T:
    """Answer what the room answers, its errors in Lambda's words."""
    try:
        return await work
    except NoSuchFunction as error:
        raise ResourceNotFoundException(f"Function not found: {error}") from None
    except Exists as error:
        raise ResourceConflictException(str(error)) from None
    except BadPackage as error:
        raise InvalidParameterValueException(str(error)) from None
    except Throttled as error:
        raise TooManyRequestsException(str(error)) from None
    except TooLarge as error:
        raise RequestTooLargeException(str(error)) from None


def _decoded(body: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(body or b"{}", type=type_)
    except msgspec.ValidationError as error:
        raise InvalidParameterValueException(str(error)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidRequestContentException(f"Could not parse request body into json: {error}") from None


def _check_event(body: bytes) -> None:
    try:
        msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidRequestContentException(f"Could not parse request body into json: {error}") from None


def _client_context(headers: dict[str, str]) -> str | None:
    given = headers.get("x-amz-client-context")
    if given is None:
        return None
    try:
        text = base64.b64decode(given, validate=True).decode()
        msgspec.json.decode(text)
    except (binascii.Error, UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        raise InvalidRequestContentException("X-Amz-Client-Context is base64 of JSON.") from None
    return text


def _name(raw: str) -> str:
    """The function's name in an ARN, a partial one, or alone."""
    found = _NAME.fullmatch(unquote(raw))
    if found is None:
        raise InvalidParameterValueException("FunctionName is a name of 1 to 64 letters, digits, - and _, or an ARN.")
    return found[1]


def _runtime(given: str | None, url: str | None) -> str:
    if given is None and url is not None:
        return ""
    if given is None or not _RUNTIME.fullmatch(given):
        raise InvalidParameterValueException(f"Runtime {given!r} is not served here: take nodejs20.x or python3.12.")
    return given


def _url(given: str | None) -> str | None:
    if given is None or re.fullmatch(r"https?://[^\s/@]+(/\S*)?", given):
        return given
    raise InvalidParameterValueException("Tags.preamp:url is an http:// or https:// address without user and password.")


def _concurrency(tags: dict[str, str]) -> int:
    unknown = [tag for tag in tags if tag.startswith("preamp:") and tag not in _TAGS]
    if unknown:
        raise InvalidParameterValueException(f"Tags.{unknown[0]} is none of {', '.join(sorted(_TAGS))}.")
    given = tags.get("preamp:concurrency", "10")
    if not given.isdigit() or not 1 <= int(given) <= 1000:
        raise InvalidParameterValueException("Tags.preamp:concurrency is a number from 1 to 1000.")
    return int(given)


def _variables(given: Variables | None) -> dict[str, str]:
    found: dict[str, str] = dict(given.variables or {}) if given else {}
    if sum(len(name) + len(value) for name, value in found.items()) > MOST_VARIABLES_BYTES:
        raise InvalidParameterValueException(f"Environment.Variables hold more than {MOST_VARIABLES_BYTES} bytes.")
    return found


def _count(query: dict[str, list[str]], name: str, default: int) -> int:
    given = query.get(name, [str(default)])[0]
    if not given.isdigit() or not 1 <= int(given) <= 10_000:
        raise InvalidParameterValueException(f"{name} is a number from 1 to 10000.")
    return min(int(given), default)


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BODY_BYTES:
            raise RequestTooLargeException(f"The body is longer than {MOST_BODY_BYTES} bytes.")
        if not message.get("more_body"):
            return b"".join(parts)


def _json(value: msgspec.Struct, status: int = 200) -> Answer:
    return Answer(status=status, body=_ENCODE.encode(value))


async def _send(send: Send, answer: Answer, request_id: str) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(answer.body)),
        (b"x-amzn-requestid", request_id.encode()),
        (b"x-content-type-options", b"nosniff"),
        *((name.encode(), value.encode()) for name, value in answer.headers),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
