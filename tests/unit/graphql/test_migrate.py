"""Changing schemas over rows that are there: what is kept, what is refused, and what a kill -9 leaves behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from served import API_ID, Api, deploy, model_of, released

from preamp.db.space import Space, Spaces
from preamp.graphql import migrate
from preamp.graphql.migrate import DataLoss

PUBLIC = "@auth(rules: [{ allow: public }])"


def note(fields: str, *more: str) -> str:
    return f"type Note @model {PUBLIC} {{ id: ID! {fields} }}\n" + "\n".join(more)


async def change(spaces: Spaces, before: str, after: str, *rows: dict[str, Any]) -> Api:
    """Serve one schema, write notes, serve the other."""
    first = await deploy(spaces, "r1", model_of(before))
    for row in rows:
        await first.data("mutation C($i: CreateNoteInput!) { createNote(input: $i) { id } }", {"i": row})
    return await deploy(spaces, "r2", model_of(after))


async def test_an_added_field_is_null_in_older_rows(spaces: Spaces) -> None:
    api = await change(spaces, note("text: String"), note("text: String stars: Int"), {"id": "1", "text": "a"})

    assert (await api.data('{ getNote(id: "1") { text stars } }'))["getNote"] == {"text": "a", "stars": None}


async def test_a_removed_field_comes_back_with_its_values(spaces: Spaces) -> None:
    await change(spaces, note("text: String stars: Int"), note("text: String"), {"id": "1", "text": "a", "stars": 3})

    api = await deploy(spaces, "r3", model_of(note("text: String stars: Int")))

    assert (await api.data('{ getNote(id: "1") { stars } }'))["getNote"] == {"stars": 3}


async def test_a_new_required_field_with_a_default_fills_older_rows(spaces: Spaces) -> None:
    after = note('text: String stars: Int! @default(value: "5") mood: String! @default(value: "it\'s ok")')

    api = await change(spaces, note("text: String"), after, {"id": "1"})

    assert (await api.data('{ getNote(id: "1") { stars mood } }'))["getNote"] == {"stars": 5, "mood": "it's ok"}


async def test_an_optional_field_that_becomes_required_is_filled_by_its_default(spaces: Spaces) -> None:
    after = note('text: String! @default(value: "none")')

    api = await change(spaces, note("text: String"), after, {"id": "1"}, {"id": "2", "text": "b"})

    assert (await api.data("{ listNotes { items { text } } }"))["listNotes"]["items"] == [
        {"text": "none"},
        {"text": "b"},
    ]


async def test_types_that_convert_without_loss_convert(spaces: Spaces) -> None:
    before = note("a: Int b: Int c: Float d: Boolean e: String f: Mood", "enum Mood { GOOD BAD }")
    after = note("a: Float b: String c: String d: String e: ID f: String", "enum Mood { GOOD BAD }")
    row = {"id": "1", "a": 7, "b": -3, "c": 0.1, "d": True, "e": "x", "f": "GOOD"}

    api = await change(spaces, before, after, row, {"id": "2"})

    assert (await api.data('{ getNote(id: "1") { a b c d e f } }'))["getNote"] == {
        "a": 7.0,
        "b": "-3",
        "c": "0.1",
        "d": "true",
        "e": "x",
        "f": "GOOD",
    }
    assert set((await api.data('{ getNote(id: "2") { a b c d e f } }'))["getNote"].values()) == {None}


async def test_a_converted_field_keeps_its_index(spaces: Spaces) -> None:
    index = '@index(queryField: "byKind", sortKeyFields: ["n"])'
    rows = [{"id": str(number), "kind": "k", "n": 10 - number} for number in range(3)]

    api = await change(spaces, note(f"kind: String {index} n: Int"), note(f"kind: String {index} n: Float"), *rows)

    found = await api.data('{ byKind(kind: "k", n: {ge: 9}) { items { n } } }')
    assert [item["n"] for item in found["byKind"]["items"]] == [9.0, 10.0]


async def test_text_becomes_an_enum_where_every_value_is_one(spaces: Spaces) -> None:
    after = note("mood: Mood", "enum Mood { GOOD BAD }")

    api = await change(spaces, note("mood: String"), after, {"id": "1", "mood": "GOOD"})

    assert (await api.data('{ getNote(id: "1") { mood } }'))["getNote"] == {"mood": "GOOD"}


async def test_a_model_renamed_by_maps_to_keeps_its_rows(spaces: Spaces) -> None:
    after = f'type Memo @model @mapsTo(name: "Note") {PUBLIC} {{ id: ID! text: String }}'

    api = await change(spaces, note("text: String"), after, {"id": "1", "text": "a"})

    assert (await api.data('{ getMemo(id: "1") { text } }'))["getMemo"] == {"text": "a"}


async def test_an_index_added_later_finds_older_rows(spaces: Spaces) -> None:
    api = await change(
        spaces, note("text: String"), note('text: String @index(queryField: "byText")'), {"id": "1", "text": "a"}
    )

    assert (await api.data('{ byText(text: "a") { items { id } } }'))["byText"]["items"] == [{"id": "1"}]


@pytest.mark.parametrize(
    ("before", "after", "row", "told"),
    [
        (note("text: String"), note("text: String stars: Int!"), {}, "Note.stars is required and has no @default"),
        (note("text: String"), note("text: String!"), {}, "Note.text becomes required, but 1 rows have no value"),
        (note("text: String"), note("text: Int"), {"text": "abc"}, "from String to Int, which 1 rows do not fit"),
        (note("text: String"), note("text: AWSDate"), {"text": "abc"}, "For example: 'abc'."),
        (note("text: String"), note("text: [String]"), {"text": "abc"}, "from String to [String]"),
        (note("text: AWSTimestamp"), note("text: Int"), {"text": 2**40}, "For example: '1099511627776'."),
        (note("m: M", "enum M { A B }"), note("m: M", "enum M { A }"), {"m": "B"}, "For example: 'B'."),
        (
            note("text: String"),
            f"type Other @model {PUBLIC} {{ id: ID! }}",
            {},
            "The model Note is removed with its 1 rows.",
        ),
        (
            note("text: String"),
            f'type Note @model {PUBLIC} {{ id: ID! @primaryKey(sortKeyFields: ["text"]) text: String! }}',
            {"text": "a"},
            "The primary key of Note changes",
        ),
        (
            note("s: Seo", "type Seo { a: String }"),
            note("s: Seo", "type Seo { a: Int }"),
            {"s": {"a": "x"}},
            "Seo.a changes from String to Int",
        ),
    ],
)
async def test_a_change_that_loses_values_is_refused_and_changes_nothing(
    spaces: Spaces, before: str, after: str, row: dict[str, Any], told: str
) -> None:
    first = await deploy(spaces, "r1", model_of(before))
    query = "mutation C($i: CreateNoteInput!) { createNote(input: $i) { id } }"
    await first.data(query, {"i": {"id": "1"} | row})
    space = await spaces.get(API_ID)
    picture = await contents(space)

    with pytest.raises(DataLoss) as caught:
        await migrate.prepare(spaces, API_ID, "r2", model_of(after))

    assert any(told in text for text in caught.value.texts), caught.value.texts
    assert await contents(space) == picture


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (note("text: String"), note("text: Int")),
        (note("text: String"), note("text: String stars: Int!")),
        (note("text: String"), f"type Other @model {PUBLIC} {{ id: ID! }}"),
        (
            note("text: String"),
            f'type Note @model {PUBLIC} {{ id: ID! @primaryKey(sortKeyFields: ["text"]) text: String! }}',
        ),
    ],
)
async def test_the_same_change_is_free_where_there_are_no_rows(spaces: Spaces, before: str, after: str) -> None:
    api = await change(spaces, before, after)

    assert api.release.model.entities


async def test_both_releases_work_until_the_new_one_is_settled(spaces: Spaces) -> None:
    """What the old release writes meanwhile reaches the new one's columns."""
    before, after = note("n: Int t: String"), note("n: String t: String more: String")
    old = await deploy(spaces, "r1", model_of(before))
    create = "mutation C($i: CreateNoteInput!) { createNote(input: $i) { id n } }"
    await old.data(create, {"i": {"id": "1", "n": 1}})

    await migrate.prepare(spaces, API_ID, "r2", model_of(after))
    await old.data(create, {"i": {"id": "2", "n": 2}})
    await old.data('mutation { updateNote(input: {id: "1", n: 10}) { n } }')
    new = await released(spaces, "r2", model_of(after))
    await new.data(create, {"i": {"id": "3", "n": "three"}})
    await migrate.settle(spaces, API_ID, "r2")

    items = (await new.data("{ listNotes { items { n more } } }"))["listNotes"]["items"]
    assert [item["n"] for item in items] == ["10", "2", "three"]


