"""`preamp import` and what is done with an imported app, by real processes against a real server."""

import json
import os
import signal
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest

import server

CASES = Path(__file__).parents[2] / "cases" / "import"
PROJECTS = {"backend-only": "backendonly", "discussions": "discussions", "mood-board": "moodboard",
            "project-boards": "projectboards"}  # fmt: skip
# What the Amplify CLI notes of its own builds and uploads, and of tables' streams, has no meaning here.
OF_THE_CLI = frozenset(
    {"lastPushTimeStamp", "lastPushDirHash", "providerMetadata", "lastBuildTimeStamp", "lastBuildType",
     "lastPackageTimeStamp", "distZipFilename", "s3Bucket", "StreamArn", "CreatedSNSRole"}
)  # fmt: skip


class Program:
    """`preamp` as a user of one server calls it."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def __call__(self, *arguments: str, stdin: str = "", cwd: Path | None = None, **env: str) -> Any:
        """Run a command to its end."""
        return subprocess.run(
            server.program(*arguments, "--data", str(self.data)),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=cwd,
            env=server.environment(env),
        )

    def json(self, *arguments: str, **options: Any) -> Any:
        """The JSON document that a command prints; it must end well."""
        done = self(*arguments, **options)
        assert done.returncode == 0, done.stderr
        return msgspec.json.decode(done.stdout)


@pytest.fixture(scope="module")
def preamp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Give a server with the four projects imported."""
    data = tmp_path_factory.mktemp("import") / "data"
    with server.running(data=data):
        program = Program(data)
        for name in PROJECTS:
            done = program("import", str(CASES / name))
            assert done.returncode == 0, done.stdout + done.stderr
        yield program


@pytest.mark.parametrize(("project", "app"), PROJECTS.items())
def test_amplify_meta_has_every_key_of_the_original(preamp: Program, project: str, app: str) -> None:
    """But for what the Amplify CLI notes of its own pushes; see docs/how-to/import.md."""
    original = json.loads((CASES / project / "amplify" / "backend" / "amplify-meta.json").read_text())
    members = f'{{"appId": "{app}", "backendEnvironmentName": "main"}}'

    backend = preamp.json("call", "GetBackend", "--json-input", "-", stdin=members)

    assert missing(original, json.loads(backend["amplifyMetaConfig"]), "") == []
    assert json.loads(backend["amplifyFeatureFlags"])["features"] == json.loads(
        (CASES / project / "amplify" / "cli.json").read_text()
    )["features"]  # fmt: skip


def missing(expected: Any, found: Any, path: str) -> list[str]:
    if not isinstance(expected, dict):
        return []
    if not isinstance(found, dict):
        return [path]
    return [
        problem
        for name, inner in expected.items()
        if name not in OF_THE_CLI
        for problem in (missing(inner, found[name], f"{path}.{name}") if name in found else [f"{path}.{name}"])
    ]


def test_a_second_import_brings_the_app_up_to_date(preamp: Program) -> None:
    again = preamp.json("import", str(CASES / "mood-board"), "--json")

    assert [(one["resource"], one["result"]) for one in again["outcomes"]] == [
        ("environment/main", "kept"),
        ("auth/moodboard759ae00a", "updated"),
        ("storage/moodboardStorage", "updated"),
        ("api/moodboard", "updated"),
    ]


def test_a_dry_run_asks_no_server_and_writes_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.md"

    done = Program(tmp_path / "none")(
        "import", str(CASES / "discussions"), "--dry-run", "--report", str(report), "--json"
    )

    document = msgspec.json.decode(done.stdout)
    assert done.returncode == 0
    assert [one["operation"] for one in document["operations"]] == [
        "CreateBackend",
        "CreateBackendAuth",
        "CreateBackendAPI",
    ]
    assert document["summary"] == {"as is": 20, "changed": 1, "not supported": 6, "unreadable": 0}
    assert report.read_text().startswith("# Import of discussions, environment main")
    assert not (tmp_path / "none").exists()


