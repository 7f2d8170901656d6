"""The part of Amplify's hosting service (`amplify` 2017-07-25) that the Amplify CLI and other tools need.

Apps and backend environments are those of the Amplify Backend API; nothing is built or hosted. Where a deletion is
answered at once on AWS, the job that carries it out has begun. tests/wire/test_hosting_conformance.py holds the Structs
to the service's model, but for the members of hosting itself, which are not known here.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from preamp.control import questions, rules
from preamp.control.backend import RemoveWork, create_backend
from preamp.control.context import Control, Start, app_of, environment_of, started
from preamp.control.errors import BadRequestException, NotFoundException
from preamp.control.meta import default_feature_flags, deployment_bucket
from preamp.control.model import CreateBackendRequest
from preamp.control.records import App, Environment
from preamp.control.service import hosting_service
from preamp.db import Transaction
from preamp.kit import ids
from preamp.kit.caller import Call
from preamp.kit.seal import BrokenSealError
from preamp.wire import Label, ServiceError
from preamp.wire.binding import QUERY

_APPS, _ENVIRONMENTS = 100, 50
_PLATFORM: Literal["WEB"] = "WEB"
_APP_ID = 13
Name = Annotated[str, Meta(min_length=1, max_length=255)]


class UnauthorizedException(ServiceError):
    """Whoever signed may not do this."""

    status = 401


class InternalFailureException(ServiceError):
    """The service failed."""

    status = 500


class LimitExceededException(ServiceError):
    """A limit was reached."""

    status = 429


class DependentServiceFailureException(ServiceError):
    """Something that the call needs failed."""

    status = 503


READS = (BadRequestException, UnauthorizedException, InternalFailureException)
ERRORS = (*READS, NotFoundException)


class Hosting(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Base of all: camelCase on the wire, None is absent."""


class AppOutput(Hosting, frozen=True, kw_only=True):
    """An app as the hosting service tells it. Times are seconds since 1970."""

    app_id: str
    app_arn: str
    name: str
    description: str
    repository: str
    platform: Literal["WEB", "WEB_DYNAMIC", "WEB_COMPUTE"]
    create_time: float
    update_time: float
    environment_variables: dict[str, str]
    default_domain: str
    enable_branch_auto_build: bool
    enable_basic_auth: bool


class AppResponse(Hosting, frozen=True, kw_only=True):
    """One app (CreateApp, GetApp, UpdateApp, DeleteApp)."""

    app: AppOutput


class CreateAppRequest(Hosting, frozen=True, kw_only=True):
    """Input of CreateApp."""

    name: Name


class UpdateAppRequest(Hosting, frozen=True, kw_only=True):
    """Input of UpdateApp."""

    app_id: Label = ""
    name: Name | None = None


class AppRequest(Hosting, frozen=True, kw_only=True):
    """Input of GetApp and DeleteApp."""

    app_id: Label = ""


class ListAppsRequest(Hosting, frozen=True, kw_only=True):
    """Input of ListApps."""

    next_token: Annotated[str | None, QUERY] = None
    max_results: Annotated[Annotated[int, Meta(ge=0, le=100)] | None, QUERY] = None


class ListAppsResponse(Hosting, frozen=True, kw_only=True):
    """Output of ListApps."""

    apps: tuple[AppOutput, ...]
    next_token: str | None = None


class EnvironmentOutput(Hosting, frozen=True, kw_only=True):
    """A backend environment as the hosting service tells it. Times are seconds since 1970."""

    backend_environment_arn: str
    environment_name: str
    stack_name: str | None = None
    deployment_artifacts: str | None = None
    create_time: float
    update_time: float


class EnvironmentResponse(Hosting, frozen=True, kw_only=True):
    """One backend environment."""

    backend_environment: EnvironmentOutput


class CreateBackendEnvironmentRequest(Hosting, frozen=True, kw_only=True):
    """Input of CreateBackendEnvironment."""

    app_id: Label = ""
    environment_name: Name
    stack_name: Name | None = None
    deployment_artifacts: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None


