"""The operations against real databases, without sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import kit
from kit import AUTH_CONFIG, BOARD, STORAGE_CONFIG, Backend
from preamp.control.errors import BadRequestException, NotFoundException, TooManyRequestsException


@pytest.fixture
async def backend(database_url: str, tmp_path: Path) -> AsyncIterator[Backend]:
    async with kit.backend(database_url, tmp_path) as running:
        await running.completed("CreateBackend", appId="d1app", appName="Board", backendEnvironmentName="dev")
        yield running


async def create_api(backend: Backend, schema: str = BOARD) -> None:
    await backend.completed(
        "CreateBackendAPI",
        appId="d1app",
        backendEnvironmentName="dev",
        resourceName="board",
        resourceConfig={"transformSchema": schema, "defaultAuthType": {"mode": "API_KEY"}},
    )


async def test_a_new_app_appears_with_its_environment(backend: Backend) -> None:
    """CreateBackend of an unknown app makes the app and the environment."""
    answer = await backend.call("GetBackend", appId="d1app", backendEnvironmentName="dev")

    assert (answer.app_name, answer.backend_environment_list) == ("Board", ("dev",))
    provider = json.loads(answer.amplify_meta_config)["providers"]["awscloudformation"]
    assert provider["StackName"].startswith("amplify-board-dev-")
    assert provider["AmplifyAppId"] == "d1app"
    assert json.loads(answer.amplify_feature_flags)["features"]["graphqltransformer"]["transformerversion"] == 2


async def test_an_environment_is_made_once(backend: Backend) -> None:
    with pytest.raises(BadRequestException, match="already has an environment 'dev'"):
        await backend.call("CreateBackend", appId="d1app", appName="Board", backendEnvironmentName="dev")


async def test_an_api_is_described_in_amplify_meta(backend: Backend) -> None:
    """Scripts find the API's id and key in the compact text of amplify-meta."""
    await create_api(backend)

    answer = await backend.call("GetBackend", appId="d1app", backendEnvironmentName="dev")
    output = json.loads(answer.amplify_meta_config)["api"]["board"]["output"]
    assert f'"GraphQLAPIIdOutput":"{output["GraphQLAPIIdOutput"]}"' in answer.amplify_meta_config
    assert len(output["GraphQLAPIIdOutput"]) == 26
    assert output["GraphQLAPIEndpointOutput"].startswith("https://preamp.test/graphql/")
    assert output["GraphQLAPIKeyOutput"].startswith("da2-")
    assert output["authConfig"]["defaultAuthentication"]["authenticationType"] == "API_KEY"


async def test_a_refused_schema_fails_the_job_and_leaves_nothing(backend: Backend) -> None:
    started = await backend.call(
        "CreateBackendAPI",
        appId="d1app",
        backendEnvironmentName="dev",
        resourceName="board",
        resourceConfig={"transformSchema": "type A @model { b: Missing }"},
    )

    job = await backend.done(started)

    assert job.status == "FAILED"
    assert "Missing" in job.error
    with pytest.raises(NotFoundException):
        await backend.call("GetBackendAPI", appId="d1app", backendEnvironmentName="dev", resourceName="board")
    assert await backend.spaces.api_ids() == []


async def test_one_api_for_each_environment(backend: Backend) -> None:
    await create_api(backend)

    with pytest.raises(BadRequestException, match="already has an API, 'board'"):
        await create_api(backend)


async def test_models_are_stale_after_a_new_schema(backend: Backend) -> None:
    """GetBackendAPIModels tells truly whether the models are of the schema that is served."""
    name = {"appId": "d1app", "backendEnvironmentName": "dev", "resourceName": "board"}
    await create_api(backend)
    with pytest.raises(NotFoundException, match="API models"):
        await backend.call("GetBackendAPIModels", **name)

    await backend.completed("GenerateBackendAPIModels", **name)
    latest = await backend.call("GetBackendAPIModels", **name)
    assert latest.status == "LATEST"
    assert "Topic" in json.loads(latest.model_introspection_schema)["models"]
    assert latest.models.startswith("export const schema")

    changed = BOARD.replace("title: String! topic", "title: String! body: String topic")
    await backend.completed("UpdateBackendAPI", **name, resourceConfig={"transformSchema": changed})
    assert (await backend.call("GetBackendAPIModels", **name)).status == "STALE"


