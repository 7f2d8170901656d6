"""The servers that preamp is compared with: the least code that does the same work, behind the same HTTP server.

`control`: bare ASGI, preamp's SigV4 verifier, msgspec; creating inserts one job row. `graphql`: bare ASGI, an API key
by its digest, one hand-written SQL statement on the store that preamp uses. Neither routes, checks, limits or logs.

    python benchmarks/floors.py control|graphql|answer FILE     where FILE is JSON, see `Control`, `Board`, `Answer`
"""

import asyncio
import hashlib
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
import uvloop
from msgspec import Struct

import bulk
from preamp.control.model import (
    CreateBackendRequest,
    GetBackendRequest,
    GetBackendResponse,
    JobResponse,
    ListBackendJobsRequest,
    ListBackendJobsResponse,
)
from preamp.db import open_database, open_spaces
from preamp.db.space import Space
from preamp.jobs import Job, questions
from preamp.kit import ids
from preamp.kit.caller import Caller
from preamp.kit.clock import Clock
from preamp.server.protocol import Listener
from preamp.wire import Credentials, Verifier, header_map

App = Callable[[Any, Any, Any], Awaitable[None]]
_encode = msgspec.json.Encoder().encode
_HEADERS = [
    (b"content-type", b"application/json"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"x-amzn-RequestId, x-amzn-ErrorType, Date"),
]


class Control(Struct, kw_only=True):
    """What the control floor needs: a key, the two answers it gives, a folder for its database."""

    ready_file: str
    folder: str
    key_id: str
    secret: str
    get_backend: msgspec.Raw
    list_jobs: dict[str, msgspec.Raw]
    database: str | None = None


class Board(Struct, kw_only=True):
    """What the GraphQL floor needs: a key, rows, and where they are to be stored (a folder or a PostgreSQL URL)."""

    ready_file: str
    where: str
    api_key: str
    topics: list[dict[str, Any]]
    posts: list[dict[str, Any]]
    items: int
    callers: dict[str, list[str]]
    """Who holds which token: everything a note's owner may be written as."""


async def body_of(receive: Any) -> bytes:
    message = await receive()
    body: bytes = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    return body


async def answer(send: Any, body: bytes) -> None:
    own = [(b"x-amzn-requestid", ids.uuid4().encode()), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, *own]})
    await send({"type": "http.response.body", "body": body})


# Control -----------------------------------------------------------------------------------------------------------


async def control_app(given: Control) -> App:
    """GetBackend, ListBackendJobs and CreateBackend at their paths."""
    caller = Caller(access_key_id=given.key_id, user="root", arn="arn:aws:iam::0:user/root", account="0", region="")
    credentials = Credentials(caller=caller, secret=given.secret)

    async def lookup(_key_id: str, _token: str | None) -> Credentials:
        return credentials

    verifier = Verifier("amplifybackend", lookup, Clock())
    backend = msgspec.json.decode(given.get_backend, type=GetBackendResponse)
    jobs = {path: msgspec.json.decode(raw, type=ListBackendJobsResponse) for path, raw in given.list_jobs.items()}
    read_get, read_list, read_create = (
        msgspec.json.Decoder(kind).decode for kind in (GetBackendRequest, ListBackendJobsRequest, CreateBackendRequest)
    )
    db = await open_database(given.database or f"sqlite:///{given.folder}/floor.sqlite3")

    async def create(body: bytes) -> JobResponse:
        wanted = read_create(body)
        now = time.time_ns() // 1_000_000
        job = Job(
            ids.uuid4(), ids.uuid7(), wanted.app_id, wanted.backend_environment_name, None, "CreateBackend", "RUNNING",
            "forward", body.decode(), None, None, now, now, None, now, now, 1, given.key_id, None,
        )  # fmt: skip
        async with db.transaction() as tx:
            await tx.execute(questions.INSERT_JOB, **{name: getattr(job, name) for name in job.__struct_fields__})
        return JobResponse(
            app_id=job.app_id,
            backend_environment_name=job.environment,
            job_id=job.job_id,
            operation="CreateBackend",
            status="RUNNING",
        )

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = await body_of(receive)
        await verifier.verify("POST", scope, header_map(scope["headers"]), body)
        path = scope["path"]
        if path == "/backend":
            made: Struct = await create(body)
        elif path.endswith("/details"):
            read_get(body)
            made = backend
        else:
            read_list(body)
            made = jobs[path]
        await answer(send, _encode(made))

    return app


