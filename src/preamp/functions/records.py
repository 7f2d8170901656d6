"""Values of the functions room, in Lambda's terms."""

from typing import Literal

from msgspec import Struct

Kind = Literal["nodejs", "python"]
DEFAULT_TIMEOUT_SECONDS = 25
"""What the Amplify CLI writes into a function's template."""
DEFAULT_MEMORY_MB = 128


class Function(Struct, frozen=True, kw_only=True):
    """One function. `runtime` is Lambda's name (`nodejs20.x`, `python3.12`): its first letters choose the language.

    `code` is the SHA-256 (hex) of the deployed ZIP; functions that run elsewhere have a `url` instead. A URL that ends
    in `/invocations` is Lambda's Runtime Interface Emulator, any other a plain webhook; both get the event by POST.
    """

    name: str
    app_id: str = ""
    environment: str = ""
    runtime: str = ""
    handler: str = "index.handler"
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS
    memory_mb: int = DEFAULT_MEMORY_MB
    variables: dict[str, str] = {}
    description: str = ""
    code: str | None = None
    code_bytes: int = 0
    url: str | None = None
    concurrency: int = 10
    version: int = 1
    """Counts changes: workers of an older one get no new events."""
    updated_ms: int = 0

    @property
    def kind(self) -> Kind:
        """The language."""
        return "python" if self.runtime.startswith("python") else "nodejs"

    def arn(self, region: str, account: str) -> str:
        """The function's ARN."""
        return f"arn:aws:lambda:{region}:{account}:function:{self.name}"


class Invocation(Struct, frozen=True, kw_only=True):
    """One event for a function. `payload` is JSON; `client_context` and `identity` stand in the handler's context."""

    payload: bytes
    request_id: str
    client_context: str | None = None


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of an event. `payload` is JSON: the handler's answer, or `errorType` and `errorMessage`.

    `error` is Lambda's word in X-Amz-Function-Error: Handled (the handler failed) or Unhandled (it did not end).
    """

    payload: bytes
    error: Literal["Handled", "Unhandled"] | None = None
    log: str = ""
