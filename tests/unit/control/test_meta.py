"""amplify-meta has the shape that the Amplify CLI writes."""

import json
from pathlib import Path
from typing import Any

import pytest

import kit
from kit import AUTH_CONFIG, BOARD, STORAGE_CONFIG

_CASES = Path(__file__).parents[2] / "cases" / "import"
_AMPLIFY = ("lastPushDirHash", "lastPushTimeStamp", "providerMetadata", "providerPlugin", "service", "dependsOn")


def shape(value: Any) -> Any:
    """The names and kinds of a document, without its values."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


_LEFT_OUT = {"auth.output.CreatedSNSRole"}
"""The role by which Cognito sent SMS through SNS: there is none here, and no client reads it."""


def missing(expected: Any, found: Any, path: str) -> list[str]:
    """Where `found` lacks a name that `expected` has, or has another kind there."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return [f"{path} is {found}"]
        return [
            problem
            for name, each in expected.items()
            for problem in (missing(each, found[name], f"{path}.{name}") if name in found else [f"{path}.{name}"])
        ]
    return [] if type(expected) is type(found) and (isinstance(expected, list) or expected == found) else [path]


@pytest.mark.parametrize("project", ["discussions", "project-boards"])
async def test_the_document_has_every_name_of_an_original(project: str, tmp_path: Path) -> None:
    """Every member that the CLI wrote for provider, auth, API and bucket is there, of the same kind."""
    original = json.loads((_CASES / f"{project}.amplify-meta.json").read_text())
    dev = {"appId": "d1app", "backendEnvironmentName": "dev"}
    async with kit.backend(f"sqlite:///{tmp_path / 'preamp.sqlite3'}", tmp_path) as backend:
        await backend.completed("CreateBackend", appId="d1app", appName="Board", backendEnvironmentName="dev")
        await backend.completed("CreateBackendAuth", **dev, resourceName="people", resourceConfig=AUTH_CONFIG)
        await backend.completed("CreateBackendStorage", **dev, resourceName="media", resourceConfig=STORAGE_CONFIG)
        config = {"transformSchema": BOARD}
        await backend.completed("CreateBackendAPI", **dev, resourceName="board", resourceConfig=config)
        ours = await backend.meta()

    assert missing(shape(original["providers"]), shape(ours["providers"]), "providers") == []
    for category, service in (("auth", "Cognito"), ("api", "AppSync"), ("storage", "S3")):
        theirs = [each for each in original.get(category, {}).values() if each["service"] == service]
        mine = next(iter(ours[category].values()))
        for each in theirs:
            assert set(missing(shape(each), shape(mine), category)) <= _LEFT_OUT
        assert set(_AMPLIFY) <= set(mine)
