"""preamp's own client of the Amplify Backend API: signed HTTP, errors as Failed.

`@on_server` gives a command the options that name a server, `@on_environment` those that name an environment besides;
the command gets them as one value, and `run` opens the client.
"""

import asyncio
import configparser
import os
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import update_wrapper
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import click
import httpx2
import msgspec
from msgspec import Struct

from preamp.cli.output import CONFLICT, DENIED, FAILED, NOT_FOUND, TIMEOUT, UNREACHABLE, USAGE, Failed
from preamp.control import extension, hosting_service, service
from preamp.kit.clock import Clock
from preamp.server import DataDirectory, Ready
from preamp.wire import sign
from preamp.wire.binding import queries

T = TypeVar("T")
_SECONDS = 30.0
_CODES = {401: DENIED, 403: DENIED, 404: NOT_FOUND, 504: TIMEOUT}


class Refused(Failed):
    """The server answered an error. `error` is its name, such as NotFoundException."""

    def __init__(self, error: str, message: str, status: int = 400) -> None:
        in_the_way = status == 400 and "already" in message
        super().__init__(f"{error}: {message}", CONFLICT if in_the_way else _CODES.get(status, FAILED))
        self.error = error


class Profile(Struct, frozen=True, kw_only=True):
    """Where a server is and with which key it is asked. `ca` is the path of a CA to trust besides the system's."""

    endpoint: str
    access_key_id: str
    secret: str
    region: str = "us-east-1"
    token: str | None = None
    ca: str | None = None


class Server(Struct, frozen=True, kw_only=True):
    """What a command line says about which server is meant."""

    endpoint: str | None = None
    data: str | None = None
    profile: str | None = None

    @property
    def directory(self) -> DataDirectory:
        """The data directory that is meant where nothing else is said."""
        return DataDirectory(Path(self.data or os.environ.get("PREAMP_DATA") or "preamp-data"))

    @property
    def ready(self) -> Ready | None:
        """What the server that runs on the data directory tells of itself."""
        try:
            return msgspec.json.decode(self.directory.server.read_bytes(), type=Ready)
        except (OSError, msgspec.MsgspecError):
            return None


class Place(Struct, frozen=True, kw_only=True):
    """A server, and what the command line says of an app and an environment on it."""

    server: Server
    app_id: str | None = None
    environment: str | None = None


class Environment(Struct, frozen=True, kw_only=True):
    """An environment that is certainly meant."""

    app_id: str
    name: str

    @property
    def members(self) -> dict[str, str]:
        """The members by which requests name it."""
        return {"appId": self.app_id, "backendEnvironmentName": self.name}


class SavedProfile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A server kept by name. `credentials` is a file in AWS's INI form, `section` the key's name in it."""

    endpoint: str
    credentials: str
    section: str = "default"
    region: str = "us-east-1"
    ca: str | None = None


def saved_profiles() -> dict[str, SavedProfile]:
    """The profiles that `preamp profiles add` kept. Raises Failed for a file that is not theirs."""
    path = profiles_path()
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, SavedProfile])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        raise Failed(f"cannot read {path}: {error}") from None


def profiles_path() -> Path:
    """Where profiles are kept."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "preamp" / "profiles.json"


def profile_of(server: Server) -> Profile:
    """How a server is asked: one kept by name, one at an endpoint, or the one that runs on a data directory.

    Raises Failed where that does not tell enough.
    """
    name = server.profile or (os.environ.get("PREAMP_PROFILE") if not (server.endpoint or server.data) else None)
    if name:
        return _named(name)
    ready = server.ready
    if server.endpoint is None:
        return _local(server, ready)
    key_id, secret = _key_of(server.directory)
    return Profile(
        endpoint=server.endpoint.rstrip("/"),
        access_key_id=key_id,
        secret=secret,
        region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
        token=os.environ.get("AWS_SESSION_TOKEN") or None,
        ca=os.environ.get("AWS_CA_BUNDLE") or (ready.ca if ready else None),
    )


