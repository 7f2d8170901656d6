"""A method for each operation. Written by tools/client.py: change the operations, not this file."""

# ruff: noqa: E501  generated

from typing import Literal, TypeVar

from msgspec import Struct

from preamp.client.exchange import Options
from preamp.control.model import (
    BackendAPIResourceConfig,
    BackendJobResponse,
    CloneBackendRequest,
    CreateBackendAPIRequest,
    CreateBackendAuthRequest,
    CreateBackendAuthResourceConfig,
    CreateBackendConfigRequest,
    CreateBackendRequest,
    CreateBackendStorageRequest,
    CreateBackendStorageResourceConfig,
    CreateTokenRequest,
    DeleteBackendAPIRequest,
    DeleteBackendAuthRequest,
    DeleteBackendRequest,
    DeleteBackendStorageRequest,
    DeleteTokenRequest,
    DeleteTokenResponse,
    GenerateBackendAPIModelsRequest,
    GetBackendAPIModelsRequest,
    GetBackendAPIModelsResponse,
    GetBackendAPIRequest,
    GetBackendAPIResponse,
    GetBackendAuthRequest,
    GetBackendAuthResponse,
    GetBackendJobRequest,
    GetBackendRequest,
    GetBackendResponse,
    GetBackendStorageRequest,
    GetBackendStorageResponse,
    GetTokenRequest,
    ImportBackendAuthRequest,
    ImportBackendStorageRequest,
    JobResponse,
    ListBackendJobsRequest,
    ListBackendJobsResponse,
    ListS3BucketsRequest,
    ListS3BucketsResponse,
    LoginAuthConfigReqObj,
    RemoveAllBackendsRequest,
    RemoveAllBackendsResponse,
    RemoveBackendConfigRequest,
    RemoveBackendConfigResponse,
    ResourceConfig,
    StorageJobResponse,
    TokenResponse,
    UpdateBackendAPIRequest,
    UpdateBackendAuthRequest,
    UpdateBackendAuthResourceConfig,
    UpdateBackendConfigRequest,
    UpdateBackendConfigResponse,
    UpdateBackendJobRequest,
    UpdateBackendStorageRequest,
    UpdateBackendStorageResourceConfig,
)

R = TypeVar("R", bound=Struct)


def _named(given: str | None, bound: str | None, name: str) -> str:
    value = given or bound
    if not value:
        raise ValueError(f"{name} must be given, in the call or by at()")
    return value


