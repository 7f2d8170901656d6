"""Files that `apply` takes, and the differences it shows."""

from pathlib import Path

import pytest

from preamp.cli.output import USAGE, Failed
from preamp.cli.resources import Change, read_config


def test_a_schema_a_folder_of_schemas_and_json_are_read(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "b.graphql").write_text("type B { id: ID! }")
    (tmp_path / "schemas" / "a.graphql").write_text("type A { id: ID! }")
    (tmp_path / "bare.json").write_text('{"apiName": "x"}')
    (tmp_path / "printed.json").write_text('{"resourceName": "x", "resourceConfig": {"apiName": "x"}}')

    assert read_config(tmp_path / "schemas") == {"transformSchema": "type A { id: ID! }\ntype B { id: ID! }"}
    assert read_config(tmp_path / "schemas" / "a.graphql") == {"transformSchema": "type A { id: ID! }"}
    assert read_config(tmp_path / "bare.json") == read_config(tmp_path / "printed.json") == {"apiName": "x"}


@pytest.mark.parametrize("content", ["", "[]", "{", '{"resourceConfig": 1}'])
def test_what_is_no_configuration_is_wrong_usage(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content)

    with pytest.raises(Failed) as refused:
        read_config(tmp_path / "a.json")

    assert refused.value.code == USAGE


def test_a_folder_without_schemas_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"no \*\.graphql files"):
        read_config(tmp_path)


def test_schemas_are_compared_line_by_line() -> None:
    before = {"apiName": "x", "transformSchema": "type A {\n  id: ID!\n}"}
    change = Change(name="x", before=before, after={**before, "transformSchema": "type A {\n  id: ID!\n  b: Int\n}"})

    assert [line for line in change.diff if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))] == [
        "+  b: Int"
    ]
    assert Change(name="x", before=before, after=before).diff == []
