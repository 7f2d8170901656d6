"""Amplify's own code generator decides: document for document, refusal for refusal."""

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from preamp.graphql.codegen import datastore_module, datastore_schema, introspection_schema
from preamp.graphql.model import SchemaError

CASES = Path(__file__).parents[2] / "cases" / "graphql"


def _cases() -> list[Any]:
    found = []
    for kind in ("corpus", "own"):
        text = lzma.decompress((CASES / kind / "answers.jsonl.xz").read_bytes()).decode()
        rows = [json.loads(line) for line in text.splitlines()]
        found += [pytest.param(kind, row, id=f"{kind}-{row['case']}") for row in rows if "codegen" in row]
    return found


@pytest.mark.parametrize(("kind", "row"), _cases())
def test_documents_are_what_amplify_makes(kind: str, row: dict[str, Any]) -> None:
    sdl = (CASES / kind / f"{row['case']}.graphql").read_text()
    wanted = row["codegen"]
    if "error" in wanted:
        with pytest.raises(SchemaError) as refused:
            _documents(sdl)
        assert [refused.value.name, refused.value.message] == wanted["error"]
    else:
        assert _documents(sdl) == (wanted["introspection"], wanted["datastore"])


def _documents(sdl: str) -> tuple[Any, Any]:
    return json.loads(introspection_schema(sdl)), json.loads(datastore_schema(sdl))


def test_module_exports_the_datastore_schema() -> None:
    sdl = "type Todo @model { id: ID! text: String }"
    assert datastore_module(sdl) == f"export const schema = {datastore_schema(sdl)};"


def test_version_changes_with_what_datastore_stores() -> None:
    """DataStore drops its store when the version changes: a doc comment must not do that, a field must."""
    plain = json.loads(datastore_schema("type Todo @model { id: ID! text: String }"))["version"]
    described = json.loads(datastore_schema('"What to do" type Todo @model { id: ID! text: String }'))["version"]
    longer = json.loads(datastore_schema("type Todo @model { id: ID! text: String more: Int }"))["version"]
    assert plain == described != longer
