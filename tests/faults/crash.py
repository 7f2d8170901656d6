"""Kill -9 at every point where a job touches a database, then look what a restart makes of it.

Run as a program: crash.py DATABASE FOLDER OPERATION. For each n, a process over a fresh copy of the same backend calls
the operation and is killed at its n-th point (before a transaction, before its commit, behind it; the same for
statements in the API's space); a second process over the same data waits for the job's end and checks what must hold.
Prints one JSON line: how many kills there were, at which points, and every breach.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import asyncpg

import kit
from preamp.control import questions
from preamp.control.context import ApiRecord, AuthRecord, StorageRecord, record_of
from preamp.control.meta import deployment_bucket
from preamp.control.records import Environment, Resource
from preamp.control.tables import environment as environment_table
from preamp.db import Statement
from preamp.db.space_postgres import PostgresSpace
from preamp.db.space_sqlite import SqliteSpace
from preamp.graphql import ADMIN, Request
from preamp.jobs.questions import LOCKS, UNFINISHED
from preamp.jobs.tables import job as job_table

DEV = {"appId": "d1app", "backendEnvironmentName": "dev"}
CHANGED = kit.BOARD.replace("title: String! topic", "title: String! body: String @index topic") + (
    "type Tag @model @auth(rules: [{ allow: public }]) { id: ID! label: String }"
)
CALLS: dict[str, dict[str, Any]] = {
    "CreateBackendAPI": {**DEV, "resourceName": "board", "resourceConfig": {"transformSchema": kit.BOARD}},
    "UpdateBackendAPI": {**DEV, "resourceName": "board", "resourceConfig": {"transformSchema": CHANGED}},
    "CloneBackend": {**DEV, "targetEnvironmentName": "prod"},
    "RemoveAllBackends": {"appId": "d1app", "cleanAmplifyApp": True},
}
ROWS = 3
MOST_KILLS = 60


class Points:
    """Counts the points; kills this process at the wanted one."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.seen = wanted, 0

    def reach(self, name: str) -> None:
        """Count a point, or die at it."""
        self.seen += 1
        if self.seen == self.wanted:
            os.write(1, f"{name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def around(transaction: Callable[..., Any], points: Points, what: str) -> Callable[..., Any]:
    """A transaction method with points before, before the commit, and behind it."""

    @asynccontextmanager
    async def watched(*arguments: Any) -> AsyncIterator[Any]:
        points.reach(f"{what}: before")
        async with transaction(*arguments) as tx:
            yield tx
            points.reach(f"{what}: before the commit")
        points.reach(f"{what}: behind the commit")

    return watched


def between(method: Callable[..., Any], points: Points, what: str) -> Callable[..., Any]:
    """A method with points before and behind it."""

    async def watched(*arguments: Any) -> Any:
        points.reach(f"{what}: before")
        answer = await method(*arguments)
        points.reach(f"{what}: behind")
        return answer

    return watched


def arm(backend: kit.Backend, points: Points) -> None:
    db = backend.control.db
    db.transaction = around(db.transaction, points, "control")  # type: ignore[method-assign]
    for space in (SqliteSpace, PostgresSpace):
        space.transaction = around(space.transaction, points, "space")  # type: ignore[method-assign]
        space.run_alone = between(space.run_alone, points, "index")  # type: ignore[method-assign]
    spaces = backend.spaces
    spaces.create = between(spaces.create, points, "make the space")  # type: ignore[method-assign]
    spaces.drop = between(spaces.drop, points, "drop the space")  # type: ignore[method-assign]


async def prepare(url: str, folder: Path, operation: str) -> None:
    """The backend that each try begins from."""
    async with kit.backend(url, folder) as backend:
        await backend.completed("CreateBackend", appId="d1app", appName="Board", backendEnvironmentName="dev")
        await backend.completed("CreateBackendAuth", **DEV, resourceName="people", resourceConfig=kit.AUTH_CONFIG)
        await backend.completed("CreateBackendStorage", **DEV, resourceName="media", resourceConfig=kit.STORAGE_CONFIG)
        if operation == "CreateBackendAPI":
            return
        await backend.completed("CreateBackendAPI", **CALLS["CreateBackendAPI"])
        for number in range(ROWS):
            await ask(backend, f'mutation {{ createPost(input: {{id: "p{number}", title: "t"}}) {{ id }} }}')


async def ask(backend: kit.Backend, query: str) -> dict[str, Any]:
    graphql = backend.control.graphql
    api_id = (await backend.meta())["api"]["board"]["output"]["GraphQLAPIIdOutput"]
    served = await graphql.served(api_id)
    assert served is not None
    answer: dict[str, Any] = json.loads(await graphql.execute(served, Request(query=query), ADMIN))
    assert "errors" not in answer, answer
    return answer["data"]


async def call_and_die(url: str, folder: Path, operation: str, wanted: int) -> None:
    async with kit.backend(url, folder, lease_seconds=0.6) as backend:
        arm(backend, Points(wanted))
        await backend.done(await backend.call(operation, **CALLS[operation]))


async def look(url: str, folder: Path, operation: str) -> list[str]:
    """Restart, wait for the job's end, and tell every breach."""
    async with kit.backend(url, folder, lease_seconds=0.6) as backend:
        while (await backend.control.db.row(UNFINISHED))[0]:  # type: ignore[index]
            await asyncio.sleep(0.01)
        rows = await backend.control.db.rows(
            Statement(job_table.select().where(job_table.c.operation == operation).order_by(job_table.c.sort.desc()))
        )
        status = rows[0][6] if rows else None
        return [*await orphans(backend), *await effects(backend, operation, status)]


async def orphans(backend: kit.Backend) -> list[str]:
    """What exists and nobody knows, or is known and does not exist."""
    control, db, breaches = backend.control, backend.control.db, []
    resources = [Resource(*row) for row in await db.rows(questions.ALL_RESOURCES)]
    environments = [Environment(*row) for row in await db.rows(Statement(environment_table.select()))]
    known = {
        "spaces": {record_of(each, ApiRecord).api_id for each in resources if each.category == "api"},
        "pools": {record_of(each, AuthRecord).user_pool_id for each in resources if each.category == "auth"},
        "buckets": {record_of(each, StorageRecord).bucket_name for each in resources if each.category == "storage"}
        | {deployment_bucket(each.stack) for each in environments},
    }
    found = {
        "spaces": set(await backend.spaces.api_ids()),
        "pools": set(await control.auth.all_pool_ids(db)),
        "buckets": {bucket.name for bucket in await control.storage.buckets(db)},
    }
    breaches += [f"{what}: known {known[what]} but found {found[what]}" for what in known if known[what] != found[what]]
    if await db.rows(LOCKS, app="d1app"):
        breaches.append("a lock is left")
    return breaches


async def effects(backend: kit.Backend, operation: str, status: str | None) -> list[str]:
    """All of the operation's effects, or none of them."""
    if status not in {None, "COMPLETED", "FAILED"}:
        return [f"the job ended as {status}"]
    done = status == "COMPLETED"
    db = backend.control.db
    names = [row[0] for row in await db.rows(questions.ENVIRONMENT_NAMES, app_id="d1app")]
    if operation == "RemoveAllBackends":
        gone = not names and await db.row(questions.APP, app_id="d1app") is None
        return [] if gone == done else [f"removal {status}, environments {names}"]
    api = (await backend.meta()).get("api")
    breaches = []
    if operation == "CreateBackendAPI":
        breaches += [] if (api is not None) == done else [f"create {status}, api {api}"]
        if done:
            await ask(backend, 'mutation { createPost(input: {title: "new"}) { id } }')
        return breaches
    if len((await ask(backend, "{ listPosts { items { id } } }"))["listPosts"]["items"]) != ROWS:
        breaches.append("rows were lost")
    if operation == "UpdateBackendAPI":
        schema = await ask(backend, '{ __type(name: "Tag") { name } }')
        breaches += [] if (schema["__type"] is not None) == done else [f"update {status}, schema {schema}"]
    if operation == "CloneBackend":
        breaches += [] if (names == ["dev", "prod"]) == done else [f"clone {status}, environments {names}"]
    return breaches


def forked(work: Callable[[], Any]) -> tuple[int, str]:
    """Run `work` in a process of its own; answers its wait status and what it wrote."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(write, 1)
        code = 1
        try:
            answer = asyncio.run(work())
            os.write(1, json.dumps(answer).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read) as output:
        text = output.read()
    return os.waitpid(child, 0)[1], text


def copy(url: str, folder: Path, number: int) -> tuple[str, Path]:
    """The prepared backend once more, for one try."""
    own = folder / f"try{number}"
    if url.startswith("sqlite"):
        shutil.copytree(folder / "prepared", own)
        return f"sqlite:///{own / 'preamp.sqlite3'}", own
    own.mkdir()
    name = f"{url.rpartition('/')[2]}_{number}"
    forked(lambda: _create_database(url, name))
    return f"{url.rpartition('/')[0]}/{name}", own


async def _create_database(url: str, name: str) -> None:
    connection = await asyncpg.connect(url.rpartition("/")[0] + "/postgres")
    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{url.rpartition("/")[2]}"')
    await connection.close()


def main(url: str, folder: Path, operation: str) -> None:
    prepared = folder / "prepared"
    prepared.mkdir()
    if url.startswith("sqlite"):
        url = f"sqlite:///{prepared / 'preamp.sqlite3'}"
    status, _ = forked(lambda: prepare(url, prepared, operation))
    assert status == 0, "the backend could not be prepared"
    kills, breaches = [], []
    # PostgreSQL runs the same code above the driver: every second point there.
    for number in range(1, MOST_KILLS, 1 if url.startswith("sqlite") else 2):
        own_url, own = copy(url, folder, number)
        status, output = forked(lambda: call_and_die(own_url, own, operation, number))  # noqa: B023  runs now
        if not os.WIFSIGNALED(status):
            breaches += [] if status == 0 else [f"the unharmed run failed: {output}"]
            break
        point = output.splitlines()[-1]
        kills.append(point)
        status, output = forked(lambda: look(own_url, own, operation))  # noqa: B023
        found = json.loads(output) if status == 0 else [f"the restart failed: {output}"]
        breaches += [f"kill {number} ({point}): {breach}" for breach in found]
    sys.stdout.write(json.dumps({"kills": kills, "breaches": breaches}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
