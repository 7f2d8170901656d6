"""Requests and answers of sts 2011-06-15, held to botocore's model by tests/wire."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, field

Arn = Annotated[
    str, Meta(min_length=20, max_length=2048, pattern=r"\A(?:[\u0009\u000A\u000D\x20-\x7e\x85\xa0-\U0010ffff]+)\Z")
]
TagKey = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w\s.:/=+\-@]+)\Z")]
_POLICY = r"\A(?:[\u0009\u000A\u000D\u0020-\u00FF]+)\Z"
SessionName = Annotated[str, Meta(min_length=2, max_length=64, pattern=r"\A(?:[\w+=,.@-]*)\Z")]
Seconds = Annotated[int, Meta(ge=900, le=43200)]
Serial = Annotated[str, Meta(min_length=9, max_length=256, pattern=r"\A(?:[\w+=/:,.@-]*)\Z")]
TokenCode = Annotated[str, Meta(min_length=6, max_length=6, pattern=r"\A(?:[\d]*)\Z")]
Size = Annotated[int, Meta(ge=0, le=4096)]


class Wire(Struct, frozen=True, kw_only=True, rename="pascal", omit_defaults=True):
    """Base of all: PascalCase on the wire, None is absent."""


class Credentials(Wire, frozen=True, kw_only=True):
    """Temporary credentials."""

    access_key_id: Annotated[str, Meta(min_length=16, max_length=128, pattern=r"\A(?:[\w]*)\Z")]
    secret_access_key: str
    session_token: str
    expiration: datetime


class AssumedRoleUser(Wire, frozen=True, kw_only=True):
    """Who the credentials are."""

    assumed_role_id: Annotated[str, Meta(min_length=2, max_length=193, pattern=r"\A(?:[\w+=,.@:-]*)\Z")]
    arn: Arn


class PolicyDescriptorType(Wire, frozen=True, kw_only=True):
    """A policy to narrow a session with."""

    arn: Arn | None = field(name="arn", default=None)


class Tag(Wire, frozen=True, kw_only=True):
    """A tag of a session."""

    key: TagKey
    value: Annotated[str, Meta(min_length=0, max_length=256, pattern=r"\A(?:[\w\s.:/=+\-@]*)\Z")]


class ProvidedContext(Wire, frozen=True, kw_only=True):
    """What a trusted provider says of a session."""

    provider_arn: Arn | None = None
    context_assertion: Annotated[str, Meta(min_length=4, max_length=2048)] | None = None


class GetCallerIdentityRequest(Wire, frozen=True, kw_only=True):
    """Input of GetCallerIdentity."""


class GetCallerIdentityResponse(Wire, frozen=True, kw_only=True):
    """Output of GetCallerIdentity."""

    user_id: str | None = None
    account: str | None = None
    arn: Arn | None = None


class GetSessionTokenRequest(Wire, frozen=True, kw_only=True):
    """Input of GetSessionToken."""

    duration_seconds: Annotated[int, Meta(ge=900, le=129600)] | None = None
    serial_number: Serial | None = None
    token_code: TokenCode | None = None
    minimum_session_token_size: Size | None = None


class GetSessionTokenResponse(Wire, frozen=True, kw_only=True):
    """Output of GetSessionToken."""

    credentials: Credentials | None = None
    session_token_utilization: Annotated[int, Meta(ge=0)] | None = None
    session_token_size: Annotated[int, Meta(ge=0)] | None = None


class AssumeRoleRequest(Wire, frozen=True, kw_only=True):
    """Input of AssumeRole."""

    role_arn: Arn
    role_session_name: SessionName
    policy_arns: tuple[PolicyDescriptorType, ...] | None = None
    policy: Annotated[str, Meta(min_length=1, pattern=_POLICY)] | None = None
    duration_seconds: Seconds | None = None
    tags: Annotated[tuple[Tag, ...], Meta(max_length=50)] | None = None
    transitive_tag_keys: Annotated[tuple[TagKey, ...], Meta(max_length=50)] | None = None
    external_id: Annotated[str, Meta(min_length=2, max_length=1224, pattern=r"\A(?:[\w+=,.@:\/-]*)\Z")] | None = None
    serial_number: Serial | None = None
    token_code: TokenCode | None = None
    source_identity: SessionName | None = None
    provided_contexts: Annotated[tuple[ProvidedContext, ...], Meta(min_length=1, max_length=5)] | None = None
    minimum_session_token_size: Size | None = None


class AssumeRoleResponse(Wire, frozen=True, kw_only=True):
    """Output of AssumeRole."""

    credentials: Credentials | None = None
    assumed_role_user: AssumedRoleUser | None = None
    packed_policy_size: Annotated[int, Meta(ge=0)] | None = None
    source_identity: SessionName | None = None
    session_token_utilization: Annotated[int, Meta(ge=0)] | None = None
    session_token_size: Annotated[int, Meta(ge=0)] | None = None


class AssumeRoleWithWebIdentityRequest(Wire, frozen=True, kw_only=True):
    """Input of AssumeRoleWithWebIdentity."""

    role_arn: Arn
    role_session_name: SessionName
    web_identity_token: Annotated[str, Meta(min_length=4, max_length=20000)]
    provider_id: Annotated[str, Meta(min_length=4, max_length=2048)] | None = None
    policy_arns: tuple[PolicyDescriptorType, ...] | None = None
    policy: Annotated[str, Meta(min_length=1, max_length=2048, pattern=_POLICY)] | None = None
    duration_seconds: Seconds | None = None
    minimum_session_token_size: Size | None = None


class AssumeRoleWithWebIdentityResponse(Wire, frozen=True, kw_only=True):
    """Output of AssumeRoleWithWebIdentity."""

    credentials: Credentials | None = None
    subject_from_web_identity_token: Annotated[str, Meta(min_length=6, max_length=255)] | None = None
    assumed_role_user: AssumedRoleUser | None = None
    packed_policy_size: Annotated[int, Meta(ge=0)] | None = None
    provider: str | None = None
    audience: str | None = None
    source_identity: SessionName | None = None
    session_token_utilization: Annotated[int, Meta(ge=0)] | None = None
    session_token_size: Annotated[int, Meta(ge=0)] | None = None