# GraphQL -----------------------------------------------------------------------------------------------------------

POST_TABLE = (
    '"Post" ("row" {serial} PRIMARY KEY, "id" TEXT, "title" TEXT, "content" TEXT, "createdAt" TEXT, '
    '"updatedAt" TEXT, "topicPostsId" TEXT)'
)
TOPIC_TABLE = (
    '"Topic" ("row" {serial} PRIMARY KEY, "id" TEXT, "title" TEXT, "description" TEXT, "createdAt" TEXT, '
    '"updatedAt" TEXT)'
)
ITEM_TABLE = (
    '"Item" ("row" {serial} PRIMARY KEY, "id" TEXT, "shop" TEXT, "price" BIGINT, "kind" TEXT, "createdAt" TEXT, '
    '"updatedAt" TEXT)'
)
NOTE_TABLE = (
    '"Note" ("row" {serial} PRIMARY KEY, "id" TEXT, "text" TEXT, "owner" TEXT, "createdAt" TEXT, "updatedAt" TEXT)'
)
INDEXES = (
    'CREATE UNIQUE INDEX "post_key" ON {prefix}"Post" ("id")',
    'CREATE UNIQUE INDEX "topic_key" ON {prefix}"Topic" ("id")',
    'CREATE INDEX "post_topic" ON {prefix}"Post" ("topicPostsId")',
    'CREATE UNIQUE INDEX "item_key" ON {prefix}"Item" ("id")',
    'CREATE INDEX "item_shop" ON {prefix}"Item" ("shop", "price", "row")',
    'CREATE UNIQUE INDEX "note_key" ON {prefix}"Note" ("id")',
    'CREATE INDEX "note_owner" ON {prefix}"Note" ("owner", "row")',
)
_POST = "'id', p.id, 'title', p.title, 'content', p.content, 'createdAt', p.\"createdAt\""
_TOPIC = "'id', t.id, 'title', t.title"
_ITEM = "'id', i.id, 'shop', i.shop, 'price', i.price, 'kind', i.kind"
_NOTE = "'id', n.id, 'text', n.text"

SQLITE = {
    "get": f'SELECT json_object({_POST}) FROM "Post" p WHERE p.id = ?1',
    "list": (
        f"SELECT json_object({_TOPIC}), (SELECT '['||coalesce(group_concat(p.j, ','), '')||']' FROM "
        f'(SELECT json_object({_POST}) AS j FROM "Post" p WHERE p."topicPostsId" = t.id '
        'ORDER BY p."row" LIMIT 10) p) FROM "Topic" t ORDER BY t."row" LIMIT 20'
    ),
    "create": (
        'INSERT INTO "Post" ("id", "title", "content", "topicPostsId", "createdAt", "updatedAt") '
        f"VALUES (?1, ?2, ?3, ?4, ?5, ?5) RETURNING json_object({_POST.replace('p.', '')})"  # knows no alias
    ),
    "update": (
        'UPDATE "Post" SET "title" = ?2, "updatedAt" = ?3 WHERE "id" = ?1 '
        f"RETURNING json_object({_POST.replace('p.', '')})"
    ),
    "items": (
        f'SELECT json_object({_ITEM}) FROM "Item" i WHERE i.shop = ?1 AND i.kind = ?2 '
        'ORDER BY i.price, i."row" LIMIT 20'
    ),
    "notes": f'SELECT json_object({_NOTE}) FROM "Note" n WHERE n.owner IN (?1, ?2, ?3) ORDER BY n."row" LIMIT 20',
}
POSTGRES = {
    "get": f'SELECT json_build_object({_POST})::text FROM {{prefix}}"Post" p WHERE p.id = $1',
    "list": (
        f"SELECT json_build_object({_TOPIC})::text, (SELECT '['||coalesce(string_agg(p.j, ','), '')||']' FROM "
        f'(SELECT json_build_object({_POST})::text AS j FROM {{prefix}}"Post" p WHERE p."topicPostsId" = t.id '
        'ORDER BY p."row" LIMIT 10) p) FROM {prefix}"Topic" t ORDER BY t."row" LIMIT 20'
    ),
    "create": (
        'INSERT INTO {prefix}"Post" AS p ("id", "title", "content", "topicPostsId", "createdAt", "updatedAt") '
        f"VALUES ($1, $2, $3, $4, $5, $5) RETURNING json_build_object({_POST})::text"
    ),
    "update": (
        'UPDATE {prefix}"Post" AS p SET "title" = $2, "updatedAt" = $3 WHERE p."id" = $1 '
        f"RETURNING json_build_object({_POST})::text"
    ),
    "items": (
        f'SELECT json_build_object({_ITEM})::text FROM {{prefix}}"Item" i WHERE i.shop = $1 AND i.kind = $2 '
        'ORDER BY i.price, i."row" LIMIT 20'
    ),
    "notes": (
        f'SELECT json_build_object({_NOTE})::text FROM {{prefix}}"Note" n WHERE n.owner IN ($1, $2, $3) '
        'ORDER BY n."row" LIMIT 20'
    ),
}


