"""Starting preamp and the floors, pinned, and bringing preamp to where it can be measured."""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from load import Address, Key, ask, request, signed
from machine import SERVER_CORE, starting_on, stop
from preamp.server import Ready

HERE = Path(__file__).parent
START_SECONDS = 60
ENVIRONMENT = {**os.environ, "PREAMP_OIDC_PRIVATE_ADDRESSES": "true"}
"""The issuer of the tokens is at loopback."""
PREAMP = ("-c", "from preamp.cli import main; main()")
PREAMP_WITHOUT_WORKERS = (str(HERE / "idle_jobs.py"),)
SHOP = (HERE / "shop.graphql").read_text()


class Running(Struct, frozen=True, kw_only=True):
    """A started server. `key` signs for it; `data` is preamp's folder."""

    pid: int
    address: Address
    key: Key
    data: str = ""


class Api(Struct, frozen=True, kw_only=True):
    """A deployed GraphQL API."""

    path: str
    key: str


@contextlib.contextmanager
def started(command: Sequence[str], ready_file: Path) -> Iterator[Popen[bytes]]:
    log = ready_file.with_suffix(".log")
    with log.open("wb") as stderr, starting_on(SERVER_CORE):
        process = Popen(command, stdin=DEVNULL, stdout=stderr, stderr=stderr, env=ENVIRONMENT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"a server did not start:\n{log.read_text()}")
            time.sleep(0.002)
        yield process
    finally:
        stop(process)


@contextlib.contextmanager
def preamp(program: Sequence[str] = PREAMP, database: str | None = None) -> Iterator[Running]:
    """A fresh `preamp serve` on the server core."""
    with tempfile.TemporaryDirectory(prefix="preamp-bench-") as folder:
        ready_file = Path(folder) / "ready.json"
        ports = ("--http", "127.0.0.1:0", "--https", "127.0.0.1:0")
        store = ("--database", database) if database else ()
        command = (sys.executable, *program, "serve", "--ephemeral", *ports, *store, "--ready-file", str(ready_file))
        with started(command, ready_file) as process:
            ready = msgspec.json.decode(ready_file.read_bytes(), type=Ready)
            where = urlsplit(ready.http)
            yield Running(
                pid=process.pid,
                address=Address(host=where.hostname or "", port=where.port or 0),
                key=Key(id=ready.access_key_id or "", secret=ready.secret_access_key or ""),
                data=ready.data,
            )


@contextlib.contextmanager
def floor(kind: str, key: Key, **given: Any) -> Iterator[Running]:
    """A floor of floors.py on the server core."""
    with tempfile.TemporaryDirectory(prefix="preamp-bench-") as folder:
        ready_file, file = Path(folder) / "ready", Path(folder) / "given.json"
        given = {"ready_file": str(ready_file), "folder": folder, "where": folder, **given}
        file.write_bytes(msgspec.json.encode(given))
        with started((sys.executable, str(HERE / "floors.py"), kind, str(file)), ready_file) as process:
            address = Address(host="127.0.0.1", port=int(ready_file.read_text()))
            yield Running(pid=process.pid, address=address, key=key)


async def call(server: Running, path: str, **members: Any) -> dict[str, Any]:
    """One signed call of the Amplify Backend API; its answer must be a 200."""
    answer = await ask(server.address, signed(server.address, server.key, path, msgspec.json.encode(members)))
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {answer.body[:500]!r}")
    found: dict[str, Any] = msgspec.json.decode(answer.body)
    return found


async def job(server: Running, path: str, app: str, environment: str, **members: Any) -> None:
    """Start a job and wait until it has completed."""
    started = await call(server, path, **members)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        listed = await call(server, f"/backend/{app}/job/{environment}", jobId=started["jobId"])
        status = listed["jobs"][0]["status"]
        if status == "COMPLETED":
            return
        if status == "FAILED":
            raise RuntimeError(f"{path}: {listed}")
        await asyncio.sleep(0.005)
    raise TimeoutError(path)


async def environment(server: Running, app: str, name: str) -> None:
    """An environment, and its app."""
    await job(server, "/backend", app, name, appId=app, appName="bench", backendEnvironmentName=name)


async def deploy(server: Running, app: str, name: str, issuer: str) -> Api:
    """The shop's GraphQL API in an environment that is there: with an API key, and tokens of an issuer."""
    auth = {"mode": "API_KEY", "settings": {"expirationTime": 7, "description": "bench"}}
    more = [{"mode": "OPENID_CONNECT", "settings": {"openIDIssueURL": issuer}}]
    config: dict[str, Any] = {
        "apiName": "board",
        "service": "AppSync",
        "transformSchema": SHOP,
        "defaultAuthType": auth,
    }
    config["additionalAuthTypes"] = more
    members = {"backendEnvironmentName": name, "resourceName": "board", "resourceConfig": config}
    await job(server, f"/backend/{app}/api", app, name, **members)
    found = await call(server, f"/backend/{app}/details", backendEnvironmentName=name)
    output = msgspec.json.decode(found["amplifyMetaConfig"])["api"]["board"]["output"]
    return Api(path=f"/graphql/{output['GraphQLAPIIdOutput']}", key=output["GraphQLAPIKeyOutput"])


def graphql(server: Running, api: Api, path: str, query: str, **variables: Any) -> bytes:
    """The bytes of a GraphQL request; the floor takes the same body at another path."""
    return asked(server, path, {"x-api-key": api.key}, query, variables)


def asked(server: Running, path: str, headers: dict[str, str], query: str, variables: dict[str, Any]) -> bytes:
    """The bytes of a GraphQL request with these headers."""
    return request(server.address, path, msgspec.json.encode({"query": query, "variables": variables}), headers)


async def data_of(server: Running, api: Api, query: str, **variables: Any) -> dict[str, Any]:
    """The data of a GraphQL answer without errors."""
    answer = await ask(server.address, graphql(server, api, api.path, query, **variables))
    found = msgspec.json.decode(answer.body)
    if answer.status != 200 or "errors" in found:
        raise RuntimeError(f"{query}: {answer.status} {answer.body[:500]!r}")
    data: dict[str, Any] = found["data"]
    return data
