"""`make bench`: one table, and the same as JSON. Everything is a ratio within one run; see docs/benchmarks.md."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))  # the private PostgreSQL cluster of the tests

import auth_rows  # noqa: E402  behind the path of the tests
import cli_rows  # noqa: E402  behind the path of the tests
import control_rows  # noqa: E402
import graphql_rows  # noqa: E402
import jobs_rows  # noqa: E402
import postgres  # noqa: E402
import start_rows  # noqa: E402
import storage_rows  # noqa: E402
from machine import LOAD_CORE, SERVER_CORE, pin, starting_on  # noqa: E402
from rounds import Plan  # noqa: E402
from table import Row, Skipped, text, write  # noqa: E402

FULL = Plan(rounds=5, scale=0.5)
QUICK = Plan(rounds=2, scale=0.05, quick=True)
PARTS = ("control", "jobs", "graphql", "auth", "storage", "start", "cli")
# The cluster of the tests is not durable; what is compared here waits for the disk, as PostgreSQL does by itself.
postgres.OPTIONS = ("listen_addresses=127.0.0.1", "max_connections=60")


@contextmanager
def cluster() -> Iterator[postgres.Cluster | None]:
    """A private PostgreSQL on the server's core, None where PostgreSQL is not installed."""
    binaries = postgres.binaries()
    if binaries is None:
        yield None
        return
    with starting_on(SERVER_CORE):
        own = postgres.Cluster(binaries)
    try:
        yield own
    finally:
        own.stop()


def measure(plan: Plan, parts: list[str]) -> list[Row | Skipped]:
    """The rows of the wanted parts."""
    rows: list[Row | Skipped] = []
    with cluster() as own:
        stores = (None, own) if own else (None,)
        for part, store in [(part, store) for part in PARTS[:3] if part in parts for store in stores]:
            if part == "jobs":
                rows += jobs_rows.rows(plan, store)
            else:
                rows += uvloop.run((control_rows if part == "control" else graphql_rows).rows(plan, store))
            _progress(f"{part} on {'PostgreSQL' if store else 'SQLite'}")
        if own is None and set(PARTS[:3]) & set(parts):
            rows.append(Skipped(what="rows on PostgreSQL", why="not installed: make setup-postgres"))
    if "auth" in parts:
        rows += uvloop.run(auth_rows.rows(plan))
        _progress("auth")
    if "storage" in parts:
        rows += storage_rows.rows(plan)
        _progress("storage")
    if "start" in parts:
        rows += start_rows.rows(plan)
        _progress("start")
    if "cli" in parts:
        rows += cli_rows.rows(plan)
        _progress("cli")
    return rows


def _progress(what: str) -> None:
    print(f"measured: {what}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds: to see that all runs, not to conclude")
    parser.add_argument("--only", choices=PARTS, action="append", help="a part of the table; may be repeated")
    parser.add_argument("--json", type=Path, default=HERE / "results.json", help="where the JSON goes")
    given = parser.parse_args()
    pin(0, LOAD_CORE)
    started = time.monotonic()
    rows = measure(QUICK if given.quick else FULL, given.only or list(PARTS))
    print(text(rows))
    print(f"\n{time.monotonic() - started:.0f} s; us = CPU time per request of the server and its PostgreSQL")
    write(rows, given.json, quick=given.quick)
    if SERVER_CORE == LOAD_CORE:
        print("Only one core is free: server and load shared it, so these figures say little.")


if __name__ == "__main__":
    main()
