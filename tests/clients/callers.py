"""The four official clients behind one call: an operation by AWS's name, its input and its answer in AWS's names."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Protocol

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
AWSCLI = ROOT / ".tools" / "awscli" / "bin"
NODE = ROOT / ".venv" / "bin" / "node"
REGION = "eu-west-1"

Json = dict[str, Any]


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a client made of a call: one of the two."""

    output: Json | None = None
    error: Json | None = None


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A running server: its address, its root key, and the certificate to trust (https)."""

    endpoint: str
    access_key_id: str
    secret_access_key: str
    ca: str | None = None

    def keys(self) -> dict[str, Json]:
        """Give the keys that steps name, in the JavaScript clients' words."""
        right = {"accessKeyId": self.access_key_id, "secretAccessKey": self.secret_access_key}
        wrong = {**right, "secretAccessKey": "not" * 13}
        return {"root": right, "wrong secret": wrong, "unknown": {**wrong, "accessKeyId": "AKIAUNKNOWNUNKNOWN00"}}

    def environment(self) -> dict[str, str]:
        """Give a client's process the address and the keys, and nothing of the machine's own AWS configuration."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        own |= {"ENDPOINT": self.endpoint, "KEYS": json.dumps(self.keys()), "AWS_EC2_METADATA_DISABLED": "true"}
        own |= {"AWS_DEFAULT_REGION": REGION, "AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": os.devnull}
        own |= {"AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        if self.ca:
            own |= {"AWS_CA_BUNDLE": self.ca, "NODE_EXTRA_CA_CERTS": self.ca}
        return own


class Caller(Protocol):
    """One client. `types` = its errors have classes; `details` = its errors show status and members."""

    name: str
    types: bool
    details: bool
    unchecked: bool

    def call(self, operation: str, given: Json, keys: str = "root", *, unchecked: bool = False) -> Answer:
        """Call, without the client's own check of the input where that is asked for."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Boto3:
    """boto3, in this process."""

    name, types, details, unchecked = "boto3", True, True, True

    def __init__(self, target: Target) -> None:
        self._clients = {
            (keys, unchecked): boto3.client(
                "amplifybackend",
                endpoint_url=target.endpoint,
                region_name=REGION,
                aws_access_key_id=key["accessKeyId"],
                aws_secret_access_key=key["secretAccessKey"],
                verify=target.ca or True,
                config=Config(
                    retries={"total_max_attempts": 1},
                    parameter_validation=not unchecked,
                    read_timeout=30,
                    connect_timeout=5,
                ),
            )
            for keys, key in target.keys().items()
            for unchecked in (False, True)
        }

    def call(self, operation: str, given: Json, keys: str = "root", *, unchecked: bool = False) -> Answer:
        """Call by the client's method."""
        client = self._clients[keys, unchecked]
        methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
        try:
            output = getattr(client, methods[operation])(**given)
        except ParamValidationError as error:
            return Answer(error={"Code": None, "Message": str(error)})
        except ClientError as error:
            return Answer(error=_seen(error))
        output.pop("ResponseMetadata")
        return Answer(output=output)

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()


def _seen(error: ClientError) -> Json:
    """What boto3 shows of an error."""
    response: Json = dict(error.response)
    return {
        **response["Error"],
        **{name: response[name] for name in ("ResourceType", "LimitType") if name in response},
        "Status": response["ResponseMetadata"]["HTTPStatusCode"],
        "RequestId": response["ResponseMetadata"]["RequestId"],
        "Type": type(error).__name__,
    }


class Driven:
    """A client in a process of its own that is given a line for every call."""

    def __init__(
        self,
        name: str,
        command: list[str],
        target: Target,
        *,
        types: bool = False,
        details: bool = True,
        unchecked: bool = True,
    ) -> None:
        self.name, self.types, self.details, self.unchecked = name, types, details, unchecked
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=target.environment()
        )

    def call(self, operation: str, given: Json, keys: str = "root", *, unchecked: bool = False) -> Answer:
        """Write the call, read its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"operation": operation, "input": given, "keys": keys, "unchecked": unchecked}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._process.stdout.readline(), type=Answer)

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=10)


def awscli(target: Target) -> Caller:
    """Start the AWS CLI; it always checks its input, and prints no status."""
    command = [str(AWSCLI / "python"), str(HERE / "awscli_driver.py")]
    return Driven("command-line", command, target, details=False, unchecked=False)


def javascript_v2(target: Target) -> Caller:
    """Start aws-sdk v2."""
    return Driven("javascript-v2", [str(NODE), str(HERE / "node" / "driver.mjs"), "v2"], target)


def javascript_v3(target: Target) -> Caller:
    """Start @aws-sdk/client-amplifybackend v3, which never checks its input."""
    return Driven("javascript-v3", [str(NODE), str(HERE / "node" / "driver.mjs"), "v3"], target, types=True)


CALLERS = {"boto3": Boto3, "awscli": awscli, "javascript-v2": javascript_v2, "javascript-v3": javascript_v3}


def operations() -> list[str]:
    """Name the operations as botocore's model has them."""
    model: list[str] = boto3.client("amplifybackend", region_name=REGION).meta.service_model.operation_names
    return list(model)
