"""Publishing a release, keys and generated models, in the control database of both kinds."""

import pytest
from served import API_ID, model_of

from preamp.db import Database
from preamp.db.space import Spaces
from preamp.graphql import API_KEY, RECHECK_SECONDS, GeneratedModels, GraphQL, Published, Request, Store

SCHEMA = "type Note @model @auth(rules: [{ allow: public }]) { id: ID! text: String }"
WIDER = "type Note @model @auth(rules: [{ allow: public }]) { id: ID! text: String stars: Int }"
NOW = 1_700_000_000
DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def graphql(spaces: Spaces, store: Store) -> GraphQL:
    return GraphQL(spaces, store, token_key=b"k" * 32, now=lambda: NOW)


async def release(graphql: GraphQL, database: Database, name: str, sdl: str) -> None:
    model = model_of(sdl)
    await graphql.prepare(API_ID, name, model)
    async with database.transaction() as tx:
        settings = {"userPool": "pool"}
        await graphql.publish(tx, Published(api_id=API_ID, release_id=name, model=model, settings=settings))
    await graphql.settle(API_ID, name)


async def test_a_published_release_answers_and_a_newer_one_takes_its_place(
    graphql: GraphQL, database: Database
) -> None:
    assert await graphql.served(API_ID) is None
    await release(graphql, database, "r1", SCHEMA)
    first = await graphql.served(API_ID)
    await release(graphql, database, "r2", WIDER)
    second = await graphql.served(API_ID)

    assert first is not None
    assert second is not None
    assert first.published.settings == {"userPool": "pool"}
    assert second.published.release_id == "r2"
    answer = await graphql.execute(second, Request(query="{ listNotes { items { stars } } }"), API_KEY)
    assert answer == b'{"data":{"listNotes":{"items":[]}}}'


async def test_a_transaction_that_fails_publishes_nothing(graphql: GraphQL, database: Database) -> None:
    model = model_of(SCHEMA)
    await graphql.prepare(API_ID, "r1", model)

    async def fail() -> None:
        async with database.transaction() as tx:
            await graphql.publish(tx, Published(api_id=API_ID, release_id="r1", model=model))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    assert await graphql.served(API_ID) is None


async def test_keys_are_kept_sealed_and_shown_again(graphql: GraphQL, database: Database) -> None:
    async with database.transaction() as tx:
        first = await graphql.add_key(tx, API_ID, "first")
        second = await graphql.add_key(tx, API_ID, "second", NOW * 1000 + DAY_MS)

    known = await graphql.keys(database, API_ID)

    assert [(key.key, key.description) for key in known] == [(second, "second"), (first, "first")]
    assert known[1].expires_ms == NOW * 1000 + 7 * DAY_MS
    assert await graphql.keys(database, "other") == []


async def test_keys_are_extended_and_removed(graphql: GraphQL, database: Database) -> None:
    async with database.transaction() as tx:
        key = await graphql.add_key(tx, API_ID)
        extended = await graphql.extend_key(tx, API_ID, key, NOW * 1000 + 30 * DAY_MS)
        missing = await graphql.extend_key(tx, API_ID, "da2-none", NOW * 1000 + DAY_MS)
    before = await graphql.keys(database, API_ID)
    async with database.transaction() as tx:
        removed = await graphql.remove_key(tx, API_ID, key)

    assert (extended, missing, removed) == (True, False, True)
    assert before[0].expires_ms == NOW * 1000 + 30 * DAY_MS
    assert await graphql.keys(database, API_ID) == []


@pytest.mark.parametrize("days", [0, -1, 366])
async def test_a_key_lives_between_now_and_a_year(graphql: GraphQL, database: Database, days: int) -> None:
    async with database.transaction() as tx:
        with pytest.raises(ValueError, match="at most 365 days"):
            await graphql.add_key(tx, API_ID, expires_ms=NOW * 1000 + days * DAY_MS)


async def test_models_know_whether_they_are_of_the_served_release(graphql: GraphQL, database: Database) -> None:
    await release(graphql, database, "r1", SCHEMA)
    async with database.transaction() as tx:
        await graphql.set_models(tx, API_ID, "r1", GeneratedModels(introspection="{}", datastore="[]", latest=True))
    latest = await graphql.models(database, API_ID)
    await release(graphql, database, "r2", WIDER)
    stale = await graphql.models(database, API_ID)

    assert latest == GeneratedModels(introspection="{}", datastore="[]", latest=True)
    assert stale == GeneratedModels(introspection="{}", datastore="[]", latest=False)


async def test_an_unpublished_api_is_forgotten(graphql: GraphQL, database: Database) -> None:
    await release(graphql, database, "r1", SCHEMA)
    async with database.transaction() as tx:
        await graphql.add_key(tx, API_ID)
        await graphql.unpublish(tx, API_ID)

    assert await graphql.served(API_ID) is None
    assert await graphql.keys(database, API_ID) == []
    assert await graphql.orphans([]) == [API_ID]
    for _ in range(2):
        await graphql.remove(API_ID)
    assert await graphql.orphans([]) == []


async def test_another_node_takes_a_new_release_and_new_keys_up(
    spaces: Spaces, store: Store, database: Database
) -> None:
    """Where nodes share a database, each looks once a second for what the others have published."""
    if not store.shared:
        assert database.dialect == "sqlite"  # one process owns the file: there is no other node
        return
    time = [float(NOW)]
    here = GraphQL(spaces, store, token_key=b"k" * 32, now=lambda: time[0])
    there = GraphQL(spaces, store, token_key=b"k" * 32, now=lambda: time[0])
    await release(here, database, "r1", SCHEMA)
    first = await there.served(API_ID)
    assert first is not None

    await release(here, database, "r2", WIDER)
    async with database.transaction() as tx:
        await here.add_key(tx, API_ID)
    assert await there.served(API_ID) is first
    time[0] += RECHECK_SECONDS
    second = await there.served(API_ID)

    assert second is not None
    assert (second.published.release_id, len(second.published.keys)) == ("r2", 1)
    assert await there.served(API_ID) is second
