"""One round of jobs, in a process of its own: `python benchmarks/jobs_run.py ours|plain URL COUNT STARTS`.

A job is three steps that do nothing but be recorded. `ours` is the jobs room; `plain` is a job table and a step table
written by hand on the same database room: no leases, no locks, no phases, no retries. Prints JSON.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

import msgspec
import sqlalchemy as sa
import uvloop

from preamp.db import Database, Statement, Transaction, insert, open_database
from preamp.jobs import JobRequest, Jobs, Run, Workflow
from preamp.kit import ids
from preamp.kit.clock import Clock

SUBMITTERS = 16
WORKERS = 8
_INPUT = '{"app_id":"d1app","environment":"dev"}'

Submit = Callable[[int], Awaitable[None]]


class Started:
    """What the workload tells: when each job began, and how many are done."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self.done = 0
        self.changed = asyncio.Event()

    def end(self) -> None:
        """One more job is done."""
        self.done += 1
        self.changed.set()

    async def until(self, count: int) -> None:
        """Wait for so many jobs."""
        while self.done < count:
            self.changed.clear()
            await self.changed.wait()


# The jobs room -----------------------------------------------------------------------------------------------------


async def ours(db: Database, started: Started) -> Submit:
    jobs = Jobs(db, Clock(), concurrency=WORKERS)

    async def nothing() -> int:
        return 1

    async def last(tx: Transaction) -> None:
        tx.after_commit(started.end)

    async def work(run: Run) -> None:
        started.at[run.job.app_id] = perf_counter()
        await run.step("one", nothing, int)
        await run.step("two", nothing, int)
        await run.complete("three", last)

    async def submit(number: int) -> None:
        async with db.transaction() as tx:
            await jobs.start(
                tx, JobRequest(app_id=f"d{number}", environment="dev", operation="CreateBackend", input=_INPUT)
            )

    await jobs.start_workers({"CreateBackend": Workflow(run=work)})
    return submit


# The plain table ---------------------------------------------------------------------------------------------------

_tables = sa.MetaData()
_job = sa.Table(
    "plain_job",
    _tables,
    sa.Column("job_id", sa.Text, primary_key=True),
    sa.Column("app_id", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("input", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
)
_step = sa.Table(
    "plain_step",
    _tables,
    sa.Column("job_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("ended_ms", sa.BigInteger, nullable=False),
)
_INSERT_JOB, _INSERT_STEP = insert(_job), insert(_step)
_DONE = Statement(
    sa.update(_job)
    .where(_job.c.job_id == sa.bindparam("id", type_=sa.Text))
    .values(status="COMPLETED", updated_ms=sa.bindparam("now", type_=sa.BigInteger))
)


def _now() -> int:
    return time.time_ns() // 1_000_000


async def plain(db: Database, started: Started) -> Submit:
    async with db.transaction() as tx:
        for table in (_job, _step):
            await tx.execute(Statement(sa.text(str(sa.schema.CreateTable(table)))))
    slots = asyncio.Semaphore(WORKERS)
    tasks: set[asyncio.Task[None]] = set()

    async def run(job_id: str, app_id: str) -> None:
        async with slots:
            started.at[app_id] = perf_counter()
            for name in ("one", "two"):
                async with db.transaction() as tx:
                    await tx.execute(_INSERT_STEP, job_id=job_id, name=name, result="1", ended_ms=_now())
            async with db.transaction() as tx:
                await tx.execute(_INSERT_STEP, job_id=job_id, name="three", result="null", ended_ms=_now())
                await tx.execute(_DONE, id=job_id, now=_now())
            started.end()

    def spawn(job_id: str, app_id: str) -> None:
        task = asyncio.create_task(run(job_id, app_id))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def submit(number: int) -> None:
        job_id, app_id, now = ids.uuid7(), f"d{number}", _now()
        async with db.transaction() as tx:
            await tx.execute(
                _INSERT_JOB, job_id=job_id, app_id=app_id, environment="dev", operation="CreateBackend",
                status="RUNNING", input=_INPUT, created_ms=now, updated_ms=now,
            )  # fmt: skip
            tx.after_commit(lambda: spawn(job_id, app_id))

    return submit


# Measuring ---------------------------------------------------------------------------------------------------------


async def measure(kind: str, url: str, count: int, starts: int) -> dict[str, float]:
    """Throughput with many jobs at once, then the time from submitting to the first line of the work, one by one."""
    db = await open_database(url)
    started = Started()
    submit = await (ours if kind == "ours" else plain)(db, started)
    numbers = iter(range(10**9))

    async def submitter(share: int) -> None:
        for _ in range(share):
            await submit(next(numbers))

    async def many(total: int) -> None:
        before = started.done
        await asyncio.gather(*(submitter(total // SUBMITTERS) for _ in range(SUBMITTERS)))
        await started.until(before + total // SUBMITTERS * SUBMITTERS)

    await many(SUBMITTERS * 4)
    wall, cpu = perf_counter(), time.process_time()
    await many(count)
    wall, cpu = perf_counter() - wall, time.process_time() - cpu
    waits = []
    for _ in range(starts):
        number, done, submitted = next(numbers), started.done, perf_counter()
        await submit(number)
        await started.until(done + 1)
        waits.append(started.at[f"d{number}"] - submitted)
    return {"jobs_per_second": count / wall, "cpu_us": cpu / count * 1e6, "start_ms": median(waits) * 1000}


if __name__ == "__main__":
    found = uvloop.run(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
    sys.stdout.buffer.write(msgspec.json.encode(found))
    sys.stdout.flush()
    os._exit(0)  # workers and connections need no farewell: the database is thrown away
