"""Rows of the GraphQL API: get, nested list, create with an API key, against hand-written SQL in the same server."""

from collections.abc import Iterator
from typing import Any

import msgspec

import postgres
from load import ask, expect, repeated
from rounds import Plan, Requests, Side, compare
from servers import Api, Running, data_of, deploy, environment, floor, graphql, preamp
from table import Row

TOPICS, POSTS = 20, 10
FIELDS = "id title content createdAt"
GET = f"query Get($id: ID!) {{ getPost(id: $id) {{ {FIELDS} }} }}"
LIST = (
    f"query List {{ listTopics(limit: {TOPICS}) {{ items {{ id title posts(limit: {POSTS}) "
    f"{{ items {{ {FIELDS} }} }} }} }} }}"
)
CREATE = f"mutation Create($input: CreatePostInput!) {{ createPost(input: $input) {{ {FIELDS} }} }}"
NEW = {"title": "A post", "content": "What it says, at some length.", "topicPostsId": "none"}
ALL = (
    "{ listTopics(limit: 100) { items { id title description createdAt updatedAt "
    "posts(limit: 100) { items { id title content createdAt updatedAt } } } } }"
)


async def rows(plan: Plan, cluster: postgres.Cluster | None) -> list[Row]:
    """The three requests on SQLite, or on PostgreSQL where a cluster is given."""
    database = cluster.create() if cluster else None
    where = {"where": cluster.create()} if cluster else {}
    with preamp(database=database) as ours:
        await environment(ours, "d1bench", "dev")
        api = await deploy(ours, "d1bench", "dev")
        topics, posts = await _fill(ours, api)
        with floor("graphql", ours.key, api_key=api.key, topics=topics, posts=posts, **where) as other:
            return await _compared(plan, ours, other, api, posts[7]["id"], cluster)


async def _compared(
    plan: Plan, ours: Running, other: Running, api: Api, post: str, cluster: postgres.Cluster | None
) -> list[Row]:
    store = "PostgreSQL" if cluster else "SQLite"
    made = []
    for what, path, query, variables, count, goal in (
        ("get", "/get", GET, {"id": post}, 10_000, 0.85),
        (f"list {TOPICS} x {POSTS}", "/list", LIST, {}, 2_000, 0.90),
        ("create", "/create", CREATE, {"input": NEW}, 5_000, 0.80),
    ):
        sides = [
            Side(
                server=server,
                requests=_same(server, api, own, query, variables),
                cluster=cluster.server.pid if cluster else None,
            )
            for server, own in ((ours, api.path), (other, path))
        ]
        await _agree(sides, what)
        row = await compare(
            plan, f"GraphQL {what}, {store}", *sides, count=count, goal=goal, against="hand-written SQL"
        )
        made.append(row)
    return made


async def _agree(sides: list[Side], what: str) -> None:
    """Both answer the same, but for the id and time of a row that is made."""
    texts = []
    for side in sides:
        answer = await ask(side.server.address, next(iter(side.requests(1))))
        expect(answer.status == 200, answer)
        data = msgspec.json.decode(answer.body)
        if what == "create":
            for name in ("id", "createdAt"):
                expect(bool(data["data"]["createPost"].pop(name)), data)
        texts.append(data)
    expect(texts[0] == texts[1], texts)


def _same(server: Running, api: Api, path: str, query: str, variables: dict[str, Any]) -> Requests:
    def requests(count: int) -> Iterator[bytes]:
        return repeated([graphql(server, api, path, query, **variables)], count)

    return requests


async def _fill(server: Running, api: Api) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Topics with posts, and their rows as they are stored."""
    for topic in range(TOPICS):
        given = {"id": f"topic-{topic:02}", "title": f"Topic {topic}", "description": "About something."}
        await data_of(server, api, "mutation($i: CreateTopicInput!) { createTopic(input: $i) { id } }", i=given)
        for post in range(POSTS):
            row = {
                "id": f"post-{topic:02}-{post:02}",
                "title": f"Post {post} of {topic}",
                "content": "Some words. " * 3,
                "topicPostsId": given["id"],
            }
            await data_of(server, api, "mutation($i: CreatePostInput!) { createPost(input: $i) { id } }", i=row)
    topics, posts = [], []
    for topic in (await data_of(server, api, ALL))["listTopics"]["items"]:
        below = topic.pop("posts")["items"]
        topics.append(topic)
        posts += [{**post, "topicPostsId": topic["id"]} for post in below]
    return topics, posts
