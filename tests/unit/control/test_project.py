"""What the 31 operations do not carry: cli.json, resources that are told, client configuration; and hosting's apps."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

import kit
from kit import AUTH_CONFIG, BOARD, ROOT, STORAGE_CONFIG, Backend
from preamp.control import extension, hosting_service
from preamp.control.errors import BadRequestException, NotFoundException
from preamp.control.feature_flags import compact_flags
from preamp.kit import ids
from preamp.kit.caller import Call

DEV = {"appId": "d1app", "backendEnvironmentName": "dev"}
TABLE: dict[str, Any] = {
    "category": "storage",
    "name": "orders",
    "service": "DynamoDB",
    "output": {"Arn": "arn:aws:dynamodb:${region}:${account}:table/orders-dev"},
}


async def called(backend: Backend, name: str, /, **wire: Any) -> Any:
    """Call one of preamp's own operations, or of hosting's."""
    found = extension.operations.get(name) or hosting_service.operations[name]
    request = msgspec.convert(wire, found.request)
    call = Call(caller=ROOT, request_id=ids.uuid4())
    return await found.handler(*((backend.control, request, call) if found.takes_call else (backend.control, request)))


async def begun(backend: Backend) -> None:
    await backend.completed("CreateBackend", appId="d1app", appName="Board", backendEnvironmentName="dev")


async def test_resources_that_are_not_run_are_told_cloned_and_forgotten(database_url: str, tmp_path: Path) -> None:
    async with kit.backend(database_url, tmp_path) as backend:
        await begun(backend)
        await backend.completed("CreateBackendStorage", **DEV, resourceName="media", resourceConfig=STORAGE_CONFIG)
        await called(backend, "PutBackendResources", **DEV, resources=[TABLE])
        meta = await backend.meta()
        await backend.completed("CloneBackend", **DEV, targetEnvironmentName="test")
        cloned = await backend.meta(environment="test")
        await backend.completed("DeleteBackend", **DEV)
        await begun(backend)
        again = await backend.meta()

    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/orders-dev"
    assert meta["storage"]["orders"]["output"] == {"Arn": arn}
    assert set(meta["storage"]) == set(cloned["storage"]) == {"media", "orders"}
    assert "storage" not in again


async def test_a_resource_that_is_served_is_never_hidden_by_one_that_is_told(tmp_path: Path) -> None:
    async with kit.backend(f"sqlite:///{tmp_path / 'preamp.sqlite3'}", tmp_path) as backend:
        await begun(backend)
        await backend.completed("CreateBackendStorage", **DEV, resourceName="orders", resourceConfig=STORAGE_CONFIG)
        await called(backend, "PutBackendResources", **DEV, resources=[TABLE])

        assert (await backend.meta())["storage"]["orders"]["service"] == "S3"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"category": "providers"}, "resources[0].category must be"),
        ({"name": "a/b"}, "resources[0].name must be"),
        ({"output": {"x": "y" * 3000}}, "resources[0].output and service hold"),
    ],
)
async def test_a_wrong_resource_is_refused_by_its_member(changed: Any, message: str, tmp_path: Path) -> None:
    async with kit.backend(f"sqlite:///{tmp_path / 'preamp.sqlite3'}", tmp_path) as backend:
        await begun(backend)
        with pytest.raises(BadRequestException) as refused:
            await called(backend, "PutBackendResources", **DEV, resources=[{**TABLE, **changed}])

    assert message in refused.value.message


async def test_feature_flags_are_answered_and_change_what_a_schema_means(database_url: str, tmp_path: Path) -> None:
    """With transformer 1 asked for, directives of version 2 are refused, as the Amplify CLI does."""
    cli = '{"features": {"graphqltransformer": {"transformerversion": 1, "improvepluralization": false}}, "debug": {}}'
    async with kit.backend(database_url, tmp_path) as backend:
        await begun(backend)
        key = {"mode": "API_KEY"}
        config = {"resourceName": "board", "resourceConfig": {"transformSchema": BOARD, "defaultAuthType": key}}
        await backend.completed("CreateBackendAPI", **DEV, **config)
        await called(backend, "PutBackendFeatureFlags", appId="d1app", featureFlags=cli)
        answered = await backend.call("GetBackend", **DEV)
        job = await backend.done(await backend.call("UpdateBackendAPI", **DEV, **config))

    assert answered.amplify_feature_flags == compact_flags(cli)
    assert job.status == "FAILED"
    assert "hasMany" in (job.error or "")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"features": 1}', '{"features": {"a": {"b": "c"}}}', "x" * 70_000])
def test_what_is_no_cli_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        compact_flags(text)


async def test_client_configuration_has_all_that_files_are_written_from(tmp_path: Path) -> None:
    async with kit.backend(f"sqlite:///{tmp_path / 'preamp.sqlite3'}", tmp_path) as backend:
        await begun(backend)
        empty = await called(backend, "GetBackendClientConfig", **DEV)
        await backend.completed("CreateBackendAuth", **DEV, resourceName="people", resourceConfig=AUTH_CONFIG)
        config = {"resourceName": "board", "resourceConfig": {"transformSchema": BOARD}}
        await backend.completed("CreateBackendAPI", **DEV, **config)
        full = await called(backend, "GetBackendClientConfig", **DEV)

    assert (empty.public_url, empty.region, empty.guests) == ("https://preamp.test", "us-east-1", False)
    assert empty.model_introspection_schema is None
    assert full.guests
    assert sorted(json.loads(full.model_introspection_schema)["models"]) == ["Post", "Topic"]
    assert set(json.loads(full.amplify_meta_config)) == {"providers", "auth", "api"}


async def test_apps_and_environments_are_paged_by_name(database_url: str, tmp_path: Path) -> None:
    async with kit.backend(database_url, tmp_path) as backend:
        ids_ = sorted([(await called(backend, "CreateApp", name=f"App {n}")).app.app_id for n in range(3)])
        first = await called(backend, "ListApps", maxResults=2)
        second = await called(backend, "ListApps", maxResults=2, nextToken=first.next_token)
        for name in ("b", "a", "c"):
            started = await called(backend, "CreateBackendEnvironment", appId=ids_[0], environmentName=name)
            assert started.backend_environment.environment_name == name
            await _idle(backend, ids_[0], name)
        page = await called(backend, "ListBackendEnvironments", appId=ids_[0], maxResults=2)
        rest = await called(backend, "ListBackendEnvironments", appId=ids_[0], nextToken=page.next_token)
        one = await called(backend, "GetBackendEnvironment", appId=ids_[0], environmentName="a")

    assert [app.app_id for app in (*first.apps, *second.apps)] == ids_
    assert second.next_token is None
    found = [each.environment_name for each in (*page.backend_environments, *rest.backend_environments)]
    assert found == ["a", "b", "c"]
    assert one.backend_environment.deployment_artifacts == f"{one.backend_environment.stack_name}-deployment"


async def _idle(backend: Backend, app_id: str, environment: str) -> None:
    for job in await backend.control.jobs.jobs(app_id, environment, count=5):
        await backend.done(_Started(app_id, job.job_id), environment)


class _Started:
    def __init__(self, app_id: str, job_id: str) -> None:
        self.app_id, self.job_id = app_id, job_id


async def test_apps_are_renamed_and_removed_and_then_unknown(tmp_path: Path) -> None:
    async with kit.backend(f"sqlite:///{tmp_path / 'preamp.sqlite3'}", tmp_path) as backend:
        app_id = (await called(backend, "CreateApp", name="Old")).app.app_id
        renamed = await called(backend, "UpdateApp", appId=app_id, name="New")
        await called(backend, "DeleteApp", appId=app_id)
        await _idle(backend, app_id, "any")

        assert renamed.app.name == "New"
        with pytest.raises(NotFoundException):
            await called(backend, "GetApp", appId=app_id)
        with pytest.raises(BadRequestException):
            await called(backend, "ListApps", nextToken="of nowhere")
