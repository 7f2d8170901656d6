"""`preamp schema diff` tells what a deployment would do, and its status whether that breaks anything."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from preamp.cli.schema import schema

PUBLIC = "@auth(rules: [{ allow: public }])"


def note(fields: str, auth: str = PUBLIC, more: str = "") -> str:
    return f"type Note @model {auth} {{ id: ID! {fields} }}\n{more}"


class Pair:
    """Two schemas in files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, old: str, new: str, *arguments: str) -> Result:
        """Compare them."""
        for name, text in (("old", old), ("new", new)):
            (self.folder / f"{name}.graphql").write_text(text)
        paths = [str(self.folder / f"{name}.graphql") for name in ("old", "new")]
        return CliRunner().invoke(schema, ["diff", *paths, *arguments])

    def json(self, old: str, new: str, *arguments: str) -> Any:
        """Compare them; the status agrees with what is printed."""
        result = self.run(old, new, "--json", *arguments)
        found = json.loads(result.stdout)
        assert result.exit_code == (11 if found["breaks"] else 0)
        return found


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def of(changes: list[Any], name: str) -> list[str]:
    return [change["text"] for change in changes if name in (change.get("change"), change.get("step"))]


def test_the_same_schema_changes_nothing(pair: Pair) -> None:
    result = pair.run(note("text: String"), note("text: String"))

    assert (result.exit_code, result.stdout) == (0, "Nothing changes.\n")
    assert pair.json(note("a: Int"), note("a: Int")) == {"breaks": False, "api": [], "data": [], "refusals": []}


def test_an_added_field_and_model_are_safe(pair: Pair) -> None:
    found = pair.json(
        note("text: String"), note("text: String stars: Int", more=f"type Tag @model {PUBLIC} {{ id: ID! }}")
    )

    assert not found["breaks"]
    assert {change["effect"] for change in found["api"]} <= {"safe", "dangerous"}
    assert any("Note.stars" in text for text in of(found["api"], "FIELD_ADDED"))
    assert of(found["data"], "ADD_COLUMN") == ["add the column Note.stars (Int)"]
    assert of(found["data"], "CREATE_TABLE") == ["make the table Tag with 3 columns"]
    assert found["refusals"] == []


def test_a_removed_field_breaks_clients_and_keeps_its_values(pair: Pair) -> None:
    found = pair.json(note("text: String stars: Int"), note("text: String"))

    assert found["breaks"]
    assert "Field Note.stars was removed." in of(found["api"], "FIELD_REMOVED")
    assert found["data"] == []


def test_a_removed_model_is_refused_where_it_has_rows(pair: Pair) -> None:
    tag = f"type Tag @model {PUBLIC} {{ id: ID! }}"
    found = pair.json(note("text: String", more=tag), note("text: String"))

    assert found["refusals"] == [{"rows": "rows", "table": "Tag", "text": "The model Tag is removed with its rows."}]
    assert [(step["when"], step["step"]) for step in found["data"]] == [("after", "DROP_TABLE")]
    assert any("Tag was removed" in text for text in of(found["api"], "TYPE_REMOVED"))


@pytest.mark.parametrize(
    ("old", "new", "rows", "text"),
    [
        ("", "stars: Int!", "rows", "Note.stars is required and has no @default, but there are rows."),
        ("stars: Int", "stars: Int!", "nulls", "Note.stars becomes required, but rows have no value."),
        ("stars: String", "stars: AWSEmail", "misfits", "changes from String to AWSEmail, which rows do not fit."),
        ("stars: String", "stars: Int", "values", "changes from String to Int, which rows do not fit."),
    ],
)
def test_what_rows_may_not_follow_is_told_with_the_rows_that_count(
    pair: Pair, old: str, new: str, rows: str, text: str
) -> None:
    (refusal,) = pair.json(note(old), note(new))["refusals"]

    assert refusal["rows"] == rows
    assert text in refusal["text"]


def test_another_primary_key_is_another_table(pair: Pair) -> None:
    new = f"type Note @model {PUBLIC} {{ slug: String! @primaryKey text: String }}"
    found = pair.json(note("slug: String! text: String"), new)

    assert "primary key of Note changes" in found["refusals"][0]["text"]
    assert of(found["data"], "CREATE_TABLE")


def test_indexes_backfills_and_defaults_are_steps(pair: Pair) -> None:
    """A type that widens is converted in batches; a required field takes its default where there is no value."""
    found = pair.json(
        note("n: Int mood: String tag: String"),
        note('n: Float mood: String! @default(value: "ok") tag: String @index(name: "byTag")'),
    )

    assert of(found["data"], "BACKFILL") == ["convert the values of Note.n from Int to Float, in batches"]
    assert of(found["data"], "FILL") == ["write 'ok' where Note.mood has no value, in batches"]
    assert of(found["data"], "CREATE_INDEX") == ["build the index Note#tag on Note (tag) beside writers"]
    assert [step["when"] for step in found["data"] if step["step"] in {"UNMIRROR", "DROP_COLUMN"}] == ["after", "after"]
    assert found["refusals"] == []


def test_who_may_do_what_is_compared(pair: Pair) -> None:
    owner = "@auth(rules: [{ allow: owner, operations: [read] }, { allow: public }])"
    found = pair.json(note("text: String", owner), note(f"text: String {PUBLIC}", PUBLIC))

    assert any(
        "loses the rule { allow: owner, provider: userPools" in text for text in of(found["api"], "ACCESS_REMOVED")
    )
    assert of(found["api"], "MODE_REMOVED") == ["The API takes AMAZON_COGNITO_USER_POOLS no more."]
    assert of(found["api"], "ACCESS_CHANGED") == ["Note.text has rules of its own now."]
    back = pair.json(note("text: String", PUBLIC), note("text: String", owner))
    assert any("gets the rule" in text for text in of(back["api"], "ACCESS_ADDED"))
    assert of(back["api"], "MODE_ADDED") == ["The API takes AMAZON_COGNITO_USER_POOLS too."]


def test_another_default_mode_may_surprise(pair: Pair) -> None:
    both = "@auth(rules: [{ allow: public }, { allow: private }])"
    old, new = note("a: Int", "@auth(rules: [{ allow: private }])"), note("a: Int", both)

    assert of(pair.json(old, new)["api"], "MODE_DEFAULT_CHANGED") == [
        "The default authorization mode changes from AMAZON_COGNITO_USER_POOLS to API_KEY."
    ]


def test_a_renamed_model_keeps_its_table(pair: Pair) -> None:
    new = f'type Memo @model @mapsTo(name: "Note") {PUBLIC} {{ id: ID! text: String }}'
    found = pair.json(note("text: String"), new)

    assert (found["data"], found["refusals"]) == ([], [])


def test_a_person_reads_headings(pair: Pair) -> None:
    result = pair.run(note("text: String stars: Int"), note("text: String! tag: String"))

    assert result.exit_code == 11
    lines = result.stdout.splitlines()
    headings = [line for line in lines if not line.startswith("  ")]
    assert headings == [
        "Breaks clients:",
        "May surprise clients:",
        "New to clients:",
        "Refused where such rows are there:",
        "Before the new release serves:",
    ]
    assert "  Note.text becomes required, but rows have no value." in lines


def test_a_refused_schema_is_told_with_its_file(pair: Pair) -> None:
    result = pair.run(note("a: Int"), "type Note @model { items: Item @hasMany } type Item @model { id: ID! }")

    assert result.exit_code == 1
    assert "new.graphql:1:32: InvalidDirectiveError" in result.stderr
