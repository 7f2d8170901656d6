"""Rows of the GraphQL API against hand-written SQL in the same server, by growth of the table, and for new texts."""

from collections.abc import Iterator
from functools import partial
from time import perf_counter
from typing import Any

import msgspec
from msgspec import Struct

import bulk
import peer_rows
import postgres
from load import ask, expect, repeated
from rounds import Plan, Requests, Side, compare, measure
from servers import Api, Running, asked, data_of, deploy, environment, floor, graphql, preamp
from table import Row, Skipped
from tokens import Provider, provider

TOPICS, POSTS = 20, 10
FEW, MANY, MOST = 1_000, 100_000, 1_000_000
NEW_TEXTS, FEW_TEXTS = 400, 60
FIELDS = "id title content createdAt"
GET = f"query Get($id: ID!) {{ getPost(id: $id) {{ {FIELDS} }} }}"
LIST = (
    f"query List {{ listTopics(limit: {TOPICS}) {{ items {{ id title posts(limit: {POSTS}) "
    f"{{ items {{ {FIELDS} }} }} }} }} }}"
)
CREATE = f"mutation Create($input: CreatePostInput!) {{ createPost(input: $input) {{ {FIELDS} }} }}"
UPDATE = f"mutation Update($input: UpdatePostInput!) {{ updatePost(input: $input) {{ {FIELDS} }} }}"
ITEMS = (
    "query Items($shop: String!, $kind: String!) { itemsByShop(shop: $shop, filter: {kind: {eq: $kind}}, limit: 20) "
    "{ items { id shop price kind } } }"
)
NOTES = "query Notes { listNotes(limit: 20) { items { id text } } }"
NEW = {"title": "A post", "content": "What it says, at some length.", "topicPostsId": "none"}
ALL = (
    "{ listTopics(limit: 100) { items { id title description createdAt updatedAt "
    "posts(limit: 100) { items { id title content createdAt updatedAt } } } } }"
)
ITEM = "query Item($id: ID!) { getItem(id: $id) { id shop price kind } }"
PAGE = "query Page { listItems(limit: 20) { items { id shop price kind } } }"
SHOP = "query Shop($shop: String!) { itemsByShop(shop: $shop, limit: 20) { items { id shop price kind } } }"


class Case(Struct, frozen=True, kw_only=True):
    """One request, and what it is held to on SQLite and on PostgreSQL. `token`: asked by signed-in users."""

    what: str
    path: str
    query: str
    variables: dict[str, Any]
    count: int
    goals: tuple[float | None, float | None] = (None, None)
    token: bool = False
    made: str | None = None
    """The field of a mutation: its times and ids differ on the two sides."""


def cases(post: str, other: str) -> tuple[Case, ...]:
    """The requests that are compared with hand-written SQL."""
    changed = {"id": other, "title": "Another title"}
    asks_items = {"shop": "shop-7", "kind": "kind-3"}
    goals, writing, owning = (0.85, 0.80), (0.80, 0.80), (0.75, 0.75)
    return (
        Case(what="get", path="/get", query=GET, variables={"id": post}, count=10_000, goals=goals),
        Case(what=f"list {TOPICS} x {POSTS}", path="/list", query=LIST, variables={}, count=2_000, goals=(0.90, 0.85)),
        Case(what=f"filtered index query of {MANY}", path="/items", query=ITEMS, variables=asks_items, count=4_000),
        Case(
            what="list by owner, JWT", path="/notes", query=NOTES, variables={}, count=6_000, goals=owning, token=True
        ),
        Case(
            what="create", path="/create", query=CREATE, variables={"input": NEW}, count=5_000, goals=writing,
            made="createPost",
        ),
        Case(
            what="update", path="/update", query=UPDATE, variables={"input": changed}, count=5_000, made="updatePost"
        ),
    )  # fmt: skip


async def rows(plan: Plan, cluster: postgres.Cluster | None) -> list[Row | Skipped]:
    """All rows on SQLite, or on PostgreSQL where a cluster is given."""
    database = cluster.create() if cluster else None
    where = {"where": cluster.create()} if cluster else {}
    async with provider() as issuer:
        with preamp(database=database) as ours:
            await environment(ours, "d1bench", "dev")
            api = await deploy(ours, "d1bench", "dev", issuer.url)
            fill = partial(bulk.into_preamp, ours.data, database, api.path.rpartition("/")[2])
            topics, posts = await _fill(ours, api)
            await fill(partial(bulk.items, first=0, last=FEW), bulk.notes)
            grown = Growth(plan, ours, api, cluster)
            few = await grown.measured(FEW)
            await fill(partial(bulk.items, first=FEW, last=MANY))
            given = {"topics": topics, "posts": posts, "items": MANY, "callers": issuer.callers, **where}
            with floor("graphql", ours.key, api_key=api.key, **given) as other:
                made: list[Row | Skipped] = [
                    await _compared(plan, ours, other, api, case, issuer, cluster)
                    for case in cases(posts[7]["id"], posts[8]["id"])
                ]
            most = MANY if plan.quick else MOST
            if most > MANY:
                await fill(partial(bulk.items, first=MANY, last=most))
            made += grown.rows(few, await grown.measured(most), most)
            made += await _new_texts(ours, api, grown.store, FEW_TEXTS if plan.quick else NEW_TEXTS)
            if cluster:
                made += await peer_rows.rows(plan, cluster, ours, api, (topics, posts))
            return made


