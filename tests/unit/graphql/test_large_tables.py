"""Schema updates of large tables, with writers at work and kill -9 in the middle.

`PREAMP_MIGRATION_ROWS=1000000 pytest tests/unit/graphql/test_large_tables.py` does the same with a million rows.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from served import API_ID, Api, deploy, model_of, released

from preamp.db.space import Space, Spaces
from preamp.graphql import migrate
from preamp.graphql.ddl import AddColumn, diff
from preamp.graphql.migrate import BATCH_ROWS, DataLoss

ROWS = int(os.environ.get("PREAMP_MIGRATION_ROWS", "50000"))
PUBLIC = "@auth(rules: [{ allow: public }])"
BEFORE = f"type Note @model {PUBLIC} {{ id: ID! n: Int text: String }}"
AFTER = f"""type Note @model {PUBLIC} {{
  id: ID! n: String text: String @index(queryField: "byText") stars: Int! @default(value: "3") more: String
}}"""
RENAMED = f'type Remark @model @mapsTo(name: "Note") {PUBLIC} {{ id: ID! n: Int text: String }}'
CREATE = "mutation C($i: CreateNoteInput!) { createNote(input: $i) { id } }"
BY_TEXT = """query Q($t: String!, $k: String) {
  byText(text: $t, limit: 1000, nextToken: $k) { items { id n stars } nextToken } }"""
Kill = Callable[..., str]


@pytest.fixture
async def large(spaces: Spaces) -> Api:
    """Serve BEFORE over a table of many rows: n counts them, every hundredth has the text `rare`."""
    api = await deploy(spaces, "r1", model_of(BEFORE))
    columns = '("id", "n", "text", "createdAt", "updatedAt")'
    values = "'note-'||i, i, CASE WHEN i % 100 = 0 THEN 'rare' ELSE 'text '||i END, 'then', 'then'"
    into = f'INSERT INTO {api.space.prefix}"Note" {columns}'
    sql = f"{into} SELECT {values} FROM generate_series(0, {ROWS - 1}) AS i"
    if api.space.dialect == "sqlite":
        numbers = f"WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < {ROWS})"
        sql = f"{numbers} {into} SELECT {values} FROM c"
    async with api.space.transaction() as transaction:
        await transaction.run(sql)
    return api


async def count(space: Space, where: str = "true") -> int:
    found: int = (await space.read(f'SELECT count(*) FROM {space.prefix}"Note" WHERE {where}'))[0][0]
    return found


async def by_text(api: Api, text: str) -> list[Any]:
    """Answer all rows that the new index finds."""
    items: list[Any] = []
    token = None
    while True:
        page = (await api.data(BY_TEXT, {"t": text, "k": token}))["byText"]
        items += page["items"]
        token = page["nextToken"]
        if token is None:
            return items


def test_an_added_field_touches_no_row() -> None:
    """So it acts at once, however many there are: the update has no step but the column."""
    steps = diff(model_of(BEFORE), model_of(BEFORE.replace("text:", "more: String text:"))).expand

    assert [type(step) for step in steps] == [AddColumn]


async def test_no_write_made_meanwhile_is_lost(spaces: Spaces, large: Api) -> None:
    """Rows written through the older release while columns are filled and an index is built are whole in the newer."""
    done = asyncio.Event()
    written: list[str] = []

    async def write() -> None:
        while not done.is_set():
            name = f"live-{len(written)}"
            await large.data(CREATE, {"i": {"id": name, "n": len(written), "text": "live"}})
            written.append(name)

    writer = asyncio.create_task(write())
    try:
        await migrate.prepare(spaces, API_ID, "r2", model_of(AFTER))
    finally:
        done.set()
        await writer
    await migrate.settle(spaces, API_ID, "r2")

    api = await released(spaces, "r2", model_of(AFTER))
    live = await by_text(api, "live")
    assert [item["id"] for item in live] == written
    assert written
    assert all(item["stars"] == 3 and item["n"] == item["id"].removeprefix("live-") for item in live)
    assert len(await by_text(api, "rare")) == ROWS // 100
    assert await count(api.space, '"stars" = 3') == ROWS + len(written)


@pytest.mark.usefixtures("large")
async def test_kill_9_in_the_middle_of_a_fill_goes_on_where_it_was(
    spaces: Spaces, killer: Kill, database_url: str, tmp_path: Path
) -> None:
    """Dead twice or thrice: each time the next run begins behind the batches that were done."""
    where = str(tmp_path) if database_url.startswith("sqlite") else database_url
    cursors = []
    for _ in range(3):
        await let_go(spaces)
        if killer(where=where, verb="prepare", release="r2", sdl=AFTER, at=34) == "done":
            break
        state = await migrate.state_of(await spaces.get(API_ID))
        assert state is not None
        assert state.pending is not None
        cursors.append((state.pending.done, state.pending.cursor))
    assert len(cursors) >= 2
    assert cursors == sorted(set(cursors))
    assert any(cursor > 0 for _, cursor in cursors)
    assert all(cursor % BATCH_ROWS == 0 for _, cursor in cursors)

    await migrate.prepare(spaces, API_ID, "r2", model_of(AFTER))
    await migrate.settle(spaces, API_ID, "r2")

    api = await released(spaces, "r2", model_of(AFTER))
    assert await count(api.space, '"stars" = 3') == ROWS
    assert {item["n"] for item in await by_text(api, "rare")} == {str(number) for number in range(0, ROWS, 100)}


async def let_go(spaces: Spaces) -> None:
    """Let go of the file, as a server that is down would."""
    opened: Any = getattr(spaces, "_open", None)
    if opened and API_ID in opened:
        await opened.pop(API_ID).close()


@pytest.mark.usefixtures("large")
async def test_a_rename_keeps_every_row(spaces: Spaces) -> None:
    api = await deploy(spaces, "r2", model_of(RENAMED))

    last = f'last: getRemark(id: "note-{ROWS - 1}") {{ n }}'
    found = await api.data(f'{{ first: getRemark(id: "note-0") {{ n }} {last} }}')

    assert found == {"first": {"n": 0}, "last": {"n": ROWS - 1}}
    assert await count(api.space) == ROWS


async def test_values_that_do_not_fit_are_counted_and_shown(spaces: Spaces, large: Api) -> None:
    """A text becomes a number only where every value is one; else nothing changes, and it is told which do not fit."""
    wanted = model_of(BEFORE.replace("text: String", "text: Int"))

    with pytest.raises(DataLoss) as refused:
        await migrate.prepare(spaces, API_ID, "r2", wanted)

    assert str(ROWS) in str(refused.value)
    assert "rare" in str(refused.value)
    assert await large.data('{ getNote(id: "note-7") { n text } }') == {"getNote": {"n": 7, "text": "text 7"}}
