"""Requests made and answers read, without sending anything: what the sync and the async client share."""

import random
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Struct

from preamp.client.errors import OperationError
from preamp.control import service
from preamp.wire import sign

R = TypeVar("R", bound=Struct)

_REPEATED = frozenset({429, 500, 502, 503, 504})
_SKEWED = ("Signature expired", "Signature not yet current")
_LONGEST_PAUSE = 20.0


class Outgoing(Struct, frozen=True, kw_only=True):
    """One signed request, as the hook `on_request` sees it before it is sent."""

    operation: str
    method: str
    url: str
    headers: dict[str, str]
    body: bytes


class Incoming(Struct, frozen=True, kw_only=True):
    """One answer, as the hook `on_response` sees it. Header names are lower case."""

    operation: str
    status: int
    headers: dict[str, str]
    body: bytes


class Options(Struct, frozen=True, kw_only=True):
    """What a client is made with. Times are seconds.

    `app_id` and `backend_environment_name` are taken where a call names none. `ca` is the path of a CA to trust beside
    the system's, `verify` False trusts any certificate (for tests). `max_retries` counts the tries after the first,
    made on connection errors and on 429, 500, 502, 503 and 504. `correct_clock_skew` signs once more by the server's
    clock where a signature is refused for its time; `clock_offset_seconds` is added to this machine's clock.
    """

    endpoint: str
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    region: str = "us-east-1"
    app_id: str | None = None
    backend_environment_name: str | None = None
    timeout_seconds: float = 60.0
    connect_timeout_seconds: float = 10.0
    max_retries: int = 3
    retry_base_seconds: float = 0.1
    proxy: str | None = None
    ca: str | None = None
    verify: bool = True
    correct_clock_skew: bool = True
    clock_offset_seconds: float = 0.0
    user_agent: str = "preamp-client"
    on_request: Callable[[Outgoing], None] | None = None
    on_response: Callable[[Incoming], None] | None = None


def outgoing(options: Options, operation: str, request: Struct, *, now_ms: int, invocation_id: str) -> Outgoing:
    """The signed request of an operation. Raises ValueError for an operation that is none, or an empty label."""
    found = service.operations.get(operation)
    if found is None:
        raise ValueError(f"there is no operation {operation!r}")
    members = msgspec.to_builtins(request)
    parts = urlsplit(options.endpoint)
    path = parts.path.rstrip("/") + "/".join(_part(part, members) for part in found.path.split("/"))
    body = msgspec.json.encode(members) if found.method == "POST" else b""
    headers = sign(
        found.method,
        path,
        parts.netloc,
        body,
        access_key_id=options.access_key_id,
        secret=options.secret_access_key,
        service=service.signing_name,
        region=options.region,
        now_ms=now_ms,
        token=options.session_token,
    )
    headers |= {
        "content-type": "application/json",
        "user-agent": options.user_agent,
        "amz-sdk-invocation-id": invocation_id,
    }
    url = f"{parts.scheme}://{parts.netloc}{path}"
    return Outgoing(operation=operation, method=found.method, url=url, headers=headers, body=body)


def _part(part: str, members: dict[str, object]) -> str:
    if not part.startswith("{"):
        return part
    value = members.pop(part[1:-1], None)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{part[1:-1]} must be given: it is part of the path")
    return quote(value, safe="")


def answer(incoming: Incoming, kind: type[R]) -> R:
    """The typed answer. Raises OperationError."""
    if incoming.status >= 400:
        raise _error(incoming)
    try:
        return msgspec.json.decode(incoming.body, type=kind)
    except msgspec.MsgspecError as error:
        raise OperationError("InvalidResponse", str(error), incoming.status, _request_id(incoming), {}) from None


def _error(incoming: Incoming) -> OperationError:
    try:
        members = msgspec.json.decode(incoming.body, type=dict[str, object])
    except msgspec.MsgspecError:
        members = {}
    code = incoming.headers.get("x-amzn-errortype", "").partition(":")[0] or f"Status{incoming.status}"
    message = str(members.pop("message", "") or "no message")
    return OperationError(code, message, incoming.status, _request_id(incoming), members)


def _request_id(incoming: Incoming) -> str:
    return incoming.headers.get("x-amzn-requestid", "")


def pause(options: Options, tried: int, incoming: Incoming | None) -> float | None:
    """Seconds to wait before another try, after `tried` of them; None = there is none. `incoming` None: no answer."""
    if tried > options.max_retries or (incoming is not None and incoming.status not in _REPEATED):
        return None
    longest: float = min(options.retry_base_seconds * 2.0 ** (tried - 1), _LONGEST_PAUSE)
    return random.uniform(0, longest)  # noqa: S311  jitter, no secret


def skew_ms(incoming: Incoming, now_ms: int) -> int | None:
    """How far the server's clock is ahead, where a signature was refused for its time; None where it was not."""
    if incoming.status != 403 or not any(words in incoming.body.decode(errors="replace") for words in _SKEWED):
        return None
    try:
        theirs = parsedate_to_datetime(incoming.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None
    return int(theirs * 1000) - now_ms


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by lower-case name."""
    return {name.lower(): value for name, value in headers.items()}
