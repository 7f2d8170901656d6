"""Who calls, as the wire layer found out."""

from msgspec import Struct


class Caller(Struct, frozen=True, kw_only=True):
    """A verified SigV4 caller. `region` is the credential scope's, free text for a self-hosted endpoint."""

    access_key_id: str
    user: str
    arn: str
    account: str
    region: str


class Call(Struct, frozen=True, kw_only=True):
    """One request as operations may see it: its caller, its id, and the SDK's invocation id (the same over retries)."""

    caller: Caller
    request_id: str
    invocation_id: str | None = None
