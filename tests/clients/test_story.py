"""The official clients call all operations of a real server over a socket, and see typed answers and typed errors."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator

import pytest
from callers import AWSCLI, CALLERS, HERE, Boto3, Caller, Target, operations
from story import STEPS, Story

import server

READY = {
    "boto3": True,
    "awscli": (AWSCLI / "aws").exists(),
    "javascript-v2": (HERE / "node" / "node_modules" / "aws-sdk").exists(),
    "javascript-v3": (HERE / "node" / "node_modules" / "@aws-sdk").exists(),
}


@pytest.fixture(scope="module")
def running() -> Iterator[server.Server]:
    with server.running() as one:
        yield one


@pytest.fixture(scope="module")
def http(running: server.Server) -> Target:
    return target(running, running.ready.http)


@pytest.fixture(scope="module")
def https(running: server.Server) -> Target:
    return target(running, running.ready.https, running.ready.ca)


def target(running: server.Server, endpoint: str, ca: str | None = None) -> Target:
    ready = running.ready
    assert ready.access_key_id is not None
    assert ready.secret_access_key is not None
    return Target(
        endpoint=endpoint, access_key_id=ready.access_key_id, secret_access_key=ready.secret_access_key, ca=ca
    )


def start(name: str, where: Target) -> Caller:
    if not READY[name]:
        pytest.skip("the clients are not installed: `make setup-clients`")
    return CALLERS[name](where)


def test_the_story_calls_every_operation() -> None:
    """An operation that no step calls, or that is never answered rightly, is told by its name."""
    answered = Counter(step["call"] for step in STEPS if "refuses" not in step)

    assert {name: answered[name] for name in operations() if not answered[name]} == {}


@pytest.mark.parametrize("name", CALLERS)
def test_a_client_tells_the_whole_story(name: str, http: Target) -> None:
    """All operations in one story: typed answers, jobs followed to their end, typed errors with their members."""
    caller = start(name, http)
    story, problems = Story(caller), []

    try:
        for step in STEPS:
            problems += [f"{step['call']} ({step['says']}): {problem}" for problem in story.tell(step)]
    finally:
        caller.close()

    assert problems == []


@pytest.mark.parametrize("name", CALLERS)
def test_a_client_comes_by_https(name: str, https: Target) -> None:
    """Each client trusts the server's own certificate authority once it is told of it."""
    caller = start(name, https)

    try:
        answer = caller.call("ListS3Buckets", {})
    finally:
        caller.close()

    assert answer.error is None


def test_a_client_that_was_not_told_of_the_authority_refuses(https: Target) -> None:
    """The certificate is not one of the public authorities'."""
    stranger = Boto3(
        Target(endpoint=https.endpoint, access_key_id=https.access_key_id, secret_access_key=https.secret_access_key)
    )

    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        stranger.call("ListS3Buckets", {})
    stranger.close()


def test_the_aws_command_itself(http: Target) -> None:
    """`aws` as people type it, with the exit codes of its version 1: 0, and 255 for an error of the service."""
    if not READY["awscli"]:
        pytest.skip("the clients are not installed: `make setup-clients`")
    environment = http.environment() | {
        "AWS_ENDPOINT_URL_AMPLIFYBACKEND": http.endpoint,
        "AWS_ACCESS_KEY_ID": http.access_key_id,
        "AWS_SECRET_ACCESS_KEY": http.secret_access_key,
        "AWS_PAGER": "",
        "PATH": f"{AWSCLI}{os.pathsep}{os.environ['PATH']}",
    }

    def aws(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["aws", "amplifybackend", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    listed, missing = aws("list-s3-buckets"), aws("get-backend", "--app-id", "dnothing")

    assert (listed.returncode, "Buckets" in json.loads(listed.stdout)) == (0, True)
    assert missing.returncode == 255
    assert "An error occurred (NotFoundException) when calling the GetBackend operation" in missing.stderr
