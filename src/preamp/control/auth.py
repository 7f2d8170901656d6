"""The auth of an environment: create, import, get, update, delete."""

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from preamp.control import rules
from preamp.control.answers import job_response
from preamp.control.api import NamedWork
from preamp.control.backend import ERRORS
from preamp.control.context import (
    AuthRecord,
    Control,
    Start,
    config_of,
    environment_of,
    find_resource,
    resource_of,
    started,
)
from preamp.control.errors import BadRequestException
from preamp.control.model import (
    CreateBackendAuthRequest,
    CreateBackendAuthResourceConfig,
    DeleteBackendAuthRequest,
    GetBackendAuthRequest,
    GetBackendAuthResponse,
    ImportBackendAuthRequest,
    JobResponse,
    UpdateBackendAuthRequest,
    UpdateBackendAuthResourceConfig,
)
from preamp.control.records import App
from preamp.control.secrets import joined, settings_of, split
from preamp.control.service import service
from preamp.db import Database, Transaction
from preamp.kit import ids
from preamp.kit.caller import Call

if TYPE_CHECKING:
    from preamp.auth import PoolSecrets, PoolSettings


class AuthWork(Struct, frozen=True, kw_only=True):
    """Input of the jobs that make or change auth; social secrets travel sealed beside it."""

    app_id: str
    environment: str
    name: str
    record: AuthRecord
    config: CreateBackendAuthResourceConfig


class ImportAuthWork(Struct, frozen=True, kw_only=True):
    """Input of the ImportBackendAuth job."""

    app_id: str
    environment: str
    name: str
    user_pool_id: str
    web_client_id: str
    native_client_id: str
    identity_pool_id: str | None


@service.operation("CreateBackendAuth", "POST /backend/{appId}/auth", *ERRORS)
async def create_backend_auth(control: Control, request: CreateBackendAuthRequest, call: Call) -> JobResponse:
    """Make a user pool with two app clients, and with IDENTITY_POOL_AND_USER_POOL an identity pool."""
    rules.check_resource_name(request.resource_name)
    config, app_id, environment = request.resource_config, request.app_id, request.backend_environment_name
    _check_pools(config)

    async def plan(tx: Transaction, _app: App | None) -> Start:
        await environment_of(tx, app_id, environment)
        await _refuse_second(tx, app_id, environment)
        public, secrets = split(config)
        await _check(control, tx, settings_of(config), secrets, None)
        work = AuthWork(
            app_id=app_id,
            environment=environment,
            name=request.resource_name,
            record=new_record(control, public),
            config=public,
        )
        return Start(environment=environment, work=work, secrets=_sealed(control, secrets))

    return job_response(await started(control, call, "CreateBackendAuth", app_id, plan))


@service.operation("UpdateBackendAuth", "POST /backend/{appId}/auth/{backendEnvironmentName}", *ERRORS)
async def update_backend_auth(control: Control, request: UpdateBackendAuthRequest, call: Call) -> JobResponse:
    """Change auth: given blocks replace, omitted blocks stay; an empty oAuth switches the hosted UI off."""
    app_id, environment = request.app_id, request.backend_environment_name

    async def plan(tx: Transaction, _app: App | None) -> Start:
        resource = await resource_of(tx, app_id, environment, "auth", request.resource_name)
        if resource.imported:
            raise BadRequestException("An imported auth resource keeps its own configuration and cannot be updated.")
        record = msgspec.json.decode(resource.record, type=AuthRecord)
        old = joined(
            config_of(resource, CreateBackendAuthResourceConfig), await control.auth.secrets_of(tx, record.user_pool_id)
        )
        config = updated(old, request.resource_config)
        _check_pools(config)
        public, secrets = split(config)
        await _check(control, tx, settings_of(config), secrets, record.user_pool_id)
        work = AuthWork(
            app_id=app_id,
            environment=environment,
            name=resource.name,
            record=_with_identity_pool(control, record, public),
            config=public,
        )
        return Start(environment=environment, work=work, secrets=_sealed(control, secrets))

    return job_response(await started(control, call, "UpdateBackendAuth", app_id, plan))


