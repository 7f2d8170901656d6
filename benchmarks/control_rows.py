"""Rows of the control plane: reads and creates against bare ASGI + SigV4 + msgspec (+ one job row)."""

import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import msgspec

import postgres
from load import ask, expect, repeated, signed
from rounds import Plan, Requests, Side, compare
from servers import PREAMP_WITHOUT_WORKERS, Running, call, environment, floor, job, preamp
from table import Row

APP = "d1bench"
FLOOR = "bare + SigV4 + msgspec"
_numbers = itertools.count()


async def rows(plan: Plan, cluster: postgres.Cluster | None) -> list[Row]:
    """GetBackend, ListBackendJobs, CreateBackend; on PostgreSQL, where a cluster is given, the creating call alone."""
    if cluster is not None:
        with preamp(PREAMP_WITHOUT_WORKERS, cluster.create()) as ours:
            return [await _creates(plan, ours, "CreateBackend, the call, PostgreSQL", 0.8, cluster)]
    with preamp() as ours:
        reads = await _reads(plan, ours)
        whole = await _creates(plan, ours, "CreateBackend, call and job", None)
    with preamp(PREAMP_WITHOUT_WORKERS) as ours:
        return [*reads, await _creates(plan, ours, "CreateBackend, the call", 0.8), whole]


async def _reads(plan: Plan, ours: Running) -> list[Row]:
    details, few, page = f"/backend/{APP}/details", f"/backend/{APP}/job/dev", f"/backend/{APP}/job/full"
    await _jobs(ours, "dev", 3)
    await _jobs(ours, "full", 25)
    bodies = {details: {"backendEnvironmentName": "dev"}, few: {}, page: {}}
    answers = {path: await call(ours, path, **body) for path, body in bodies.items()}
    expect(len(answers[few]["jobs"]) == 3, answers[few])
    expect(len(answers[page]["jobs"]) == 25, answers[page])
    with _floor(ours, answers[details], {path: answers[path] for path in (few, page)}) as other:
        made = []
        for what, path, goal in (
            ("GetBackend", details, 0.8),
            ("ListBackendJobs, 3 jobs", few, 0.8),
            ("ListBackendJobs, 25 jobs", page, None),
        ):
            body = msgspec.json.encode(bodies[path])
            for one in (ours, other):
                answer = await ask(one.address, signed(one.address, one.key, path, body))
                expect(answer.status == 200 and msgspec.json.decode(answer.body) == answers[path], answer)
            sides = [Side(server=one, requests=_same(one, path, body)) for one in (ours, other)]
            made.append(await compare(plan, what, *sides, count=10_000, goal=goal, against=FLOOR))
        return made


def _floor(
    ours: Running, backend: dict[str, Any], jobs: dict[str, Any], database: str | None = None
) -> AbstractContextManager[Running]:
    given = {"key_id": ours.key.id, "secret": ours.key.secret, "get_backend": backend, "list_jobs": jobs}
    return floor("control", ours.key, **given, **({"database": database} if database else {}))


async def _jobs(server: Running, name: str, count: int) -> None:
    """An environment that has had so many jobs: made and removed in turn."""
    for number in range(count):
        if number % 2 == 0:
            await environment(server, APP, name)
        else:
            await job(server, f"/backend/{APP}/environments/{name}/remove", APP, name)


def _same(server: Running, path: str, body: bytes) -> Requests:
    def requests(count: int) -> Iterator[bytes]:
        return repeated([signed(server.address, server.key, path, body)], count)

    return requests


async def _creates(
    plan: Plan, ours: Running, what: str, goal: float | None, cluster: postgres.Cluster | None = None
) -> Row:
    with _floor(ours, {}, {}, cluster.create() if cluster else None) as other:
        for one in (ours, other):
            app = f"d{next(_numbers)}check"
            answer = await call(one, "/backend", **_body(app))
            expect(answer["appId"] == app and answer["operation"] == "CreateBackend", answer)
        # The call that is measured without its job (goal) leaves nothing behind; the other one its job.
        pid = cluster.server.pid if cluster else None
        mine = Side(server=ours, requests=_distinct(ours), cluster=pid, background=goal is None)
        yours = Side(server=other, requests=_distinct(other), cluster=pid)
        return await compare(plan, what, mine, yours, count=3_000, goal=goal, against=f"{FLOOR} + one job row")


def _body(app: str) -> dict[str, Any]:
    return {"appId": app, "appName": "bench", "backendEnvironmentName": "dev", "resourceConfig": {}}


def _distinct(server: Running) -> Requests:
    def requests(count: int) -> Iterator[bytes]:
        for _ in range(count):
            body = msgspec.json.encode(_body(f"d{next(_numbers)}app"))
            yield signed(server.address, server.key, "/backend", body)

    return requests
