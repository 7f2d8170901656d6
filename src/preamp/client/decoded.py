"""What answers hold as text, as values."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from preamp.control.model import (
    BackendJobRespObj,
    BackendJobResponse,
    GetBackendAPIModelsResponse,
    GetBackendResponse,
    TokenResponse,
)


def meta(answer: GetBackendResponse) -> dict[str, Any]:
    """amplify-meta.json; empty where the request named no environment."""
    return _document(answer.amplify_meta_config)


def feature_flags(answer: GetBackendResponse) -> dict[str, Any]:
    """cli.json."""
    return _document(answer.amplify_feature_flags)


def introspection(answer: GetBackendAPIModelsResponse) -> dict[str, Any]:
    """The ModelIntrospectionSchema."""
    return _document(answer.model_introspection_schema)


def times(job: BackendJobResponse | BackendJobRespObj) -> tuple[datetime | None, datetime | None]:
    """When a job was started and when it was last changed."""
    return _moment(job.create_time, 1000), _moment(job.update_time, 1000)


def expiry(token: TokenResponse) -> datetime | None:
    """When a console token ends."""
    return _moment(token.ttl, 1)


def _document(text: str | None) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any]) if text else {}


def _moment(text: str | None, per_second: int) -> datetime | None:
    return datetime.fromtimestamp(int(text) / per_second, UTC) if text and text.isdigit() else None