class Input(Struct):
    """Variables of the create and update requests."""

    title: str
    content: str = ""
    topic: str = msgspec.field(name="topicPostsId", default="")
    id: str = ""


class Variables(Struct):
    """Variables of all requests."""

    id: str = ""
    shop: str = ""
    kind: str = ""
    input: Input | None = None


class Asked(Struct):
    """The body of a request, as it is sent to preamp too; the query's text is not looked at."""

    variables: Variables


async def fill(space: Space, given: Board) -> None:
    """The tables with preamp's layout, and the rows that preamp's server has."""
    serial = "INTEGER" if space.dialect == "sqlite" else "BIGINT GENERATED ALWAYS AS IDENTITY"
    mark = "?" if space.dialect == "sqlite" else "$"
    async with space.transaction() as tx:
        for table in (TOPIC_TABLE, POST_TABLE, ITEM_TABLE, NOTE_TABLE):
            await tx.run(f"CREATE TABLE {space.prefix}{table.format(serial=serial)}")
        for index in INDEXES:
            await tx.run(index.format(prefix=space.prefix))
        for name, rows in (("Topic", given.topics), ("Post", given.posts)):
            for row in rows:
                columns = ", ".join(f'"{column}"' for column in row)
                marks = ", ".join(f"{mark}{place}" for place in range(1, len(row) + 1))
                await tx.run(f'INSERT INTO {space.prefix}"{name}" ({columns}) VALUES ({marks})', list(row.values()))
        await tx.run(bulk.items(space.dialect, space.prefix, 0, given.items))
        await tx.run(bulk.notes(space.dialect, space.prefix))
    if space.dialect == "postgresql":
        for name in ("Topic", "Post", "Item", "Note"):
            await space.run_alone(f'ANALYZE {space.prefix}"{name}"')