def test_a_zip_of_another_environment_is_imported_beside(preamp: Program, tmp_path: Path) -> None:
    source = CASES / "mood-board"
    with zipfile.ZipFile(tmp_path / "mood.zip", "w") as archive:
        for path in sorted(source.rglob("*")):
            archive.write(path, path.relative_to(source).as_posix())

    done = preamp("import", str(tmp_path / "mood.zip"), "--env", "staging")

    assert done.returncode == 0, done.stderr
    listed = preamp.json("env", "list", "--app", "moodboard", "--json")
    assert [one["environmentName"] for one in listed] == ["main", "staging"]


def test_a_schema_that_the_server_refuses_is_told_with_its_line_and_the_rest_is_imported(
    preamp: Program, tmp_path: Path
) -> None:
    api = tmp_path / "amplify" / "backend" / "api" / "blog"
    api.mkdir(parents=True)
    (api / "schema.graphql").write_text(
        "type Post @model {\n  id: ID!\n  tags: [Tag] @hasMany\n}\ntype Tag { id: ID! }\n"
    )
    (tmp_path / "amplify" / "backend" / "storage" / "files").mkdir(parents=True)
    (tmp_path / "amplify" / "backend" / "storage" / "files" / "cli-inputs.json").write_text("{}")

    done = preamp("import", str(tmp_path), "--app", "drefused", "--json")

    document = msgspec.json.decode(done.stdout)
    assert done.returncode == 6
    assert [one["result"] for one in document["outcomes"]] == ["created", "created", "failed"]
    refused = [one for one in document["findings"] if one["what"].startswith("It is refused")]
    assert [(one["file"], one["line"]) for one in refused] == [("amplify/backend/api/blog/schema.graphql", 3)]


def test_what_is_no_project_ends_with_a_code_and_a_sentence(tmp_path: Path) -> None:
    none = Program(tmp_path)("import", str(tmp_path / "nowhere"))
    empty = Program(tmp_path)("import", str(tmp_path))

    assert (none.returncode, empty.returncode) == (3, 1)
    assert "there is nothing at" in none.stderr
    assert "no folder amplify/backend" in empty.stderr


def test_pull_writes_what_a_web_app_needs(preamp: Program, tmp_path: Path) -> None:
    done = preamp("pull", "--app", "projectboards", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")) == [
        "src/amplifyconfiguration.json",
        "src/aws-exports.d.ts",
        "src/aws-exports.js",
        "src/graphql/mutations.js",
        "src/graphql/queries.js",
        "src/graphql/subscriptions.js",
        "src/models/index.js",
        "src/models/schema.js",
    ]
    assert "query ListProjects(" in (tmp_path / "src" / "graphql" / "queries.js").read_text()


@pytest.mark.parametrize(
    "form", ["aws-exports", "amplifyconfiguration", "amplify_outputs", "android", "ios", "dart", "env"]
)
def test_every_form_of_configuration_is_exported(preamp: Program, form: str) -> None:
    done = preamp("export", "config", "--format", form, "--app", "moodboard", "--env", "main")

    assert done.returncode == 0, done.stderr
    assert "/graphql/" in done.stdout


def test_ctrl_c_while_a_job_is_watched_ends_with_130_and_leaves_the_job_alone(preamp: Program) -> None:
    """The import is interrupted after its first job; run again, it ends what was begun."""
    for attempt in range(10):
        app = f"dinterrupted{attempt}"
        code, told = interrupted(preamp, app)
        if code != 0:  # an import that was through before the signal came says nothing about it
            break

    assert code == 130
    assert "interrupted" in told
    assert "Traceback" not in told
    again = preamp.json("import", str(CASES / "discussions"), "--app", app, "--json")
    assert {one["result"] for one in again["outcomes"]} <= {"kept", "created", "updated"}


def interrupted(preamp: Program, app: str) -> tuple[int, str]:
    """Import a project, interrupt it after its first job; the exit code and what it told."""
    command = server.program("import", str(CASES / "discussions"), "--app", app, "--data", str(preamp.data))
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=server.environment(),
        preexec_fn=heeds_ctrl_c,  # noqa: PLW1509  no other thread of this process holds a lock that it needs
    )
    assert process.stderr is not None
    with process.stderr as stderr:
        for line in stderr:
            if line.startswith("CreateBackend"):
                break
        os.kill(process.pid, signal.SIGINT)
        told = stderr.read()
    return process.wait(60), told


