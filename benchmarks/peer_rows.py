"""Rows against PostGraphile from npm, on the same PostgreSQL and the same rows. It checks no caller; preamp does."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

import postgres
from load import Address, Key, ask, expect, repeated
from rounds import Plan, Requests, Side, compare
from servers import Api, Running, asked, started
from table import Row, Skipped

HERE = Path(__file__).parent / "postgraphile"
OLDEST_NODE = 22
MISSING = "not installed: make setup-postgraphile"

TABLES = """
CREATE SCHEMA board;
CREATE FUNCTION board_now() RETURNS text LANGUAGE sql VOLATILE AS
  $$ SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;
CREATE TABLE board.topic (id text PRIMARY KEY, title text NOT NULL, description text,
  created_at text NOT NULL DEFAULT board_now(), updated_at text NOT NULL DEFAULT board_now());
CREATE TABLE board.post (id text PRIMARY KEY DEFAULT gen_random_uuid()::text, title text NOT NULL, content text,
  created_at text NOT NULL DEFAULT board_now(), updated_at text NOT NULL DEFAULT board_now(),
  topic_id text REFERENCES board.topic);
CREATE INDEX ON board.post (topic_id);
"""
GET = "query Get($id: String!) { postByRowId(rowId: $id) { rowId title content createdAt } }"
LIST = (
    "query List { allTopics(first: 20) { nodes { rowId title "
    "postsByTopicId(first: 10) { nodes { rowId title content createdAt } } } } }"
)
CREATE = (
    "mutation Create($input: CreatePostInput!) { createPost(input: $input) { post { rowId title content createdAt } } }"
)
NEW = {"title": "A post", "content": "What it says, at some length."}


def node() -> str | None:
    """A node that PostGraphile runs on: this environment's, else the machine's."""
    for named in (str(Path(sys.executable).with_name("node")), shutil.which("node")):
        if named and Path(named).exists():
            # The environment's is a script that starts the program, whose CPU time is the one to read.
            asks = [named, "-p", "process.versions.node + ' ' + process.execPath"]
            version, _, program = subprocess.run(asks, check=True, capture_output=True, text=True).stdout.partition(" ")
            if int(version.split(".")[0]) >= OLDEST_NODE:
                return program.strip()
    return None


async def rows(
    plan: Plan, cluster: postgres.Cluster, ours: Running, api: Api, board: tuple[list[Any], list[Any]]
) -> list[Row | Skipped]:
    """Get, nested list and create, preamp's CPU time held against PostGraphile's."""
    found = node()
    if found is None or not (HERE / "node_modules" / "postgraphile").exists():
        return [Skipped(what="GraphQL against PostGraphile", why=MISSING)]
    url = cluster.create()
    await _fill(url, *board)
    made: list[Row | Skipped] = []
    with tempfile.TemporaryDirectory(prefix="preamp-bench-") as folder:
        ready = Path(folder) / "ready"
        with started((found, str(HERE / "serve.mjs"), url, str(ready)), ready) as process:
            address = Address(host="127.0.0.1", port=int(ready.read_text()))
            peer = Running(pid=process.pid, address=address, key=Key(id="", secret=""))
            for what, mine, theirs, count, goal in _cases(board[1][7]["id"]):
                sides = [
                    Side(server=ours, requests=_requests(ours, api.path, api.key, *mine), cluster=cluster.server.pid),
                    Side(server=peer, requests=_requests(peer, "/graphql", "", *theirs), cluster=cluster.server.pid),
                ]
                await _works(sides)
                name = f"GraphQL {what}, PostgreSQL"
                made.append(await compare(plan, name, *sides, count=count, goal=goal, against="PostGraphile"))
    return made


def _cases(post: str) -> Iterator[tuple[str, Any, Any, int, float]]:
    import graphql_rows as own  # noqa: PLC0415  it asks this file for rows

    yield "get", (own.GET, {"id": post}), (GET, {"id": post}), 4_000, 2.5
    yield "list 20 x 10", (own.LIST, {}), (LIST, {}), 1_000, 1.4
    yield "create", (own.CREATE, {"input": own.NEW}), (CREATE, {"input": {"post": NEW}}), 2_000, 2.0


def _requests(server: Running, path: str, key: str, query: str, variables: dict[str, Any]) -> Requests:
    one = asked(server, path, {"x-api-key": key} if key else {}, query, variables)
    return lambda count: repeated([one], count)


async def _works(sides: list[Side]) -> None:
    """Both answer without errors, and as much text as each other, names aside."""
    sizes = []
    for side in sides:
        answer = await ask(side.server.address, next(iter(side.requests(1))))
        data = msgspec.json.decode(answer.body)
        expect(answer.status == 200 and not data.get("errors"), answer)
        sizes.append(sum(map(len, _texts(data["data"]))))
    expect(abs(sizes[0] - sizes[1]) <= 0.02 * max(sizes), sizes)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)


async def _fill(url: str, topics: list[dict[str, Any]], posts: list[dict[str, Any]]) -> None:
    link = await asyncpg.connect(url)
    try:
        await link.execute(TABLES)
        names = ("id", "title", "description", "createdAt", "updatedAt")
        await link.executemany(
            "INSERT INTO board.topic VALUES ($1, $2, $3, $4, $5)", [[row[name] for name in names] for row in topics]
        )
        names = ("id", "title", "content", "createdAt", "updatedAt", "topicPostsId")
        await link.executemany(
            "INSERT INTO board.post VALUES ($1, $2, $3, $4, $5, $6)", [[row[name] for name in names] for row in posts]
        )
        await link.execute("ANALYZE")
    finally:
        await link.close()