async def test_auth_is_answered_without_secrets(backend: Backend) -> None:
    """GetBackendAuth answers every member but the social providers' secrets."""
    name = {"appId": "d1app", "backendEnvironmentName": "dev", "resourceName": "people"}
    await backend.completed("CreateBackendAuth", **name, resourceConfig=AUTH_CONFIG)

    answer = await backend.call("GetBackendAuth", **name)

    google = answer.resource_config.user_pool_configs.o_auth.social_provider_settings.google
    assert (google.client_id, google.client_secret) == ("g-client", None)
    assert answer.resource_config.identity_pool_configs.unauthenticated_login is True
    parts = (await backend.meta())["auth"]["people"]
    assert parts["output"]["HostedUIDomain"] == "people"
    assert parts["frontendAuthConfig"]["mfaConfiguration"] == "OPTIONAL"
    assert json.loads(parts["output"]["OAuthMetadata"])["AllowedOAuthFlows"] == ["code"]


async def test_an_auth_update_replaces_blocks_and_keeps_the_rest(backend: Backend) -> None:
    """Given blocks replace, omitted blocks stay; a provider named without its secret keeps it."""
    name = {"appId": "d1app", "backendEnvironmentName": "dev", "resourceName": "people"}
    await backend.completed("CreateBackendAuth", **name, resourceConfig=AUTH_CONFIG)
    changes = {
        "authResources": "IDENTITY_POOL_AND_USER_POOL",
        "service": "COGNITO",
        "userPoolConfigs": {"passwordPolicy": {"minimumLength": 12}},
    }

    await backend.completed("UpdateBackendAuth", **name, resourceConfig=changes)

    pool = (await backend.call("GetBackendAuth", **name)).resource_config.user_pool_configs
    assert (pool.password_policy.minimum_length, pool.password_policy.additional_constraints) == (12, None)
    assert pool.mfa.mfa_mode == "OPTIONAL"
    pool_id = (await backend.meta())["auth"]["people"]["output"]["UserPoolId"]
    secrets = await backend.control.auth.secrets_of(backend.control.db, pool_id)
    assert secrets.by_provider() == {"Google": "g-secret-value"}


async def test_an_empty_oauth_switches_the_hosted_ui_off(backend: Backend) -> None:
    name = {"appId": "d1app", "backendEnvironmentName": "dev", "resourceName": "people"}
    await backend.completed("CreateBackendAuth", **name, resourceConfig=AUTH_CONFIG)
    changes = {"authResources": "USER_POOL_ONLY", "service": "COGNITO", "userPoolConfigs": {"oAuth": {}}}

    await backend.completed("UpdateBackendAuth", **name, resourceConfig=changes)

    config = (await backend.call("GetBackendAuth", **name)).resource_config
    assert config.user_pool_configs.o_auth is None
    assert config.identity_pool_configs is None
    assert "IdentityPoolId" not in (await backend.meta())["auth"]["people"]["output"]


async def test_storage_is_made_changed_listed_and_removed(backend: Backend) -> None:
    name = {"appId": "d1app", "backendEnvironmentName": "dev", "resourceName": "media"}
    await backend.completed("CreateBackendStorage", **name, resourceConfig=STORAGE_CONFIG)
    config = (await backend.call("GetBackendStorage", **name)).resource_config
    assert (config.imported, config.permissions.un_authenticated) == (False, ("READ",))
    assert config.bucket_name in {b.name for b in (await backend.call("ListS3Buckets")).buckets}

    changed = {"serviceName": "S3", "permissions": {"authenticated": ["READ"]}}
    await backend.completed("UpdateBackendStorage", **name, resourceConfig=changed)
    assert (await backend.call("GetBackendStorage", **name)).resource_config.permissions.authenticated == ("READ",)

    await backend.completed("DeleteBackendStorage", **name, serviceName="S3")
    assert config.bucket_name not in {b.name for b in (await backend.call("ListS3Buckets")).buckets}


async def test_imports_link_and_removing_them_unlinks(backend: Backend) -> None:
    """An imported pool and bucket are marked so, and stay when their resource is deleted."""
    dev = {"appId": "d1app", "backendEnvironmentName": "dev"}
    await backend.completed("CreateBackendAuth", **dev, resourceName="people", resourceConfig=AUTH_CONFIG)
    await backend.completed("CreateBackendStorage", **dev, resourceName="media", resourceConfig=STORAGE_CONFIG)
    meta = await backend.meta()
    pools, bucket = meta["auth"]["people"]["output"], meta["storage"]["media"]["output"]["BucketName"]
    await backend.completed("CreateBackend", appId="d1app", appName="Board", backendEnvironmentName="test")
    test = {"appId": "d1app", "backendEnvironmentName": "test"}

    await backend.completed(
        "ImportBackendAuth",
        **test,
        userPoolId=pools["UserPoolId"],
        webClientId=pools["AppClientIDWeb"],
        nativeClientId=pools["AppClientID"],
        identityPoolId=pools["IdentityPoolId"],
    )
    await backend.completed("ImportBackendStorage", **test, serviceName="S3", bucketName=bucket)

    linked = await backend.meta(environment="test")
    assert linked["auth"]["board"]["serviceType"] == "imported"
    assert linked["auth"]["board"]["output"]["UserPoolId"] == pools["UserPoolId"]
    stored = await backend.call("GetBackendStorage", **test, resourceName="board")
    assert (stored.resource_config.imported, stored.resource_config.permissions) == (True, None)

    await backend.completed("DeleteBackendAuth", **test, resourceName="board")
    await backend.completed("DeleteBackendStorage", **test, resourceName="board", serviceName="S3")
    assert (await backend.meta())["auth"]["people"]["output"]["UserPoolId"] == pools["UserPoolId"]
    assert await backend.control.storage.bucket(backend.control.db, bucket) is not None


