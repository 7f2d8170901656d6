"""Runs a Python handler: events come as lines of JSON on stdin, answers leave as lines on another descriptor.

Arguments: the function's folder, its handler ("index.handler" or "folder/index.handler"), the descriptor's number, its
memory in bytes.
What the handler prints is its log. Run by a plain interpreter, so it imports the standard library alone.
"""

import contextlib
import importlib
import json
import os
import resource
import sys
import time
import traceback
from typing import Any

DESCRIPTOR = int(sys.argv[3])


class Context:
    """Lambda's context object."""

    function_version = "$LATEST"
    identity = None

    def __init__(self, given: dict[str, Any], deadline: float) -> None:
        """Take what the server says of the invocation; `deadline` in milliseconds since 1970."""
        self.function_name = given["functionName"]
        self.invoked_function_arn = given["invokedFunctionArn"]
        self.memory_limit_in_mb = given["memoryLimitInMB"]
        self.aws_request_id = given["awsRequestId"]
        self.log_group_name = given["logGroupName"]
        self.log_stream_name = given["logStreamName"]
        self.client_context = given.get("clientContext")
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is ended."""
        return max(0, int(self._deadline - time.time() * 1000))


def tell(text: str) -> None:
    """Send a line to the server."""
    data = (text + "\n").encode()
    while data:
        data = data[os.write(DESCRIPTOR, data) :]


def described(error: BaseException) -> dict[str, Any]:
    """An error as Lambda answers it."""
    trace = traceback.format_exception(type(error), error, error.__traceback__)
    return {"errorType": type(error).__name__, "errorMessage": str(error), "trace": trace}


def load(root: str, spec: str) -> Any:
    """The handler of a module."""
    module, _, name = spec.rpartition(".")
    sys.path.insert(0, root)
    return getattr(importlib.import_module(module.replace("/", ".")), name)


def answer(handler: Any, given: dict[str, Any]) -> str:
    """What came of one event."""
    try:
        value = handler(given["event"], Context(given["context"], given["deadline"]))
        return json.dumps({"id": given["id"], "value": value})
    except Exception as error:  # noqa: BLE001 - told to the caller
        traceback.print_exc()
        return json.dumps({"id": given["id"], "error": described(error)})


def main() -> None:
    """Serve events until stdin ends."""
    root, spec, memory = sys.argv[1], sys.argv[2], int(sys.argv[4])
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    try:
        handler = load(root, spec)
    except BaseException as error:  # noqa: BLE001 - whatever a module does when it is imported is the function's error
        tell(json.dumps({"ready": False, "error": described(error)}))
        sys.exit(1)
    tell(json.dumps({"ready": True}))
    events, sys.stdin = sys.stdin, open(os.devnull)  # noqa: PTH123, SIM115 - it stays for the process's life
    for line in events:
        text = answer(handler, json.loads(line))
        with contextlib.suppress(ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        tell(text)


main()
