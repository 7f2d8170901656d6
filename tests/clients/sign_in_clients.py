"""A backend with users for the sign-in libraries: its pool, the codes it sent, the libraries behind lines of JSON."""

import json
import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import msgspec
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from callers import HERE, NODE, Json

import server

APP = "d1people"
JOB_SECONDS = 60
TRIES = 100
AUTH: Json = {
    "AuthResources": "IDENTITY_POOL_AND_USER_POOL",
    "Service": "COGNITO",
    "IdentityPoolConfigs": {"IdentityPoolName": "people_ids", "UnauthenticatedLogin": True},
    "UserPoolConfigs": {
        "RequiredSignUpAttributes": ["EMAIL"],
        "SignInMethod": "USERNAME",
        "UserPoolName": "people",
        "Mfa": {"MFAMode": "OPTIONAL", "Settings": {"MfaTypes": ["TOTP"], "SmsMessage": "Your code is {####}"}},
    },
}


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """The ids of a pool that CreateBackendAuth made."""

    region: str
    id: str
    web_client: str
    native_client: str
    identity_pool: str


class People:
    """A running server with a pool; `endpoint` is where the libraries find it."""

    def __init__(self, running: server.Server) -> None:
        self.ready = running.ready
        self.log = running.log
        self.amplify = self._boto3("amplifybackend")
        self.idp = self._boto3("cognito-idp")
        self.pool = self._pool()

    def _boto3(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.ready.http,
            region_name=self.ready.region,
            aws_access_key_id=self.ready.access_key_id,
            aws_secret_access_key=self.ready.secret_access_key,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def _pool(self) -> Pool:
        self._done(self.amplify.create_backend(AppId=APP, AppName="people", BackendEnvironmentName="dev"))
        job = self.amplify.create_backend_auth(
            AppId=APP, BackendEnvironmentName="dev", ResourceName="people", ResourceConfig=AUTH
        )
        self._done(job)
        meta = json.loads(self.amplify.get_backend(AppId=APP, BackendEnvironmentName="dev")["AmplifyMetaConfig"])
        made = meta["auth"]["people"]["output"]
        return Pool(
            region=self.ready.region,
            id=made["UserPoolId"],
            web_client=made["AppClientIDWeb"],
            native_client=made["AppClientID"],
            identity_pool=made["IdentityPoolId"],
        )

    def _done(self, job: Json) -> None:
        deadline = time.monotonic() + JOB_SECONDS
        while time.monotonic() < deadline:
            found = self.amplify.get_backend_job(AppId=APP, BackendEnvironmentName="dev", JobId=job["JobId"])
            if found["Status"] in {"COMPLETED", "FAILED"}:
                assert found["Status"] == "COMPLETED", found
                return
            time.sleep(0.02)
        raise AssertionError(f"{job['Operation']} did not end")

    def code(self, to: str) -> str:
        """The code of the newest message to an address, from the outbox."""
        for _ in range(TRIES):
            messages = self._signed("/preamp-outbox", {"to": to})["messages"]
            if messages:
                found = re.search(r"\d{6,8}", messages[0]["body"])
                assert found is not None
                return found[0]
            time.sleep(0.02)
        raise AssertionError(f"no message went to {to}")

    def _signed(self, path: str, body: Json) -> Json:
        request = AWSRequest("POST", f"{self.ready.http}{path}", data=json.dumps(body))
        keys = Credentials(self.ready.access_key_id or "", self.ready.secret_access_key or "")
        SigV4Auth(keys, "amplifybackend", self.ready.region).add_auth(request)
        call = urllib.request.Request(request.url, request.data.encode(), dict(request.headers))  # noqa: S310  loopback
        with urllib.request.urlopen(call, timeout=30) as answer:  # noqa: S310
            read: Json = json.loads(answer.read())
            return read

    def allow(self, *flows: str) -> None:
        """Let the web client begin sign-ins in these ways besides Amplify's own."""
        own = ["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        self.idp.update_user_pool_client(
            UserPoolId=self.pool.id, ClientId=self.pool.web_client, ExplicitAuthFlows=[*own, *flows]
        )

    def track_devices(self) -> None:
        """Let the pool remember devices, as the pools of clients that send device keys do."""
        self.idp.update_user_pool(
            UserPoolId=self.pool.id,
            AutoVerifiedAttributes=["email"],  # what the call does not name goes back to Cognito's defaults
            MfaConfiguration="OPTIONAL",
            DeviceConfiguration={"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False},
        )


class LibraryError(Exception):
    """What a library raised: its error's name and message."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


class Library:
    """A sign-in library in a process of its own."""

    def __init__(self, name: str, ca: str | None) -> None:
        own = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        self._process = subprocess.Popen(
            [str(NODE), "amplify.mjs", name],
            cwd=HERE / "node",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=own | ({"NODE_EXTRA_CA_CERTS": ca} if ca else {}),
        )

    def call(self, name: str, *args: Any) -> Any:
        """Call a function of the library; raises LibraryError for what it raises."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"call": name, "args": args}) + "\n")
        self._process.stdin.flush()
        line = next((one for one in self._process.stdout if one.startswith(('{"ok"', '{"error"'))), None)
        assert line is not None, f"{name}: the library's process ended"
        told = json.loads(line)
        if "error" in told:
            raise LibraryError(told["error"].get("name", ""), told["error"].get("message", ""))
        return told["ok"]

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


@contextmanager
def library(name: str, ca: str | None = None) -> Iterator[Library]:
    """A library for a block."""
    made = Library(name, ca)
    try:
        yield made
    finally:
        made.close()
