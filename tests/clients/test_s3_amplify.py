"""aws-amplify 6 and 5 Storage, as an app uses it: sessions of an identity pool, the configuration's region string."""

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import boto3
import msgspec
import pytest
from callers import HERE, NODE, Target

import server
from preamp.access import Access, Session, SessionClaims
from preamp.db import Database
from preamp.kit.clock import SetClock
from preamp.kit.seal import Sealer

ME, OTHER = "us-east-1:3f2a1b00-aaaa-4aaa-8aaa-000000000001", "us-east-1:3f2a1b00-aaaa-4aaa-8aaa-000000000002"
SECONDS = 180


class App(msgspec.Struct, frozen=True, kw_only=True):
    """A backend with auth and storage, and credentials for its people."""

    running: server.Server
    bucket: str
    callers: dict[str, dict[str, Any]]

    def ask(self, script: str) -> dict[str, Any]:
        """Run a JavaScript client; what each of its calls did."""
        ready = self.running.ready
        port = urlsplit(ready.https).port
        target = Target(
            endpoint=ready.https, access_key_id=ready.access_key_id or "",
            secret_access_key=ready.secret_access_key or "", ca=ready.ca,
        )  # fmt: skip
        own = {"BUCKET": self.bucket, "REGION": f"localhost:{port}/#", "CALLERS": json.dumps(self.callers)}
        done = subprocess.run(
            [NODE, HERE / "node" / script],
            env={**target.environment(), **own},
            capture_output=True,
            check=False,
            text=True,
            timeout=SECONDS,
            cwd=HERE / "node",
        )
        assert done.returncode == 0, done.stderr[-4000:]
        outcome: dict[str, Any] = json.loads(done.stdout)
        return outcome


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Give a server with an app: users may all, guests may read."""
    data: Path = tmp_path_factory.mktemp("amplify") / "data"
    with server.running(data=data) as running:
        pool, bucket = provision(running)
        yield App(running=running, bucket=bucket, callers=credentials(data, pool))


def provision(running: server.Server) -> tuple[str, str]:
    """Make the backend by the control API; the identity pool's id and the bucket's name."""
    ready = running.ready
    control = boto3.client(
        "amplifybackend",
        endpoint_url=ready.http,
        region_name="us-east-1",
        aws_access_key_id=ready.access_key_id,
        aws_secret_access_key=ready.secret_access_key,
    )

    def done(job: dict[str, Any]) -> None:
        for _ in range(2000):
            listed = control.list_backend_jobs(AppId="d1app", BackendEnvironmentName="dev", JobId=job["JobId"])
            status = listed["Jobs"][0]["Status"]
            if status == "COMPLETED":
                return
            assert status != "FAILED", listed
        raise TimeoutError(job)

    dev = {"AppId": "d1app", "BackendEnvironmentName": "dev"}
    done(control.create_backend(**dev, AppName="Photos"))
    pools = {
        "RequiredSignUpAttributes": ["EMAIL"], "SignInMethod": "EMAIL", "UserPoolName": "people",
        "PasswordPolicy": {"MinimumLength": 8},
    }  # fmt: skip
    identities = {"IdentityPoolName": "people_ids", "UnauthenticatedLogin": True}
    auth = {
        "AuthResources": "IDENTITY_POOL_AND_USER_POOL", "Service": "COGNITO",
        "UserPoolConfigs": pools, "IdentityPoolConfigs": identities,
    }  # fmt: skip
    done(control.create_backend_auth(**dev, ResourceName="people", ResourceConfig=auth))
    permissions = {"Authenticated": ["READ", "CREATE_AND_UPDATE", "DELETE"], "UnAuthenticated": ["READ"]}
    config = {"ServiceName": "S3", "Permissions": permissions}
    done(control.create_backend_storage(**dev, ResourceName="media", ResourceConfig=config))
    meta = json.loads(control.get_backend(**dev)["AmplifyMetaConfig"])
    return meta["auth"]["people"]["output"]["IdentityPoolId"], meta["storage"]["media"]["output"]["BucketName"]


def credentials(data: Path, pool: str) -> dict[str, dict[str, Any]]:
    """Sessions as GetCredentialsForIdentity would give them: a session needs nothing but the install key."""
    key = base64.b64decode((data / "install.key").read_bytes())
    clock = SetClock(int(time.time() * 1000))
    access = Access(cast("Database", None), Sealer(key), clock, "0" * 12)

    def session(identity: str, *, signed_in: bool, of: str = pool, ago: int = 0) -> dict[str, Any]:
        clock.ms -= ago
        made: Session = access.issue_session(
            SessionClaims(identity_pool_id=of, identity_id=identity, role="role", authenticated=signed_in)
        )
        clock.ms += ago
        return {
            "accessKeyId": made.access_key_id, "secretAccessKey": made.secret, "sessionToken": made.token,
            "identityId": identity,
        }  # fmt: skip

    return {
        "me": session(ME, signed_in=True),
        "other": session(OTHER, signed_in=True),
        "guest": session("us-east-1:3f2a1b00-aaaa-4aaa-8aaa-00000000000f", signed_in=False),
        "stranger": session(ME, signed_in=True, of="us-east-1:99999999-9999-4999-8999-999999999999"),
        "ended": session(ME, signed_in=True, ago=2 * 3_600_000),
    }


def refused(outcome: Any, name: str = "AccessDenied") -> bool:
    """Whether a call was refused under a name."""
    return isinstance(outcome, dict) and outcome.get("error") == name


@pytest.fixture(scope="module")
def did6(app: App) -> dict[str, Any]:
    """Give what the calls of amplify 6 did."""
    return app.ask("storage6.mjs")


def test_amplify_6_uploads_and_reads(did6: dict[str, Any]) -> None:
    """Text, bytes and blobs, in one request and in parts, with and without a checksum, and what reads them."""
    assert did6["put"]["eTag"] == '"5d41402abc4b2a76b9719d911017c592"'
    assert (did6["get"], did6["range"], did6["url"], did6["blob"]["size"]) == ("hello", "el", "hello", 11)
    assert did6["properties"]["metadata"] == {"colour": "red"}
    assert refused(did6["prevented"], "PreconditionFailed")
    assert did6["multipart"]["eTag"].endswith('-3"'), did6["multipart"]
    assert did6["multipart crc"]["eTag"].endswith('-3"'), did6["multipart crc"]
    assert did6["multipart read"] is True


def test_amplify_6_pauses_resumes_and_cancels(did6: dict[str, Any]) -> None:
    assert (did6["paused"]["paused"], did6["paused"]["state"]) == ("PAUSED", "SUCCESS")
    assert did6["paused"]["eTag"] == did6["multipart"]["eTag"]
    assert did6["canceled"] == {"canceled": True}


def test_amplify_6_lists_copies_and_removes(did6: dict[str, Any]) -> None:
    assert did6["copied"] == {"path": "public/dir/copy"}
    assert did6["copy read"] == "from a blob"
    assert did6["list all"] == [
        *("public/dir/a b+c", "public/dir/blob", "public/dir/copy", "public/paused", "public/täst file+1.txt"),
    ]
    assert did6["list page"] == [2, 2]
    assert did6["list level"] == [["public/paused", "public/täst file+1.txt"], ["public/dir/"]]
    assert refused(did6["after removal"], "NoSuchKey")
    assert did6["list folder"] == 0


def test_amplify_6_levels_hold_for_owner_other_and_guest(did6: dict[str, Any]) -> None:
    assert did6["private"]["size"] == 6
    assert did6["other reads protected"] == did6["guest reads protected"] == 12 * 1024 * 1024
    assert did6["guest reads public"] == "hello"
    denied = ("other reads private", "other lists private", "other removes protected", "guest puts")
    denied += ("guest reads private", "stranger reads public", "foreign put")
    assert [name for name in denied if not refused(did6[name])] == []
    assert refused(did6["ended session"], "ExpiredToken")


def test_amplify_5_storage(app: App) -> None:
    """The same of the older client: keys under levels, resumable uploads, presigned addresses."""
    did = app.ask("storage5.cjs")

    assert (did["get"], did["url"], did["copy read"]) == ("hello", "hello", "hello"), did
    assert did["properties"] == did["other reads protected"] == did["guest reads"] == 12 * 1024 * 1024
    assert did["list"] == ["five/täst b+c.txt"]
    assert did["resumable"] == [["complete", "resumed"]]
    assert did["canceled"] == {"canceled": True}
    assert refused(did["after removal"], "NoSuchKey")
    assert refused(did["other reads private"])
    assert refused(did["guest puts"])
