"""Jobs over both databases: retries, leases, fencing, cancellation, shutdown."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from preamp.db import Database, Unavailable, open_database
from preamp.jobs import Busy, Failure, Job, JobRequest, Jobs, Run, Workflow
from preamp.kit.clock import Clock

Work = Callable[[Run], Awaitable[None]]


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url)
    yield opened
    await opened.close()


async def running(db: Database, run: Work, undo: Work | None = None, lease_seconds: float = 0.5) -> Jobs:
    jobs = Jobs(db, Clock(), lease_seconds=lease_seconds)
    await jobs.start_workers({"Work": Workflow(run=run, undo=undo)})
    return jobs


async def start(jobs: Jobs, environment: str | None = "dev") -> Job:
    async with jobs.db.transaction() as tx:
        return await jobs.start(
            tx, JobRequest(app_id="app", environment=environment, operation="Work", input='{"n":1}')
        )


async def ended(jobs: Jobs, job: Job) -> Job:
    while True:
        found = await jobs.job("app", "dev", job.job_id)
        assert found is not None
        if found.phase == "done":
            return found
        await asyncio.sleep(0.005)


async def test_a_recorded_step_is_not_run_again(db: Database) -> None:
    """After a transient fault the job goes on behind its last record, with the results it had."""
    runs = {"first": 0, "second": 0}

    async def first() -> int:
        runs["first"] += 1
        return 42

    async def second() -> None:
        runs["second"] += 1
        if runs["second"] == 1:
            raise Unavailable("for a moment")

    async def work(run: Run) -> None:
        assert await run.step("first", first, int) == 42
        await run.step("second", second, type(None))

    jobs = await running(db, work)
    assert (await ended(jobs, await start(jobs))).status == "COMPLETED"
    assert runs == {"first": 1, "second": 2}
    await jobs.stop()


async def test_a_failure_is_undone_and_told(db: Database) -> None:
    undone: list[int | None] = []

    async def work(run: Run) -> None:
        await run.step("count", number, int)
        raise Failure("NotPossible - the reason, for people")

    async def number() -> int:
        return 7

    async def undo(run: Run) -> None:
        undone.append(run.result("count", int))

    jobs = await running(db, work, undo)
    job = await ended(jobs, await start(jobs))

    assert (job.status, job.error) == ("FAILED", "NotPossible - the reason, for people")
    assert undone == [7]
    await jobs.stop()


async def test_an_unexpected_error_ends_the_job_without_its_details(db: Database) -> None:
    """The job tells where to look; the exception's text stays in the log."""

    async def work(_run: Run) -> None:
        raise RuntimeError("secret detail")

    jobs = await running(db, work)
    job = await ended(jobs, await start(jobs))

    assert job.status == "FAILED"
    assert "secret detail" not in (job.error or "")
    await jobs.stop()


async def test_environments_are_worked_on_one_at_a_time(db: Database) -> None:
    go_on = asyncio.Event()

    async def wait() -> None:
        await go_on.wait()

    async def work(run: Run) -> None:
        await run.step("wait", wait, type(None))

    jobs = await running(db, work)
    first = await start(jobs)
    for environment in ("dev", None):
        with pytest.raises(Busy):
            await start(jobs, environment)
    other = await start(jobs, "test")
    go_on.set()

    assert (await ended(jobs, first)).status == "COMPLETED"
    while (found := await jobs.job("app", "test", other.job_id)) and found.phase != "done":
        await asyncio.sleep(0.005)
    assert (await ended(jobs, await start(jobs, None))).status == "COMPLETED"
    await jobs.stop()


async def test_a_stopped_servers_job_goes_on_in_the_next(db: Database) -> None:
    """Shutting down ends the running step and leaves the rest resumable."""
    reached, go_on, runs = asyncio.Event(), asyncio.Event(), []

    async def slow() -> None:
        runs.append("slow")
        reached.set()
        await go_on.wait()

    async def last() -> None:
        runs.append("last")

    async def work(run: Run) -> None:
        await run.step("slow", slow, type(None))
        await run.step("last", last, type(None))

    jobs = await running(db, work)
    job = await start(jobs)
    await reached.wait()
    stopping = asyncio.create_task(jobs.stop())
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    assert runs == ["slow"]

    again = await running(db, work)
    assert (await ended(again, job)).status == "COMPLETED"
    assert runs == ["slow", "last"]
    await again.stop()


async def test_a_node_that_lost_its_lease_records_nothing(db: Database) -> None:
    """Fencing: when another node has taken the job over, what the slow one finishes does not count."""
    reached, go_on, made = asyncio.Event(), asyncio.Event(), []

    async def slow() -> str:
        reached.set()
        await go_on.wait()
        return "old"

    async def quick() -> str:
        return "new"

    def workflow(step: Callable[[], Awaitable[str]]) -> Work:
        async def work(run: Run) -> None:
            made.append(await run.step("make", step, str))

        return work

    old = Jobs(db, Clock(), lease_seconds=0.05)
    old._renew = _nothing  # type: ignore[method-assign]  as if this node were frozen
    await old.start_workers({"Work": Workflow(run=workflow(slow))})
    job = await start(old)
    await reached.wait()
    new = await running(db, workflow(quick))

    assert (await ended(new, job)).status == "COMPLETED"
    go_on.set()
    await old.stop()
    assert made == ["new"]
    await new.stop()


async def _nothing(_now: int) -> None:
    """Renew no lease."""
