"""A request's time limit reaches the statement that is running, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from served import deploy, model_of

from preamp.db import open_spaces
from preamp.db.space import Spaces
from preamp.graphql.validation import Limits

BOARD = """
type Topic @model @auth(rules: [{ allow: public }]) { id: ID! posts: [Post] @hasMany }
type Post @model @auth(rules: [{ allow: public }]) { id: ID! topic: Topic @belongsTo }
"""
CREATE_TOPIC = 'mutation { createTopic(input: { id: "t" }) { id } }'
CREATE_POST = "mutation C($i: CreatePostInput!) { createPost(input: $i) { id } }"
PAGE = "posts(limit: 300) { items { id topic { %s } } }"
QUERY = """{
  quick: getTopic(id: "t") { id }
  endless: getTopic(id: "t") { %s }
  late: getTopic(id: "t") { id }
}""" % (PAGE % (PAGE % (PAGE % (PAGE % "id"))))
"""Eight thousand million rows: no statement ends with these."""

RUNNING = (
    "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%topicPostsId%' AND pid <> pg_backend_pid()"
)


@pytest.fixture
async def patient(database_url: str, tmp_path: Path) -> AsyncIterator[Spaces]:
    """Give spaces whose own time limit is far away."""
    spaces = await open_spaces(tmp_path if database_url.startswith("sqlite") else database_url, timeout_seconds=86_400)
    yield spaces
    await spaces.close()


async def test_the_running_statement_is_stopped_and_what_was_answered_stays(patient: Spaces) -> None:
    """Closing a SQLite space waits for its threads: it would not return if the statement ran on."""
    api = await deploy(patient, "r1", model_of(BOARD), Limits(seconds=0.5))
    await api.data(CREATE_TOPIC)
    for number in range(300):
        await api.data(CREATE_POST, {"i": {"id": f"p{number}", "topicPostsId": "t"}})

    answer = await api.ask(QUERY)

    assert answer["data"] == {"quick": {"id": "t"}, "endless": None, "late": None}
    assert [error["errorType"] for error in answer["errors"]] == ["ExecutionTimeout", "ExecutionTimeout"]
    if api.space.dialect == "postgresql":
        async with asyncio.timeout(60):
            while await api.space.read(RUNNING):
                await asyncio.sleep(0.05)
    assert await api.data('{ getTopic(id: "t") { id } }') == {"getTopic": {"id": "t"}}