class Operations:
    """The operations, each by its members. `app_id` and `backend_environment_name` may be bound by `at`."""

    options: Options

    def call(self, operation: str, request: Struct, kind: type[R]) -> R:
        """Call an operation by name."""
        raise NotImplementedError

    def clone_backend(
        self, *, target_environment_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> JobResponse:
        """Make a second environment with the whole configuration of this one; everything is provisioned anew and empty."""
        request = CloneBackendRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            target_environment_name=target_environment_name,
        )
        return self.call("CloneBackend", request, JobResponse)

    def create_backend(
        self,
        *,
        app_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        resource_config: ResourceConfig | None = None,
        resource_name: str | None = None,
    ) -> JobResponse:
        """Make an environment, and its app where the app id is new. A resource name becomes part of the stack's name."""
        request = CreateBackendRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            app_name=app_name,
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return self.call("CreateBackend", request, JobResponse)

    def create_backend_api(
        self,
        *,
        resource_config: BackendAPIResourceConfig,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> JobResponse:
        """Start the job that turns the annotated schema into a running GraphQL API."""
        request = CreateBackendAPIRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return self.call("CreateBackendAPI", request, JobResponse)

    def create_backend_auth(
        self,
        *,
        resource_config: CreateBackendAuthResourceConfig,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> JobResponse:
        """Make a user pool with two app clients, and with IDENTITY_POOL_AND_USER_POOL an identity pool."""
        request = CreateBackendAuthRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return self.call("CreateBackendAuth", request, JobResponse)

    def create_backend_config(
        self, *, app_id: str | None = None, backend_manager_app_id: str | None = None
    ) -> StorageJobResponse:
        """Switch the console on for an app: a user pool of its own, with groups "Full access" and "Manage only"."""
        request = CreateBackendConfigRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"), backend_manager_app_id=backend_manager_app_id
        )
        return self.call("CreateBackendConfig", request, StorageJobResponse)

    def create_backend_storage(
        self,
        *,
        resource_config: CreateBackendStorageResourceConfig,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> StorageJobResponse:
        """Make a bucket with Amplify's access levels; without a bucket name one is made up."""
        request = CreateBackendStorageRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return self.call("CreateBackendStorage", request, StorageJobResponse)

    def create_token(self, *, app_id: str | None = None) -> TokenResponse:
        """Make a challenge for the console of an app."""
        request = CreateTokenRequest(app_id=_named(app_id, self.options.app_id, "app_id"))
        return self.call("CreateToken", request, TokenResponse)

    def delete_backend(self, *, app_id: str | None = None, backend_environment_name: str | None = None) -> JobResponse:
        """Remove an environment with its resources and their data."""
        request = DeleteBackendRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
        )
        return self.call("DeleteBackend", request, JobResponse)

    def delete_backend_api(
        self,
        *,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        resource_config: BackendAPIResourceConfig | None = None,
    ) -> JobResponse:
        """Remove the API with its rows. A ResourceConfig is checked for its shape and has no effect here."""
        request = DeleteBackendAPIRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return self.call("DeleteBackendAPI", request, JobResponse)

    def delete_backend_auth(
        self, *, resource_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> JobResponse:
        """Remove the pools with their users; an imported pool is only unlinked."""
        request = DeleteBackendAuthRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
        )
        return self.call("DeleteBackendAuth", request, JobResponse)

    def delete_backend_storage(
        self,
        *,
        resource_name: str,
        service_name: Literal["S3"],
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> StorageJobResponse:
        """Remove the bucket with its objects; an imported bucket is only unlinked."""
        request = DeleteBackendStorageRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
            service_name=service_name,
        )
        return self.call("DeleteBackendStorage", request, StorageJobResponse)

    def delete_token(self, *, session_id: str, app_id: str | None = None) -> DeleteTokenResponse:
        """End a challenge; also true where it had ended already, so that the call can be repeated."""
        request = DeleteTokenRequest(app_id=_named(app_id, self.options.app_id, "app_id"), session_id=session_id)
        return self.call("DeleteToken", request, DeleteTokenResponse)

    def generate_backend_api_models(
        self, *, resource_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> JobResponse:
        """Make the model files of the API's current schema."""
        request = GenerateBackendAPIModelsRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
        )
        return self.call("GenerateBackendAPIModels", request, JobResponse)

    def get_backend(
        self, *, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> GetBackendResponse:
        """The app and its environments; with an environment name also its amplify-meta and cli.json documents."""
        request = GetBackendRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=backend_environment_name or self.options.backend_environment_name,
        )
        return self.call("GetBackend", request, GetBackendResponse)

    def get_backend_api(
        self,
        *,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        resource_config: BackendAPIResourceConfig | None = None,
    ) -> GetBackendAPIResponse:
        """The API's configuration. A ResourceConfig is checked for its shape and has no effect."""
        request = GetBackendAPIRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return self.call("GetBackendAPI", request, GetBackendAPIResponse)

    def get_backend_api_models(
        self, *, resource_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> GetBackendAPIModelsResponse:
        """The generated models; STALE when the schema was deployed later than they were made."""
        request = GetBackendAPIModelsRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
        )
        return self.call("GetBackendAPIModels", request, GetBackendAPIModelsResponse)

    def get_backend_auth(
        self, *, resource_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> GetBackendAuthResponse:
        """The configuration in the shape of its creation; client secrets and private keys are never answered."""
        request = GetBackendAuthRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
        )
        return self.call("GetBackendAuth", request, GetBackendAuthResponse)

    def get_backend_job(
        self, *, job_id: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> BackendJobResponse:
        """One job."""
        request = GetBackendJobRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            job_id=job_id,
        )
        return self.call("GetBackendJob", request, BackendJobResponse)

    def get_backend_storage(
        self, *, resource_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> GetBackendStorageResponse:
        """The bucket and its permissions; an imported bucket is answered without permissions."""
        request = GetBackendStorageRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
        )
        return self.call("GetBackendStorage", request, GetBackendStorageResponse)

    def get_token(self, *, session_id: str, app_id: str | None = None) -> TokenResponse:
        """The challenge while it lives. It is not used up by being read; whoever checked it deletes it."""
        request = GetTokenRequest(app_id=_named(app_id, self.options.app_id, "app_id"), session_id=session_id)
        return self.call("GetToken", request, TokenResponse)

    def import_backend_auth(
        self,
        *,
        native_client_id: str,
        user_pool_id: str,
        web_client_id: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        identity_pool_id: str | None = None,
    ) -> JobResponse:
        """Link a user pool of this server; deleting the resource later leaves the pool alone."""
        request = ImportBackendAuthRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            identity_pool_id=identity_pool_id,
            native_client_id=native_client_id,
            user_pool_id=user_pool_id,
            web_client_id=web_client_id,
        )
        return self.call("ImportBackendAuth", request, JobResponse)

    def import_backend_storage(
        self,
        *,
        service_name: Literal["S3"],
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        bucket_name: str | None = None,
    ) -> StorageJobResponse:
        """Link a bucket of this server; deleting the resource later leaves the bucket alone."""
        request = ImportBackendStorageRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            bucket_name=bucket_name,
            service_name=service_name,
        )
        return self.call("ImportBackendStorage", request, StorageJobResponse)

    def list_backend_jobs(
        self,
        *,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        job_id: str | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
        operation: str | None = None,
        status: str | None = None,
    ) -> ListBackendJobsResponse:
        """The environment's jobs, newest first; filters are AND-ed. Jobs started meanwhile do not shift the pages."""
        request = ListBackendJobsRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            job_id=job_id,
            max_results=max_results,
            next_token=next_token,
            operation=operation,
            status=status,
        )
        return self.call("ListBackendJobs", request, ListBackendJobsResponse)

    def list_s3_buckets(self, *, next_token: str | None = None) -> ListS3BucketsResponse:
        """All buckets of this server by name, 1,000 to a page."""
        request = ListS3BucketsRequest(next_token=next_token)
        return self.call("ListS3Buckets", request, ListS3BucketsResponse)

    def remove_all_backends(
        self, *, app_id: str | None = None, clean_amplify_app: bool | None = None
    ) -> RemoveAllBackendsResponse:
        """Remove all environments of an app, and with CleanAmplifyApp the app itself."""
        request = RemoveAllBackendsRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"), clean_amplify_app=clean_amplify_app
        )
        return self.call("RemoveAllBackends", request, RemoveAllBackendsResponse)

    def remove_backend_config(self, *, app_id: str | None = None) -> RemoveBackendConfigResponse:
        """Switch the console off: its pool is removed with its operators. Also right where it was off already."""
        request = RemoveBackendConfigRequest(app_id=_named(app_id, self.options.app_id, "app_id"))
        return self.call("RemoveBackendConfig", request, RemoveBackendConfigResponse)

    def update_backend_api(
        self,
        *,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        resource_config: BackendAPIResourceConfig | None = None,
    ) -> JobResponse:
        """Deploy a changed configuration or schema; rows stay, and the old release serves until the new one is ready."""
        request = UpdateBackendAPIRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return self.call("UpdateBackendAPI", request, JobResponse)

    def update_backend_auth(
        self,
        *,
        resource_config: UpdateBackendAuthResourceConfig,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> JobResponse:
        """Change auth: given blocks replace, omitted blocks stay; an empty oAuth switches the hosted UI off."""
        request = UpdateBackendAuthRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return self.call("UpdateBackendAuth", request, JobResponse)

    def update_backend_config(
        self, *, app_id: str | None = None, login_auth_config: LoginAuthConfigReqObj | None = None
    ) -> UpdateBackendConfigResponse:
        """Change which pool operators log in to: given members replace, omitted members stay. Answers what now holds."""
        request = UpdateBackendConfigRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"), login_auth_config=login_auth_config
        )
        return self.call("UpdateBackendConfig", request, UpdateBackendConfigResponse)

    def update_backend_job(
        self,
        *,
        job_id: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        operation: str | None = None,
        status: str | None = None,
    ) -> BackendJobResponse:
        """Cancel a running job: `status` FAILED. What the job had made is removed again. Nothing else can be changed."""
        request = UpdateBackendJobRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            job_id=job_id,
            operation=operation,
            status=status,
        )
        return self.call("UpdateBackendJob", request, BackendJobResponse)

    def update_backend_storage(
        self,
        *,
        resource_config: UpdateBackendStorageResourceConfig,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> StorageJobResponse:
        """Change the permissions; they hold from the moment the job is COMPLETED."""
        request = UpdateBackendStorageRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return self.call("UpdateBackendStorage", request, StorageJobResponse)


class AsyncOperations:
    """The operations, each by its members. `app_id` and `backend_environment_name` may be bound by `at`."""

    options: Options

    async def call(self, operation: str, request: Struct, kind: type[R]) -> R:
        """Call an operation by name."""
        raise NotImplementedError

    async def clone_backend(
        self, *, target_environment_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> JobResponse:
        """Make a second environment with the whole configuration of this one; everything is provisioned anew and empty."""
        request = CloneBackendRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            target_environment_name=target_environment_name,
        )
        return await self.call("CloneBackend", request, JobResponse)

    async def create_backend(
        self,
        *,
        app_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        resource_config: ResourceConfig | None = None,
        resource_name: str | None = None,
    ) -> JobResponse:
        """Make an environment, and its app where the app id is new. A resource name becomes part of the stack's name."""
        request = CreateBackendRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            app_name=app_name,
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return await self.call("CreateBackend", request, JobResponse)

    async def create_backend_api(
        self,
        *,
        resource_config: BackendAPIResourceConfig,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> JobResponse:
        """Start the job that turns the annotated schema into a running GraphQL API."""
        request = CreateBackendAPIRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return await self.call("CreateBackendAPI", request, JobResponse)

    async def create_backend_auth(
        self,
        *,
        resource_config: CreateBackendAuthResourceConfig,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> JobResponse:
        """Make a user pool with two app clients, and with IDENTITY_POOL_AND_USER_POOL an identity pool."""
        request = CreateBackendAuthRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return await self.call("CreateBackendAuth", request, JobResponse)

    async def create_backend_config(
        self, *, app_id: str | None = None, backend_manager_app_id: str | None = None
    ) -> StorageJobResponse:
        """Switch the console on for an app: a user pool of its own, with groups "Full access" and "Manage only"."""
        request = CreateBackendConfigRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"), backend_manager_app_id=backend_manager_app_id
        )
        return await self.call("CreateBackendConfig", request, StorageJobResponse)

    async def create_backend_storage(
        self,
        *,
        resource_config: CreateBackendStorageResourceConfig,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> StorageJobResponse:
        """Make a bucket with Amplify's access levels; without a bucket name one is made up."""
        request = CreateBackendStorageRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return await self.call("CreateBackendStorage", request, StorageJobResponse)

    async def create_token(self, *, app_id: str | None = None) -> TokenResponse:
        """Make a challenge for the console of an app."""
        request = CreateTokenRequest(app_id=_named(app_id, self.options.app_id, "app_id"))
        return await self.call("CreateToken", request, TokenResponse)

    async def delete_backend(
        self, *, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> JobResponse:
        """Remove an environment with its resources and their data."""
        request = DeleteBackendRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
        )
        return await self.call("DeleteBackend", request, JobResponse)

    async def delete_backend_api(
        self,
        *,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        resource_config: BackendAPIResourceConfig | None = None,
    ) -> JobResponse:
        """Remove the API with its rows. A ResourceConfig is checked for its shape and has no effect here."""
        request = DeleteBackendAPIRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return await self.call("DeleteBackendAPI", request, JobResponse)

    async def delete_backend_auth(
        self, *, resource_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> JobResponse:
        """Remove the pools with their users; an imported pool is only unlinked."""
        request = DeleteBackendAuthRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
        )
        return await self.call("DeleteBackendAuth", request, JobResponse)

    async def delete_backend_storage(
        self,
        *,
        resource_name: str,
        service_name: Literal["S3"],
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> StorageJobResponse:
        """Remove the bucket with its objects; an imported bucket is only unlinked."""
        request = DeleteBackendStorageRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
            service_name=service_name,
        )
        return await self.call("DeleteBackendStorage", request, StorageJobResponse)

    async def delete_token(self, *, session_id: str, app_id: str | None = None) -> DeleteTokenResponse:
        """End a challenge; also true where it had ended already, so that the call can be repeated."""
        request = DeleteTokenRequest(app_id=_named(app_id, self.options.app_id, "app_id"), session_id=session_id)
        return await self.call("DeleteToken", request, DeleteTokenResponse)

    async def generate_backend_api_models(
        self, *, resource_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> JobResponse:
        """Make the model files of the API's current schema."""
        request = GenerateBackendAPIModelsRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
        )
        return await self.call("GenerateBackendAPIModels", request, JobResponse)

    async def get_backend(
        self, *, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> GetBackendResponse:
        """The app and its environments; with an environment name also its amplify-meta and cli.json documents."""
        request = GetBackendRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=backend_environment_name or self.options.backend_environment_name,
        )
        return await self.call("GetBackend", request, GetBackendResponse)

    async def get_backend_api(
        self,
        *,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        resource_config: BackendAPIResourceConfig | None = None,
    ) -> GetBackendAPIResponse:
        """The API's configuration. A ResourceConfig is checked for its shape and has no effect."""
        request = GetBackendAPIRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return await self.call("GetBackendAPI", request, GetBackendAPIResponse)

    async def get_backend_api_models(
        self, *, resource_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> GetBackendAPIModelsResponse:
        """The generated models; STALE when the schema was deployed later than they were made."""
        request = GetBackendAPIModelsRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
        )
        return await self.call("GetBackendAPIModels", request, GetBackendAPIModelsResponse)

    async def get_backend_auth(
        self, *, resource_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> GetBackendAuthResponse:
        """The configuration in the shape of its creation; client secrets and private keys are never answered."""
        request = GetBackendAuthRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
        )
        return await self.call("GetBackendAuth", request, GetBackendAuthResponse)

    async def get_backend_job(
        self, *, job_id: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> BackendJobResponse:
        """One job."""
        request = GetBackendJobRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            job_id=job_id,
        )
        return await self.call("GetBackendJob", request, BackendJobResponse)

    async def get_backend_storage(
        self, *, resource_name: str, app_id: str | None = None, backend_environment_name: str | None = None
    ) -> GetBackendStorageResponse:
        """The bucket and its permissions; an imported bucket is answered without permissions."""
        request = GetBackendStorageRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_name=resource_name,
        )
        return await self.call("GetBackendStorage", request, GetBackendStorageResponse)

    async def get_token(self, *, session_id: str, app_id: str | None = None) -> TokenResponse:
        """The challenge while it lives. It is not used up by being read; whoever checked it deletes it."""
        request = GetTokenRequest(app_id=_named(app_id, self.options.app_id, "app_id"), session_id=session_id)
        return await self.call("GetToken", request, TokenResponse)

    async def import_backend_auth(
        self,
        *,
        native_client_id: str,
        user_pool_id: str,
        web_client_id: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        identity_pool_id: str | None = None,
    ) -> JobResponse:
        """Link a user pool of this server; deleting the resource later leaves the pool alone."""
        request = ImportBackendAuthRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            identity_pool_id=identity_pool_id,
            native_client_id=native_client_id,
            user_pool_id=user_pool_id,
            web_client_id=web_client_id,
        )
        return await self.call("ImportBackendAuth", request, JobResponse)

    async def import_backend_storage(
        self,
        *,
        service_name: Literal["S3"],
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        bucket_name: str | None = None,
    ) -> StorageJobResponse:
        """Link a bucket of this server; deleting the resource later leaves the bucket alone."""
        request = ImportBackendStorageRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            bucket_name=bucket_name,
            service_name=service_name,
        )
        return await self.call("ImportBackendStorage", request, StorageJobResponse)

    async def list_backend_jobs(
        self,
        *,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        job_id: str | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
        operation: str | None = None,
        status: str | None = None,
    ) -> ListBackendJobsResponse:
        """The environment's jobs, newest first; filters are AND-ed. Jobs started meanwhile do not shift the pages."""
        request = ListBackendJobsRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            job_id=job_id,
            max_results=max_results,
            next_token=next_token,
            operation=operation,
            status=status,
        )
        return await self.call("ListBackendJobs", request, ListBackendJobsResponse)

    async def list_s3_buckets(self, *, next_token: str | None = None) -> ListS3BucketsResponse:
        """All buckets of this server by name, 1,000 to a page."""
        request = ListS3BucketsRequest(next_token=next_token)
        return await self.call("ListS3Buckets", request, ListS3BucketsResponse)

    async def remove_all_backends(
        self, *, app_id: str | None = None, clean_amplify_app: bool | None = None
    ) -> RemoveAllBackendsResponse:
        """Remove all environments of an app, and with CleanAmplifyApp the app itself."""
        request = RemoveAllBackendsRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"), clean_amplify_app=clean_amplify_app
        )
        return await self.call("RemoveAllBackends", request, RemoveAllBackendsResponse)

    async def remove_backend_config(self, *, app_id: str | None = None) -> RemoveBackendConfigResponse:
        """Switch the console off: its pool is removed with its operators. Also right where it was off already."""
        request = RemoveBackendConfigRequest(app_id=_named(app_id, self.options.app_id, "app_id"))
        return await self.call("RemoveBackendConfig", request, RemoveBackendConfigResponse)

    async def update_backend_api(
        self,
        *,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        resource_config: BackendAPIResourceConfig | None = None,
    ) -> JobResponse:
        """Deploy a changed configuration or schema; rows stay, and the old release serves until the new one is ready."""
        request = UpdateBackendAPIRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return await self.call("UpdateBackendAPI", request, JobResponse)

    async def update_backend_auth(
        self,
        *,
        resource_config: UpdateBackendAuthResourceConfig,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> JobResponse:
        """Change auth: given blocks replace, omitted blocks stay; an empty oAuth switches the hosted UI off."""
        request = UpdateBackendAuthRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return await self.call("UpdateBackendAuth", request, JobResponse)

    async def update_backend_config(
        self, *, app_id: str | None = None, login_auth_config: LoginAuthConfigReqObj | None = None
    ) -> UpdateBackendConfigResponse:
        """Change which pool operators log in to: given members replace, omitted members stay. Answers what now holds."""
        request = UpdateBackendConfigRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"), login_auth_config=login_auth_config
        )
        return await self.call("UpdateBackendConfig", request, UpdateBackendConfigResponse)

    async def update_backend_job(
        self,
        *,
        job_id: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
        operation: str | None = None,
        status: str | None = None,
    ) -> BackendJobResponse:
        """Cancel a running job: `status` FAILED. What the job had made is removed again. Nothing else can be changed."""
        request = UpdateBackendJobRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            job_id=job_id,
            operation=operation,
            status=status,
        )
        return await self.call("UpdateBackendJob", request, BackendJobResponse)

    async def update_backend_storage(
        self,
        *,
        resource_config: UpdateBackendStorageResourceConfig,
        resource_name: str,
        app_id: str | None = None,
        backend_environment_name: str | None = None,
    ) -> StorageJobResponse:
        """Change the permissions; they hold from the moment the job is COMPLETED."""
        request = UpdateBackendStorageRequest(
            app_id=_named(app_id, self.options.app_id, "app_id"),
            backend_environment_name=_named(
                backend_environment_name, self.options.backend_environment_name, "backend_environment_name"
            ),
            resource_config=resource_config,
            resource_name=resource_name,
        )
        return await self.call("UpdateBackendStorage", request, StorageJobResponse)
