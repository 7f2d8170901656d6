"""Rows of starting: time to ready and idle memory, beside moto's server from its own environment."""

import http.client
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from machine import SERVER_CORE, rss_mib, starting_on, stop
from msgspec import Struct
from rounds import Plan
from table import Row, Skipped

MOTO = Path(__file__).parents[1] / ".tools/moto/bin/moto_server"
IDLE_SECONDS = 1.0
_SECONDS = 60


class Start(Struct, frozen=True, kw_only=True):
    """One start."""

    seconds: float
    mib: float


def rows(plan: Plan) -> list[Row | Skipped]:
    """Two rows; the ratio is moto's figure by ours."""
    if not MOTO.exists():
        return [Skipped(what="start to ready, idle memory", why="moto_server is not there: make setup-moto")]
    _preamp()
    _moto()  # both once before, so that neither pays for a cold disk
    pairs = [(_preamp(), _moto()) for _ in range(max(3, plan.rounds))]
    return [
        Row(
            what="start to ready",
            unit="ms",
            ours=median(one.seconds for one, _ in pairs) * 1000,
            other=median(two.seconds for _, two in pairs) * 1000,
            against="moto_server",
            ratios=[two.seconds / one.seconds for one, two in pairs],
            goal=1.0,
        ),
        Row(
            what="idle memory",
            unit="MiB",
            ours=median(one.mib for one, _ in pairs),
            other=median(two.mib for _, two in pairs),
            against="moto_server",
            ratios=[two.mib / one.mib for one, two in pairs],
            goal=1.0,
        ),
    ]


def _preamp() -> Start:
    with tempfile.TemporaryDirectory(prefix="preamp-bench-") as folder:
        ready = Path(folder) / "ready.json"
        preamp = Path(sys.executable).parent / "preamp"
        ports = ["--http", "127.0.0.1:0", "--https", "127.0.0.1:0"]
        return _start([str(preamp), "serve", "--ephemeral", *ports, "--ready-file", str(ready)], ready.exists)


def _moto() -> Start:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]

    def answers() -> bool:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            link.request("GET", "/moto-api/")
            return link.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            link.close()

    return _start([str(MOTO), "-H", "127.0.0.1", "-p", str(port)], answers)


def _start(command: list[str], is_ready: Callable[[], bool]) -> Start:
    started = time.perf_counter()
    with starting_on(SERVER_CORE):
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    try:
        while not is_ready():
            if process.poll() is not None or time.perf_counter() - started > _SECONDS:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.005)
        seconds = time.perf_counter() - started
        time.sleep(IDLE_SECONDS)
        return Start(seconds=seconds, mib=rss_mib(process.pid))
    finally:
        stop(process)