async def _compared(
    plan: Plan,
    ours: Running,
    other: Running,
    api: Api,
    case: Case,
    issuer: Provider,
    cluster: postgres.Cluster | None,
) -> Row:
    headers = [{"authorization": token} for token in issuer.callers] if case.token else [{"x-api-key": api.key}]
    sides = [
        Side(
            server=server,
            requests=_same(server, path, headers, case),
            cluster=cluster.server.pid if cluster else None,
        )
        for server, path in ((ours, api.path), (other, case.path))
    ]
    await _agree(sides, case)
    what = f"GraphQL {case.what}, {'PostgreSQL' if cluster else 'SQLite'}"
    goal = case.goals[1 if cluster else 0]
    return await compare(plan, what, *sides, count=case.count, goal=goal, against="hand-written SQL")


def _same(server: Running, path: str, headers: list[dict[str, str]], case: Case) -> Requests:
    def requests(count: int) -> Iterator[bytes]:
        return repeated([asked(server, path, each, case.query, case.variables) for each in headers], count)

    return requests


async def _agree(sides: list[Side], case: Case) -> None:
    """Both answer the same to every caller, but for the id and time of a row that is made."""
    found = []
    for side in sides:
        texts = []
        for one in side.requests(8 if case.token else 1):
            answer = await ask(side.server.address, one)
            expect(answer.status == 200, answer)
            texts.append(msgspec.json.decode(answer.body))
        if case.made is not None:
            for name in ("id", "createdAt"):
                expect(bool(texts[0]["data"][case.made].pop(name)), texts)
        found.append(texts)
    expect(found[0] == found[1], found)
    (answered,) = found[0][0]["data"].values()
    expect(bool(answered.get("items", True)), found)


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


# Growth ------------------------------------------------------------------------------------------------------------


class Growth:
    """The same three reads of a small table and of a large one."""

    def __init__(self, plan: Plan, server: Running, api: Api, cluster: postgres.Cluster | None) -> None:
        self._plan, self._server, self._api, self._cluster = plan, server, api, cluster
        self.store = "PostgreSQL" if cluster else "SQLite"

    async def measured(self, size: int) -> dict[str, list[float]]:
        """CPU time per request of each read, a value a round; keys spread over the whole table."""
        spread = range(0, size, max(1, size // 500))
        reads = {
            "get": [(ITEM, {"id": f"item-{number}"}) for number in spread],
            "list page": [(PAGE, {})],
            "index query": [(SHOP, {"shop": f"shop-{number // bulk.PER_SHOP}"}) for number in spread],
        }
        found = {}
        for what, requests in reads.items():
            side = Side(
                server=self._server,
                requests=partial(self._requests, requests),
                cluster=self._cluster.server.pid if self._cluster else None,
            )
            count = self._plan.count(5_000)
            await measure(side, count // 4)
            found[what] = [(await measure(side, count)).cpu_us for _ in range(self._plan.rounds)]
        return found

    def _requests(self, reads: list[tuple[str, dict[str, Any]]], count: int) -> Iterator[bytes]:
        made = [graphql(self._server, self._api, self._api.path, query, **variables) for query, variables in reads]
        return repeated(made, count)

    def rows(self, few: dict[str, list[float]], many: dict[str, list[float]], size: int) -> list[Row]:
        """What each read costs on the large table, held against the small one."""
        return [
            Row(
                what=f"GraphQL {what} of {size} rows, {self.store}",
                unit="us",
                ours=sorted(many[what])[len(many[what]) // 2],
                other=sorted(few[what])[len(few[what]) // 2],
                against=f"of {FEW} rows",
                ratios=[one / two for one, two in zip(few[what], many[what], strict=True)],
                goal=0.75,
            )
            for what in few
        ]


# New texts ---------------------------------------------------------------------------------------------------------


async def _new_texts(server: Running, api: Api, store: str, count: int) -> list[Row]:
    """How long the nested list takes whose text was never seen, one after the other, beside a text seen before."""
    seen = [await _seconds(server, api, LIST) for _ in range(count)]
    new = [await _seconds(server, api, LIST.replace("items", f"new{number}: items", 1)) for number in range(count)]
    return [
        Row(
            what=f"GraphQL text never seen, p{percent}, {store}",
            unit="ms",
            ours=_percentile(new, percent) * 1000,
            other=_percentile(seen, percent) * 1000,
            against="seen before",
            ratios=[_percentile(new, percent) / _percentile(seen, percent)],
            smaller=True,
        )
        for percent in (50, 99)
    ]


async def _seconds(server: Running, api: Api, query: str) -> float:
    one = graphql(server, api, api.path, query)
    started = perf_counter()
    answer = await ask(server.address, one)
    took = perf_counter() - started
    expect(answer.status == 200, answer)
    return took


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[len(values) * percent // 100]
