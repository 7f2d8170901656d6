"""The client for asyncio: the same face, awaited."""

import asyncio
import time
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2
import msgspec
from msgspec import Struct

from preamp.client import exchange
from preamp.client.errors import JobFailed, JobTimeout, Unreachable
from preamp.client.exchange import Incoming, Options, Outgoing
from preamp.client.operations import AsyncOperations
from preamp.client.sync import transport
from preamp.control.model import (
    BackendJobRespObj,
    BackendJobResponse,
    JobResponse,
    RemoveAllBackendsResponse,
    S3BucketInfo,
    StorageJobResponse,
)
from preamp.kit import ids
from preamp.kit.clock import Clock

R = TypeVar("R", bound=Struct)
Started = JobResponse | StorageJobResponse | RemoveAllBackendsResponse
_POLL_SECONDS = (0.05, 2.0)


class AsyncAmplifyBackend(AsyncOperations):
    """The Amplify Backend API of one server. An async context manager; `close` ends its connections.

    Takes the members of Options by name.
    """

    def __init__(self, options: Options | None = None, *, clock: Clock | None = None, **members: Any) -> None:
        self.options = options or Options(**members)
        self._clock = clock or Clock()
        self._offset_ms = int(self.options.clock_offset_seconds * 1000)
        self._http = httpx2.AsyncClient(**transport(self.options))

    async def __aenter__(self) -> Self:
        """Open."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def close(self) -> None:
        """End the connections."""
        await self._http.aclose()

    def at(self, app_id: str, backend_environment_name: str | None = None) -> "AsyncAmplifyBackend":
        """The same client with an app and an environment that calls need not name. Shares the connections."""
        bound = object.__new__(AsyncAmplifyBackend)
        bound.__dict__.update(self.__dict__)
        bound.options = msgspec.structs.replace(
            self.options, app_id=app_id, backend_environment_name=backend_environment_name
        )
        return bound

    async def call(self, operation: str, request: Struct, kind: type[R]) -> R:
        """Call an operation by name. Raises OperationError, Unreachable.

        All tries carry one invocation id, by which preamp answers a repeated call with the first one's job.
        """
        invocation_id, tried, corrected = ids.uuid4(), 0, False
        while True:
            tried += 1
            sent_ms = self._clock.now_ms() + self._offset_ms
            incoming = await self._send(
                exchange.outgoing(self.options, operation, request, now_ms=sent_ms, invocation_id=invocation_id)
            )
            if incoming is not None and self.options.correct_clock_skew and not corrected:
                ahead = exchange.skew_ms(incoming, self._clock.now_ms())
                if ahead is not None:
                    self._offset_ms, corrected = ahead, True
                    continue
            seconds = exchange.pause(self.options, tried, incoming)
            if seconds is not None:
                await asyncio.sleep(seconds)
            elif incoming is None:
                raise Unreachable(f"{self.options.endpoint} did not answer {operation} in {tried} tries")
            else:
                return exchange.answer(incoming, kind)

    async def _send(self, outgoing: Outgoing) -> Incoming | None:
        if self.options.on_request:
            self.options.on_request(outgoing)
        try:
            found = await self._http.request(
                outgoing.method, outgoing.url, content=outgoing.body, headers=outgoing.headers
            )
        except httpx2.TransportError:
            return None
        incoming = Incoming(
            operation=outgoing.operation,
            status=found.status_code,
            headers=exchange.lower(found.headers),
            body=found.content,
        )
        if self.options.on_response:
            self.options.on_response(incoming)
        return incoming

    async def wait(
        self, started: Started, *, timeout_seconds: float = 300, backend_environment_name: str | None = None
    ) -> BackendJobResponse:
        """Wait until a job has ended. Raises JobFailed with the job's text, JobTimeout."""
        named = backend_environment_name or getattr(started, "backend_environment_name", None)
        deadline, pause = time.monotonic() + timeout_seconds, _POLL_SECONDS[0]
        while True:
            job = await self.get_backend_job(
                app_id=started.app_id, backend_environment_name=named, job_id=started.job_id or ""
            )
            if job.status == "FAILED":
                raise JobFailed(job)
            if job.status == "COMPLETED":
                return job
            if time.monotonic() > deadline:
                raise JobTimeout(job, timeout_seconds)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _POLL_SECONDS[1])

    async def jobs(
        self,
        *,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        operation: str | None = None,
        status: str | None = None,
    ) -> AsyncIterator[BackendJobRespObj]:
        """All jobs of an environment, the newest first, page by page."""
        token: str | None = None
        while True:
            page = await self.list_backend_jobs(
                app_id=app_id,
                backend_environment_name=backend_environment_name,
                operation=operation,
                status=status,
                next_token=token,
            )
            for job in page.jobs or ():
                yield job
            token = page.next_token
            if not token:
                return

    async def buckets(self) -> AsyncIterator[S3BucketInfo]:
        """All buckets, page by page."""
        token: str | None = None
        while True:
            page = await self.list_s3_buckets(next_token=token)
            for bucket in page.buckets or ():
                yield bucket
            token = page.next_token
            if not token:
                return