async def test_an_import_names_what_does_not_fit(backend: Backend) -> None:
    dev = {"appId": "d1app", "backendEnvironmentName": "dev"}
    with pytest.raises(BadRequestException, match=r"\$\.userPoolId: there is no user pool"):
        await backend.call("ImportBackendAuth", **dev, userPoolId="us-east-1_none", webClientId="w", nativeClientId="n")
    with pytest.raises(BadRequestException, match=r"\$\.bucketName: there is no bucket"):
        await backend.call("ImportBackendStorage", **dev, serviceName="S3", bucketName="nobody-has-this")


async def test_a_clone_has_all_configuration_and_nothing_of_its_source(backend: Backend) -> None:
    """CloneBackend provisions everything anew: other ids, other keys, the same configuration."""
    dev = {"appId": "d1app", "backendEnvironmentName": "dev"}
    await create_api(backend)
    await backend.completed("CreateBackendAuth", **dev, resourceName="people", resourceConfig=AUTH_CONFIG)
    await backend.completed("CreateBackendStorage", **dev, resourceName="media", resourceConfig=STORAGE_CONFIG)

    await backend.completed("CloneBackend", **dev, targetEnvironmentName="prod")

    ours, theirs = await backend.meta(), await backend.meta(environment="prod")
    for category, name, member in (
        ("api", "board", "GraphQLAPIIdOutput"),
        ("api", "board", "GraphQLAPIKeyOutput"),
        ("auth", "people", "UserPoolId"),
        ("auth", "people", "IdentityPoolId"),
        ("auth", "people", "HostedUIDomain"),
        ("storage", "media", "BucketName"),
    ):
        assert ours[category][name]["output"][member] != theirs[category][name]["output"][member]
    assert ours["auth"]["people"]["frontendAuthConfig"] == theirs["auth"]["people"]["frontendAuthConfig"]
    secrets = await backend.control.auth.secrets_of(
        backend.control.db, theirs["auth"]["people"]["output"]["UserPoolId"]
    )
    assert secrets.by_provider() == {"Google": "g-secret-value"}


async def test_deleting_an_environment_removes_all_of_it(backend: Backend) -> None:
    dev = {"appId": "d1app", "backendEnvironmentName": "dev"}
    await create_api(backend)
    await backend.completed("CreateBackendAuth", **dev, resourceName="people", resourceConfig=AUTH_CONFIG)
    await backend.completed("CreateBackendStorage", **dev, resourceName="media", resourceConfig=STORAGE_CONFIG)

    await backend.completed("DeleteBackend", **dev)

    assert (await backend.call("GetBackend", appId="d1app")).backend_environment_list == ()
    assert await backend.spaces.api_ids() == []
    assert await backend.control.auth.all_pool_ids(backend.control.db) == []
    assert (await backend.call("ListS3Buckets")).buckets == ()


async def test_cleaning_the_app_removes_it(backend: Backend) -> None:
    """RemoveAllBackends with CleanAmplifyApp ends the app; its job is found under any environment name."""
    await create_api(backend)
    await backend.completed("CreateBackendConfig", appId="d1app")

    started = await backend.call("RemoveAllBackends", appId="d1app", cleanAmplifyApp=True)
    assert (await backend.done(started)).status == "COMPLETED"

    found = await backend.call("GetBackendJob", appId="d1app", backendEnvironmentName="x", jobId=started.job_id)
    assert found.status == "COMPLETED"
    with pytest.raises(NotFoundException):
        await backend.call("GetBackend", appId="d1app")
    assert await backend.control.auth.all_pool_ids(backend.control.db) == []


