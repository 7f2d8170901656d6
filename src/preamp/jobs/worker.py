"""Starting, claiming and running jobs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from itertools import starmap
from typing import TypeVar

import msgspec
from msgspec import Struct

from preamp.db import Conflict, Database, Transaction, Unavailable
from preamp.jobs import questions
from preamp.jobs.records import WHOLE_APP, Job, JobRequest, JobStep, Phase
from preamp.kit import ids
from preamp.kit.clock import Clock

T = TypeVar("T")
log = logging.getLogger("preamp.jobs")

_MAX_ATTEMPTS = 8
_FIRST_RETRY_MS = 250
_LONGEST_RETRY_MS = 60_000
_POLL_SECONDS = 1.0
_NEWEST = "~"
"""Sorts behind every id."""


class Failure(Exception):
    """The work cannot be done; the text is for people and becomes the job's error."""


class Busy(Exception):
    """Another job works on one of the environments."""

    def __init__(self, environment: str, job_id: str) -> None:
        super().__init__(f"job {job_id} works on {environment}")
        self.environment = environment
        self.job_id = job_id


class _LeaseLost(Exception):
    """Another node has the job, or it was cancelled: whatever this node still does must not be recorded."""


class _Stopping(Exception):
    """The server shuts down; the job goes on from its last record after the next start."""


class Workflow(Struct, frozen=True, kw_only=True):
    """The functions of one operation. `undo` removes what `run` made; `settle` tidies after the job completed.

    All three may run again after a crash, from their last recorded step. `attempts` is how often the work is tried
    while what it needs does not answer; the waits double from a quarter of a second to a minute.
    """

    run: "Callable[[Run], Awaitable[None]]"
    undo: "Callable[[Run], Awaitable[None]] | None" = None
    settle: "Callable[[Run], Awaitable[None]] | None" = None
    attempts: int = _MAX_ATTEMPTS


class Run:
    """One claim of one job, as its workflow sees it."""

    def __init__(self, jobs: "Jobs", job: Job, results: dict[tuple[str, str], str]) -> None:
        self._jobs = jobs
        self._results = results
        self.job = job
        self.phase: Phase = job.phase
        self.current: str | None = None
        self.started_ms = 0

    def input(self, type_: type[T]) -> T:
        """The job's input, decoded."""
        return msgspec.json.decode(self.job.input, type=type_)

    def result(self, name: str, type_: type[T]) -> T | None:
        """What a forward step recorded, None where it never did (undo asks this)."""
        found = self._results.get(("forward", name))
        return None if found is None else msgspec.json.decode(found, type=type_)

    async def step(self, name: str, work: Callable[[], Awaitable[T]], type_: type[T]) -> T:
        """Do `work` unless it is recorded as done. A crash inside it repeats it, so it must bear repeating."""
        found = self._begin(name)
        if found is not None:
            return msgspec.json.decode(found, type=type_)
        result = await work()
        async with self._jobs.db.transaction() as tx:
            await self._record(tx, name, result)
        return result

    async def commit(self, name: str, work: Callable[[Transaction], Awaitable[T]], type_: type[T]) -> T:
        """Do `work` in the transaction that records it: exactly once, whatever happens."""
        found = self._begin(name)
        if found is not None:
            return msgspec.json.decode(found, type=type_)
        async with self._jobs.db.transaction() as tx:
            result = await work(tx)
            await self._record(tx, name, result)
        return result

    async def complete(self, name: str, work: Callable[[Transaction], Awaitable[None]]) -> None:
        """The last step: its writes and the job's completion are one transaction; behind it nothing is undone."""
        self._begin(name)
        async with self._jobs.db.transaction() as tx:
            await work(tx)
            await self._record(tx, name, None)
            behind = await self._jobs.enter_behind(tx, self)
        self.phase = behind

    def _begin(self, name: str) -> str | None:
        if self._jobs.stopping:
            raise _Stopping
        self.current, self.started_ms = name, self._jobs.clock.now_ms()
        self._jobs.at_step(self.job, self.phase, name)
        return self._results.get((self.phase, name))

    async def _record(self, tx: Transaction, name: str, result: object) -> None:
        text = msgspec.json.encode(result).decode()
        step = {
            "job_id": self.job.job_id,
            "phase": self.phase,
            "name": name,
            "position": len(self._results),
            "result": text,
            "started_ms": self.started_ms,
            "ended_ms": self._jobs.clock.now_ms(),
        }
        await self._jobs.record(tx, self, step)
        self._results[self.phase, name] = text