@service.operation("ImportBackendAuth", "POST /backend/{appId}/auth/{backendEnvironmentName}/import", *ERRORS)
async def import_backend_auth(control: Control, request: ImportBackendAuthRequest, call: Call) -> JobResponse:
    """Link a user pool of this server; deleting the resource later leaves the pool alone."""
    app_id, environment = request.app_id, request.backend_environment_name

    async def plan(tx: Transaction, app: App | None) -> Start:
        await environment_of(tx, app_id, environment)
        await _refuse_second(tx, app_id, environment)
        problems = await control.auth.check_import(
            tx,
            user_pool_id=request.user_pool_id,
            web_client_id=request.web_client_id,
            native_client_id=request.native_client_id,
            identity_pool_id=request.identity_pool_id,
        )
        if problems:
            raise BadRequestException("; ".join(f"$.{problem}" for problem in problems) + ".")
        work = ImportAuthWork(
            app_id=app_id,
            environment=environment,
            name=imported_name(app.name if app else app_id),
            user_pool_id=request.user_pool_id,
            web_client_id=request.web_client_id,
            native_client_id=request.native_client_id,
            identity_pool_id=request.identity_pool_id,
        )
        return Start(environment=environment, work=work)

    return job_response(await started(control, call, "ImportBackendAuth", app_id, plan))


@service.operation("DeleteBackendAuth", "POST /backend/{appId}/auth/{backendEnvironmentName}/remove", *ERRORS)
async def delete_backend_auth(control: Control, request: DeleteBackendAuthRequest, call: Call) -> JobResponse:
    """Remove the pools with their users; an imported pool is only unlinked."""
    app_id, environment = request.app_id, request.backend_environment_name

    async def plan(tx: Transaction, _app: App | None) -> Start:
        resource = await resource_of(tx, app_id, environment, "auth", request.resource_name)
        work = NamedWork(app_id=app_id, environment=environment, name=resource.name)
        return Start(environment=environment, work=work)

    return job_response(await started(control, call, "DeleteBackendAuth", app_id, plan))


@service.operation("GetBackendAuth", "POST /backend/{appId}/auth/{backendEnvironmentName}/details", *ERRORS)
async def get_backend_auth(control: Control, request: GetBackendAuthRequest) -> GetBackendAuthResponse:
    """The configuration in the shape of its creation; client secrets and private keys are never answered."""
    app_id, environment = request.app_id, request.backend_environment_name
    resource = await resource_of(control.db, app_id, environment, "auth", request.resource_name)
    return GetBackendAuthResponse(
        app_id=app_id,
        backend_environment_name=environment,
        resource_config=config_of(resource, CreateBackendAuthResourceConfig),
        resource_name=resource.name,
    )


def new_record(control: Control, config: CreateBackendAuthResourceConfig) -> AuthRecord:
    """Ids for pools that are to be made."""
    identity = config.identity_pool_configs
    return AuthRecord(
        user_pool_id=f"{control.region}_{ids.alnum(9)}",
        user_pool_name=config.user_pool_configs.user_pool_name,
        web_client_id=ids.lower_alnum(26),
        native_client_id=ids.lower_alnum(26),
        identity_pool_id=f"{control.region}:{ids.uuid4()}" if identity else None,
        identity_pool_name=identity.identity_pool_name if identity else None,
    )


def imported_name(app_name: str) -> str:
    """The name the Amplify CLI gives an imported resource: the project's, other characters as `_`."""
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in app_name.lower())[:128] or "imported"


