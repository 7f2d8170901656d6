"""Processes that run functions: started when an event finds none free, kept warm, ended when idle or over a bound."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from preamp.functions.records import Function, Invocation, Outcome

INIT_SECONDS = 10
"""How long a worker may take to load the handler's module (Lambda's init phase)."""
IDLE_SECONDS = 300
MOST_ANSWER_BYTES = 6 * 1024 * 1024
MOST_LOG_BYTES = 256 * 1024
"""Kept of one invocation's log."""
_LOOK_SECONDS = 0.2
_OVERHEAD_MB = 96
"""What a bare runtime takes beside the function, which Lambda counts in its own favour."""
_RUNTIMES = Path(__file__).parent / "runtimes"
_PAGE_BYTES = resource.getpagesize()

_ENCODE = msgspec.json.Encoder()


class Programs(Struct, frozen=True, kw_only=True):
    """The interpreters: names on the PATH, or paths."""

    nodejs: str = "node"
    python: str = sys.executable


class _Told(Struct):
    """A line of a worker."""

    id: str | None = None
    ready: bool | None = None
    value: msgspec.Raw = msgspec.Raw(b"null")
    error: dict[str, Any] | None = None
    fatal: bool = False


_TOLD = msgspec.json.Decoder(_Told)


class Worker:
    """One process of one version of a function."""

    def __init__(self, function: Function, process: asyncio.subprocess.Process, answers: asyncio.StreamReader) -> None:
        self.function = function
        self.idle_since = time.monotonic()
        self._process, self._answers = process, answers
        self._log = bytearray()
        self._readers = [asyncio.create_task(self._collect(pipe)) for pipe in (process.stdout, process.stderr) if pipe]

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.returncode is None

    async def ready(self) -> Outcome | None:
        """Wait until the handler is loaded; answers what went wrong."""
        try:
            told = await asyncio.wait_for(self._next(), INIT_SECONDS)
        except TimeoutError:
            await self.end()
            return _failed("Sandbox.Timedout", f"The function did not load within {INIT_SECONDS} seconds", self._text())
        if told is not None and told.ready:
            return None
        await self.end()
        if told is None:
            return _failed("Runtime.ExitError", "Runtime exited before the function was loaded", self._text())
        return Outcome(payload=_ENCODE.encode(told.error), error="Unhandled", log=self._text())

    async def run(self, invocation: Invocation, context: Mapping[str, Any]) -> Outcome:
        """Give the handler an event and answer what came of it. A worker that did not end well is ended."""
        function, started = self.function, time.monotonic()
        self._log.clear()
        deadline = time.time() * 1000 + function.timeout_seconds * 1000
        head = _ENCODE.encode({"id": invocation.request_id, "context": context, "deadline": deadline})
        line = b'%b,"event":%b}\n' % (head[:-1], invocation.payload.replace(b"\n", b" ") or b"{}")
        try:
            outcome = await asyncio.wait_for(self._answer(line, invocation), function.timeout_seconds)
        except TimeoutError:
            seconds = f"{function.timeout_seconds:.2f}"
            why = f"{invocation.request_id} Task timed out after {seconds} seconds"
            outcome = _failed("Sandbox.Timedout", why, "")
        if outcome.error == "Unhandled":
            await self.end()
        await self._settle()
        took = (time.monotonic() - started) * 1000
        report = (
            f"START RequestId: {invocation.request_id} Version: $LATEST\n{self._text()}"
            f"END RequestId: {invocation.request_id}\n"
            f"REPORT RequestId: {invocation.request_id}\tDuration: {took:.2f} ms"
            f"\tMemory Size: {function.memory_mb} MB\n"
        )
        self.idle_since = time.monotonic()
        return msgspec.structs.replace(outcome, log=report)

    async def _answer(self, line: bytes, invocation: Invocation) -> Outcome:
        assert self._process.stdin is not None  # noqa: S101 - it was opened as a pipe
        watch = asyncio.create_task(self._watch_memory())
        try:
            with contextlib.suppress(ConnectionError):
                self._process.stdin.write(line)
                await self._process.stdin.drain()
            told = await self._next()
        finally:
            watch.cancel()
            over = (await asyncio.gather(watch, return_exceptions=True))[0]
        if isinstance(over, str):
            return _failed("Runtime.OutOfMemory", f"RequestId: {invocation.request_id} Error: {over}", "")
        if told is None:
            code = await self._process.wait()
            how = f"signal: {-code}" if code < 0 else f"exit status {code}"
            why = f"RequestId: {invocation.request_id} Error: Runtime exited with error: {how}"
            return _failed("Runtime.ExitError", why, "")
        if told.error is not None:
            return Outcome(payload=_ENCODE.encode(told.error), error="Unhandled" if told.fatal else "Handled")
        return Outcome(payload=bytes(told.value))

    async def _next(self) -> _Told | None:
        """The worker's next line, None where it has ended or said what no runtime says."""
        try:
            line = await self._answers.readline()
        except ValueError:
            await self.end()
            why = f"Response payload size exceeded maximum allowed payload size ({MOST_ANSWER_BYTES} bytes)."
            return _Told(error={"errorType": "Function.ResponseSizeTooLarge", "errorMessage": why}, fatal=True)
        if not line.endswith(b"\n"):
            return None
        try:
            return _TOLD.decode(line)
        except msgspec.MsgspecError:
            return None

    async def _watch_memory(self) -> str:
        """Look now and then at what the process holds; ends it, and says so, when that is too much."""
        most = (self.function.memory_mb + _OVERHEAD_MB) * 1024 * 1024
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if _resident_bytes(self._process.pid) > most:
                await self.end()
                return f"Runtime exited: it took more than its {self.function.memory_mb} MB"

    async def _collect(self, pipe: asyncio.StreamReader) -> None:
        while piece := await pipe.read(65_536):
            room = MOST_LOG_BYTES - len(self._log)
            if room > 0:
                self._log += piece[:room]

    async def _settle(self) -> None:
        """Let what the handler wrote just before it answered arrive."""
        for _ in range(3):
            await asyncio.sleep(0)

    def _text(self) -> str:
        text = self._log.decode("utf-8", "replace").replace("\0", "")
        return text if not text or text.endswith("\n") else text + "\n"

    async def end(self) -> None:
        """End the process and all that it started."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)


class Workers:
    """The workers of one node, by function."""

    def __init__(self, programs: Programs, most: int) -> None:
        self._programs, self._most = programs, most
        self._idle: dict[str, list[Worker]] = defaultdict(list)
        self._busy: dict[str, int] = defaultdict(int)
        self._total = 0
        self._freed = asyncio.Condition()
        self._reaper: asyncio.Task[None] | None = None

    async def run(
        self,
        function: Function,
        invocation: Invocation,
        context: Mapping[str, Any],
        prepare: Callable[[], Awaitable[tuple[Path, Mapping[str, str]]]],
    ) -> Outcome:
        """Run an event on a free worker; where there is none and no more may be, wait. Raises TimeoutError."""
        if self._reaper is None:
            self._reaper = asyncio.create_task(self._reap())
        worker = await self._claimed(function)
        try:
            if worker is None:
                folder, environment = await prepare()
                worker = await self._started(function, folder, environment)
                refusal = await worker.ready()
                if refusal is not None:
                    return refusal
            return await worker.run(invocation, context)
        except asyncio.CancelledError:
            if worker is not None:
                await asyncio.shield(worker.end())
            raise
        finally:
            await self._release(function, worker)

    async def _claimed(self, function: Function) -> Worker | None:
        """Take a place; answers a warm worker for it, None where one is to be started."""
        async with self._freed, asyncio.timeout(function.timeout_seconds):
            while True:
                idle = self._idle[function.name]
                while idle:
                    worker = idle.pop()
                    self._total -= 1
                    if worker.alive and worker.function.version == function.version:
                        self._take(function)
                        return worker
                    await worker.end()
                if self._busy[function.name] < function.concurrency and await self._room():
                    self._take(function)
                    return None
                await self._freed.wait()

    def _take(self, function: Function) -> None:
        self._busy[function.name] += 1
        self._total += 1

    async def _room(self) -> bool:
        """Whether one more process may be; the one that has been idle longest makes room."""
        if self._total < self._most:
            return True
        idle = [worker for workers in self._idle.values() for worker in workers]
        if not idle:
            return False
        oldest = min(idle, key=lambda worker: worker.idle_since)
        self._idle[oldest.function.name].remove(oldest)
        self._total -= 1
        await oldest.end()
        return True

    async def _release(self, function: Function, worker: Worker | None) -> None:
        async with self._freed:
            self._busy[function.name] -= 1
            if worker is not None and worker.alive:
                self._idle[function.name].append(worker)
            else:
                self._total -= 1
            self._freed.notify_all()

    async def _started(self, function: Function, folder: Path, environment: Mapping[str, str]) -> Worker:
        own, theirs = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command(function, folder, theirs),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                pass_fds=(theirs,),
                cwd=folder,
                env=dict(environment),
                start_new_session=True,
            )
        except BaseException:
            os.close(own)
            raise
        finally:
            os.close(theirs)
        answers = asyncio.StreamReader(limit=MOST_ANSWER_BYTES)
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(answers), os.fdopen(own, "rb", 0)
        )
        return Worker(function, process, answers)

    def _command(self, function: Function, folder: Path, descriptor: int) -> list[str]:
        """The worker's command line. It answers on `descriptor`, so that its stdout is all the handler's."""
        if function.kind == "python":
            name, options = self._programs.python, ["-E", "-s", "-u", str(_RUNTIMES / "python.py")]
        else:
            heap = f"--max-old-space-size={function.memory_mb}"
            name, options = self._programs.nodejs, [heap, str(_RUNTIMES / "node.mjs")]
        found = shutil.which(name)
        if found is None:
            raise FileNotFoundError(name)
        memory = (function.memory_mb + _OVERHEAD_MB) * 1024 * 1024
        return [found, *options, str(folder), function.handler, str(descriptor), str(memory)]

    async def _reap(self) -> None:
        while True:
            await asyncio.sleep(IDLE_SECONDS / 10)
            async with self._freed:
                before = time.monotonic() - IDLE_SECONDS
                for workers in self._idle.values():
                    for worker in [one for one in workers if one.idle_since < before or not one.alive]:
                        workers.remove(worker)
                        self._total -= 1
                        await worker.end()
                self._freed.notify_all()

    async def close(self) -> None:
        """End all idle workers; busy ones end with their invocations."""
        if self._reaper is not None:
            self._reaper.cancel()
            await asyncio.gather(self._reaper, return_exceptions=True)
        for workers in self._idle.values():
            for worker in workers:
                await worker.end()
        self._idle.clear()


def _failed(error_type: str, message: str, log: str) -> Outcome:
    payload = _ENCODE.encode({"errorType": error_type, "errorMessage": message})
    return Outcome(payload=payload, error="Unhandled", log=log)


def _resident_bytes(pid: int) -> int:
    """What a process holds in memory; 0 where the system does not tell."""
    try:
        with Path(f"/proc/{pid}/statm").open() as told:
            return int(told.read().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return 0
