"""Tells tests/clients/story.json through one client and checks every answer against it."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from callers import Answer, Caller, Json

STEPS: list[Json] = json.loads((Path(__file__).parent / "story.json").read_text())["steps"]
MODELLED = {"BadRequestException", "NotFoundException", "TooManyRequestsException", "GatewayTimeoutException"}
JOB_SECONDS = 60


class Story:
    """One telling. `saved` are the values of `${name}`."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        name = re.sub(r"[^a-z0-9]", "", caller.name)
        self.saved: dict[str, str] = {"client": name, "app": f"dstory{name}"}

    def tell(self, step: Json) -> Iterator[str]:
        """Do one step; yields what was not as told."""
        if step.get("unchecked") and not self.caller.unchecked:
            return
        given = self.filled(step["with"])
        for _ in range(step.get("times", 1)):
            answer = self._call(step, given)
            if "refuses" in step:
                yield from self._refused(step, answer)
                continue
            if answer.output is None:
                yield f"refused: {answer.error}"
                return
            yield from differences(self.filled(step.get("answers", {})), answer.output, "$")
            if step.get("lacks", "\0") in json.dumps(answer.output):
                yield f"has {step['lacks']!r}: {answer.output}"
            yield from self._save(step.get("save", {}), answer.output)
            if "wait" in step:
                yield from self._wait(step["wait"], step["call"], given | answer.output)

    def _call(self, step: Json, given: Json) -> Answer:
        return self.caller.call(step["call"], given, step.get("keys", "root"), unchecked=step.get("unchecked", False))

    def _refused(self, step: Json, answer: Answer) -> Iterator[str]:
        if answer.error is None:
            yield f"was not refused: {answer.output}"
            return
        expected = self.filled(step["refuses"])
        if not self.caller.details:
            expected = {name: expected[name] for name in ("Code", "Message") if name in expected}
        elif not answer.error.get("RequestId"):
            yield "the error has no request id"
        if self.caller.types and expected["Code"] in MODELLED:
            expected["Type"] = expected["Code"]
        yield from differences(expected, answer.error, "$")

    def _save(self, wanted: dict[str, list[str]], output: Json) -> Iterator[str]:
        for name, path in wanted.items():
            try:
                self.saved[name] = at(output, path)
            except KeyError as missing:
                yield f"has no {missing}: {output}"

    def _wait(self, status: str, operation: str, job: Json) -> Iterator[str]:
        """Follow a job to its end, as clients do: by GetBackendJob under an environment name that they know."""
        which = {"AppId": job["AppId"], "JobId": job["JobId"]}
        which["BackendEnvironmentName"] = job.get("BackendEnvironmentName", "dev")
        deadline = time.monotonic() + JOB_SECONDS
        while time.monotonic() < deadline:
            found = self.caller.call("GetBackendJob", which).output
            if found is None or found["Status"] in {"COMPLETED", "FAILED"}:
                break
            time.sleep(0.05)  # a client can only ask again
        if found is None or (found["Status"], found["Operation"]) != (status, operation):
            yield f"its job is not {status}: {found}"

    def filled(self, value: Any) -> Any:
        """Put saved values in the place of their names."""
        if isinstance(value, dict):
            return {name: self.filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if isinstance(value, str):
            return re.sub(r"\$\{(\w+)\}", lambda found: self.saved.get(found[1], "not saved"), value)
        return value


def at(value: Any, path: list[str]) -> Any:
    """Follow a path of members; text on the way is JSON."""
    for name in path:
        value = (json.loads(value) if isinstance(value, str) else value)[name]
    return value


def differences(expected: Any, found: Any, path: str) -> Iterator[str]:
    """Where `found` lacks or differs from what is expected; more members are no difference, more elements are."""
    if isinstance(expected, dict) and "~" in expected:
        if not (isinstance(found, str) and re.search(expected["~"], found)):
            yield f"{path} is {found!r}, not like {expected['~']!r}"
    elif isinstance(expected, dict) and "has" in expected:
        if not any(not list(differences(expected["has"], one, path)) for one in found or []):
            yield f"{path} has no {expected['has']}: {found}"
    elif isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            yield from differences(value, found.get(name), f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif expected != found or type(expected) is bool is not type(found):
        yield f"{path} is {found!r}, not {expected!r}"
