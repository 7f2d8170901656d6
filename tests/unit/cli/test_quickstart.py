"""`preamp quickstart` as a new user runs it, and the commands that look at what it made."""

import contextlib
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

import server

LAST_LINE = "Serving. Ctrl-C stops."
SHOP = """
type Shop @model @auth(rules: [{ allow: public }]) {
  id: ID!
  name: String!
  offers: [Offer] @hasMany
  distance(from: String): Float @function(name: "distance-${env}")
}
type Offer @model @auth(rules: [{ allow: public }]) { id: ID! price: Float! shop: Shop @belongsTo }
"""


class Quickstart:
    """A running quickstart: what it printed on stdout, and on stderr until it served."""

    def __init__(self, process: subprocess.Popen[str], told: str, printed: str) -> None:
        self.process, self.told, self.printed = process, told, printed

    @property
    def curls(self) -> list[tuple[str, dict[str, str], Any]]:
        """The printed curls as address, headers and body."""
        lines = self.printed.replace("\\\n", " ").splitlines()
        found = []
        for words in (shlex.split(line) for line in lines if line.startswith("curl ")):
            headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
            found.append((words[2], headers, msgspec.json.decode(words[words.index("-d") + 1])))
        return found

    def ask(self) -> list[Any]:
        """Run the curls; their answers."""
        return [httpx2.post(url, headers=headers, json=body).json() for url, headers, body in self.curls]


@contextlib.contextmanager
def quickstart(data: Path, *arguments: str) -> Iterator[Quickstart]:
    command = server.program("quickstart", *server.FREE_PORTS, "--data", str(data), *arguments)
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=server.environment())
    try:
        assert process.stderr is not None
        assert process.stdout is not None
        told = []
        for line in process.stderr:
            told.append(line)
            if LAST_LINE in line:
                break
        else:
            pytest.fail("".join(told))
        printed = []
        for line in process.stdout:
            printed.append(line)
            if (line.startswith("  -d ") and "query {" in line) or "preamp pull" in line:
                break
        yield Quickstart(process, "".join(told), "".join(printed))
        process.send_signal(signal.SIGINT)
        assert process.wait(server.STOP_SECONDS) == 0
    finally:
        process.kill()
        process.communicate()


def test_the_printed_curls_make_rows_and_list_them_nested(tmp_path: Path) -> None:
    """The board by default, deployed through the wire; in a pipe, progress is one line for each step."""
    with quickstart(tmp_path / "data") as one:
        topic, post, listed = one.ask()

    made = listed["data"]["listTopics"]["items"][0]
    assert made["id"] == topic["data"]["createTopic"]["id"]
    assert made["posts"]["items"] == [post["data"]["createPost"]]
    assert "\nCreateBackend\n  " in one.told
    assert "\nCreateBackendAPI\n  " in one.told
    assert "\x1b" not in one.told + one.printed


def test_a_second_run_serves_the_same_app_with_its_rows(tmp_path: Path) -> None:
    with quickstart(tmp_path / "data") as first:
        first.ask()
    with quickstart(tmp_path / "data") as second:
        listed = second.ask()[-1]

    key, again = first.curls[0][1]["x-api-key"], second.curls[0][1]["x-api-key"]
    assert key == again
    assert len(listed["data"]["listTopics"]["items"]) == 2
    assert "CreateBackend" not in second.told


def test_a_given_schema_is_deployed(tmp_path: Path) -> None:
    """Its first model is made and listed, with what hangs on it; a @function field does not stop it."""
    schema = tmp_path / "shop" / "schema.graphql"
    schema.parent.mkdir()
    schema.write_text(SHOP)

    with quickstart(tmp_path / "data", "--schema", str(schema)) as one:
        _, offer, listed = one.ask()

    assert "(shop), environment dev" in one.printed
    assert listed["data"]["listShops"]["items"][0]["offers"]["items"] == [offer["data"]["createOffer"]]


def test_the_commands_see_what_quickstart_made(tmp_path: Path) -> None:
    """call, jobs list, jobs show and jobs watch, found through the data directory alone."""
    data = tmp_path / "data"

    def run(*arguments: str, stdin: str = "") -> Any:
        done = subprocess.run(
            server.program(*arguments, "--data", str(data)),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=server.environment(),
        )
        return done.returncode, done.stdout, done.stderr

    with quickstart(data):
        app = msgspec.json.decode((data / "quickstart.json").read_bytes())["app_id"]
        members = f'{{"appId": "{app}", "backendEnvironmentName": "dev"}}'
        backend = msgspec.json.decode(run("call", "GetBackend", "--json-input", "-", stdin=members)[1])
        secure = msgspec.json.decode((data / "server.json").read_bytes())["https"]
        by_tls = run("call", "GetBackend", "--json-input", "-", "--endpoint", secure, stdin=members)
        listed = msgspec.json.decode(run("jobs", "list", "--app", app, "--json")[1])
        job = listed[0]["jobId"]
        shown = msgspec.json.decode(run("jobs", "show", job, "--app", app, "--json")[1])
        watched = run("jobs", "watch", job, "--app", app)
        cancelled = run("jobs", "cancel", job, "--app", app)
        refused = run("call", "GetBackend", "--json-input", "-", stdin='{"appId": "dnobody"}')

    assert (backend["appName"], backend["backendEnvironmentList"]) == ("board", ["dev"])
    assert msgspec.json.decode(by_tls[1]) == backend
    assert [one["operation"] for one in listed] == ["CreateBackendAPI", "CreateBackend"]
    assert [step["status"] for step in shown["steps"]] == ["COMPLETED"] * len(shown["steps"])
    assert shown["steps"]
    assert watched[:2] == (0, "COMPLETED\n")
    assert cancelled[0] == 1
    assert "BadRequestException" in cancelled[2]
    assert refused[0] == 3
    assert "NotFoundException" in refused[2]


def test_a_project_is_imported_and_served(tmp_path: Path) -> None:
    """The project's own app, its report, and what to do next."""
    project = Path(__file__).parents[2] / "cases" / "import" / "mood-board"

    with quickstart(tmp_path / "data", "--import", str(project)) as one:
        printed = one.printed

    assert "  created  api/moodboard\n" in printed
    assert "preamp pull --app moodboard" in printed