def _named(name: str) -> Profile:
    saved = saved_profiles().get(name)
    if saved is None:
        raise Failed(f"there is no profile {name!r}: see preamp profiles list", NOT_FOUND)
    key_id, secret = _key_in(Path(saved.credentials), saved.section)
    return Profile(
        endpoint=saved.endpoint.rstrip("/"), access_key_id=key_id, secret=secret, region=saved.region, ca=saved.ca
    )


def _local(server: Server, ready: Ready | None) -> Profile:
    if ready is None:
        raise Failed(f"no server runs on {server.directory.path}: start one, or give --endpoint", UNREACHABLE)
    if ready.access_key_id is None or ready.secret_access_key is None:
        key_id, secret = _key_of(server.directory)
    else:
        key_id, secret = ready.access_key_id, ready.secret_access_key
    return Profile(endpoint=ready.http, access_key_id=key_id, secret=secret, region=ready.region)


def on_server(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `server: Server`, from --endpoint, --data and --profile."""

    def wrapped(*, endpoint: str | None, data: str | None, profile: str | None, **rest: Any) -> None:
        command(server=Server(endpoint=endpoint, data=data, profile=profile), **rest)

    return _with_server_options(update_wrapper(wrapped, command))


def on_environment(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `place: Place`, from the server's options and --app and --env."""

    def wrapped(
        *,
        endpoint: str | None,
        data: str | None,
        profile: str | None,
        app_id: str | None,
        environment: str | None,
        **rest: Any,
    ) -> None:
        server = Server(endpoint=endpoint, data=data, profile=profile)
        command(place=Place(server=server, app_id=app_id, environment=environment), **rest)

    made = _with_server_options(update_wrapper(wrapped, command))
    made = click.option("--env", "environment", help="Backend environment (default: the app's only one, else dev).")(
        made
    )
    return click.option("--app", "app_id", help="App id (default: the server's only app).")(made)


def _with_server_options(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--profile", help="Name of a server kept by preamp profiles.")(command)
    command = click.option("--data", help="Data directory of the server (default: preamp-data).")(command)
    return click.option("--endpoint", help="URL of the server; signed with AWS_ACCESS_KEY_ID, or with --data's key.")(
        command
    )


def run(server: Server, ask: Callable[["Client"], Awaitable[T]]) -> T:
    """Open a client of the server, and ask."""

    async def opened() -> T:
        async with Client(profile_of(server)) as client:
            return await ask(client)

    return asyncio.run(opened())


def run_at(place: Place, ask: Callable[["Client", Environment], Awaitable[T]]) -> T:
    """Open a client, find out which environment is meant, and ask."""

    async def found(client: "Client") -> T:
        return await ask(client, await environment_at(client, place))

    return run(place.server, found)


async def environment_at(client: "Client", place: Place) -> Environment:
    """The environment that a command line means. Raises Failed where that is not clear."""
    app_id = place.app_id or os.environ.get("PREAMP_APP") or await _only_app(client)
    name = place.environment or os.environ.get("PREAMP_ENV")
    if not name:
        backend = await client.call("GetBackend", appId=app_id)
        names = [str(one) for one in backend.get("backendEnvironmentList") or []]
        if len(names) != 1 and "dev" not in names:
            shown = ", ".join(names) or "none"
            raise Failed(f"give --env: app {app_id} has {shown}", USAGE if names else NOT_FOUND)
        name = names[0] if len(names) == 1 else "dev"
    return Environment(app_id=app_id, name=name)


async def _only_app(client: "Client") -> str:
    apps = await client.pages("ListApps", "apps")
    if len(apps) != 1:
        shown = ", ".join(str(app.get("appId")) for app in apps[:10])
        raise Failed(f"give --app: the server has {shown or 'no app'}", USAGE if apps else NOT_FOUND)
    return str(apps[0]["appId"])


class Client:
    """A connection to one server; an async context manager."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._clock = Clock()
        self._host = urlsplit(profile.endpoint).netloc
        self._prefix = urlsplit(profile.endpoint).path.rstrip("/")
        trusted = ssl.create_default_context()
        if profile.ca:
            trusted.load_verify_locations(profile.ca)
        self.http = httpx2.AsyncClient(verify=trusted, timeout=_SECONDS, trust_env=False)

    async def __aenter__(self) -> Self:
        """Open."""
        await self.http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.http.__aexit__(kind, error, trace)

    async def call(self, operation: str, **members: Any) -> dict[str, Any]:
        """Call an operation by name; members by their wire names, labels among them. Raises Failed."""
        for which in (service, extension, hosting_service):
            found = which.operations.get(operation)
            if found is not None:
                path, rest = _path(found.path, members)
                query = {name: str(rest.pop(name)) for name in queries(found.request) if name in rest}
                return await self.request(found.method, path, rest, query=query, signing_name=which.signing_name)
        raise Failed(f"there is no operation {operation!r}: see preamp operations", USAGE)

    async def pages(self, operation: str, member: str, **members: Any) -> list[dict[str, Any]]:
        """All pages of a listing."""
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {}
        while True:
            answer = await self.call(operation, **members, **page)
            found += answer.get(member) or []
            if not answer.get("nextToken"):
                return found
            page = {"nextToken": answer["nextToken"]}

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        *,
        query: Mapping[str, str] | None = None,
        signing_name: str = service.signing_name,
    ) -> dict[str, Any]:
        """Send one signed request; the answer's JSON. Raises Failed."""
        content = msgspec.json.encode(body) if method == "POST" else b""
        headers = self.signed(method, path, content, signing_name, query or {})
        headers["content-type"] = "application/json"
        return _read(await self.send(method, path, content, headers, query or {}))

    async def target(self, target: str, signing_name: str, members: Mapping[str, Any]) -> dict[str, Any]:
        """Call an operation of an aws-json service by its x-amz-target; members by AWS's names. Raises Failed."""
        content = msgspec.json.encode(members)
        headers = self.signed("POST", "/", content, signing_name)
        headers |= {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
        return _read(await self.send("POST", "/", content, headers))

    def signed(
        self, method: str, path: str, content: bytes, signing_name: str, query: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """The headers that sign a request for a service."""
        return sign(
            method,
            self._prefix + path,
            self._host,
            content,
            access_key_id=self.profile.access_key_id,
            secret=self.profile.secret,
            service=signing_name,
            region=self.profile.region,
            now_ms=self._clock.now_ms(),
            token=self.profile.token,
            query=urlencode(query or {}, quote_via=quote),
        )

    async def send(
        self, method: str, path: str, content: bytes, headers: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """Send a request as it is. Raises Failed where the server cannot be reached."""
        url = self.profile.endpoint.removesuffix(self._prefix) + self._prefix + path
        url += "?" + urlencode(query, quote_via=quote) if query else ""
        try:
            return await self.http.request(method, url, content=content, headers=dict(headers))
        except httpx2.TimeoutException:
            raise Failed(f"{self.profile.endpoint} did not answer in {_SECONDS:.0f} s", TIMEOUT) from None
        except httpx2.HTTPError as error:
            why = str(error) or type(error).__name__
            raise Failed(f"cannot reach {self.profile.endpoint}: {why}", UNREACHABLE) from None


def _read(answer: httpx2.Response) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(answer.content or b"{}", type=dict[str, Any])
    except msgspec.DecodeError:
        raise Failed(f"the server answered status {answer.status_code} without JSON: is it preamp?") from None
    if answer.status_code >= 400:
        name = str(document.get("__type") or answer.headers.get("x-amzn-errortype") or f"status {answer.status_code}")
        raise Refused(name, str(document.get("message", "")), answer.status_code)
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


def _key_of(directory: DataDirectory) -> tuple[str, str]:
    key_id, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if key_id and secret:
        return key_id, secret
    return _key_in(directory.credentials, "default")


def _key_in(path: Path, section: str) -> tuple[str, str]:
    file = configparser.ConfigParser(interpolation=None)
    try:
        file.read(path)
        return file[section]["aws_access_key_id"], file[section]["aws_secret_access_key"]
    except (KeyError, configparser.Error, OSError, UnicodeDecodeError):
        raise Failed(
            f"no access key in {path}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --data", DENIED
        ) from None
