"""The console's own log-in for an app: CreateBackendConfig, UpdateBackendConfig, RemoveBackendConfig."""

import msgspec
from msgspec import Struct

from preamp.control import questions
from preamp.control.answers import storage_job_response
from preamp.control.backend import ERRORS
from preamp.control.context import AuthRecord, Control, Start, app_of, locked_app, started, text_of
from preamp.control.errors import BadRequestException, NotFoundException
from preamp.control.model import (
    CreateBackendConfigRequest,
    LoginAuthConfigReqObj,
    RemoveBackendConfigRequest,
    RemoveBackendConfigResponse,
    StorageJobResponse,
    UpdateBackendConfigRequest,
    UpdateBackendConfigResponse,
)
from preamp.control.records import App
from preamp.control.service import service
from preamp.db import Transaction
from preamp.kit import ids
from preamp.kit.caller import Call

_DEFAULT_ENVIRONMENT = "staging"
"""Under this name the job is found where the app has no environment yet, as in the original."""


class ConfigWork(Struct, frozen=True, kw_only=True):
    """Input of the CreateBackendConfig job."""

    app_id: str
    record: AuthRecord
    manager_app_id: str | None


@service.operation("CreateBackendConfig", "POST /backend/{appId}/config", *ERRORS)
async def create_backend_config(
    control: Control, request: CreateBackendConfigRequest, call: Call
) -> StorageJobResponse:
    """Switch the console on for an app: a user pool of its own, with groups "Full access" and "Manage only"."""

    async def plan(tx: Transaction, app: App | None) -> Start:
        if app is None:
            raise NotFoundException("app", request.app_id)
        if app.login is not None:
            raise BadRequestException(f"App {app.app_id!r} already has a console configuration; remove it first.")
        names = await tx.rows(questions.ENVIRONMENT_NAMES, app_id=app.app_id)
        name = f"amplify_backend_manager_{app.app_id}"
        record = AuthRecord(
            user_pool_id=f"{control.region}_{ids.alnum(9)}",
            user_pool_name=name,
            web_client_id=ids.lower_alnum(26),
            native_client_id=ids.lower_alnum(26),
            identity_pool_id=f"{control.region}:{ids.uuid4()}",
            identity_pool_name=name,
        )
        return Start(
            environment=names[0][0] if names else _DEFAULT_ENVIRONMENT,
            work=ConfigWork(app_id=app.app_id, record=record, manager_app_id=request.backend_manager_app_id),
        )

    return storage_job_response(await started(control, call, "CreateBackendConfig", request.app_id, plan))


@service.operation("UpdateBackendConfig", "POST /backend/{appId}/config/update", *ERRORS)
async def update_backend_config(control: Control, request: UpdateBackendConfigRequest) -> UpdateBackendConfigResponse:
    """Change which pool operators log in to: given members replace, omitted members stay. Answers what now holds."""
    async with control.db.transaction() as tx:
        app = await locked_app(tx, request.app_id)
        if app is None:
            raise NotFoundException("app", request.app_id)
        if app.login is None:
            raise NotFoundException("backend config", request.app_id)
        login = merged_login(msgspec.json.decode(app.login, type=LoginAuthConfigReqObj), request.login_auth_config)
        app = msgspec.structs.replace(app, login=text_of(login))
        await put_app(tx, app)
    return UpdateBackendConfigResponse(
        app_id=app.app_id, backend_manager_app_id=app.manager_app_id, login_auth_config=login
    )


@service.operation("RemoveBackendConfig", "POST /backend/{appId}/config/remove", *ERRORS)
async def remove_backend_config(control: Control, request: RemoveBackendConfigRequest) -> RemoveBackendConfigResponse:
    """Switch the console off: its pool is removed with its operators. Also right where it was off already."""
    async with control.db.transaction() as tx:
        app = await locked_app(tx, request.app_id)
        if app is None:
            await app_of(tx, request.app_id)
            return RemoveBackendConfigResponse()
        await drop_login(control, tx, app)
    return RemoveBackendConfigResponse()


def merged_login(old: LoginAuthConfigReqObj, new: LoginAuthConfigReqObj | None) -> LoginAuthConfigReqObj:
    """Given members replace, omitted members stay."""
    if new is None:
        return old
    given = {name: value for name in new.__struct_fields__ if (value := getattr(new, name)) is not None}
    return msgspec.structs.replace(old, **given)


async def drop_login(control: Control, tx: Transaction, app: App) -> None:
    """Remove the console's pool and forget its configuration."""
    if app.manager_pool_id is not None:
        await control.auth.delete_pool(tx, app.manager_pool_id)
    await put_app(tx, msgspec.structs.replace(app, login=None, manager_app_id=None, manager_pool_id=None))


async def put_app(tx: Transaction, app: App) -> None:
    """Write an app's row."""
    await tx.execute(questions.PUT_APP, **{name: getattr(app, name) for name in app.__struct_fields__})
