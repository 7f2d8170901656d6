"""The four real projects, imported: unchanged aws-amplify 6 and 5 work with the configuration that preamp exports."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from callers import HERE, NODE

import server

CASES = HERE.parent / "cases" / "import"
APPS = {
    "discussions": "discussions",
    "mood-board": "moodboard",
    "backend-only": "backendonly",
    "project-boards": "projectboards",
}
ROWS = {
    "discussions": ("Topic", {"createdByUserId": "u1", "content": "Hello"}),
    "moodboard": ("Board", {"name": "Colors"}),
    "backendonly": ("Project", {"title": "Move", "status": "ACTIVE"}),
    "projectboards": ("Project", {"title": "Move", "status": "ACTIVE"}),
}
FORMS = (
    ("6", "native", "aws-exports", "aws-exports.js"),
    ("6", "native", "amplifyconfiguration", "amplifyconfiguration.json"),
    ("6", "legacy", "aws-exports", "aws-exports.js"),
    ("6", "legacy", "amplify_outputs", "amplify_outputs.json"),
    ("5", "legacy", "aws-exports", "aws-exports.js"),
)

pytestmark = pytest.mark.skipif(
    not (HERE / "node" / "node_modules" / "aws-amplify").exists(), reason="`make setup-clients`"
)


def run(one: server.Server, *arguments: str) -> str:
    done = subprocess.run(
        server.program(*arguments, "--data", one.ready.data),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=server.environment(),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[server.Server, Path]]:
    """Give a server with the four apps, and a folder with what `preamp pull` wrote for each."""
    folder = tmp_path_factory.mktemp("apps")
    (folder / "package.json").write_text('{"type": "module"}')
    with server.running(data=folder / "data") as one:
        for project, app in APPS.items():
            run(one, "import", str(CASES / project))
            run(one, "pull", "--app", app, "--out", str(folder / app))
        yield one, folder


def asked(one: server.Server, folder: Path, app: str, version: str, config: Path, **env: str) -> dict[str, Any]:
    """What a client of an app makes of creating, getting, updating, listing and deleting a row."""
    model, row = ROWS[app]
    done = subprocess.run(
        [
            str(NODE),
            str(HERE / "node" / "exported.mjs"),
            version,
            str(config),
            str(folder / app / "graphql"),
            model,
            json.dumps(row),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=server.environment({"NODE_EXTRA_CA_CERTS": one.ready.ca, **env}),
    )
    assert done.stdout, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("app", ["discussions", "moodboard"])
@pytest.mark.parametrize(("version", "mode", "form", "name"), FORMS)
def test_an_app_that_the_api_key_opens_creates_reads_changes_and_deletes(
    imported: tuple[server.Server, Path], app: str, version: str, mode: str, form: str, name: str
) -> None:
    one, folder = imported
    config = folder / app / f"{mode}-{version}-{name}"
    run(one, "export", "config", "--app", app, "--format", form, "--mode", mode, "--out", str(config))

    told = asked(one, folder, app, version, config)

    made = told["create"]["id"]
    assert told["get"] == told["update"] == told["delete"] == made
    assert made in told["list"]
    if version == "6":
        assert made in told["models"]


@pytest.mark.parametrize("app", ["backendonly", "projectboards"])
def test_an_app_whose_owners_write_is_read_by_the_api_key_alone(imported: tuple[server.Server, Path], app: str) -> None:
    """What its operator seeded is listed; creating without signing in is refused as on AWS."""
    one, folder = imported
    run(one, "data", "seed", "Project", "--count", "3", "--app", app)

    told = asked(one, folder, app, "6", folder / app / "aws-exports.js")

    assert told["list"] == told["models"] == ["project-1", "project-2", "project-3"]
    assert told["create"] == {"error": "Unauthorized"}


def test_app_code_still_reads_the_old_keys_of_a_native_module(imported: tuple[server.Server, Path]) -> None:
    """They are there and not enumerable, so that Amplify.configure takes the module for its own new form."""
    one, folder = imported

    key, shown = asked(one, folder, "moodboard", "6", folder / "moodboard" / "aws-exports.js")["keys"]

    assert key.startswith("da2-")
    assert shown == ["version", "Auth", "API", "Storage"]


@pytest.mark.parametrize("app", ["backendonly", "projectboards"])
def test_a_user_signs_in_and_works_on_rows_of_their_own(imported: tuple[server.Server, Path], app: str) -> None:
    """By SRP, with what preamp pull wrote."""
    one, folder = imported
    members = folder / f"{app}.json"
    members.write_text(json.dumps({"appId": app, "backendEnvironmentName": "main"}))
    config = json.loads(run(one, "call", "GetBackendClientConfig", "--json-input", str(members)))
    (pool,) = json.loads(config["amplifyMetaConfig"])["auth"].values()
    user = {"UserPoolId": pool["output"]["UserPoolId"], "Username": "ann@example.com"}
    cognito = boto3.client(
        "cognito-idp",
        endpoint_url=one.ready.http,
        region_name="us-east-1",
        aws_access_key_id=one.ready.access_key_id,
        aws_secret_access_key=one.ready.secret_access_key,
    )
    attributes = [{"Name": "email", "Value": "ann@example.com"}, {"Name": "email_verified", "Value": "true"}]
    cognito.admin_create_user(**user, UserAttributes=attributes, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(**user, Password="Correct-Horse-9", Permanent=True)
    cognito.close()

    told = asked(
        one, folder, app, "6", folder / app / "aws-exports.js", USERNAME="ann@example.com", PASSWORD="Correct-Horse-9"
    )

    made = told["create"]["id"]
    assert told["get"] == told["update"] == told["delete"] == made
    assert made in told["list"]
    assert made in told["models"]
