"""CreateBackend, CloneBackend, DeleteBackend, RemoveAllBackends, GetBackend."""

from msgspec import Struct

from preamp.control import questions, rules
from preamp.control.answers import job_response
from preamp.control.context import Control, Start, environment_of, started
from preamp.control.errors import (
    BadRequestException,
    GatewayTimeoutException,
    NotFoundException,
    TooManyRequestsException,
)
from preamp.control.meta import open_meta
from preamp.control.model import (
    CloneBackendRequest,
    CreateBackendRequest,
    DeleteBackendRequest,
    GetBackendRequest,
    GetBackendResponse,
    JobResponse,
    RemoveAllBackendsRequest,
    RemoveAllBackendsResponse,
)
from preamp.control.records import App
from preamp.control.service import service
from preamp.db import Transaction
from preamp.kit import ids
from preamp.kit.caller import Call

ERRORS = (BadRequestException, NotFoundException, TooManyRequestsException, GatewayTimeoutException)


class CreateBackendWork(Struct, frozen=True, kw_only=True):
    """Input of the CreateBackend job."""

    app_id: str
    app_name: str
    environment: str
    stack: str


class CloneBackendWork(Struct, frozen=True, kw_only=True):
    """Input of the CloneBackend job. `salt` makes the clone's generated names."""

    app_id: str
    source: str
    target: str
    stamp: str
    salt: str


class RemoveWork(Struct, frozen=True, kw_only=True):
    """Input of DeleteBackend (one environment) and RemoveAllBackends (`environment` None)."""

    app_id: str
    environment: str | None
    clean_app: bool = False


@service.operation("CreateBackend", "POST /backend", *ERRORS)
async def create_backend(control: Control, request: CreateBackendRequest, call: Call) -> JobResponse:
    """Make an environment, and its app where the app id is new. A resource name becomes part of the stack's name."""
    rules.check_new_names(request.app_id, request.app_name, request.backend_environment_name)
    if request.resource_name is not None:
        rules.check_resource_name(request.resource_name)

    async def plan(tx: Transaction, app: App | None) -> Start:
        names = await tx.rows(questions.ENVIRONMENT_NAMES, app_id=request.app_id) if app else ()
        if request.backend_environment_name in {row[0] for row in names}:
            raise BadRequestException(
                f"$.backendEnvironmentName: app {request.app_id!r} already has an environment "
                f"{request.backend_environment_name!r}."
            )
        project = request.resource_name or request.app_name
        work = CreateBackendWork(
            app_id=request.app_id,
            app_name=request.app_name,
            environment=request.backend_environment_name,
            stack=rules.stack_name(project, request.backend_environment_name, ids.hexadecimal(5)),
        )
        return Start(environment=work.environment, work=work)

    return job_response(await started(control, call, "CreateBackend", request.app_id, plan))


@service.operation("CloneBackend", "POST /backend/{appId}/environments/{backendEnvironmentName}/clone", *ERRORS)
async def clone_backend(control: Control, request: CloneBackendRequest, call: Call) -> JobResponse:
    """Make a second environment with the whole configuration of this one; everything is provisioned anew and empty.

    The answer names the source; the job is found under both environments.
    """
    source, target = request.backend_environment_name, request.target_environment_name
    rules.check_id("$.targetEnvironmentName", target)

    async def plan(tx: Transaction, _app: App | None) -> Start:
        await environment_of(tx, request.app_id, source)
        if target in {row[0] for row in await tx.rows(questions.ENVIRONMENT_NAMES, app_id=request.app_id)}:
            raise BadRequestException(f"$.targetEnvironmentName: there already is an environment {target!r}.")
        work = CloneBackendWork(
            app_id=request.app_id,
            source=source,
            target=target,
            stamp=ids.hexadecimal(5),
            salt=ids.hexadecimal(8),
        )
        return Start(environment=source, other_environment=target, work=work)

    return job_response(await started(control, call, "CloneBackend", request.app_id, plan))


@service.operation("DeleteBackend", "POST /backend/{appId}/environments/{backendEnvironmentName}/remove", *ERRORS)
async def delete_backend(control: Control, request: DeleteBackendRequest, call: Call) -> JobResponse:
    """Remove an environment with its resources and their data."""

    async def plan(tx: Transaction, _app: App | None) -> Start:
        await environment_of(tx, request.app_id, request.backend_environment_name)
        work = RemoveWork(app_id=request.app_id, environment=request.backend_environment_name)
        return Start(environment=work.environment, work=work)

    return job_response(await started(control, call, "DeleteBackend", request.app_id, plan))


@service.operation("RemoveAllBackends", "POST /backend/{appId}/remove", *ERRORS)
async def remove_all_backends(
    control: Control, request: RemoveAllBackendsRequest, call: Call
) -> RemoveAllBackendsResponse:
    """Remove all environments of an app, and with CleanAmplifyApp the app itself.

    The job is found under any environment name of the app: the answer has none, and GetBackendJob needs one.
    """

    async def plan(_tx: Transaction, app: App | None) -> Start:
        if app is None:
            raise NotFoundException("app", request.app_id)
        work = RemoveWork(app_id=request.app_id, environment=None, clean_app=bool(request.clean_amplify_app))
        return Start(environment=None, work=work)

    job = await started(control, call, "RemoveAllBackends", request.app_id, plan)
    return RemoveAllBackendsResponse(app_id=job.app_id, job_id=job.job_id, operation=job.operation, status=job.status)


@service.operation("GetBackend", "POST /backend/{appId}/details", *ERRORS)
async def get_backend(control: Control, request: GetBackendRequest) -> GetBackendResponse:
    """The app and its environments; with an environment name also its amplify-meta and cli.json documents."""
    wanted = request.backend_environment_name
    row = await control.db.row(questions.BACKEND, app_id=request.app_id, environment=wanted)
    if row is None:
        raise NotFoundException("app", request.app_id)
    name, feature_flags, sealed, joined = row
    names = tuple(joined.split(",")) if joined else ()
    if wanted is None:
        return GetBackendResponse(app_id=request.app_id, app_name=name, backend_environment_list=names)
    if sealed is None:
        raise NotFoundException("backend environment", wanted)
    return GetBackendResponse(
        amplify_feature_flags=feature_flags,
        amplify_meta_config=open_meta(control, request.app_id, wanted, sealed),
        app_id=request.app_id,
        app_name=name,
        backend_environment_list=names,
        backend_environment_name=wanted,
    )