class EnvironmentRequest(Hosting, frozen=True, kw_only=True):
    """Input of GetBackendEnvironment and DeleteBackendEnvironment."""

    app_id: Label = ""
    environment_name: Label = ""


class ListBackendEnvironmentsRequest(Hosting, frozen=True, kw_only=True):
    """Input of ListBackendEnvironments."""

    app_id: Label = ""
    environment_name: Annotated[Name | None, QUERY] = None
    next_token: Annotated[str | None, QUERY] = None
    max_results: Annotated[Annotated[int, Meta(ge=0, le=50)] | None, QUERY] = None


class ListBackendEnvironmentsResponse(Hosting, frozen=True, kw_only=True):
    """Output of ListBackendEnvironments."""

    backend_environments: tuple[EnvironmentOutput, ...]
    next_token: str | None = None


@hosting_service.operation("CreateApp", "POST /apps", *READS, LimitExceededException, DependentServiceFailureException)
async def create_app(control: Control, request: CreateAppRequest) -> AppResponse:
    """Make an app without environments."""
    app_id = "d" + ids.lower_alnum(_APP_ID)
    rules.check_new_names(app_id, request.name, "dev")
    now = control.clock.now_ms()
    app = App(app_id, request.name, default_feature_flags(), now, None, None, None)
    async with control.db.transaction() as tx:
        await tx.execute(questions.PUT_APP, **{member: getattr(app, member) for member in app.__struct_fields__})
    return AppResponse(app=_app(control, app))


@hosting_service.operation("GetApp", "GET /apps/{appId}", *ERRORS)
async def get_app(control: Control, request: AppRequest) -> AppResponse:
    """One app."""
    return AppResponse(app=_app(control, await app_of(control.db, request.app_id)))


@hosting_service.operation("ListApps", "GET /apps", *READS)
async def list_apps(control: Control, request: ListAppsRequest) -> ListAppsResponse:
    """All apps by id, 100 to a page."""
    after = _after(control, request.next_token, "apps")
    count = request.max_results or _APPS
    found = [App(*row) for row in await control.db.rows(questions.APPS, after=after, count=count + 1)]
    more = _token(control, found[count - 1].app_id, "apps") if len(found) > count else None
    return ListAppsResponse(apps=tuple(_app(control, app) for app in found[:count]), next_token=more)


@hosting_service.operation("UpdateApp", "POST /apps/{appId}", *ERRORS)
async def update_app(control: Control, request: UpdateAppRequest) -> AppResponse:
    """Rename an app."""
    async with control.db.transaction() as tx:
        app = await app_of(tx, request.app_id)
        if request.name is not None:
            rules.check_new_names(app.app_id, request.name, "dev")
            app = msgspec.structs.replace(app, name=request.name)
            await tx.execute(questions.PUT_APP, **{member: getattr(app, member) for member in app.__struct_fields__})
    return AppResponse(app=_app(control, app))


@hosting_service.operation("DeleteApp", "DELETE /apps/{appId}", *ERRORS, DependentServiceFailureException)
async def delete_app(control: Control, request: AppRequest, call: Call) -> AppResponse:
    """Remove an app with its environments and all their data, as RemoveAllBackends does."""
    app = await app_of(control.db, request.app_id)

    async def plan(_tx: Transaction, _app: App | None) -> Start:
        return Start(environment=None, work=RemoveWork(app_id=request.app_id, environment=None, clean_app=True))

    await started(control, call, "RemoveAllBackends", request.app_id, plan)
    return AppResponse(app=_app(control, app))


@hosting_service.operation(
    "CreateBackendEnvironment", "POST /apps/{appId}/backendenvironments", *ERRORS, LimitExceededException
)
async def create_backend_environment(
    control: Control, request: CreateBackendEnvironmentRequest, call: Call
) -> EnvironmentResponse:
    """Start to make an environment, as CreateBackend does. Its stack's name is the server's, told once it is there."""
    app = await app_of(control.db, request.app_id)
    made = CreateBackendRequest(app_id=app.app_id, app_name=app.name, backend_environment_name=request.environment_name)
    await create_backend(control, made, call)
    environment = Environment(app.app_id, request.environment_name, "", control.clock.now_ms(), b"")
    return EnvironmentResponse(backend_environment=_environment(control, environment))


