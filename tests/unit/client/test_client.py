"""preamp's Python client against a real server: typed answers, waits, pages, hooks, repetitions, clocks."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

import server
from kit import BOARD
from preamp.client import (
    AmplifyBackend,
    AsyncAmplifyBackend,
    Incoming,
    JobFailed,
    JobTimeout,
    OperationError,
    Options,
    Outgoing,
    Unreachable,
    expiry,
    feature_flags,
    introspection,
    meta,
    times,
)
from preamp.control.model import (
    BackendAPIAuthType,
    BackendAPIResourceConfig,
    BackendStoragePermissions,
    CreateBackendStorageResourceConfig,
)
from preamp.kit.clock import Clock

API = BackendAPIResourceConfig(transform_schema=BOARD, default_auth_type=BackendAPIAuthType(mode="API_KEY"))
STORAGE = CreateBackendStorageResourceConfig(
    service_name="S3", permissions=BackendStoragePermissions(authenticated=("READ",))
)


@pytest.fixture(scope="module")
def running() -> Iterator[server.Server]:
    with server.running() as one:
        yield one


def options(running: server.Server, **more: Any) -> dict[str, Any]:
    ready = running.ready
    return {
        "endpoint": ready.http,
        "access_key_id": ready.access_key_id,
        "secret_access_key": ready.secret_access_key,
        "retry_base_seconds": 0.01,
        **more,
    }


def test_an_app_is_made_waited_for_and_read_as_values(running: server.Server) -> None:
    with AmplifyBackend(**options(running)) as amplify:
        dev = amplify.at("dsync", "dev")
        dev.wait(dev.create_backend(app_name="Sync"))
        dev.wait(dev.create_backend_storage(resource_name="files", resource_config=STORAGE))
        done = dev.wait(dev.create_backend_api(resource_name="board", resource_config=API))
        dev.wait(dev.generate_backend_api_models(resource_name="board"))
        backend = dev.get_backend()
        models = dev.get_backend_api_models(resource_name="board")
        api = dev.get_backend_api(resource_name="board")
        token = dev.create_token()
        jobs = list(dev.jobs())
        bucket = meta(backend)["storage"]["files"]["output"]["BucketName"]
        buckets = [one.name for one in amplify.buckets()]

    started, changed = times(done)
    assert done.operation == "CreateBackendAPI"
    assert started is not None
    assert changed is not None
    assert started <= changed <= datetime.now(UTC)
    assert meta(backend)["api"]["board"]["service"] == "AppSync"
    assert feature_flags(backend)["features"]["graphqltransformer"]["transformerversion"] == 2
    assert sorted(introspection(models)["models"]) == ["Post", "Topic"]
    assert api.resource_config is not None
    assert api.resource_config.transform_schema == BOARD
    assert (expiry(token) or datetime.min.replace(tzinfo=UTC)) > datetime.now(UTC)
    assert [job.operation for job in jobs][-1] == "CreateBackend"
    assert bucket in buckets


async def test_the_same_is_awaited(running: server.Server) -> None:
    async with AsyncAmplifyBackend(Options(**options(running))) as amplify:
        dev = amplify.at("dasync", "dev")
        await dev.wait(await dev.create_backend(app_name="Async"))
        await dev.wait(await dev.create_backend_api(resource_name="board", resource_config=API))
        found = [job.operation async for job in dev.jobs(status="COMPLETED")]
        async for _ in amplify.buckets():
            break
        with pytest.raises(OperationError) as refused:
            await amplify.get_backend(app_id="dnobody")

    assert found == ["CreateBackendAPI", "CreateBackend"]
    assert (refused.value.code, refused.value.status) == ("NotFoundException", 404)
    assert refused.value.members == {"resourceType": "app"}
    assert refused.value.request_id


def test_a_job_that_fails_is_raised_with_its_text(running: server.Server) -> None:
    with AmplifyBackend(**options(running)) as amplify:
        dev = amplify.at("dfails", "dev")
        dev.wait(dev.create_backend(app_name="Fails"))
        wrong = BackendAPIResourceConfig(transform_schema="type A @model { b: B }")
        with pytest.raises(JobFailed, match="B") as failed:
            dev.wait(dev.create_backend_api(resource_name="board", resource_config=wrong))

    assert failed.value.job.status == "FAILED"


def test_hooks_see_what_is_sent_and_answered_and_no_secret(running: server.Server) -> None:
    sent: list[Outgoing] = []
    answered: list[Incoming] = []
    with AmplifyBackend(**options(running, on_request=sent.append, on_response=answered.append)) as amplify:
        list(amplify.buckets())

    assert [(one.operation, one.method) for one in sent] == [("ListS3Buckets", "POST")]
    assert sent[0].url.endswith("/s3Buckets")
    assert [one.status for one in answered] == [200]
    assert running.ready.secret_access_key not in str(sent)


def test_a_member_that_is_missing_is_told_before_anything_is_sent(running: server.Server) -> None:
    with AmplifyBackend(**options(running)) as amplify, pytest.raises(ValueError, match="app_id must be given"):
        amplify.get_backend()


class Slow(Clock):
    """A clock that is an hour late."""

    def now_ms(self) -> int:
        """Answer the wrong time."""
        return super().now_ms() - 3_600_000


def test_a_wrong_clock_is_corrected_by_the_servers(running: server.Server) -> None:
    with AmplifyBackend(clock=Slow(), **options(running)) as amplify:
        first = [one.name for one in amplify.buckets()]
        assert [one.name for one in amplify.buckets()] == first
    with (
        AmplifyBackend(clock=Slow(), **options(running, correct_clock_skew=False)) as amplify,
        pytest.raises(OperationError, match="expired"),
    ):
        list(amplify.buckets())


class Flaky(BaseHTTPRequestHandler):
    """Answers 503 twice, then an empty listing; remembers what it was asked."""

    seen: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        """Answer."""
        self.seen.append(self.headers["amz-sdk-invocation-id"])
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps({"message": "later"} if len(self.seen) < 3 else {"buckets": []}).encode()
        self.send_response(503 if len(self.seen) < 3 else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_calls_are_repeated_under_one_invocation_id_and_not_for_ever() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Flaky) as flaky:
        thread = threading.Thread(target=flaky.serve_forever)
        thread.start()
        where = {
            "endpoint": f"http://127.0.0.1:{flaky.server_port}",
            "access_key_id": "AKIA",
            "secret_access_key": "x",
            "retry_base_seconds": 0.01,
        }
        try:
            with AmplifyBackend(**where) as amplify:
                assert list(amplify.buckets()) == []
            repeated = list(Flaky.seen)
            Flaky.seen.clear()
            with AmplifyBackend(**where, max_retries=1) as amplify, pytest.raises(OperationError) as refused:
                list(amplify.buckets())
        finally:
            flaky.shutdown()
            thread.join()

    assert len(repeated) == 3
    assert len(set(repeated)) == 1
    assert (refused.value.status, refused.value.code) == (503, "Status503")


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with (
        AmplifyBackend(
            endpoint="http://127.0.0.1:9", access_key_id="A", secret_access_key="x", max_retries=0
        ) as amplify,
        pytest.raises(Unreachable, match="in 1 tries"),
    ):
        list(amplify.buckets())


async def test_a_wait_has_an_end(running: server.Server) -> None:
    """A job of another environment than its own is not found; a time of nothing is a time-out or a quick job."""
    async with AsyncAmplifyBackend(**options(running, app_id="dwait", backend_environment_name="dev")) as amplify:
        started = await amplify.create_backend(app_name="Wait")
        try:
            done = await amplify.wait(started, timeout_seconds=0)
        except JobTimeout as late:
            done = late.job
        await asyncio.sleep(0)

    assert done.status in {"RUNNING", "COMPLETED"}
