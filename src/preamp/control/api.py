"""The GraphQL API of an environment: create, get, update, delete, and its generated models."""

from msgspec import Struct

from preamp.control import rules
from preamp.control.answers import job_response
from preamp.control.backend import ERRORS
from preamp.control.context import (
    ApiRecord,
    Control,
    Start,
    config_of,
    environment_of,
    find_resource,
    record_of,
    resource_of,
    started,
)
from preamp.control.errors import BadRequestException, NotFoundException
from preamp.control.model import (
    BackendAPIResourceConfig,
    CreateBackendAPIRequest,
    DeleteBackendAPIRequest,
    GenerateBackendAPIModelsRequest,
    GetBackendAPIModelsRequest,
    GetBackendAPIModelsResponse,
    GetBackendAPIRequest,
    GetBackendAPIResponse,
    JobResponse,
    UpdateBackendAPIRequest,
)
from preamp.control.records import App
from preamp.control.service import service
from preamp.db import Transaction
from preamp.kit import ids
from preamp.kit.caller import Call


class ApiWork(Struct, frozen=True, kw_only=True):
    """Input of the jobs that deploy an API. All ids are decided when the job starts, so every step can be repeated."""

    app_id: str
    environment: str
    name: str
    api_id: str
    release_id: str
    config: BackendAPIResourceConfig


class NamedWork(Struct, frozen=True, kw_only=True):
    """Input of the jobs that need nothing but the name of the resource."""

    app_id: str
    environment: str
    name: str


@service.operation("CreateBackendAPI", "POST /backend/{appId}/api", *ERRORS)
async def create_backend_api(control: Control, request: CreateBackendAPIRequest, call: Call) -> JobResponse:
    """Start the job that turns the annotated schema into a running GraphQL API.

    Answers once the job is durable; the API serves when the job is COMPLETED. A schema that is refused fails the job.
    """
    rules.check_resource_name(request.resource_name)
    rules.check_api_config(request.resource_config, creating=True)

    async def plan(tx: Transaction, _app: App | None) -> Start:
        await environment_of(tx, request.app_id, request.backend_environment_name)
        existing = await find_resource(tx, request.app_id, request.backend_environment_name, "api")
        if existing is not None:
            raise BadRequestException(
                f"The environment already has an API, {existing.name!r}: update it, or delete it first."
            )
        work = ApiWork(
            app_id=request.app_id,
            environment=request.backend_environment_name,
            name=request.resource_name,
            api_id=ids.lower_alnum(26),
            release_id=ids.uuid4(),
            config=request.resource_config,
        )
        return Start(environment=work.environment, work=work)

    return job_response(await started(control, call, "CreateBackendAPI", request.app_id, plan))


@service.operation("UpdateBackendAPI", "POST /backend/{appId}/api/{backendEnvironmentName}", *ERRORS)
async def update_backend_api(control: Control, request: UpdateBackendAPIRequest, call: Call) -> JobResponse:
    """Deploy a changed configuration or schema; rows stay, and the old release serves until the new one is ready."""
    changes = request.resource_config or BackendAPIResourceConfig()
    rules.check_api_config(changes, creating=False)
    app_id, environment = request.app_id, request.backend_environment_name

    async def plan(tx: Transaction, _app: App | None) -> Start:
        resource = await resource_of(tx, app_id, environment, "api", request.resource_name)
        config = rules.merged_api_config(config_of(resource, BackendAPIResourceConfig), changes)
        rules.check_api_config(config, creating=True)
        work = ApiWork(
            app_id=app_id,
            environment=environment,
            name=resource.name,
            api_id=record_of(resource, ApiRecord).api_id,
            release_id=ids.uuid4(),
            config=config,
        )
        return Start(environment=environment, work=work)

    return job_response(await started(control, call, "UpdateBackendAPI", app_id, plan))


@service.operation("DeleteBackendAPI", "POST /backend/{appId}/api/{backendEnvironmentName}/remove", *ERRORS)
async def delete_backend_api(control: Control, request: DeleteBackendAPIRequest, call: Call) -> JobResponse:
    """Remove the API with its rows. A ResourceConfig is checked for its shape and has no effect here."""
    return await _on_api(control, request.app_id, request.backend_environment_name, request.resource_name, call,
                         "DeleteBackendAPI")  # fmt: skip


@service.operation(
    "GenerateBackendAPIModels", "POST /backend/{appId}/api/{backendEnvironmentName}/generateModels", *ERRORS
)
async def generate_backend_api_models(
    control: Control, request: GenerateBackendAPIModelsRequest, call: Call
) -> JobResponse:
    """Make the model files of the API's current schema."""
    return await _on_api(control, request.app_id, request.backend_environment_name, request.resource_name, call,
                         "GenerateBackendAPIModels")  # fmt: skip


async def _on_api(
    control: Control, app_id: str, environment: str, name: str, call: Call, operation: str
) -> JobResponse:
    async def plan(tx: Transaction, _app: App | None) -> Start:
        await resource_of(tx, app_id, environment, "api", name)
        work = NamedWork(app_id=app_id, environment=environment, name=name)
        return Start(environment=environment, work=work)

    return job_response(await started(control, call, operation, app_id, plan))


@service.operation("GetBackendAPI", "POST /backend/{appId}/api/{backendEnvironmentName}/details", *ERRORS)
async def get_backend_api(control: Control, request: GetBackendAPIRequest) -> GetBackendAPIResponse:
    """The API's configuration. A ResourceConfig is checked for its shape and has no effect."""
    app_id, environment = request.app_id, request.backend_environment_name
    resource = await resource_of(control.db, app_id, environment, "api", request.resource_name)
    return GetBackendAPIResponse(
        app_id=app_id,
        backend_environment_name=environment,
        resource_config=config_of(resource, BackendAPIResourceConfig),
        resource_name=resource.name,
    )


@service.operation("GetBackendAPIModels", "POST /backend/{appId}/api/{backendEnvironmentName}/getModels", *ERRORS)
async def get_backend_api_models(control: Control, request: GetBackendAPIModelsRequest) -> GetBackendAPIModelsResponse:
    """The generated models; STALE when the schema was deployed later than they were made."""
    app_id, environment = request.app_id, request.backend_environment_name
    resource = await resource_of(control.db, app_id, environment, "api", request.resource_name)
    models = await control.graphql.models(control.db, record_of(resource, ApiRecord).api_id)
    if models is None:
        raise NotFoundException("API models", resource.name)
    return GetBackendAPIModelsResponse(
        models=models.datastore,
        status="LATEST" if models.latest else "STALE",
        model_introspection_schema=models.introspection,
    )