async def test_a_second_release_waits_for_the_first(spaces: Spaces) -> None:
    await migrate.prepare(spaces, API_ID, "r1", model_of(note("a: Int")))

    with pytest.raises(migrate.ReleasePending):
        await migrate.prepare(spaces, API_ID, "r2", model_of(note("b: Int")))


async def test_every_verb_may_be_repeated(spaces: Spaces) -> None:
    for _ in range(2):
        await migrate.prepare(spaces, API_ID, "r1", model_of(note("a: Int")))
    for _ in range(2):
        await migrate.settle(spaces, API_ID, "r1")
    await migrate.prepare(spaces, API_ID, "r1", model_of(note("a: Int")))
    await migrate.revert(spaces, API_ID, "r1")

    assert await spaces.exists(API_ID)


async def test_reverting_a_first_release_leaves_no_space(spaces: Spaces) -> None:
    await migrate.prepare(spaces, API_ID, "r1", model_of(note("a: Int")))

    for _ in range(2):
        await migrate.revert(spaces, API_ID, "r1")

    assert await spaces.api_ids() == []


# kill -9 --------------------------------------------------------------------------------------------------------------

BEFORE = f"""
type Note @model {PUBLIC} {{ id: ID! n: Int text: String @index(queryField: "byText") gone: String }}
"""
AFTER = f"""
type Note @model {PUBLIC} {{
  id: ID! n: String text: String stars: Int! @default(value: "3") @index(queryField: "byStars") tags: [Tag] @hasMany
}}
type Tag @model {PUBLIC} {{ id: ID! word: String }}
"""
Kill = Callable[..., str]