async def test_tokens_live_two_minutes_and_are_counted(backend: Backend) -> None:
    made = await backend.call("CreateToken", appId="d1app", invocation_id="one")
    again = await backend.call("CreateToken", appId="d1app", invocation_id="one")
    read = await backend.call("GetToken", appId="d1app", sessionId=made.session_id)
    assert made == again == read
    assert len(made.challenge_code) == 36

    await backend.call("DeleteToken", appId="d1app", sessionId=made.session_id)
    with pytest.raises(NotFoundException):
        await backend.call("GetToken", appId="d1app", sessionId=made.session_id)
    for _ in range(50):
        await backend.call("CreateToken", appId="d1app")
    with pytest.raises(TooManyRequestsException) as refused:
        await backend.call("CreateToken", appId="d1app")
    assert refused.value.members == {"limitType": "tokens"}


async def test_the_console_configuration_is_kept_changed_and_removed(backend: Backend) -> None:
    await backend.completed("CreateBackendConfig", appId="d1app", backendManagerAppId="ce9255a0")

    kept = await backend.call("UpdateBackendConfig", appId="d1app")
    assert kept.backend_manager_app_id == "ce9255a0"
    pool_id = kept.login_auth_config.aws_user_pools_id
    assert await backend.control.auth.groups(backend.control.db, pool_id) == ["Full access", "Manage only"]

    changed = await backend.call("UpdateBackendConfig", appId="d1app", loginAuthConfig={"aws_cognito_region": "eu"})
    assert changed.login_auth_config.aws_cognito_region == "eu"
    assert changed.login_auth_config.aws_user_pools_id == pool_id
    await backend.call("RemoveBackendConfig", appId="d1app")
    assert await backend.control.auth.pool(backend.control.db, pool_id) is None
    with pytest.raises(NotFoundException):
        await backend.call("UpdateBackendConfig", appId="d1app")


async def test_a_repeated_call_answers_the_first_ones_job(backend: Backend) -> None:
    """SDKs repeat creating calls with the same invocation id: one job comes of it."""
    wire = {"appId": "d1app", "appName": "Board", "backendEnvironmentName": "again"}
    first = await backend.call("CreateBackend", invocation_id="same", **wire)
    await backend.done(first)

    second = await backend.call("CreateBackend", invocation_id="same", **wire)

    assert second.job_id == first.job_id


async def test_jobs_are_listed_in_pages_newest_first(backend: Backend) -> None:
    dev = {"appId": "d1app", "backendEnvironmentName": "dev"}
    for _ in range(3):
        await backend.completed("CreateBackendStorage", **dev, resourceName="media", resourceConfig=STORAGE_CONFIG)
        await backend.completed("DeleteBackendStorage", **dev, resourceName="media", serviceName="S3")
    seen, token = [], None
    while True:
        page = await backend.call("ListBackendJobs", **dev, maxResults=2, nextToken=token)
        seen += [job.operation for job in page.jobs]
        token = page.next_token
        if token is None:
            break

    assert seen == ["DeleteBackendStorage", "CreateBackendStorage"] * 3 + ["CreateBackend"]
    only = await backend.call("ListBackendJobs", **dev, operation="CreateBackendStorage", status="COMPLETED")
    assert len(only.jobs) == 3
    with pytest.raises(BadRequestException, match="nextToken"):
        await backend.call("ListBackendJobs", **dev, nextToken="forged")


async def test_one_job_at_a_time_for_an_environment(database_url: str, tmp_path: Path) -> None:
    """A second start is refused in the original's words; a cancelled job ends FAILED and leaves nothing."""
    reached, go_on = asyncio.Event(), asyncio.Event()
    async with kit.backend(database_url, tmp_path) as backend:
        await backend.completed("CreateBackend", appId="d1app", appName="Board", backendEnvironmentName="dev")
        prepare = backend.control.graphql.prepare

        async def slow(*arguments: object) -> None:
            reached.set()
            await go_on.wait()
            await prepare(*arguments)  # type: ignore[arg-type]

        backend.control.graphql.prepare = slow  # type: ignore[method-assign]
        wire = {
            "appId": "d1app",
            "backendEnvironmentName": "dev",
            "resourceName": "board",
            "resourceConfig": {"transformSchema": BOARD},
        }
        started = await backend.call("CreateBackendAPI", **wire)
        await reached.wait()
        with pytest.raises(BadRequestException, match="There is already a pending job for the requested appId: d1app"):
            await backend.call("CreateBackendAPI", **wire)

        named = {"appId": "d1app", "backendEnvironmentName": "dev", "jobId": started.job_id}
        cancelled = await backend.call("UpdateBackendJob", **named, status="FAILED")
        assert (cancelled.status, cancelled.error) == ("FAILED", "The job was cancelled by UpdateBackendJob.")
        go_on.set()
        assert (await backend.done(started)).status == "FAILED"

        assert await backend.spaces.api_ids() == []
        with pytest.raises(BadRequestException, match="ended as FAILED"):
            await backend.call("UpdateBackendJob", **named, status="COMPLETED")
