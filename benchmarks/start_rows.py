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

import msgspec
from msgspec import Struct

from load import Address, Key, ask, signed
from machine import SERVER_CORE, rss_mib, starting_on, stop
from rounds import Plan
from table import Row, Skipped

MOTO = Path(__file__).parents[1] / ".tools/moto/bin/moto_server"
IDLE_SECONDS = 1.0
_SECONDS = 60


class Start(Struct, frozen=True, kw_only=True):
    """One start: until it says it is ready, and until it has answered a first call of AWS's API; resident memory."""

    ready_seconds: float
    idle_mib: float
    answered_seconds: float
    answered_mib: float


def rows(plan: Plan) -> list[Row | Skipped]:
    """The ratio is moto's figure by ours. moto loads a service when it is first asked for; preamp loads all before."""
    if not MOTO.exists():
        return [Skipped(what="start to ready, idle memory", why="moto_server is not there: make setup-moto")]
    for program in (_preamp, _moto):
        program(wait=False)  # once before, so that neither pays for a cold disk
    pairs = [(_preamp(wait=True), _moto(wait=True)) for _ in range(plan.rounds)]
    columns = (
        ("start to ready", "ms", "ready_seconds", 1000, 1.0),
        ("idle memory", "MiB", "idle_mib", 1, 1.0),
        ("start to first API answer", "ms", "answered_seconds", 1000, None),
        ("memory after first API answer", "MiB", "answered_mib", 1, None),
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

        def asks() -> bool:
            told = msgspec.json.decode(ready.read_bytes())
            host, _, port = told["http"].removeprefix("http://").partition(":")
            address = Address(host=host, port=int(port))
            key = Key(id=told["access_key_id"], secret=told["secret_access_key"])
            answer = asyncio.run(ask(address, signed(address, key, "/s3Buckets", b"{}")))
            return answer.status == http.HTTPStatus.OK

        return _start(command, ready.exists, asks, wait=wait)


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
        wait=wait,
    )


def _start(command: list[str], is_ready: Callable[[], bool], asks: Callable[[], bool], *, wait: bool) -> Start:
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
        answered = ready + time.perf_counter() - asked
        return Start(ready_seconds=ready, idle_mib=idle, answered_seconds=answered, answered_mib=rss_mib(process.pid))
    finally:
        stop(process)
