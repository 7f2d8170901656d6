"""The client for code without an event loop."""

import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2
import msgspec
from msgspec import Struct

from preamp.client import exchange
from preamp.client.errors import JobFailed, JobTimeout, Unreachable
from preamp.client.exchange import Incoming, Options, Outgoing
from preamp.client.operations import Operations
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


class AmplifyBackend(Operations):
    """The Amplify Backend API of one server. A context manager; `close` ends its connections.

    Takes the members of Options by name.
    """

    def __init__(self, options: Options | None = None, *, clock: Clock | None = None, **members: Any) -> None:
        self.options = options or Options(**members)
        self._clock = clock or Clock()
        self._offset_ms = int(self.options.clock_offset_seconds * 1000)
        self._http = httpx2.Client(**transport(self.options))

    def __enter__(self) -> Self:
        """Open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def at(self, app_id: str, backend_environment_name: str | None = None) -> "AmplifyBackend":
        """The same client with an app and an environment that calls need not name. Shares the connections."""
        bound = object.__new__(AmplifyBackend)
        bound.__dict__.update(self.__dict__)
        bound.options = msgspec.structs.replace(
            self.options, app_id=app_id, backend_environment_name=backend_environment_name
        )
        return bound

    def call(self, operation: str, request: Struct, kind: type[R]) -> R:
        """Call an operation by name. Raises OperationError, Unreachable.

        All tries carry one invocation id, by which preamp answers a repeated call with the first one's job.
        """
        invocation_id, tried, corrected = ids.uuid4(), 0, False
        while True:
            tried += 1
            sent_ms = self._clock.now_ms() + self._offset_ms
            incoming = self._send(
                exchange.outgoing(self.options, operation, request, now_ms=sent_ms, invocation_id=invocation_id)
            )
            if incoming is not None and self.options.correct_clock_skew and not corrected:
                ahead = exchange.skew_ms(incoming, self._clock.now_ms())
                if ahead is not None:
                    self._offset_ms, corrected = ahead, True
                    continue
            seconds = exchange.pause(self.options, tried, incoming)
            if seconds is not None:
                time.sleep(seconds)
            elif incoming is None:
                raise Unreachable(f"{self.options.endpoint} did not answer {operation} in {tried} tries")
            else:
                return exchange.answer(incoming, kind)

    def _send(self, outgoing: Outgoing) -> Incoming | None:
        if self.options.on_request:
            self.options.on_request(outgoing)
        try:
            found = self._http.request(outgoing.method, outgoing.url, content=outgoing.body, headers=outgoing.headers)
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

    def wait(
        self, started: Started, *, timeout_seconds: float = 300, backend_environment_name: str | None = None
    ) -> BackendJobResponse:
        """Wait until a job has ended. Raises JobFailed with the job's text, JobTimeout."""
        named = backend_environment_name or getattr(started, "backend_environment_name", None)
        deadline, pause = time.monotonic() + timeout_seconds, _POLL_SECONDS[0]
        while True:
            job = self.get_backend_job(
                app_id=started.app_id, backend_environment_name=named, job_id=started.job_id or ""
            )
            if job.status == "FAILED":
                raise JobFailed(job)
            if job.status == "COMPLETED":
                return job
            if time.monotonic() > deadline:
                raise JobTimeout(job, timeout_seconds)
            time.sleep(pause)
            pause = min(pause * 1.5, _POLL_SECONDS[1])

    def jobs(
        self,
        *,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        operation: str | None = None,
        status: str | None = None,
    ) -> Iterator[BackendJobRespObj]:
        """All jobs of an environment, the newest first, page by page."""
        token: str | None = None
        while True:
            page = self.list_backend_jobs(
                app_id=app_id,
                backend_environment_name=backend_environment_name,
                operation=operation,
                status=status,
                next_token=token,
            )
            yield from page.jobs or ()
            token = page.next_token
            if not token:
                return

    def buckets(self) -> Iterator[S3BucketInfo]:
        """All buckets, page by page."""
        token: str | None = None
        while True:
            page = self.list_s3_buckets(next_token=token)
            yield from page.buckets or ()
            token = page.next_token
            if not token:
                return


def transport(options: Options) -> dict[str, Any]:
    """What the HTTP library is told of the options."""
    verify: Any = options.verify
    if options.ca and options.verify:
        import ssl  # noqa: PLC0415  a plain-HTTP client needs none of it

        verify = ssl.create_default_context()
        verify.load_verify_locations(options.ca)
    timeout = httpx2.Timeout(options.timeout_seconds, connect=options.connect_timeout_seconds)
    return {"verify": verify, "timeout": timeout, "proxy": options.proxy, "trust_env": False}
