"""Jobs as values. Times are milliseconds since 1970 UTC, by the writing node's clock."""

from typing import Literal

from msgspec import Struct

Status = Literal["RUNNING", "COMPLETED", "FAILED"]
Phase = Literal["forward", "settle", "undo", "done"]

WHOLE_APP = "*"
"""The lock of all environments of an app, also of those that do not exist yet."""


class JobRequest(Struct, frozen=True, kw_only=True):
    """A job to start. `environment` None = it is found under any environment of the app, and locks the whole app.

    `input` is JSON text without secrets; `secrets` are sealed bytes. The invocation id makes a repeated start answer
    the first one's job.
    """

    app_id: str
    environment: str | None
    operation: str
    input: str
    other_environment: str | None = None
    secrets: bytes | None = None
    access_key_id: str | None = None
    invocation_id: str | None = None


class Job(Struct, frozen=True):
    """One job as stored."""

    job_id: str
    sort: str
    app_id: str
    environment: str | None
    other_environment: str | None
    operation: str
    status: Status
    phase: Phase
    input: str
    secrets: bytes | None
    error: str | None
    created_ms: int
    updated_ms: int
    owner: str | None
    lease_ms: int
    not_before_ms: int
    attempt: int
    access_key_id: str | None
    invocation_id: str | None


class JobStep(Struct, frozen=True):
    """One recorded step."""

    phase: Phase
    name: str
    started_ms: int
    ended_ms: int
