"""Rows of starting: time to ready and idle memory, beside moto's server from its own environment."""

import asyncio
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from load import Address, Key
from machine import SERVER_CORE, rss_mib, starting_on, stop
from preamp.server import Ready
from rounds import Plan
from servers import Running, call, deploy, environment, job
from table import Row, Skipped

MOTO = Path(__file__).parents[1] / ".tools/moto/bin/moto_server"
IDLE_SECONDS = 1.0
_SECONDS = 60
AUTH = {
    "authResources": "IDENTITY_POOL_AND_USER_POOL",
    "service": "COGNITO",
    "identityPoolConfigs": {"identityPoolName": "bench", "unauthenticatedLogin": False},
    "userPoolConfigs": {"requiredSignUpAttributes": ["EMAIL"], "signInMethod": "EMAIL", "userPoolName": "bench"},
}
STORAGE = {"permissions": {"authenticated": ["READ"]}, "serviceName": "S3"}
MOTO_MAKES = (
    ("appsync", "POST", "/v1/apis", "", b'{"name":"bench","authenticationType":"API_KEY"}'),
    ("cognito-idp", "POST", "/", "AWSCognitoIdentityProviderService.CreateUserPool", b'{"PoolName":"bench"}'),
    (
        "cognito-identity", "POST", "/", "AWSCognitoIdentityService.CreateIdentityPool",
        b'{"IdentityPoolName":"bench","AllowUnauthenticatedIdentities":false}',
    ),
    ("s3", "PUT", "/bench-bucket", "", b""),
)  # fmt: skip
"""Service, method, path, target and body of what moto is asked to make."""


class Start(Struct, frozen=True, kw_only=True):
    """One start: until it says it is ready, and until it has answered a first call of AWS's API; resident memory.

    `used_mib` is the memory once an API, a user pool, an identity pool and a bucket were made.
    """

    ready_seconds: float
    idle_mib: float
    answered_seconds: float
    answered_mib: float
    used_mib: float


def rows(plan: Plan) -> list[Row | Skipped]:
    """The ratio is moto's figure by ours. Both load most of a service when it is first asked for."""
    if not MOTO.exists():
        return [Skipped(what="start to ready, idle memory", why="moto_server is not there: make setup-moto")]
    for program in (_preamp, _moto):
        program(wait=False)  # once before, so that neither pays for a cold disk
    pairs = [(_preamp(wait=True), _moto(wait=True)) for _ in range(plan.rounds)]
    columns = (
        ("start to ready", "ms", "ready_seconds", 1000, 1.0),
        ("start to first API answer", "ms", "answered_seconds", 1000, None),
        ("idle memory, nothing asked", "MiB", "idle_mib", 1, 1.0),
        ("idle memory, one call answered", "MiB", "answered_mib", 1, 1.0),
        ("idle memory, API + auth + storage made", "MiB", "used_mib", 1, None),
    )
    return [_row(pairs, *column) for column in columns]


def _row(pairs: list[tuple[Start, Start]], what: str, unit: str, name: str, factor: float, goal: float | None) -> Row:
    ours, moto = ([getattr(start, name) * factor for start in side] for side in zip(*pairs, strict=True))
    ratios = [two / one for one, two in zip(ours, moto, strict=True)]
    return Row(
        what=what, unit=unit, ours=median(ours), other=median(moto), against="moto_server", ratios=ratios, goal=goal
    )


def _preamp(*, wait: bool) -> Start:
    with tempfile.TemporaryDirectory(prefix="preamp-bench-") as folder:
        ready = Path(folder) / "ready.json"
        preamp = Path(sys.executable).parent / "preamp"
        ports = ["--http", "127.0.0.1:0", "--https", "127.0.0.1:0"]
        command = [str(preamp), "serve", "--ephemeral", *ports, "--ready-file", str(ready)]

        def running() -> Running:
            told = msgspec.json.decode(ready.read_bytes(), type=Ready)
            where = urlsplit(told.http)
            address = Address(host=where.hostname or "", port=where.port or 0)
            key = Key(id=told.access_key_id or "", secret=told.secret_access_key or "")
            return Running(pid=told.pid, address=address, key=key)

        def asks() -> bool:
            return bool(asyncio.run(call(running(), "/s3Buckets")) is not None)

        return _start(command, ready.exists, asks, lambda: asyncio.run(_made(running())), wait=wait)


async def _made(server: Running) -> None:
    """An environment with an API, auth and storage."""
    await environment(server, "d1bench", "dev")
    await deploy(server, "d1bench", "dev", "https://issuer.invalid")
    for path, config in (("auth", AUTH), ("storage", STORAGE)):
        members = {"backendEnvironmentName": "dev", "resourceName": path, "resourceConfig": config}
        await job(server, f"/backend/d1bench/{path}", "d1bench", "dev", **members)


def _moto(*, wait: bool) -> Start:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    scope = "Credential=test/20200101/us-east-1/cognito-idp/aws4_request"
    list_pools = {
        "x-amz-target": "AWSCognitoIdentityProviderService.ListUserPools",
        "content-type": "application/x-amz-json-1.1",
        "authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none",
    }

    def makes() -> None:
        for service, method, path, target, body in MOTO_MAKES:
            signed = {"authorization": list_pools["authorization"].replace("cognito-idp", service)}
            kind = {"x-amz-target": target, "content-type": list_pools["content-type"]} if target else {}
            if not answers(method, path, body, {**signed, **kind}):
                raise RuntimeError(f"moto_server did not answer {method} {path} of {service}")

    def answers(method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bool:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            link.request(method, path, body, headers)
            return link.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            link.close()

    return _start(
        [str(MOTO), "-H", "127.0.0.1", "-p", str(port)],
        lambda: answers("GET", "/moto-api/", None, {}),
        lambda: answers("POST", "/", b'{"MaxResults":10}', list_pools),
        makes,
        wait=wait,
    )


def _start(
    command: list[str],
    is_ready: Callable[[], bool],
    asks: Callable[[], bool],
    makes: Callable[[], None],
    *,
    wait: bool,
) -> Start:
    # An editable install is compiled at its first start: as for moto, which pip compiled, that is not to be measured.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    with starting_on(SERVER_CORE):
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )
    try:
        while not is_ready():
            if process.poll() is not None or time.perf_counter() - started > _SECONDS:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.005)
        ready = time.perf_counter() - started
        time.sleep(IDLE_SECONDS if wait else 0)
        idle = rss_mib(process.pid)
        asked = time.perf_counter()
        if not asks():
            raise RuntimeError(f"{command[0]} did not answer its first call")
        answered, answered_mib = ready + time.perf_counter() - asked, rss_mib(process.pid)
        if wait:
            makes()
        return Start(
            ready_seconds=ready,
            idle_mib=idle,
            answered_seconds=answered,
            answered_mib=answered_mib,
            used_mib=rss_mib(process.pid),
        )
    finally:
        stop(process)