class Jobs:
    """The jobs of one node. `at_step` is told each step before it runs (progress, and crash tests)."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        lease_seconds: float = 15,
        concurrency: int = 8,
        at_step: Callable[[Job, Phase, str], None] | None = None,
    ) -> None:
        self.db = db
        self.clock = clock
        self.stopping = False
        self.at_step = at_step or (lambda _job, _phase, _name: None)
        self._node = ids.uuid4()
        self._lease_ms = int(lease_seconds * 1000)
        self._slots = asyncio.Semaphore(concurrency)
        self._workflows: Mapping[str, Workflow] = {}
        self._running: dict[str, Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    # Asking and starting -------------------------------------------------------------------------------------------

    async def start(self, tx: Transaction, request: JobRequest) -> Job:
        """Record a job, durable with the caller's transaction; it runs once that has committed.

        The caller holds the app's row lock, so that two starts of one app come one after the other. Raises Busy.
        """
        now = self.clock.now_ms()
        owner = self._node if self._workflows else None  # a node without workers leaves it to the others
        job = Job(
            ids.uuid4(), ids.uuid7(), request.app_id, request.environment, request.other_environment, request.operation,
            "RUNNING", "forward", request.input, request.secrets, None, now, now, owner, now + self._lease_ms, now,
            1, request.access_key_id, request.invocation_id,
        )  # fmt: skip
        await self._insert(tx, job, _locked_by(request))
        tx.after_commit(lambda: self._spawn(job))
        return job

    async def _insert(self, tx: Transaction, job: Job, environments: list[str]) -> None:
        for environment in environments if self.db.dialect == "sqlite" else environments[:-1]:
            await self._lock(tx, job, environment, environments)
        row = msgspec.structs.asdict(job)
        if self.db.dialect == "sqlite":
            await tx.execute(questions.INSERT_JOB, **row)
            return
        last = {"asked": environments[-1], "whole_app": WHOLE_APP}
        if not await tx.execute(questions.TAKE_LOCK_AND_INSERT_JOB, **last, **row):
            raise await self._busy(tx, job.app_id, environments)

    async def _lock(self, tx: Transaction, job: Job, environment: str, environments: list[str]) -> None:
        taken = await tx.execute(
            questions.TAKE_LOCK, app_id=job.app_id, job_id=job.job_id, asked=environment, whole_app=WHOLE_APP
        )
        if not taken:
            raise await self._busy(tx, job.app_id, environments)

    async def repeated(
        self, reader: Database | Transaction, operation: str, access_key_id: str, invocation_id: str
    ) -> Job | None:
        """The job that an earlier try of the same SDK call started."""
        row = await reader.row(questions.JOB_BY_INVOCATION, key=access_key_id, op=operation, invocation=invocation_id)
        return None if row is None else Job(*row)

    async def job(self, app_id: str, environment: str, job_id: str) -> Job | None:
        """One job as its app and environment see it."""
        row = await self.db.row(questions.JOB_OF_APP, id=job_id, app=app_id, environment=environment)
        return None if row is None else Job(*row)

    async def jobs(
        self,
        app_id: str,
        environment: str,
        *,
        count: int,
        before: str | None = None,
        job_id: str | None = None,
        operation: str | None = None,
        status: str | None = None,
    ) -> list[Job]:
        """Newest first, those sorting before `before`; filters are AND-ed equality."""
        before = before or _NEWEST
        if job_id is operation is status is None:
            rows = await self.db.rows(
                questions.JOBS_OF_APP, app=app_id, environment=environment, count=count, before=before
            )
        else:
            rows = await self.db.rows(
                questions.SOME_JOBS_OF_APP,
                app=app_id,
                environment=environment,
                count=count,
                before=before,
                only_id=job_id,
                only_operation=operation,
                only_status=status,
            )
        return list(starmap(Job, rows))

    async def steps(self, job_id: str) -> list[JobStep]:
        """The recorded steps, oldest first; a step that this node is in has `ended_ms` 0."""
        found = [JobStep(*row) for row in await self.db.rows(questions.STEP_LIST, id=job_id)]
        run = self._running.get(job_id)
        if run and run.current and not any((s.phase, s.name) == (run.phase, run.current) for s in found):
            found.append(JobStep(run.phase, run.current, run.started_ms, 0))
        return found

    async def cancel(self, job: Job, reason: str) -> bool:
        """Fail a running job; what it made is removed afterwards. False where it had ended."""
        async with self.db.transaction() as tx:
            done = await tx.execute(questions.CANCEL, id=job.job_id, reason=reason, now=self.clock.now_ms())
            tx.after_commit(self._wake.set)
        return done == 1

    async def forget(self, tx: Transaction, operation: str) -> None:
        """Remove the jobs of an operation that have ended, for operations whose jobs nobody asks about."""
        for statement in questions.FORGET:
            await tx.execute(statement, op=operation)

    async def busy(self, reader: Database | Transaction, app_id: str) -> dict[str, str]:
        """Job id by locked environment of an app."""
        return {row[0]: row[1] for row in await reader.rows(questions.LOCKS, app=app_id)}

    async def _busy(self, tx: Transaction, app_id: str, wanted: list[str]) -> Busy:
        for environment, job_id in (await self.busy(tx, app_id)).items():
            if environment == WHOLE_APP or WHOLE_APP in wanted or environment in wanted:
                return Busy(environment, job_id)
        raise Unavailable("the job that held the environment has just ended")

    # Running -------------------------------------------------------------------------------------------------------

    async def start_workers(self, workflows: Mapping[str, Workflow]) -> None:
        """Begin to run jobs, first those that an earlier process left unfinished."""
        self._workflows = workflows
        if self.db.dialect == "sqlite":
            # The data directory is locked by this process: whoever owned these jobs is dead.
            async with self.db.transaction() as tx:
                await tx.execute(questions.ORPHAN_ALL)
        self._keep(asyncio.create_task(self._watch()))

    async def stop(self) -> None:
        """Let running steps end, leave the rest to the next start."""
        self.stopping = True
        self._wake.set()
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _spawn(self, job: Job) -> None:
        if self.stopping or not self._workflows:
            return  # the next claim finds it when its lease ends
        self._keep(asyncio.create_task(self._work(job, {})))

    def _keep(self, task: "asyncio.Task[None]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self) -> None:
        renewed = self.clock.now_ms()
        while not self.stopping:
            try:
                while await self._claim():
                    pass
                if self._running and self.clock.now_ms() - renewed > self._lease_ms // 3:
                    renewed = self.clock.now_ms()
                    await self._renew(renewed)
            except Unavailable as error:
                log.warning("the database does not answer, jobs wait: %s", error)
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), min(_POLL_SECONDS, self._lease_ms / 3000))
            except TimeoutError:
                continue

    async def _renew(self, now: int) -> None:
        async with self.db.transaction() as tx:
            for run in self._running.values():
                await tx.execute(
                    questions.HOLD,
                    id=run.job.job_id,
                    node=self._node,
                    in_phase=run.phase,
                    lease=now + self._lease_ms,
                    now=now,
                )

    async def _claim(self) -> bool:
        now = self.clock.now_ms()
        if self.stopping or (await self.db.row(questions.CLAIMABLE, now=now)) is None:
            return False
        async with self.db.transaction() as tx:
            row = await tx.row(questions.CLAIM, node=self._node, lease=now + self._lease_ms, now=now)
            if row is None:
                return False
            job = Job(*row)
            results = {(r[0], r[1]): r[2] for r in await tx.rows(questions.STEPS, id=job.job_id)}
        self._keep(asyncio.create_task(self._work(job, results)))
        return True

    async def _work(self, job: Job, results: dict[tuple[str, str], str]) -> None:
        async with self._slots:
            run = self._running[job.job_id] = Run(self, job, results)
            try:
                await self._phases(run)
            except _Stopping:
                await self._release(run, self.clock.now_ms())
            except _LeaseLost:
                log.info("job %s was cancelled or taken over", job.job_id)
                await self._release_cancelled(run)
            except Unavailable as error:
                log.warning("job %s waits: %s", job.job_id, error)
            finally:
                self._running.pop(job.job_id, None)

    async def _phases(self, run: Run) -> None:
        workflow = self._workflows[run.job.operation]
        if run.phase == "forward" and not await self._forward(run, workflow):
            return
        last = {"settle": workflow.settle, "undo": workflow.undo}.get(run.phase)
        try:
            if last is not None:
                await last(run)
        except (_Stopping, _LeaseLost):
            raise
        except Exception as error:  # noqa: BLE001  decided in _retry: again, or the end of the job
            if await self._retry(run, error):
                return
        await self._finish(run)

    async def _forward(self, run: Run, workflow: Workflow) -> bool:
        """The work itself; False where the job was put back for later."""
        try:
            await workflow.run(run)
            if run.phase == "forward":
                await self._change(run, "settle", "RUNNING", None)
        except (_Stopping, _LeaseLost):
            raise
        except Failure as failure:
            await self._change(run, "undo", "RUNNING", str(failure))
        except Exception as error:  # noqa: BLE001  decided in _retry
            return not await self._retry(run, error)
        return True

    async def _retry(self, run: Run, error: Exception) -> bool:
        """Put the job back for later if the error may pass; else fail it. True = it was put back."""
        transient = isinstance(error, Unavailable | OSError | TimeoutError)
        most = self._workflows[run.job.operation].attempts
        attempts = most if transient or run.phase != "forward" else 1
        if not transient:
            where = (run.job.job_id, run.job.operation, run.current)
            log.error("job %s (%s) failed in step %r", *where, exc_info=error)
        if run.job.attempt < attempts:
            delay = min(_LONGEST_RETRY_MS, _FIRST_RETRY_MS * 2 ** min(run.job.attempt, 20))
            await self._release(run, self.clock.now_ms() + delay)
            return True
        if run.phase == "forward":
            what = "The server could not finish the work" if transient else "InternalFailure - the server failed"
            text = f"{what} in step {run.current!r}; its log tells more under job {run.job.job_id}."
            await self._change(run, "undo", "RUNNING", text)
        return False

    async def _change(self, run: Run, phase: Phase, status: str, error: str | None) -> None:
        async with self.db.transaction() as tx:
            await self.enter(tx, run, phase, status, error)
        run.phase = phase

    async def enter_behind(self, tx: Transaction, run: Run) -> Phase:
        """Leave the forward phase for good: to settle where there is something to tidy, else the job is done.

        A job that still holds its environment is RUNNING for clients: once they read COMPLETED they may start the next.
        """
        if self._workflows[run.job.operation].settle is not None:
            await self.enter(tx, run, "settle", "RUNNING", None)
            return "settle"
        await self.enter(tx, run, "done", "COMPLETED", None)
        await tx.execute(questions.UNLOCK, app=run.job.app_id, id=run.job.job_id)
        return "done"

    async def _finish(self, run: Run) -> None:
        if run.phase == "done":
            return
        status = "COMPLETED" if run.phase == "settle" else "FAILED"
        async with self.db.transaction() as tx:
            row = await tx.row(questions.JOB, id=run.job.job_id)
            error = Job(*row).error if row else None
            await self.enter(tx, run, "done", status, error)
            await tx.execute(questions.UNLOCK, app=run.job.app_id, id=run.job.job_id)

    async def enter(self, tx: Transaction, run: Run, phase: Phase, status: str, error: str | None) -> None:
        """Move a held job to another phase; raises when the lease is lost."""
        moved = await tx.execute(
            questions.ENTER,
            id=run.job.job_id,
            node=self._node,
            in_phase=run.phase,
            to_phase=phase,
            to_status=status,
            to_error=error,
            to_attempt=1,
            now=self.clock.now_ms(),
        )
        if moved != 1:
            raise _LeaseLost

    async def record(self, tx: Transaction, run: Run, step: Mapping[str, object]) -> None:
        """Write a step, and prove and prolong the lease in the same breath; raises when it is lost."""
        now = self.clock.now_ms()
        held = {"id": run.job.job_id, "node": self._node, "in_phase": run.phase}
        lease = {"lease": now + self._lease_ms, "now": now}
        single = self.db.dialect == "postgresql"
        if not await tx.execute(questions.HOLD_AND_INSERT_STEP if single else questions.HOLD, **held, **lease, **step):
            raise _LeaseLost
        if not single:
            await tx.execute(questions.INSERT_STEP, **step)

    async def _release(self, run: Run, later_ms: int, phase: Phase | None = None) -> None:
        async with self.db.transaction() as tx:
            await tx.execute(
                questions.RELEASE,
                id=run.job.job_id,
                node=self._node,
                in_phase=phase or run.phase,
                later=later_ms,
                now=self.clock.now_ms(),
            )
            tx.after_commit(self._wake.set)

    async def _release_cancelled(self, run: Run) -> None:
        """A cancelled job is still this node's: give it back at once, so that its undo begins."""
        try:
            await self._release(run, self.clock.now_ms(), "undo")
        except (Unavailable, Conflict) as error:
            log.warning("job %s is given back when its lease ends: %s", run.job.job_id, error)


def _locked_by(request: JobRequest) -> list[str]:
    if request.environment is None:
        return [WHOLE_APP]
    return [request.environment, *([request.other_environment] if request.other_environment else [])]
