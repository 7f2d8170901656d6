"""Rows in files: CSV, JSON lines and what DynamoDB exports."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from preamp.cli.data import Member, Table, _to_dynamodb, _writer, read_rows
from preamp.cli.output import Failed

TABLE = Table(
    name="Post",
    lists="listPosts",
    creates="createPost",
    updates="updatePost",
    members=(
        Member(name="id", type="ID", required=False, is_list=False),
        Member(name="title", type="String", required=True, is_list=False),
        Member(name="stars", type="Int", required=False, is_list=False),
        Member(name="tags", type="String", required=False, is_list=True),
        Member(name="open", type="Boolean", required=False, is_list=False),
    ),
    inputs=frozenset({"id", "title", "stars", "tags", "open"}),
)
ROW: dict[str, Any] = {"id": "1", "title": 'a "b", c\nd', "stars": 5, "tags": ["x", "y"], "open": True}


@pytest.mark.parametrize("form", ["csv", "jsonl", "dynamodb"])
def test_what_is_written_is_read_again(form: str, tmp_path: Path) -> None:
    stream = StringIO(newline="")
    write = _writer(form, TABLE, stream)
    write(ROW)
    write({"id": "2", "title": "plain", "stars": None, "tags": None, "open": None})
    (tmp_path / "rows").write_text(stream.getvalue(), newline="")

    first, second = read_rows(tmp_path / "rows", form, TABLE)

    assert first == ROW
    assert {name: value for name, value in second.items() if value is not None} == {"id": "2", "title": "plain"}


def test_every_kind_of_attribute_is_read(tmp_path: Path) -> None:
    item = (
        '{"Item": {"id": {"S": "1"}, "n": {"N": "1.5"}, "b": {"BOOL": false}, "none": {"NULL": true}, '
        '"l": {"L": [{"N": "1"}, {"S": "a"}]}, "m": {"M": {"x": {"N": "2"}}}, '
        '"ss": {"SS": ["a"]}, "ns": {"NS": ["3"]}}}\n'
    )
    (tmp_path / "rows").write_text(item)

    (row,) = read_rows(tmp_path / "rows", "dynamodb", TABLE)

    assert row == {"id": "1", "n": 1.5, "b": False, "none": None, "l": [1, "a"], "m": {"x": 2}, "ss": ["a"], "ns": [3]}
    assert _to_dynamodb({"x": [None]}) == {"M": {"x": {"L": [{"NULL": True}]}}}


def test_a_line_that_is_wrong_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows").write_text('{"id": "1"}\n\nnonsense\n')

    with pytest.raises(Failed, match="rows:3 is not a JSON object"):
        list(read_rows(tmp_path / "rows", "jsonl", TABLE))