def heeds_ctrl_c() -> None:
    """Begin as a terminal's programs do: a shell's background jobs, these tests perhaps, begin with SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_rows_are_seeded_exported_and_imported_in_every_form(preamp: Program, tmp_path: Path) -> None:
    """The same seed makes the same rows; what was exported can be imported again."""
    place = ("--app", "moodboard", "--env", "main")
    seeded = preamp.json("data", "seed", "Board", "--count", "7", "--json", *place)
    for form, ending in (("jsonl", "jsonl"), ("csv", "csv"), ("dynamodb", "json")):
        file = tmp_path / f"boards.{ending}"
        assert preamp("data", "export", "Board", "--format", form, "--out", str(file), *place).returncode == 0
        again = preamp.json("data", "import", "Board", str(file), "--format", form, "--json", *place)
        assert again == {"model": "Board", "written": 7, "errors": []}

    names = preamp.json("data", "query", "{ listBoards { items { id name } } }", *place)["data"]["listBoards"]["items"]
    unknown = preamp("data", "export", "Bored", *place)

    assert seeded["written"] == len(names) == 7
    assert names[0]["id"] == "board-1"
    assert unknown.returncode == 3
    assert "the API has Board, MoodItem" in unknown.stderr


def test_a_change_is_shown_before_it_is_applied(preamp: Program, tmp_path: Path) -> None:
    place = ("--app", "projectboards")
    now = preamp.json("storage", "get", *place)
    now["resourceConfig"]["permissions"]["unAuthenticated"] = []
    file = tmp_path / "storage.json"
    file.write_text(json.dumps(now))

    shown = preamp("storage", "apply", "-f", str(file), "--dry-run", *place)
    unchanged = preamp.json("storage", "get", *place)
    applied = preamp.json("storage", "apply", "-f", str(file), "--json", *place)
    changed = preamp.json("storage", "get", *place)
    nothing = preamp("storage", "apply", "-f", str(file), *place)

    assert '-    "unAuthenticated": [' in shown.stdout
    assert unchanged["resourceConfig"]["permissions"]["unAuthenticated"] == ["READ"]
    assert applied["job"]["status"] == "COMPLETED"
    assert changed["resourceConfig"]["permissions"]["unAuthenticated"] == []
    assert nothing.stderr == "Nothing changes.\n"


def test_environments_and_apps_come_and_go(preamp: Program) -> None:
    app = preamp.json("apps", "create", "Shop", "--json")["appId"]
    made = preamp.json("env", "create", "dev", "--app", app, "--json")
    cloned = preamp.json("env", "clone", "test", "--app", app, "--env", "dev", "--json")
    asked = preamp("env", "delete", "test", "--app", app)
    deleted = preamp.json("env", "delete", "test", "--yes", "--app", app, "--json")
    shown = preamp.json("apps", "show", app, "--json")
    gone = preamp("apps", "delete", app, "--yes")

    assert [made["status"], cloned["status"], deleted["status"]] == ["COMPLETED"] * 3
    assert asked.returncode == 2
    assert shown["environments"] == ["dev"]
    assert gone.returncode == 0
    deadline = time.monotonic() + 30
    while preamp("apps", "show", app).returncode != 3:
        assert time.monotonic() < deadline


def test_profiles_name_servers(preamp: Program, tmp_path: Path) -> None:
    ready = msgspec.json.decode((preamp.data / "server.json").read_bytes())
    env = {"XDG_CONFIG_HOME": str(tmp_path)}

    def run(*arguments: str) -> Any:
        return subprocess.run(
            server.program(*arguments),
            capture_output=True, text=True, timeout=60, check=False, env=server.environment(env),
        )  # fmt: skip

    added = run(
        "profiles", "add", "here", "--endpoint", ready["http"], "--credentials", str(preamp.data / "credentials")
    )
    listed = run("apps", "list", "--profile", "here", "--json")
    unknown = run("apps", "list", "--profile", "nowhere")
    removed = run("profiles", "remove", "here")

    assert added.returncode == removed.returncode == 0, added.stderr
    assert {one["appId"] for one in msgspec.json.decode(listed.stdout)} >= set(PROJECTS.values())
    assert unknown.returncode == 3
    assert json.loads(run("profiles", "list", "--json").stdout) == {}


def test_the_small_commands_answer(preamp: Program) -> None:
    """status, logs, token, trust, doctor and jobs retry, plain and as JSON."""
    place = ("--app", "backendonly")
    status = preamp.json("status", "-o", "json", *place)
    variables = preamp("status", "-o", "env", *place).stdout
    logs = preamp("logs", *place).stdout.splitlines()
    token = preamp.json("token", "create", "--json", *place)
    shown = preamp.json("token", "show", token["sessionId"], "--json", *place)
    trust = preamp.json("trust", "--json")
    doctor = preamp.json("doctor", "--json")
    jobs = preamp.json("jobs", "list", "--json", *place)
    job = next(one for one in jobs if one["operation"] == "GenerateBackendAPIModels")
    retried = preamp.json("jobs", "retry", job["jobId"], "--json", *place)
    once = preamp("jobs", "retry", jobs[-1]["jobId"], *place)

    assert {one["category"] for one in status["resources"]} == {"api", "auth", "storage"}
    assert "PREAMP_APP=backendonly\n" in variables
    assert logs[0].split()[2] == "CreateBackend"
    assert shown["challengeCode"] == token["challengeCode"]
    assert Path(trust["ca"]).exists()
    assert {one["level"] for one in doctor} <= {"ok", "warning"}
    assert (retried["operation"], retried["status"]) == ("GenerateBackendAPIModels", "COMPLETED")
    assert once.returncode == 2


def test_a_bucket_name_that_is_taken_is_replaced_by_a_made_one(preamp: Program) -> None:
    done = preamp("import", str(CASES / "mood-board"), "--app", "dagain")

    assert done.returncode == 0, done.stderr
    assert "is taken: one is made" in done.stderr


def test_groups_and_the_life_of_refresh_tokens_are_made_in_the_user_pool(preamp: Program, tmp_path: Path) -> None:
    """CreateBackendAuth has no members for them; a second import changes them."""
    auth = tmp_path / "amplify" / "backend" / "auth"
    (auth / "people").mkdir(parents=True)
    (auth / "userPoolGroups").mkdir()
    config = {"usernameAttributes": ["email"], "userpoolClientRefreshTokenValidity": "45"}
    (auth / "people" / "cli-inputs.json").write_text(json.dumps({"cognitoConfig": config}))
    groups = auth / "userPoolGroups" / "user-pool-group-precedence.json"
    groups.write_text('[{"groupName": "Admins", "precedence": 1}, {"groupName": "Users", "precedence": 2}]')

    first = preamp("import", str(tmp_path), "--app", "dgroups")
    groups.write_text('[{"groupName": "Admins", "precedence": 5}]')
    second = preamp("import", str(tmp_path), "--app", "dgroups")
    members = '{"appId": "dgroups", "backendEnvironmentName": "dev"}'
    config = preamp.json("call", "GetBackendClientConfig", "--json-input", "-", stdin=members)
    output = json.loads(config["amplifyMetaConfig"])["auth"]["people"]["output"]
    ready = msgspec.json.decode((preamp.data / "server.json").read_bytes())
    cognito = boto3.client(
        "cognito-idp",
        endpoint_url=ready["http"],
        region_name="us-east-1",
        aws_access_key_id=ready["access_key_id"],
        aws_secret_access_key=ready["secret_access_key"],
    )
    found = cognito.list_groups(UserPoolId=output["UserPoolId"])["Groups"]
    client = cognito.describe_user_pool_client(UserPoolId=output["UserPoolId"], ClientId=output["AppClientIDWeb"])
    cognito.close()

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert config["groups"] == ["Admins", "Users"]
    assert {one["GroupName"]: one["Precedence"] for one in found} == {"Admins": 5, "Users": 2}
    assert client["UserPoolClient"]["RefreshTokenValidity"] == 45
