"""The functions of one installation: what is deployed, running them, and their logs."""

import asyncio
import logging
import shutil
import uuid
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from preamp.db import Conflict, Database, Reader, Transaction
from preamp.functions import questions
from preamp.functions.package import checked_package, unpack
from preamp.functions.records import Function, Invocation, Outcome
from preamp.functions.workers import Programs, Workers
from preamp.jobs import Failure, JobRequest, Jobs, Run, Workflow
from preamp.kit import ids
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer

log = logging.getLogger("preamp.functions")

OPERATION = "InvokeFunction"
MOST_EVENT_BYTES = 6 * 1024 * 1024
MOST_ASYNC_EVENT_BYTES = 1024 * 1024
ASYNC_ATTEMPTS = 3
"""How often an event that nobody waits for is tried (Lambda's default: twice more)."""
KEPT_LOGS = 500
"""Invocations of one function whose logs are kept."""

Environment = Callable[[Function], Awaitable[Mapping[str, str]]]
"""What the server puts into a function's environment besides its own variables."""


class NoSuchFunction(Exception):
    """There is no function of this name."""


class Exists(Exception):
    """A function of this name is there already, or was changed by somebody else at the same time."""


class Throttled(Exception):
    """Every worker that may run the function was busy all the time the event could wait."""


class _TryAgain(OSError):
    """An event that nobody waits for failed; jobs repeat an OSError."""


class TooLarge(ValueError):
    """An event is over Lambda's bound."""


class _Queued(msgspec.Struct):
    name: str
    payload: msgspec.Raw


