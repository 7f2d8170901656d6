"""Rows of durable jobs: against a plain table written by hand, on the same database."""

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import msgspec

import postgres
from machine import SERVER_CORE, starting_on
from rounds import Plan
from table import Row

STARTS = 100
_SECONDS = 120
_PROGRAM = Path(__file__).parent / "jobs_run.py"


def rows(plan: Plan, cluster: postgres.Cluster | None) -> list[Row]:
    """Jobs per second, and submit to start."""
    count = plan.count(1_600) // 16 * 16
    pairs = [(_round("ours", count, cluster), _round("plain", count, cluster)) for _ in range(plan.rounds)]
    store = "PostgreSQL" if cluster else "SQLite"

    def values(name: str) -> tuple[list[float], list[float]]:
        return [one[name] for one, _ in pairs], [two[name] for _, two in pairs]

    ours, plain = values("jobs_per_second")
    ours_cpu, plain_cpu = values("cpu_us")
    ours_ms, plain_ms = values("start_ms")
    return [
        Row(
            what=f"jobs of 3 steps, {store}",
            unit="jobs/s",
            ours=median(ours),
            other=median(plain),
            against="plain table",
            ratios=[one / two for one, two in zip(ours, plain, strict=True)],
            goal=0.6,
            beside={"ours cpu us": median(ours_cpu), "other cpu us": median(plain_cpu)},
        ),
        Row(
            what=f"job submit to start p50, {store}",
            unit="ms",
            ours=median(ours_ms),
            other=median(plain_ms),
            against="plain table",
            ratios=[one / two for one, two in zip(ours_ms, plain_ms, strict=True)],
            goal=2.0,
            smaller=True,
        ),
    ]


def _round(kind: str, count: int, cluster: postgres.Cluster | None) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="preamp-bench-") as folder:
        url = cluster.create() if cluster else f"sqlite:///{folder}/jobs.sqlite3"
        command = [sys.executable, str(_PROGRAM), kind, url, str(count), str(STARTS)]
        with starting_on(SERVER_CORE):
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=_SECONDS)
        if cluster:
            cluster.drop(url)
        return msgspec.json.decode(done.stdout, type=dict[str, float])
