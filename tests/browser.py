"""A browser without a network: it keeps cookies, fills forms by their own fields and answers pages as values."""

import base64
import hashlib
import html
import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from msgspec import Struct

from preamp.auth.hosted_ui import HostedPages

HOST = "preamp.test:20443"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

_INPUT = re.compile(r"<input[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


class Page(Struct, frozen=True, kw_only=True):
    """An answer as a browser sees it."""

    status: int
    headers: list[tuple[str, str]]
    body: str

    def header(self, name: str) -> str:
        """The first header of a name, empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def location(self) -> str:
        """Where it redirects to."""
        return self.header("location")

    @property
    def told(self) -> dict[str, str]:
        """The parameters in the redirect's query or fragment."""
        parts = urlsplit(self.location)
        return dict(parse_qsl(parts.query or parts.fragment, keep_blank_values=True))

    @property
    def fields(self) -> dict[str, str]:
        """The form's fields with their values."""
        found = {}
        for tag in _INPUT.findall(self.body):
            attributes = dict(_ATTRIBUTE.findall(tag))
            if "name" in attributes and (attributes.get("type") != "radio" or "checked" in tag):
                found[attributes["name"]] = html.unescape(attributes.get("value", ""))
        return found

    @property
    def action(self) -> str:
        """Where the form goes."""
        found = re.search(r'<form method="post" action="([^"]*)"', self.body)
        assert found is not None, self.body
        return html.unescape(found[1])

    @property
    def error(self) -> str:
        """What went wrong, in the page's own words."""
        found = re.search(r'role="alert"[^>]*>([^<]*)<', self.body)
        return html.unescape(found[1]) if found else ""

    @property
    def title(self) -> str:
        """The page's heading."""
        found = re.search(r"<h1>([^<]*)</h1>", self.body)
        return html.unescape(found[1]) if found else ""


class Browser:
    """One browser. `cookies` are its own; scripts' calls send none."""

    def __init__(self, pages: HostedPages, host: str = HOST) -> None:
        self._pages, self._host = pages, host
        self.cookies: dict[str, str] = {}

    async def get(self, address: str, **parameters: str) -> Page:
        """Open an address."""
        return await self.ask("GET", _with(address, parameters))

    async def post(self, address: str, form: dict[str, str] | bytes, **headers: str) -> Page:
        """Send a form."""
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        return await self.ask("POST", address, body, headers)

    async def submit(self, page: Page, **filled: str) -> Page:
        """Fill a page's form and send it."""
        return await self.post(page.action, {**page.fields, **filled})

    async def ask(self, method: str, address: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Page:
        """One request; cookies go along and come back."""
        parts = urlsplit(address)
        sent = {"host": parts.netloc or self._host, "content-type": "application/x-www-form-urlencoded"}
        sent |= {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http",
            "method": method,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        }
        page = await _called(self._pages, scope, body)
        for name, value in page.headers:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                kept = rest.partition(";")[0]
                if kept:
                    self.cookies[key] = kept
                else:
                    self.cookies.pop(key, None)
        return page


async def _called(app: Any, scope: dict[str, Any], body: bytes) -> Page:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    return Page(status=sent[0]["status"], headers=headers, body=sent[1]["body"].decode())


def _with(address: str, parameters: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}" if parameters else address


def query_of(address: str) -> dict[str, list[str]]:
    """The query of an address."""
    return parse_qs(urlsplit(address).query)
