"""preamp's own client of the Amplify Backend API: signed HTTP, errors as Failed."""

import configparser
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import click
import httpx2
import msgspec
from msgspec import Struct

from preamp.cli.output import REFUSED, UNREACHABLE, USAGE, Failed
from preamp.control import extension, service
from preamp.kit.clock import Clock
from preamp.server import DataDirectory, Ready
from preamp.wire import sign

_SECONDS = 30.0


class Refused(Failed):
    """The server answered an error. `error` is its name, such as NotFoundException."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(f"{error}: {message}", REFUSED)
        self.error = error


class Profile(Struct, frozen=True, kw_only=True):
    """Where a server is and with which key it is asked. `ca` is the path of a CA to trust besides the system's."""

    endpoint: str
    access_key_id: str
    secret: str
    region: str = "us-east-1"
    token: str | None = None
    ca: str | None = None


def profile_of(endpoint: str | None, data: str | None) -> Profile:
    """The profile of a server: of the one that runs on a data directory, or of an endpoint with the key of AWS_*.

    Raises Failed where neither tells enough.
    """
    directory = DataDirectory(Path(data or os.environ.get("PREAMP_DATA") or "preamp-data"))
    ready = _ready_of(directory)
    if endpoint is None:
        if ready is None:
            raise Failed(f"no server runs on {directory.path}: start one, or give --endpoint", UNREACHABLE)
        if ready.access_key_id is None or ready.secret_access_key is None:
            key_id, secret = _key_of(directory)
            return Profile(endpoint=ready.http, access_key_id=key_id, secret=secret, region=ready.region)
        return Profile(
            endpoint=ready.http,
            access_key_id=ready.access_key_id,
            secret=ready.secret_access_key,
            region=ready.region,
        )
    key_id, secret = _key_of(directory)
    return Profile(
        endpoint=endpoint.rstrip("/"),
        access_key_id=key_id,
        secret=secret,
        region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
        token=os.environ.get("AWS_SESSION_TOKEN") or None,
        ca=os.environ.get("AWS_CA_BUNDLE") or (ready.ca if ready else None),
    )


def client_options(command: Any) -> Any:
    """The options of commands that ask a server."""
    command = click.option("--data", help="Data directory of the server (default: preamp-data).")(command)
    return click.option("--endpoint", help="URL of the server; signed with AWS_ACCESS_KEY_ID, or with --data's key.")(
        command
    )


class Client:
    """A connection to one server; an async context manager."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._clock = Clock()
        self._host = urlsplit(profile.endpoint).netloc
        self._prefix = urlsplit(profile.endpoint).path.rstrip("/")
        trusted = ssl.create_default_context()
        if profile.ca:
            trusted.load_verify_locations(profile.ca)
        self._http = httpx2.AsyncClient(verify=trusted, timeout=_SECONDS, trust_env=False)

    async def __aenter__(self) -> Self:
        """Open."""
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self._http.__aexit__(kind, error, trace)

    async def call(self, operation: str, **members: Any) -> dict[str, Any]:
        """Call an operation by name; members by their wire names, labels among them. Raises Failed."""
        found = (service.operations | extension.operations).get(operation)
        if found is None:
            raise Failed(f"there is no operation {operation!r}: see preamp operations", USAGE)
        path, rest = _path(found.path, members)
        return await self.request(found.method, path, rest)

    async def request(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send one signed request; the answer's JSON. Raises Failed."""
        content = b"" if method == "GET" else msgspec.json.encode(body)
        raw_path = self._prefix + path
        headers = sign(
            method,
            raw_path,
            self._host,
            content,
            access_key_id=self._profile.access_key_id,
            secret=self._profile.secret,
            service=service.signing_name,
            region=self._profile.region,
            now_ms=self._clock.now_ms(),
            token=self._profile.token,
        )
        url = self._profile.endpoint.removesuffix(self._prefix) + raw_path
        headers["content-type"] = "application/json"
        try:
            answer = await self._http.request(method, url, content=content, headers=headers)
        except httpx2.HTTPError as error:
            why = str(error) or type(error).__name__
            raise Failed(f"cannot reach {self._profile.endpoint}: {why}", UNREACHABLE) from None
        return _read(answer)


def _read(answer: httpx2.Response) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(answer.content, type=dict[str, Any])
    except msgspec.DecodeError:
        raise Failed(f"the server answered status {answer.status_code} without JSON: is it preamp?") from None
    if answer.status_code >= 400:
        name = answer.headers.get("x-amzn-errortype", f"status {answer.status_code}")
        raise Refused(name, str(document.get("message", "")))
    return document


def _path(template: str, members: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    rest = dict(members)
    parts = []
    for part in template.split("/"):
        if not part.startswith("{"):
            parts.append(part)
            continue
        name = part[1:-1]
        value = rest.pop(name, None)
        if not isinstance(value, str) or not value:
            raise Failed(f"member {name} is missing: it is part of the path {template}", USAGE)
        parts.append(quote(value, safe=""))
    return "/".join(parts), rest


def _ready_of(directory: DataDirectory) -> Ready | None:
    try:
        return msgspec.json.decode(directory.server.read_bytes(), type=Ready)
    except (OSError, msgspec.MsgspecError):
        return None


def _key_of(directory: DataDirectory) -> tuple[str, str]:
    key_id, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if key_id and secret:
        return key_id, secret
    file = configparser.ConfigParser(interpolation=None)
    file.read(directory.credentials)
    if "default" not in file:
        raise Failed("no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --data", USAGE)
    return file["default"]["aws_access_key_id"], file["default"]["aws_secret_access_key"]
