"""preamp's own operations for projects that come from the Amplify CLI, and for what clients are configured with.

The 31 operations carry neither cli.json, nor resources that the server does not run, nor the addresses of the planes.
"""

import asyncio
from typing import Any

import msgspec
from msgspec import Struct

from preamp.control import questions
from preamp.control.backend import ERRORS
from preamp.control.context import ApiRecord, Control, app_of, config_of, environment_of, find_resource, record_of
from preamp.control.errors import BadRequestException
from preamp.control.feature_flags import compact_flags
from preamp.control.meta import open_meta, write_meta
from preamp.control.model import BackendAPIResourceConfig
from preamp.control.service import extension
from preamp.control.unserved import UnservedResource
from preamp.wire import Label

_MOST = 500


class PutFeatureFlagsRequest(Struct, frozen=True, kw_only=True, rename="camel"):
    """Input of PutBackendFeatureFlags. `feature_flags` is the text of cli.json."""

    app_id: Label = ""
    feature_flags: str


class PutFeatureFlagsResponse(Struct, frozen=True, kw_only=True, rename="camel"):
    """Output of PutBackendFeatureFlags: what GetBackend answers from now on."""

    app_id: str
    feature_flags: str


class PutResourcesRequest(Struct, frozen=True, kw_only=True, rename="camel"):
    """Input of PutBackendResources: all such resources of the environment; those left out are forgotten."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resources: tuple[UnservedResource, ...]


class PutResourcesResponse(Struct, frozen=True, kw_only=True, rename="camel"):
    """Output of PutBackendResources."""

    app_id: str
    backend_environment_name: str
    count: int


class GetClientConfigRequest(Struct, frozen=True, kw_only=True, rename="camel"):
    """Input of GetBackendClientConfig."""

    app_id: Label = ""
    backend_environment_name: Label = ""


class ClientConfigResponse(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Output of GetBackendClientConfig: what client configuration is written from.

    `public_url` is where clients reach the server, `amplify_meta_config` as GetBackend answers it,
    `model_introspection_schema` of the schema that is served, `schema` the GraphQL schema that clients see.
    """

    app_id: str
    app_name: str
    backend_environment_name: str
    region: str
    public_url: str
    amplify_meta_config: str
    guests: bool = False
    groups: tuple[str, ...] = ()
    model_introspection_schema: str | None = None


@extension.operation("PutBackendFeatureFlags", "POST /preamp/backend/{appId}/feature-flags", *ERRORS)
async def put_backend_feature_flags(control: Control, request: PutFeatureFlagsRequest) -> PutFeatureFlagsResponse:
    """Set an app's cli.json. Schemas that are deployed from now on are read by its graphqltransformer flags."""
    try:
        flags = compact_flags(request.feature_flags)
    except ValueError as error:
        raise BadRequestException(f"$.featureFlags {error}.") from None
    async with control.db.transaction() as tx:
        app = await app_of(tx, request.app_id)
        changed = msgspec.structs.replace(app, feature_flags=flags)
        await tx.execute(questions.PUT_APP, **{name: getattr(changed, name) for name in changed.__struct_fields__})
    return PutFeatureFlagsResponse(app_id=app.app_id, feature_flags=flags)


@extension.operation(
    "PutBackendResources", "POST /preamp/backend/{appId}/environments/{backendEnvironmentName}/resources", *ERRORS
)
async def put_backend_resources(control: Control, request: PutResourcesRequest) -> PutResourcesResponse:
    """Set which further resources amplify-meta tells of: those of a project that the server does not run itself."""
    if len(request.resources) > _MOST:
        raise BadRequestException(f"$.resources has {len(request.resources)} members; {_MOST} are possible.")
    for place, resource in enumerate(request.resources):
        problem = resource.problem()
        if problem:
            raise BadRequestException(f"$.resources[{place}].{problem}.")
    app_id, environment = request.app_id, request.backend_environment_name
    async with control.db.transaction() as tx:
        await environment_of(tx, app_id, environment)
        document = msgspec.json.encode(request.resources).decode()
        await tx.execute(questions.PUT_UNSERVED, app_id=app_id, environment=environment, document=document)
        await write_meta(control, tx, app_id, environment)
    return PutResourcesResponse(app_id=app_id, backend_environment_name=environment, count=len(request.resources))


@extension.operation(
    "GetBackendClientConfig", "GET /preamp/backend/{appId}/environments/{backendEnvironmentName}/client-config", *ERRORS
)
async def get_backend_client_config(control: Control, request: GetClientConfigRequest) -> ClientConfigResponse:
    """What an environment's clients are configured with: its resources' ids, the server's addresses, its models."""
    app_id, name = request.app_id, request.backend_environment_name
    environment = await environment_of(control.db, app_id, name)
    app = await app_of(control.db, app_id)
    auth = await find_resource(control.db, app_id, name, "auth")
    identity: dict[str, Any] = {}
    groups: tuple[str, ...] = ()
    if auth is not None:
        identity = msgspec.json.decode(auth.config, type=dict[str, Any]).get("identityPoolConfigs") or {}
        pool_id = msgspec.json.decode(auth.record, type=dict[str, Any])["user_pool_id"]
        groups = tuple(await control.auth.groups(control.db, pool_id))
    return ClientConfigResponse(
        app_id=app_id,
        app_name=app.name,
        backend_environment_name=name,
        region=control.region,
        public_url=control.public_url(),
        amplify_meta_config=open_meta(control, app_id, name, environment.meta),
        guests=bool(identity.get("unauthenticatedLogin")),
        groups=groups,
        model_introspection_schema=await _introspection(control, app_id, name),
    )


async def _introspection(control: Control, app_id: str, environment: str) -> str | None:
    """The models that were generated of the served schema, else generated now; None where codegen takes none."""
    api = await find_resource(control.db, app_id, environment, "api")
    if api is None:
        return None
    from preamp.graphql import SchemaError  # noqa: PLC0415  loaded at first use (decision 0004)

    kept = await control.graphql.models(control.db, record_of(api, ApiRecord).api_id)
    if kept is not None and kept.latest:
        return kept.introspection
    schema = config_of(api, BackendAPIResourceConfig).transform_schema or ""
    try:
        return (await asyncio.to_thread(control.graphql.generate_models, schema)).introspection
    except SchemaError:
        return None
