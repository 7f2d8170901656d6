"""Requests and answers of pages, over bare ASGI: bounded, with the headers that keep a sign-in page safe."""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec
from msgspec import Struct

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_MAX_BODY_BYTES = 65_536
_MAX_QUERY_BYTES = 16_384
_MAX_FIELDS = 100
_IN_ADDRESSES = "!#$%&'()*+,-./:;=?@[]_~"
_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//[A-Za-z0-9.:\[\]-]+)?", re.ASCII)
_HTML = "text/html; charset=utf-8"


class BadRequest(Exception):
    """The request cannot be read; the text says why."""


class ClientDisconnectedError(Exception):
    """The client went away before its body was read."""


class Request(Struct, frozen=True, kw_only=True):
    """One request to a pool's pages. `path` is what follows the pool's own part; `query` and `form` never repeat."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    cookies: dict[str, str]
    authorization: str | None
    origin: str | None


class Cookie(Struct, frozen=True, kw_only=True):
    """A cookie to set; an empty value removes it."""

    name: str
    value: str
    max_age: int = 3600


class Response(Struct, frozen=True, kw_only=True):
    """An answer. `form_targets` are the origins to which a form's answer may lead the browser (CSP)."""

    status: int = 200
    body: bytes = b""
    content_type: str = _HTML
    location: str | None = None
    cookies: tuple[Cookie, ...] = ()
    headers: tuple[tuple[bytes, bytes], ...] = ()
    nonce: str | None = None
    form_targets: tuple[str, ...] = ()


def redirect(location: str, *cookies: Cookie) -> Response:
    """Send the browser elsewhere, by GET."""
    return Response(
        status=302,
        location=quote(location, safe=_IN_ADDRESSES),
        cookies=cookies,
        content_type="text/plain; charset=utf-8",
    )


def json_answer(status: int, value: object, *headers: tuple[bytes, bytes]) -> Response:
    """A JSON document that nobody stores."""
    body = msgspec.json.encode(value)
    return Response(status=status, body=body, content_type="application/json;charset=UTF-8", headers=headers)


def new_nonce() -> str:
    """A random value for one page's styles."""
    return secrets.token_urlsafe(18)


async def read(scope: Scope, receive: Receive, path: str) -> Request:
    """The request. Raises BadRequest for what is too long, repeats a parameter, or is no form."""
    if len(scope["query_string"]) > _MAX_QUERY_BYTES:
        raise BadRequest("The query is too long.")
    headers = _headers(scope["headers"])
    body = await _body(receive) if scope["method"] == "POST" else b""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/x-www-form-urlencoded":
        raise BadRequest("A form is sent as application/x-www-form-urlencoded.")
    return Request(
        method=scope["method"],
        path=path,
        query=_parameters(scope["query_string"]),
        form=_parameters(body),
        cookies=_cookies(headers.get("cookie", "")),
        authorization=headers.get("authorization"),
        origin=headers.get("origin"),
    )


async def answer(send: Send, response: Response, cookie_path: str) -> None:
    """Write an answer. Cookies are for `cookie_path` alone, over TLS alone, and out of scripts' reach."""
    headers = [
        (b"content-type", response.content_type.encode()),
        (b"content-length", b"%d" % len(response.body)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        *response.headers,
    ]
    if response.content_type == _HTML:
        headers += _page_headers(response)
    if response.location is not None:
        headers.append((b"location", response.location.encode("ascii", "strict")))
    for cookie in response.cookies:
        headers.append((b"set-cookie", _set_cookie(cookie, cookie_path)))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


def with_parameters(uri: str, parameters: Mapping[str, str], *, fragment: bool = False) -> str:
    """The address with parameters behind what it has already, in its query or in its fragment."""
    text = urlencode(parameters)
    if fragment:
        return f"{uri}#{text}"
    if not text:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{text}"


def origin_of(uri: str) -> str | None:
    """The origin of an address as CSP names it: scheme and host, or the bare scheme of an app; None for odd ones."""
    parts = urlsplit(uri)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"
    return origin if _ORIGIN.fullmatch(origin) else None


def _page_headers(response: Response) -> list[tuple[bytes, bytes]]:
    style = f"style-src 'nonce-{response.nonce}'" if response.nonce else "style-src 'none'"
    targets = " ".join(("'self'", *response.form_targets))
    policy = (
        f"default-src 'none'; {style}; img-src 'self' data:; form-action {targets}; frame-ancestors 'none'; "
        "base-uri 'none'"
    )
    return [
        (b"content-security-policy", policy.encode("ascii", "replace")),
        (b"x-frame-options", b"DENY"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]


def _set_cookie(cookie: Cookie, path: str) -> bytes:
    age = cookie.max_age if cookie.value else 0
    return f"{cookie.name}={cookie.value}; Max-Age={age}; Path={path}; Secure; HttpOnly; SameSite=Lax".encode("ascii")


def _headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        found[key] = f"{found[key]}; {text}" if key == "cookie" and key in found else text
    return found


def _parameters(raw: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_FIELDS, encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise BadRequest("The parameters cannot be read.") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:  # RFC 6749, section 3.1: parameters must not be included more than once
            raise BadRequest(f"The parameter {name[:40]!r} is given twice.")
        if "\0" in value:
            raise BadRequest(f"The parameter {name[:40]!r} holds a NUL.")
        found[name] = value
    return found


def _cookies(text: str) -> dict[str, str]:
    """Cookies by name, the first of each: other programs at the same host may set any, and none may hide ours."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.strip().partition("=")
        found.setdefault(name, value.strip('"'))
    return found


async def _body(receive: Receive) -> bytes:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnectedError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > _MAX_BODY_BYTES:
            raise BadRequest("The form is too long.")
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)