class Floor:
    """Each request at a path of its own: /get, /list, /create, /update, /items, /notes."""

    def __init__(self, space: Space, given: Board) -> None:
        self._read, self._write = space.read, space.write
        self._texts = (
            SQLITE if space.dialect == "sqlite" else {n: t.format(prefix=space.prefix) for n, t in POSTGRES.items()}
        )
        self._keys = {hashlib.sha256(given.api_key.encode()).digest(): "the key"}
        # A token that was verified once is looked up by its digest, and good until it expires.
        self._tokens = {
            hashlib.sha256(token.encode()).digest(): (owners, time.time() + 3600)
            for token, owners in given.callers.items()
        }
        self._decode = msgspec.json.Decoder(Asked).decode
        own = (self.get, self.list, self.create, self.update, self.items, self.notes)
        self._paths = {f"/{method.__name__}": method for method in own}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        body = await body_of(receive)
        key = headers.get(b"x-api-key")
        owners: Sequence[str] = ()
        if key is None:
            owners, until = self._tokens[hashlib.sha256(headers[b"authorization"]).digest()]
            if time.time() > until:
                raise PermissionError
        elif hashlib.sha256(key).digest() not in self._keys:
            raise PermissionError
        text = await self._paths[scope["path"]](self._decode(body).variables, owners)
        await answer(send, text.encode())

    async def get(self, asked: Variables, _: Sequence[str]) -> str:
        """One row by its key."""
        text = (await self._read(self._texts["get"], [asked.id]))[0][0]
        return f'{{"data":{{"getPost":{text}}}}}'

    async def list(self, _asked: Variables, _: Sequence[str]) -> str:
        """The outer level framed here: faster than any statement that makes one text of all."""
        rows = await self._read(self._texts["list"])
        items = ",".join([f'{topic[:-1]},"posts":{{"items":{posts}}}}}' for topic, posts in rows])
        return f'{{"data":{{"listTopics":{{"items":[{items}]}}}}}}'

    async def items(self, asked: Variables, _: Sequence[str]) -> str:
        """A shop's items of one kind."""
        rows = await self._read(self._texts["items"], [asked.shop, asked.kind])
        return f'{{"data":{{"itemsByShop":{{"items":[{",".join([row[0] for row in rows])}]}}}}}}'

    async def notes(self, _asked: Variables, owners: Sequence[str]) -> str:
        """The caller's notes."""
        rows = await self._read(self._texts["notes"], owners)
        return f'{{"data":{{"listNotes":{{"items":[{",".join([row[0] for row in rows])}]}}}}}}'

    async def create(self, asked: Variables, _: Sequence[str]) -> str:
        """A new row."""
        new = asked.input or Input(title="")
        params = [ids.uuid4(), new.title, new.content, new.topic, _now()]
        made = await self._write((self._texts["create"], params))
        return f'{{"data":{{"createPost":{made[0][0][0]}}}}}'

    async def update(self, asked: Variables, _: Sequence[str]) -> str:
        """A row with another title."""
        new = asked.input or Input(title="")
        changed = await self._write((self._texts["update"], [new.id, new.title, _now()]))
        return f'{{"data":{{"updatePost":{changed[0][0][0]}}}}}'


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


async def graphql_app(given: Board) -> App:
    """The floor over tables of its own."""
    where = Path(given.where) if given.where.startswith("/") else given.where
    space = await (await open_spaces(where)).create("floor")
    await fill(space, given)
    return Floor(space, given)


# Auth --------------------------------------------------------------------------------------------------------------


class Answer(Struct, kw_only=True):
    """What the bare floor needs: the one answer that it gives."""

    ready_file: str
    answer: msgspec.Raw


async def answer_app(given: Answer) -> App:
    """Read a request, give the answer."""
    body = bytes(given.answer)

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await body_of(receive)
        await answer(send, body)

    return app


# The server --------------------------------------------------------------------------------------------------------


async def serve(kind: str, text: bytes) -> None:
    """Serve until SIGTERM on uvicorn as it is shipped: preamp's bounds on heads, and its way out, are its own cost."""
    given: Control | Board | Answer
    if kind == "control":
        given = msgspec.json.decode(text, type=Control)
        app = await control_app(given)
    elif kind == "answer":
        given = msgspec.json.decode(text, type=Answer)
        app = await answer_app(given)
    else:
        given = msgspec.json.decode(text, type=Board)
        app = await graphql_app(given)
    own = socket.socket()
    own.bind(("127.0.0.1", 0))
    server = Listener(
        uvicorn.Config(
            app, http="httptools", ws="none", loop="none", lifespan="off", log_config=None, access_log=False,
            server_header=False, proxy_headers=False, timeout_keep_alive=65, timeout_graceful_shutdown=1,
        )
    )  # fmt: skip
    server.config.load()

    def stop() -> None:
        server.should_exit = True

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    serving = asyncio.create_task(server.serve(sockets=[own]))
    await server.ready.wait()
    announce(Path(given.ready_file), own.getsockname()[1])
    await serving


def announce(ready: Path, port: int) -> None:
    """Tell the port in a file that appears whole."""
    ready.with_suffix(".new").write_text(str(port))
    ready.with_suffix(".new").rename(ready)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], Path(sys.argv[2]).read_bytes()))
