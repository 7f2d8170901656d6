"""Subscriptions as apps have them: aws-amplify 6 and 5 over https, a restart of the server included."""

import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from callers import HERE, NODE

import server
from preamp.server import Ready

APP, ENVIRONMENT = "drealtime00000", "dev"
SCHEMA = """
type Note @model @auth(rules: [{ allow: public }]) { id: ID! text: String! n: Int }
"""
SECONDS = 60
CREATED = (
    """subscription C($f: ModelSubscriptionNoteFilterInput) { onCreateNote(filter: $f) { id text n createdAt } }"""
)
CREATE = "mutation C($i: CreateNoteInput!) { createNote(input: $i) { id text n createdAt updatedAt } }"


class Client:
    """The JavaScript client in a process of its own."""

    def __init__(self, version: str, ready: Ready, api: dict[str, str]) -> None:
        told = {"VERSION": version, "ENDPOINT": api["endpoint"], "API_KEY": api["key"], "NODE_EXTRA_CA_CERTS": ready.ca}
        pipe = subprocess.PIPE
        command = [str(NODE), str(HERE / "node" / "realtime.mjs")]
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=server.environment(told)
        )
        self._lines: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.next("ready")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            self._lines.put(told)

    def send(self, **line: Any) -> None:
        """Tell the client to do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def next(self, kind: str, value: Any = None) -> Any:
        """Wait for the next line of a kind, and answer it."""
        while True:
            told = self._lines.get(timeout=SECONDS)
            if kind in told and value in {None, told[kind]}:
                return told

    def ask(self, query: str, **variables: Any) -> Any:
        """Send a query or mutation; errors fail the test."""
        self.send(ask="a", query=query, variables=variables)
        answer = self.next("answer")
        assert "errors" not in answer, answer
        return answer["data"]

    def subscribe(self, id_: str, query: str, **variables: Any) -> None:
        """Subscribe; the client tells events under `id_`."""
        self.send(subscribe=id_, query=query, variables=variables)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


def deploy(ready: Ready) -> dict[str, str]:
    """Create the API through the Amplify Backend API, and answer its endpoint and key."""
    client = boto3.client(
        "amplifybackend",
        endpoint_url=ready.http,
        region_name=ready.region,
        aws_access_key_id=ready.access_key_id,
        aws_secret_access_key=ready.secret_access_key,
    )
    where = {"AppId": APP, "BackendEnvironmentName": ENVIRONMENT}
    made = client.create_backend(AppName="realtime", **where)
    settled(client, made["JobId"])
    config = {
        "ApiName": "notes",
        "TransformSchema": SCHEMA,
        "DefaultAuthType": {"Mode": "API_KEY"},
        "Service": "AppSync",
    }
    settled(
        client,
        client.create_backend_api(ResourceName="notes", ResourceConfig={**config, "Service": "AppSync"}, **where)[
            "JobId"
        ],
    )
    output = json.loads(client.get_backend(**where)["AmplifyMetaConfig"])["api"]["notes"]["output"]
    return {"endpoint": output["GraphQLAPIEndpointOutput"], "key": output["GraphQLAPIKeyOutput"]}


def settled(client: Any, job_id: str) -> None:
    while True:
        job = client.get_backend_job(AppId=APP, BackendEnvironmentName=ENVIRONMENT, JobId=job_id)
        if job["Status"] != "RUNNING":
            assert job["Status"] == "COMPLETED", job
            return


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("realtime")


@pytest.fixture(scope="module")
def service(data: Path) -> Iterator[list[server.Server]]:
    """A server in a list, so that a test may put another in its place."""
    held = [server.start(data, data=data / "data")]
    yield held
    assert held[0].stop() == 0


@pytest.fixture(scope="module")
def api(service: list[server.Server]) -> dict[str, str]:
    return deploy(service[0].ready)


@pytest.fixture(params=["6", "5"])
def client(request: pytest.FixtureRequest, service: list[server.Server], api: dict[str, str]) -> Iterator[Client]:
    made = Client(request.param, service[0].ready, api)
    yield made
    made.close()


def test_an_app_observes_creates_updates_and_deletes(client: Client) -> None:
    client.subscribe("updated", "subscription { onUpdateNote { id text } }")
    client.subscribe("deleted", "subscription { onDeleteNote { id text } }")
    client.subscribe("created", CREATED, f={"n": {"gt": 1}})
    first = until_heard(client, "created", n=5)

    client.ask("mutation U($i: UpdateNoteInput!) { updateNote(input: $i) { id text } }", i={"id": first, "text": "new"})
    assert client.next("event", "updated")["data"] == {"onUpdateNote": {"id": first, "text": "new"}}
    client.ask("mutation D($i: DeleteNoteInput!) { deleteNote(input: $i) { id text } }", i={"id": first})
    assert client.next("event", "deleted")["data"] == {"onDeleteNote": {"id": first, "text": "new"}}

    client.ask(CREATE, i={"text": "unheard", "n": 1})
    heard = client.ask(CREATE, i={"text": "heard", "n": 2})["createNote"]
    wanted = {name: heard[name] for name in ("id", "text", "n", "createdAt")}
    assert event_of(client, heard["id"]) == wanted


def until_heard(client: Client, id_: str, **row: Any) -> str:
    """Create rows until one is heard of: no client says when a subscription has begun."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        made = str(client.ask(CREATE, i={"text": "t", **row})["createNote"]["id"])
        try:
            told = client._lines.get(timeout=2)
        except queue.Empty:
            continue
        if told.get("event") == id_:
            return made
    raise AssertionError("no event came")


def event_of(client: Client, id_: str) -> Any:
    """Wait for the creation of a row; earlier ones may still be on their way."""
    while True:
        row = client.next("event", "created")["data"]["onCreateNote"]
        if row["id"] == id_:
            return row


def test_a_subscription_that_is_refused_is_told_to_the_app(client: Client) -> None:
    client.subscribe("no", "subscription { onCreateNote { nothing } }")
    assert "FieldUndefined" in json.dumps(client.next("failed", "no")["errors"])


@pytest.mark.slow
def test_an_app_comes_back_after_the_server_was_restarted(
    client: Client, service: list[server.Server], data: Path
) -> None:
    client.subscribe("created", CREATED)
    until_heard(client, "created", n=5)

    assert service[0].stop() == 0
    ready = service[0].ready
    flags = [
        part
        for name, url in (("--http", ready.http), ("--https", ready.https))
        for part in (name, urlsplit(url).netloc)
    ]
    service[0] = server.start(data, data=data / "data", flags=flags)

    until_heard(client, "created", n=6)
