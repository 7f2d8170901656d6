"""Calls of the AWS CLI, one a line: {operation, input, keys} comes in, {output} or {error} goes out.

Runs in the CLI's own environment (`make setup-clients`) and calls its entry point for every line, as `aws` does; it
is loaded once. ENDPOINT and KEYS ({name: {accessKeyId, secretAccessKey}}) are in the environment.
"""

import contextlib
import functools
import io
import json
import os
import re
import sys

from awscli.botocore import xform_name
from awscli.clidriver import CLIDriver, create_clidriver

KEYS = json.loads(os.environ["KEYS"])
ERROR = re.compile(
    r"An error occurred \((?P<Code>\w+)\) when calling the \w+ operation[^:]*: (?P<Message>.*?)(\n\nAdditional|\Z)",
    re.DOTALL,
)
MEMBERS = re.compile(r"ResourceType: (?P<ResourceType>.*)|LimitType: (?P<LimitType>.*)")


@functools.cache
def driver(keys: str) -> CLIDriver:
    """Give the CLI as it starts with these keys in its environment."""
    key = KEYS[keys]
    os.environ |= {"AWS_ACCESS_KEY_ID": key["accessKeyId"], "AWS_SECRET_ACCESS_KEY": key["secretAccessKey"]}
    return create_clidriver()


def call(request: dict) -> dict:
    """Run one command."""
    arguments = ["--endpoint-url", os.environ["ENDPOINT"], "--output", "json", "--no-paginate", "amplifybackend"]
    arguments += [xform_name(request["operation"], "-"), "--cli-input-json", json.dumps(request["input"])]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = driver(request["keys"]).main(arguments)
    if code == 0:
        return {"output": json.loads(out.getvalue() or "{}")}
    return {"error": error_of(err.getvalue().strip())}


def error_of(text: str) -> dict:
    """Give what the CLI tells its user of an error."""
    found = ERROR.search(text)
    if found is None:
        return {"Code": None, "Message": text}
    members = {name: value for line in MEMBERS.finditer(text) for name, value in line.groupdict().items() if value}
    return {"Code": found["Code"], "Message": found["Message"], **members}


for line in sys.stdin:
    sys.stdout.write(json.dumps(call(json.loads(line))) + "\n")
    sys.stdout.flush()
