"""Rules for names and configurations that no shape states. Pure: values in, refusals out."""

import re

from preamp.control.errors import BadRequestException
from preamp.control.model import (
    BackendAPIAuthType,
    BackendAPIResourceConfig,
)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_RESOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)
_NOT_OF_A_STACK = re.compile(r"[^a-z0-9-]+")
_MAX_NAME = 255
_MAX_SCHEMA_BYTES = 1024 * 1024
MAX_KEY_DAYS = 365
DEFAULT_KEY_DAYS = 7


def check_new_names(app_id: str, app_name: str, environment: str) -> None:
    """Names of a new app or environment."""
    for member, value in (("$.appId", app_id), ("$.backendEnvironmentName", environment)):
        check_id(member, value)
    if not app_name.strip() or len(app_name) > _MAX_NAME or not app_name.isprintable():
        raise BadRequestException(f"$.appName must be 1 to {_MAX_NAME} printable characters.")


def check_id(member: str, value: str) -> None:
    """An app id or environment name."""
    if not _ID.fullmatch(value):
        raise BadRequestException(
            f"{member} must be 1 to 64 letters, digits, '-' or '_', beginning with a letter or digit."
        )


def check_resource_name(value: str) -> None:
    """The name of a resource."""
    if not _RESOURCE.fullmatch(value):
        raise BadRequestException(
            "$.resourceName must be 1 to 128 letters, digits, '-' or '_', beginning with a letter or digit."
        )


def check_api_config(config: BackendAPIResourceConfig, *, creating: bool) -> None:
    """A GraphQL API's configuration, as far as it can be judged without reading the schema."""
    schema = config.transform_schema
    if creating and not (schema or "").strip():
        raise BadRequestException("$.resourceConfig.transformSchema is required: the annotated GraphQL schema.")
    if schema is not None and len(schema.encode(errors="surrogatepass")) > _MAX_SCHEMA_BYTES:
        raise BadRequestException(f"$.resourceConfig.transformSchema is longer than {_MAX_SCHEMA_BYTES} bytes.")
    if config.api_name is not None and not _RESOURCE.fullmatch(config.api_name):
        raise BadRequestException("$.resourceConfig.apiName must be 1 to 128 letters, digits, '-' or '_'.")
    modes = []
    for path, auth_type in _auth_types(config):
        _check_auth_type(path, auth_type)
        modes.append(auth_type.mode)
    if len(set(modes)) < len(modes):
        raise BadRequestException("$.resourceConfig.additionalAuthTypes names an authorization mode twice.")


def _auth_types(config: BackendAPIResourceConfig) -> list[tuple[str, BackendAPIAuthType]]:
    found = [("$.resourceConfig.defaultAuthType", config.default_auth_type)] if config.default_auth_type else []
    more = config.additional_auth_types or ()
    return [*found, *((f"$.resourceConfig.additionalAuthTypes[{i}]", each) for i, each in enumerate(more))]


def _check_auth_type(path: str, auth_type: BackendAPIAuthType) -> None:
    if auth_type.mode is None:
        raise BadRequestException(f"Missing required member {path}.mode.")
    settings = auth_type.settings
    days = settings.expiration_time if settings else None
    if days is not None and not (1 <= days <= MAX_KEY_DAYS and days == int(days)):
        raise BadRequestException(f"{path}.settings.expirationTime must be 1 to {MAX_KEY_DAYS} whole days.")
    if auth_type.mode == "OPENID_CONNECT":
        issuer = settings.open_id_issue_url if settings else None
        if not issuer or not issuer.startswith(("https://", "http://")):
            raise BadRequestException(f"{path}.settings.openIDIssueURL must be the issuer's URL.")
        for member, value in (("openIDAuthTTL", settings.open_id_auth_ttl), ("openIDIatTTL", settings.open_id_iat_ttl)):  # type: ignore[union-attr]
            if value is not None and not (value.isascii() and value.isdigit() and len(value) <= 15):
                raise BadRequestException(f"{path}.settings.{member} must be milliseconds, as digits.")


def merged_api_config(old: BackendAPIResourceConfig, new: BackendAPIResourceConfig) -> BackendAPIResourceConfig:
    """An update: given members replace, omitted members stay."""
    given = {name: value for name in new.__struct_fields__ if (value := getattr(new, name)) is not None}
    kept = {name: getattr(old, name) for name in old.__struct_fields__}
    return BackendAPIResourceConfig(**{**kept, **given})


def key_days(config: BackendAPIResourceConfig) -> int | None:
    """The life of the API key in days, None where no mode is API_KEY."""
    for _, auth_type in _auth_types(config):
        if auth_type.mode == "API_KEY":
            days = auth_type.settings.expiration_time if auth_type.settings else None
            return int(days) if days is not None else DEFAULT_KEY_DAYS
    return None


def key_description(config: BackendAPIResourceConfig) -> str:
    """The API key's description."""
    for _, auth_type in _auth_types(config):
        if auth_type.mode == "API_KEY" and auth_type.settings:
            return auth_type.settings.description or ""
    return ""


def stack_name(project: str, environment: str, stamp: str) -> str:
    """The name the Amplify CLI would give the environment's root stack."""
    name = f"amplify-{project}-{environment}-{stamp}".lower()
    return _NOT_OF_A_STACK.sub("", name)[:52].strip("-")