async def contents(space: Space) -> dict[str, Any]:
    """Answer all that is in a space: tables with columns and rows, indexes, triggers."""
    found: dict[str, Any] = {}
    if space.dialect == "sqlite":
        found["schema"] = sorted(tuple(r) for r in await space.read("SELECT type, name, sql FROM sqlite_master"))
        tables = [name for kind, name, _ in found["schema"] if kind == "table" and not name.startswith("sqlite_")]
    else:
        schema = space.prefix[1:-2]
        columns = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = $1"
        found["columns"] = sorted(tuple(row) for row in await space.read(columns, [schema]))
        indexes = """SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1"""
        found["indexes"] = sorted(tuple(row) for row in await space.read(indexes, [schema]))
        functions = "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = $1"
        found["functions"] = [tuple(row) for row in await space.read(functions, [schema])]
        tables = sorted({name for name, _, _ in found["columns"]})
    for table in tables:
        if not table.startswith("preamp#"):
            whole = "*" if space.dialect == "sqlite" else "row_to_json(t)::text"
            rows = await space.read(f'SELECT {whole} FROM {space.prefix}"{table}" AS t ORDER BY t."row#"')
            found[f"rows of {table}"] = [tuple(row) for row in rows]
    return found


async def served_before(spaces: Spaces) -> dict[str, Any]:
    """Serve BEFORE with rows, and answer the space's contents."""
    api = await deploy(spaces, "r1", model_of(BEFORE))
    for number in range(5):
        row = {"id": str(number), "n": number, "text": "t"}
        await api.data("mutation C($i: CreateNoteInput!) { createNote(input: $i) { id } }", {"i": row})
    return await contents(await spaces.get(API_ID))


def place(database_url: str, folder: Path) -> str:
    return str(folder) if database_url.startswith("sqlite") else database_url


async def wiped(spaces: Spaces) -> None:
    await spaces.drop(API_ID)


