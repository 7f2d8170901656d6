"""The program as its users start it."""

import subprocess
from pathlib import Path

import msgspec
import pytest

import server
from preamp import __version__
from preamp.cli.main import COMMANDS


def run(*arguments: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        server.program(*arguments),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=server.environment(env),
    )


def test_the_version_is_printed() -> None:
    assert run("version").stdout == f"{__version__}\n"


def test_help_names_the_commands_and_exit_codes() -> None:
    shown = run("--help").stdout

    for name in COMMANDS:
        assert f"\n  {name} " in shown
    assert "3 not found" in " ".join(shown.split())


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("serve", "--nonsense"), ("serve", "--http", "nowhere"), ("call",)]
)
def test_wrong_usage_ends_with_code_2(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_ephemeral_and_a_data_directory_exclude_each_other(tmp_path: Path) -> None:
    done = run("serve", "--ephemeral", "--data", str(tmp_path))

    assert done.returncode == 2
    assert "leave --data out" in done.stderr


def test_operations_are_listed_as_text_and_json() -> None:
    found = msgspec.json.decode(run("operations", "--json").stdout)
    lines = run("operations").stdout.splitlines()

    assert len(found) == 31
    assert lines[0].split() == ["OPERATION", "METHOD", "PATH", "ANSWER"]
    assert [line.split()[0] for line in lines[1:]] == [one["name"] for one in found]


def test_keys_are_made_listed_and_ended_without_a_server(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    made = msgspec.json.decode(run("keys", "create", "--user", "ann", "--json", *data).stdout)
    other = msgspec.json.decode(run("keys", "create", "--json", *data).stdout)

    assert run("keys", "deactivate", made["access_key_id"], *data).returncode == 0
    assert run("keys", "delete", other["access_key_id"], *data).returncode == 0
    found = msgspec.json.decode(run("keys", "list", "--json", *data).stdout)

    assert [(key["id"], key["user"], key["status"]) for key in found] == [(made["access_key_id"], "ann", "inactive")]
    text = run("keys", "list", *data).stdout
    assert text.splitlines()[0].split() == ["ACCESS", "KEY", "ID", "USER", "STATUS", "CREATED"]
    assert made["secret_access_key"] not in text


def test_an_unknown_key_ends_with_code_3(tmp_path: Path) -> None:
    done = run("keys", "delete", "AKIANOBODY", "--data", str(tmp_path / "data"))

    assert done.returncode == 3
    assert done.stderr == "preamp: there is no access key AKIANOBODY\n"


def test_keys_wait_until_the_server_is_stopped(tmp_path: Path) -> None:
    with server.running(data=tmp_path / "data") as one:
        done = run("keys", "list", "--data", one.ready.data)

    assert done.returncode == 5
    assert "in use" in done.stderr


def test_without_a_server_a_call_ends_with_code_8(tmp_path: Path) -> None:
    """Neither a data directory without a server nor a dead address is reachable."""
    none = run("call", "GetBackend", "--data", str(tmp_path))
    key = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "x"}
    dead = run("jobs", "list", "--app", "d1", "--endpoint", "http://127.0.0.1:9", **key)

    assert (none.returncode, dead.returncode) == (8, 8)
    assert "no server runs on" in none.stderr
    assert "cannot reach http://127.0.0.1:9" in dead.stderr


def test_members_that_are_no_json_object_are_wrong_usage() -> None:
    done = run("call", "GetBackend", "--json-input", "-", stdin="[1]")

    assert done.returncode == 2
    assert "--json-input is not a JSON object" in done.stderr


def test_an_operation_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    with server.running(data=tmp_path / "data") as one:
        done = run("call", "GetBackand", "--data", one.ready.data)

    assert done.returncode == 2
    assert "there is no operation 'GetBackand'" in done.stderr


def test_a_schema_that_is_wrong_is_refused_before_anything_starts(tmp_path: Path) -> None:
    schema = tmp_path / "schema.graphql"
    schema.write_text("type Post @model { id: ID! tags: Tag }")

    done = run("quickstart", "--data", str(tmp_path / "data"), "--schema", str(schema))

    assert done.returncode == 2
    assert str(schema) in done.stderr
    assert not (tmp_path / "data").exists()
