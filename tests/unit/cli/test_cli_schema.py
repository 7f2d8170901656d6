"""`preamp schema` prints schemas, documents and refusals."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from preamp.cli.schema import schema

GOOD = "type Todo @model @auth(rules: [{allow: owner}]) { id: ID! text: String }\n"
BAD = "type Todo @model {\n  id: ID!\n  items: Item @hasMany\n}\ntype Item @model { id: ID! }\n"


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(schema, arguments, input=text)


@pytest.fixture
def good(tmp_path: Path) -> str:
    path = tmp_path / "schema.graphql"
    path.write_text(GOOD)
    return str(path)


def test_transform_prints_what_clients_see(good: str) -> None:
    result = run("transform", good)
    assert result.exit_code == 0
    assert "listTodos(filter: ModelTodoFilterInput" in result.stdout


def test_transform_reads_standard_input() -> None:
    assert run("transform", "-", text=GOOD).stdout.startswith("type Todo {")


def test_transform_joins_the_files_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_text("type A @model { id: ID! b: [B] @hasMany }")
    (tmp_path / "b.graphql").write_text("type B @model { id: ID! }")
    assert "aBId" in run("transform", str(tmp_path)).stdout


def test_transform_takes_modes_conflict_resolution_and_version(good: str) -> None:
    plain = run("transform", good, "--auth", "API_KEY, AMAZON_COGNITO_USER_POOLS").stdout
    assert "type Todo @aws_cognito_user_pools {" in plain
    assert "_version: Int!" in run("transform", good, "--conflict", "AUTOMERGE").stdout
    assert "ModelStringFilterInput" in run("transform", good, "--transformer", "1").stdout


def test_refusal_names_its_place_and_ends_with_status_1() -> None:
    result = run("transform", "-", text=BAD)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("-:3:15: InvalidDirectiveError: ")


@pytest.mark.parametrize("command", ["transform", "models"])
def test_refusal_as_json_has_name_message_line_and_column(command: str) -> None:
    result = run(command, "-", "--json", text="type Todo @model {")
    assert result.exit_code == 1
    refusal = json.loads(result.stdout)
    assert sorted(refusal) == ["column", "line", "message", "name"]
    assert (refusal["name"], refusal["line"]) == ("GraphQLError", 1)


@pytest.mark.parametrize(("format_", "key"), [("introspection", "primaryKeyInfo"), ("datastore", "pluralName")])
def test_models_prints_the_documents_of_client_libraries(good: str, format_: str, key: str) -> None:
    result = run("models", good, "--format", format_)
    assert key in json.loads(result.stdout)["models"]["Todo"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-file"], "cannot be read: No such file"),
        (["-", "--auth", "API_KEY,KERBEROS"], "'KERBEROS' is no authorization mode"),
    ],
)
def test_wrong_use_says_what_would_be_right(arguments: list[str], message: str) -> None:
    result = run("transform", *arguments, text=GOOD)
    assert result.exit_code == 2
    assert message in result.stderr


def test_folder_without_schemas_and_bytes_that_are_no_text_are_wrong_use(tmp_path: Path) -> None:
    assert "holds no *.graphql files" in run("transform", str(tmp_path)).stderr
    (tmp_path / "x.graphql").write_bytes(b"type A\xff")
    assert "not UTF-8 at byte 6" in run("transform", str(tmp_path)).stderr
