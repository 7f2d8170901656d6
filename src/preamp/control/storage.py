"""The storage of an environment: create, import, get, update, delete; and ListS3Buckets."""

from msgspec import Struct

from preamp.control import rules
from preamp.control.answers import storage_job_response
from preamp.control.api import NamedWork
from preamp.control.auth import imported_name
from preamp.control.backend import ERRORS
from preamp.control.context import (
    Control,
    Start,
    StorageRecord,
    config_of,
    environment_of,
    find_resource,
    record_of,
    resource_of,
    started,
)
from preamp.control.errors import BadRequestException
from preamp.control.model import (
    BackendStoragePermissions,
    CreateBackendStorageRequest,
    DeleteBackendStorageRequest,
    GetBackendStorageRequest,
    GetBackendStorageResourceConfig,
    GetBackendStorageResponse,
    ImportBackendStorageRequest,
    ListS3BucketsRequest,
    ListS3BucketsResponse,
    S3BucketInfo,
    StorageJobResponse,
    UpdateBackendStorageRequest,
)
from preamp.control.records import App
from preamp.control.service import service
from preamp.db import Transaction
from preamp.kit import ids
from preamp.kit.caller import Call
from preamp.kit.clock import iso
from preamp.kit.seal import BrokenSealError

_BUCKETS_PER_PAGE = 1000


class StorageWork(Struct, frozen=True, kw_only=True):
    """Input of the jobs that make or change storage. `permissions` None = an imported bucket keeps its own."""

    app_id: str
    environment: str
    name: str
    bucket_name: str
    permissions: BackendStoragePermissions | None = None


@service.operation("CreateBackendStorage", "POST /backend/{appId}/storage", *ERRORS)
async def create_backend_storage(
    control: Control, request: CreateBackendStorageRequest, call: Call
) -> StorageJobResponse:
    """Make a bucket with Amplify's access levels; without a bucket name one is made up."""
    from preamp.storage import check_bucket_name, make_bucket_name  # noqa: PLC0415  loaded when needed (decision 0004)

    rules.check_resource_name(request.resource_name)
    config, app_id, environment = request.resource_config, request.app_id, request.backend_environment_name
    _check_permissions(config.permissions)
    given = config.bucket_name
    made = make_bucket_name(app_id, environment, request.resource_name, ids.lower_alnum(8))
    bucket_name = made if given is None else given
    problem = check_bucket_name(bucket_name)
    if problem:
        raise BadRequestException(f"$.resourceConfig.bucketName {problem}.")

    async def plan(tx: Transaction, _app: App | None) -> Start:
        await environment_of(tx, app_id, environment)
        await _refuse_second(tx, app_id, environment)
        if await control.storage.bucket(tx, bucket_name) is not None:
            raise BadRequestException(f"$.resourceConfig.bucketName: there already is a bucket {bucket_name!r}.")
        work = StorageWork(
            app_id=app_id,
            environment=environment,
            name=request.resource_name,
            bucket_name=bucket_name,
            permissions=config.permissions,
        )
        return Start(environment=environment, work=work)

    return storage_job_response(await started(control, call, "CreateBackendStorage", app_id, plan))


@service.operation("UpdateBackendStorage", "POST /backend/{appId}/storage/{backendEnvironmentName}", *ERRORS)
async def update_backend_storage(
    control: Control, request: UpdateBackendStorageRequest, call: Call
) -> StorageJobResponse:
    """Change the permissions; they hold from the moment the job is COMPLETED."""
    app_id, environment = request.app_id, request.backend_environment_name
    _check_permissions(request.resource_config.permissions)

    async def plan(tx: Transaction, _app: App | None) -> Start:
        resource = await resource_of(tx, app_id, environment, "storage", request.resource_name)
        if resource.imported:
            raise BadRequestException("An imported bucket keeps its own permissions and cannot be updated.")
        work = StorageWork(
            app_id=app_id,
            environment=environment,
            name=resource.name,
            bucket_name=record_of(resource, StorageRecord).bucket_name,
            permissions=request.resource_config.permissions,
        )
        return Start(environment=environment, work=work)

    return storage_job_response(await started(control, call, "UpdateBackendStorage", app_id, plan))