async def test_a_prepare_killed_anywhere_goes_on_to_the_same_end(
    spaces: Spaces, killer: Kill, database_url: str, tmp_path: Path
) -> None:
    """Killed before and after every statement, then run again: the space is as if nothing had happened."""
    await served_before(spaces)
    await migrate.prepare(spaces, API_ID, "r2", model_of(AFTER))
    await migrate.settle(spaces, API_ID, "r2")
    right = await contents(await spaces.get(API_ID))
    right = {name: value for name, value in right.items() if not name.startswith("rows")}

    kills = 0
    for at in range(1, 200):
        await wiped(spaces)
        await served_before(spaces)
        await spaces_closed(spaces)
        end = killer(where=place(database_url, tmp_path), verb="prepare", release="r2", sdl=AFTER, at=at)
        if end == "done":
            break
        assert end == "killed"
        kills += 1
        await migrate.prepare(spaces, API_ID, "r2", model_of(AFTER))
        await migrate.settle(spaces, API_ID, "r2")
        found = await contents(await spaces.get(API_ID))
        assert {name: value for name, value in found.items() if not name.startswith("rows")} == right, at
        api = await released(spaces, "r2", model_of(AFTER))
        items = (await api.data("{ listNotes { items { id n stars } } }"))["listNotes"]["items"]
        assert items == [{"id": str(number), "n": str(number), "stars": 3} for number in range(5)]

    assert kills >= 10


async def spaces_closed(spaces: Spaces) -> None:
    """Let go of the file, as a server that is down would."""
    opened: Any = getattr(spaces, "_open", None)
    if opened:
        await opened.pop(API_ID).close()


async def test_a_prepare_killed_anywhere_can_be_reverted(
    spaces: Spaces, killer: Kill, database_url: str, tmp_path: Path
) -> None:
    """Whatever the killed prepare had done is gone after revert, rows and all else as before."""
    kills = 0
    for at in range(1, 200):
        await wiped(spaces)
        before = await served_before(spaces)
        await spaces_closed(spaces)
        end = killer(where=place(database_url, tmp_path), verb="prepare", release="r2", sdl=AFTER, at=at)
        if end == "done":
            break
        assert end == "killed"
        kills += 1
        await migrate.revert(spaces, API_ID, "r2")
        found = await contents(await spaces.get(API_ID))
        assert rows_of(found) == rows_of(before), at
        assert_same_schema(found, before)

    assert kills >= 10


def rows_of(picture: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in picture.items() if name.startswith("rows")}


def assert_same_schema(found: dict[str, Any], before: dict[str, Any]) -> None:
    """Compare without the text of CREATE TABLE, which SQLite rewrites when a column goes."""

    def shape(picture: dict[str, Any]) -> Any:
        if "schema" in picture:
            return [(kind, name, "".join((sql or "").split())) for kind, name, sql in picture["schema"]]
        return {name: value for name, value in picture.items() if not name.startswith("rows")}

    assert shape(found) == shape(before)


@pytest.mark.parametrize("verb", ["revert", "settle"])
async def test_a_killed_revert_or_settle_goes_on(
    spaces: Spaces, killer: Kill, database_url: str, tmp_path: Path, verb: str
) -> None:
    act = migrate.revert if verb == "revert" else migrate.settle
    await served_before(spaces)
    await migrate.prepare(spaces, API_ID, "r2", model_of(AFTER))
    await act(spaces, API_ID, "r2")
    right = await contents(await spaces.get(API_ID))

    kills = 0
    for at in range(1, 200):
        await wiped(spaces)
        await served_before(spaces)
        await migrate.prepare(spaces, API_ID, "r2", model_of(AFTER))
        await spaces_closed(spaces)
        end = killer(where=place(database_url, tmp_path), verb=verb, release="r2", sdl="", at=at)
        if end == "done":
            break
        assert end == "killed"
        kills += 1
        await act(spaces, API_ID, "r2")
        found = await contents(await spaces.get(API_ID))
        assert_same_schema(found, right)
        assert len(rows_of(found)["rows of Note"]) == 5

    assert kills >= 5


async def test_a_first_prepare_killed_anywhere_reverts_to_nothing(
    spaces: Spaces, killer: Kill, database_url: str, tmp_path: Path
) -> None:
    for at in range(1, 200):
        end = killer(where=place(database_url, tmp_path), verb="prepare", release="r1", sdl=AFTER, at=at)
        if end == "done":
            break
        assert end == "killed"
        await migrate.revert(spaces, API_ID, "r1")
        assert await spaces.api_ids() == []
    assert at > 5