class Functions:
    """The functions room. `folder` holds unpacked code, which is made anew where it is missing."""

    def __init__(
        self,
        db: Database,
        jobs: Jobs,
        sealer: Sealer,
        clock: Clock,
        folder: Path,
        environment: Environment,
        *,
        region: str,
        account: str,
        programs: Programs | None = None,
        most_workers: int = 16,
    ) -> None:
        self._db, self._jobs, self._clock, self._folder = db, jobs, clock, folder
        self._sealer = sealer.purpose("functions")
        self._environment, self._region, self._account = environment, region, account
        self._workers = Workers(programs or Programs(), most_workers)
        self._unpacking: dict[str, asyncio.Lock] = {}

    @property
    def workflows(self) -> Mapping[str, Workflow]:
        """The job that runs events nobody waits for, by its operation's name."""
        return {OPERATION: Workflow(run=self.run_queued, attempts=ASYNC_ATTEMPTS)}

    async def close(self) -> None:
        """End the workers."""
        await self._workers.close()

    # Registry ------------------------------------------------------------------------------------------------------

    async def create(self, function: Function, package: bytes | None = None) -> Function:
        """Deploy a new function. Raises Exists, BadPackage."""
        made = self._packed(function, package)
        async with self._db.transaction() as tx:
            await self._put_code(tx, made, package)
            try:
                await tx.execute(questions.INSERT, **self._row(made))
            except Conflict:
                raise Exists(f"Function already exist: {function.name}") from None
        return made

    async def change(self, known: Function, changed: Function, package: bytes | None = None) -> Function:
        """Put a changed function in the place of the one that was read. Raises Exists, BadPackage, NoSuchFunction."""
        made = replace(self._packed(changed, package), version=known.version + 1)
        row = self._row(made)
        async with self._db.transaction() as tx:
            await self._put_code(tx, made, package)
            new = {f"new_{name}": row[name] for name in ("code", "version", "value")}
            if not await tx.execute(questions.CHANGE, name=known.name, known=known.version, **new):
                raise Exists(f"{known.name} was changed by somebody else: read it again.")
            await tx.execute(questions.SWEEP_CODE)
        return made

    async def delete(self, name: str) -> None:
        """Remove a function with its logs. Raises NoSuchFunction."""
        async with self._db.transaction() as tx:
            if not await tx.execute(questions.DELETE, name=name):
                raise NoSuchFunction(name)
            await tx.execute(questions.DELETE_LOG, name=name)
            await tx.execute(questions.SWEEP_CODE)

    async def delete_of(self, tx: Transaction, app_id: str, environment: str) -> None:
        """Remove an environment's functions, in the caller's transaction."""
        for function in await self.of(tx, app_id, environment):
            await tx.execute(questions.DELETE_LOG, name=function.name)
        await tx.execute(questions.DELETE_OF, app_id=app_id, environment=environment)
        await tx.execute(questions.SWEEP_CODE)

    async def one(self, name: str) -> Function:
        """The function of a name. Raises NoSuchFunction."""
        row = await self._db.row(questions.ONE, name=name)
        if row is None:
            raise NoSuchFunction(name)
        return _read(row[0])

    async def of(self, reader: Reader, app_id: str, environment: str) -> list[Function]:
        """The functions of an environment, by name."""
        rows = await reader.rows(questions.OF, app_id=app_id, environment=environment)
        return [_read(row[0]) for row in rows]

    async def all(self, after: str, count: int) -> list[Function]:
        """Functions by name, those behind `after`."""
        return [_read(row[0]) for row in await self._db.rows(questions.ALL, after=after, count=count)]

    async def package(self, function: Function) -> bytes | None:
        """The ZIP that was deployed, None for functions that run elsewhere."""
        row = await self._db.row(questions.CODE, sha256=function.code) if function.code else None
        return None if row is None else bytes(row[0])

    async def logs(self, name: str, count: int, after: str = "") -> list[tuple[str, str, int, str]]:
        """The newest invocations behind `after`, oldest first: id, request id, time, text."""
        rows = await self._db.rows(questions.LOGS, name=name, after=after, count=count)
        return [(row[0], row[1], row[2], row[3]) for row in reversed(rows)]

    def _packed(self, function: Function, package: bytes | None) -> Function:
        now = self._clock.now_ms()
        if package is None:
            return replace(function, updated_ms=now)
        return replace(function, code=checked_package(package), code_bytes=len(package), url=None, updated_ms=now)

    @staticmethod
    async def _put_code(tx: Transaction, function: Function, package: bytes | None) -> None:
        if package is not None:
            await tx.execute(questions.PUT_CODE, sha256=function.code, package=package)

    @staticmethod
    def _row(function: Function) -> dict[str, Any]:
        return {
            "name": function.name,
            "app_id": function.app_id,
            "environment": function.environment,
            "code": function.code,
            "version": function.version,
            "value": msgspec.json.encode(function),
        }

    # Running -------------------------------------------------------------------------------------------------------

    async def invoke(self, name: str, payload: bytes, client_context: str | None = None) -> Outcome:
        """Run an event (JSON) and wait for what comes of it. Raises NoSuchFunction, Throttled, TooLarge."""
        if len(payload) > MOST_EVENT_BYTES:
            raise TooLarge(f"An event may hold {MOST_EVENT_BYTES} bytes.")
        function = await self.one(name)
        invocation = Invocation(payload=payload or b"{}", request_id=str(uuid.uuid4()), client_context=client_context)
        outcome = await self._outcome(function, invocation)
        await self._keep(function, invocation, outcome)
        return outcome

    async def queue(self, tx: Transaction, name: str, payload: bytes) -> None:
        """Have an event run that nobody waits for, once the caller's transaction has committed. Raises TooLarge.

        It survives a crash of the server, and is tried three times where the function fails.
        """
        if len(payload) > MOST_ASYNC_EVENT_BYTES:
            raise TooLarge(f"An event that nobody waits for may hold {MOST_ASYNC_EVENT_BYTES} bytes.")
        event_id = ids.uuid7()
        sealed = self._sealer.seal(
            msgspec.json.encode(_Queued(name=name, payload=msgspec.Raw(payload or b"{}"))), event_id
        )
        # An app of its own for each: events do not wait for one another, nor show among an app's jobs.
        request = JobRequest(
            app_id=f"function/{event_id}", environment="-", operation=OPERATION, input="null", secrets=sealed
        )
        await self._jobs.start(tx, request)

    async def run_queued(self, run: Run) -> None:
        """The job of an event that nobody waits for."""
        event_id = run.job.app_id.removeprefix("function/")
        queued = msgspec.json.decode(self._sealer.open(run.job.secrets or b"", event_id), type=_Queued)

        async def once() -> None:
            try:
                outcome = await self.invoke(queued.name, bytes(queued.payload))
            except Throttled as error:
                raise _TryAgain(str(error)) from None
            if outcome.error is not None:
                raise _TryAgain(f"{queued.name} failed")

        try:
            await run.step("invoke", once, type(None))
        except NoSuchFunction:
            raise Failure(f"there is no function {queued.name} any more") from None
        async with self._jobs.db.transaction() as tx:
            await self._jobs.forget(tx, OPERATION)

    async def _outcome(self, function: Function, invocation: Invocation) -> Outcome:
        if function.url is not None:
            from preamp.functions.remote import call  # noqa: PLC0415  brings an HTTP client, which few functions need

            return await call(function, invocation)
        try:
            return await self._workers.run(
                function, invocation, self._context(function, invocation), lambda: self._prepared(function)
            )
        except TimeoutError:
            raise Throttled(f"{function.name} is busy: {function.concurrency} events run already.") from None
        except FileNotFoundError as error:
            message = f"The runtime {function.runtime} is not installed here: there is no {error.args[0]}."
            payload = msgspec.json.encode({"errorType": "Runtime.NotFound", "errorMessage": message})
            return Outcome(payload=payload, error="Unhandled", log=message + "\n")

    def _context(self, function: Function, invocation: Invocation) -> dict[str, Any]:
        given = {
            "functionName": function.name,
            "invokedFunctionArn": function.arn(self._region, self._account),
            "memoryLimitInMB": str(function.memory_mb),
            "awsRequestId": invocation.request_id,
            "logGroupName": f"/aws/lambda/{function.name}",
            "logStreamName": invocation.request_id,
        }
        if invocation.client_context is not None:
            given["clientContext"] = msgspec.json.decode(invocation.client_context)
        return given

    async def _prepared(self, function: Function) -> tuple[Path, Mapping[str, str]]:
        """The unpacked code and the environment of a new worker."""
        folder = await self._unpacked(function)
        own = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "LAMBDA_TASK_ROOT": str(folder),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_REGION": self._region,
            "AWS_DEFAULT_REGION": self._region,
            "REGION": self._region,
            "_HANDLER": function.handler,
        }
        return folder, {**own, **await self._environment(function), **function.variables}

    async def _unpacked(self, function: Function) -> Path:
        assert function.code is not None  # noqa: S101 - what has no URL has code
        target = self._folder / function.code
        async with self._unpacking.setdefault(function.code, asyncio.Lock()):
            if not target.exists():
                package = await self.package(function)
                if package is None:
                    raise NoSuchFunction(function.name)
                await asyncio.to_thread(_write, package, target)
        return target

    async def _keep(self, function: Function, invocation: Invocation, outcome: Outcome) -> None:
        async with self._db.transaction() as tx:
            await tx.execute(
                questions.PUT_LOG,
                name=function.name,
                id=ids.uuid7(),
                request_id=invocation.request_id,
                at_ms=self._clock.now_ms(),
                text=outcome.log,
            )
            await tx.execute(questions.SWEEP_LOG, name=function.name, keep=KEPT_LOGS)


def _read(value: bytes) -> Function:
    return msgspec.json.decode(bytes(value), type=Function)


def _write(package: bytes, target: Path) -> None:
    """Unpack beside the place and move: a folder that is there is whole."""
    beside = target.with_name(f"{target.name}.{uuid.uuid4().hex}")
    beside.mkdir(parents=True)
    try:
        unpack(package, beside)
        beside.rename(target)
    except OSError:
        if not target.exists():  # another process of this data directory may have been faster
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