@service.operation("ImportBackendStorage", "POST /backend/{appId}/storage/{backendEnvironmentName}/import", *ERRORS)
async def import_backend_storage(
    control: Control, request: ImportBackendStorageRequest, call: Call
) -> StorageJobResponse:
    """Link a bucket of this server; deleting the resource later leaves the bucket alone."""
    app_id, environment = request.app_id, request.backend_environment_name
    bucket_name = request.bucket_name
    if bucket_name is None:
        raise BadRequestException("Missing required member $.bucketName: the bucket to import.")

    async def plan(tx: Transaction, app: App | None) -> Start:
        await environment_of(tx, app_id, environment)
        await _refuse_second(tx, app_id, environment)
        if await control.storage.bucket(tx, bucket_name) is None:
            raise BadRequestException(f"$.bucketName: there is no bucket {bucket_name!r} on this server.")
        work = StorageWork(
            app_id=app_id,
            environment=environment,
            name=imported_name(app.name if app else app_id),
            bucket_name=bucket_name,
        )
        return Start(environment=environment, work=work)

    return storage_job_response(await started(control, call, "ImportBackendStorage", app_id, plan))


@service.operation("DeleteBackendStorage", "POST /backend/{appId}/storage/{backendEnvironmentName}/remove", *ERRORS)
async def delete_backend_storage(
    control: Control, request: DeleteBackendStorageRequest, call: Call
) -> StorageJobResponse:
    """Remove the bucket with its objects; an imported bucket is only unlinked."""
    app_id, environment = request.app_id, request.backend_environment_name

    async def plan(tx: Transaction, _app: App | None) -> Start:
        resource = await resource_of(tx, app_id, environment, "storage", request.resource_name)
        work = NamedWork(app_id=app_id, environment=environment, name=resource.name)
        return Start(environment=environment, work=work)

    return storage_job_response(await started(control, call, "DeleteBackendStorage", app_id, plan))


@service.operation("GetBackendStorage", "POST /backend/{appId}/storage/{backendEnvironmentName}/details", *ERRORS)
async def get_backend_storage(control: Control, request: GetBackendStorageRequest) -> GetBackendStorageResponse:
    """The bucket and its permissions; an imported bucket is answered without permissions."""
    app_id, environment = request.app_id, request.backend_environment_name
    resource = await resource_of(control.db, app_id, environment, "storage", request.resource_name)
    return GetBackendStorageResponse(
        app_id=app_id,
        backend_environment_name=environment,
        resource_config=config_of(resource, GetBackendStorageResourceConfig),
        resource_name=resource.name,
    )


@service.operation("ListS3Buckets", "POST /s3Buckets", *ERRORS)
async def list_s3_buckets(control: Control, request: ListS3BucketsRequest) -> ListS3BucketsResponse:
    """All buckets of this server by name, 1,000 to a page."""
    pages = control.sealer.purpose("bucket pages")
    try:
        after = pages.read_token(request.next_token, "buckets", str) if request.next_token else None
    except BrokenSealError:
        raise BadRequestException("$.nextToken is not of a listing of buckets; begin without it.") from None
    page = await control.storage.buckets(control.db, start_after=after or "", limit=_BUCKETS_PER_PAGE)
    more = pages.token(page[-1].name, "buckets") if len(page) == _BUCKETS_PER_PAGE else None
    return ListS3BucketsResponse(
        buckets=tuple(S3BucketInfo(creation_date=iso(bucket.created_ms), name=bucket.name) for bucket in page),
        next_token=more,
    )


def _check_permissions(permissions: BackendStoragePermissions) -> None:
    for member, given in (
        ("authenticated", permissions.authenticated),
        ("unAuthenticated", permissions.un_authenticated or ()),
    ):
        if len(set(given)) < len(given):
            raise BadRequestException(f"$.resourceConfig.permissions.{member} names a permission twice.")


async def _refuse_second(tx: Transaction, app_id: str, environment: str) -> None:
    existing = await find_resource(tx, app_id, environment, "storage")
    if existing is not None:
        raise BadRequestException(
            f"The environment already has storage, {existing.name!r}: update it, or delete it first."
        )