@hosting_service.operation("GetBackendEnvironment", "GET /apps/{appId}/backendenvironments/{environmentName}", *ERRORS)
async def get_backend_environment(control: Control, request: EnvironmentRequest) -> EnvironmentResponse:
    """One backend environment."""
    found = await environment_of(control.db, request.app_id, request.environment_name)
    return EnvironmentResponse(backend_environment=_environment(control, found))


@hosting_service.operation("ListBackendEnvironments", "GET /apps/{appId}/backendenvironments", *READS)
async def list_backend_environments(
    control: Control, request: ListBackendEnvironmentsRequest
) -> ListBackendEnvironmentsResponse:
    """An app's backend environments by name, 50 to a page."""
    await app_of(control.db, request.app_id)
    context = f"environments {request.app_id}"
    after = _after(control, request.next_token, context)
    count = request.max_results or _ENVIRONMENTS
    rows = await control.db.rows(questions.ENVIRONMENTS, app_id=request.app_id, after=after, count=count + 1)
    found = [Environment(*row) for row in rows]
    more = _token(control, found[count - 1].environment, context) if len(found) > count else None
    wanted = [one for one in found[:count] if request.environment_name in {None, one.environment}]
    return ListBackendEnvironmentsResponse(
        backend_environments=tuple(_environment(control, one) for one in wanted), next_token=more
    )


@hosting_service.operation(
    "DeleteBackendEnvironment", "DELETE /apps/{appId}/backendenvironments/{environmentName}", *ERRORS,
    DependentServiceFailureException,
)  # fmt: skip
async def delete_backend_environment(control: Control, request: EnvironmentRequest, call: Call) -> EnvironmentResponse:
    """Start to remove an environment with its data, as DeleteBackend does."""
    found = await environment_of(control.db, request.app_id, request.environment_name)

    async def plan(_tx: Transaction, _app: App | None) -> Start:
        work = RemoveWork(app_id=request.app_id, environment=found.environment)
        return Start(environment=found.environment, work=work)

    await started(control, call, "DeleteBackend", request.app_id, plan)
    return EnvironmentResponse(backend_environment=_environment(control, found))


def _app(control: Control, app: App) -> AppOutput:
    return AppOutput(
        app_id=app.app_id,
        app_arn=f"arn:aws:amplify:{control.region}:{control.account}:apps/{app.app_id}",
        name=app.name,
        description="",
        repository="",
        platform=_PLATFORM,
        create_time=app.created_ms / 1000,
        update_time=app.created_ms / 1000,
        environment_variables={},
        default_domain=f"{app.app_id}.amplifyapp.com",
        enable_branch_auto_build=False,
        enable_basic_auth=False,
    )


def _environment(control: Control, environment: Environment) -> EnvironmentOutput:
    arn = f"arn:aws:amplify:{control.region}:{control.account}:apps/{environment.app_id}"
    return EnvironmentOutput(
        backend_environment_arn=f"{arn}/backendenvironments/{environment.environment}",
        environment_name=environment.environment,
        stack_name=environment.stack or None,
        deployment_artifacts=deployment_bucket(environment.stack) if environment.stack else None,
        create_time=environment.created_ms / 1000,
        update_time=environment.created_ms / 1000,
    )


def _token(control: Control, last: str, context: str) -> str:
    return control.sealer.purpose("hosting pages").token(last, context)


def _after(control: Control, token: str | None, context: str) -> str:
    if not token:
        return ""
    try:
        return control.sealer.purpose("hosting pages").read_token(token, context, str)
    except BrokenSealError:
        raise BadRequestException("nextToken is not of this listing; begin without it.") from None