def updated(
    old: CreateBackendAuthResourceConfig, changes: UpdateBackendAuthResourceConfig
) -> CreateBackendAuthResourceConfig:
    """The configuration after an update; raises BadRequestException where the result would lack a required member."""
    merged = msgspec.to_builtins(old)
    given = msgspec.to_builtins(changes)
    pool, pool_changes = merged["userPoolConfigs"], given.pop("userPoolConfigs")
    for name, block in pool_changes.items():
        pool[name] = block
    if pool_changes.get("oAuth") == {}:
        del pool["oAuth"]
    _keep_social_secrets(msgspec.to_builtins(old)["userPoolConfigs"], pool)
    merged["authResources"] = given["authResources"]
    if "identityPoolConfigs" in given:
        merged.setdefault("identityPoolConfigs", {}).update(given["identityPoolConfigs"])
    if merged["authResources"] == "USER_POOL_ONLY":
        merged.pop("identityPoolConfigs", None)
    elif "identityPoolConfigs" not in merged or "identityPoolName" not in merged["identityPoolConfigs"]:
        name = f"{pool['userPoolName']}_identitypool"
        merged["identityPoolConfigs"] = {
            "unauthenticatedLogin": False,
            **merged.get("identityPoolConfigs", {}),
            "identityPoolName": name,
        }
    try:
        return msgspec.convert(merged, CreateBackendAuthResourceConfig)
    except msgspec.ValidationError as error:
        raise BadRequestException(f"After this update the configuration would be incomplete: {error}.") from error


def _keep_social_secrets(
    old_pool: dict[str, dict[str, dict[str, dict[str, str]]]], pool: dict[str, dict[str, dict[str, dict[str, str]]]]
) -> None:
    """A provider named again without its secret keeps the one it had: answers never show it, so it cannot be resent."""
    before = old_pool.get("oAuth", {}).get("socialProviderSettings", {})
    for provider, block in pool.get("oAuth", {}).get("socialProviderSettings", {}).items():
        for member in ("client_secret", "private_key"):
            if member not in block and member in before.get(provider, {}):
                block[member] = before[provider][member]


def _check_pools(config: CreateBackendAuthResourceConfig) -> None:
    from preamp.auth import check_pool_name  # noqa: PLC0415  a room is loaded when it is needed (decision 0004)

    both = config.auth_resources == "IDENTITY_POOL_AND_USER_POOL"
    if both and config.identity_pool_configs is None:
        raise BadRequestException(
            "Missing required member $.resourceConfig.identityPoolConfigs: authResources is "
            "IDENTITY_POOL_AND_USER_POOL."
        )
    if not both and config.identity_pool_configs is not None:
        raise BadRequestException(
            "$.resourceConfig.identityPoolConfigs goes with authResources IDENTITY_POOL_AND_USER_POOL only."
        )
    names = {"userPoolConfigs.userPoolName": config.user_pool_configs.user_pool_name}
    if config.identity_pool_configs is not None:
        names["identityPoolConfigs.identityPoolName"] = config.identity_pool_configs.identity_pool_name
    for member, name in names.items():
        problem = check_pool_name(name)
        if problem:
            raise BadRequestException(f"$.resourceConfig.{member} {problem}.")


async def _check(
    control: Control,
    reader: Database | Transaction,
    settings: "PoolSettings",
    secrets: "PoolSecrets",
    pool_id: str | None,
) -> None:
    from preamp.auth import check_settings  # noqa: PLC0415

    problems = check_settings(settings, secrets)
    prefix = settings.o_auth.domain_prefix if settings.o_auth else None
    if prefix and await control.auth.domain_taken(reader, prefix, pool_id):
        problems.append(f"oAuth.domainPrefix {prefix!r} belongs to another user pool.")
    if problems:
        raise BadRequestException(" ".join(f"$.resourceConfig.userPoolConfigs.{problem}" for problem in problems))


async def _refuse_second(tx: Transaction, app_id: str, environment: str) -> None:
    existing = await find_resource(tx, app_id, environment, "auth")
    if existing is not None:
        raise BadRequestException(
            f"The environment already has auth, {existing.name!r}: update it, or delete it first."
        )


def _with_identity_pool(control: Control, record: AuthRecord, config: CreateBackendAuthResourceConfig) -> AuthRecord:
    identity = config.identity_pool_configs
    if identity is None:
        return msgspec.structs.replace(record, identity_pool_id=None, identity_pool_name=None)
    return msgspec.structs.replace(
        record,
        identity_pool_id=record.identity_pool_id or f"{control.region}:{ids.uuid4()}",
        identity_pool_name=identity.identity_pool_name,
    )


def _sealed(control: Control, secrets: "PoolSecrets") -> bytes | None:
    return control.sealer.seal(msgspec.json.encode(secrets), "job secrets") if secrets.by_provider() else None
