"""The authorization matrix: what Amplify's own templates decide, preamp decides.

The cells stand in `auth_matrix.json`, made by `tools/auth_matrix`; `PREAMP_AUTH_MATRIX` names another file.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served import Api, deploy, model_of

from preamp.db import open_spaces
from preamp.db.space import Spaces
from preamp.graphql.identity import ADMIN, Identity

FILE = Path(os.environ.get("PREAMP_AUTH_MATRIX", Path(__file__).with_name("auth_matrix.json")))
MATRIX = json.loads(FILE.read_text())
CALLERS = [Identity(**caller) for caller in MATRIX["callers"]]
CHUNK = 10

CREATE = "mutation C($i: CreateItemInput!) { createItem(input: $i) { id } }"
UPDATE = "mutation U($i: UpdateItemInput!) { updateItem(input: $i) { id } }"
DELETE = "mutation D($i: DeleteItemInput!) { deleteItem(input: $i) { id } }"
GET = "query G($id: ID!) { getItem(id: $id) { id b c } }"
LIST = "{ listItems { items { id b c } } }"


def chunks() -> Iterator[Any]:
    for start in range(0, len(MATRIX["cases"]), CHUNK):
        yield pytest.param(MATRIX["cases"][start : start + CHUNK], id=f"{start}-{start + CHUNK}")


@pytest.fixture(params=["sqlite", "postgresql"])
async def somewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Give empty spaces."""
    where: Any = tmp_path if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    spaces = await open_spaces(where)
    yield spaces
    await spaces.close()


@pytest.mark.parametrize("cases", list(chunks()))
async def test_every_cell_is_as_amplify_decides(somewhere: Spaces, cases: list[Any]) -> None:
    differences = []
    for case in cases:
        api = await deploy(somewhere, "r1", model_of(case["sdl"]))
        assert list(api.release.model.modes) == case["modes"]
        for row in MATRIX["rows"]:
            await api.data(CREATE, {"i": row}, ADMIN)
        for cell in case["cells"]:
            found = await outcome(api, *cell[:4])
            if found != expected(cell[4]):
                differences.append((case["sdl"], cell, found))
        await somewhere.drop("testapi")

    assert differences == []


def expected(outcome_: Any) -> Any:
    """Answer an outcome in the form of `outcome`: denied fields in any order."""
    if isinstance(outcome_, str) and outcome_.startswith("Unauthorized on"):
        return denied(outcome_)
    return outcome_


def denied(message: str) -> Any:
    return "denied", sorted(message.removeprefix("Unauthorized on [").removesuffix("]").split(", "))


async def outcome(api: Api, operation: str, caller: int, row: int | None, number: int | None) -> Any:
    """Carry out one cell and answer what happened; rows are as they were afterwards."""
    who = CALLERS[caller]
    match operation:
        case "list":
            answer = await api.ask(LIST, None, who)
            if answer["data"]["listItems"] is None:
                return refused(answer)
            return sorted([item["id"], seen(item)] for item in answer["data"]["listItems"]["items"])
        case "get":
            answer = await api.ask(GET, {"id": str(row)}, who)
            return refused(answer) if answer["data"]["getItem"] is None else seen(answer["data"]["getItem"])
        case "create":
            answer = await api.ask(CREATE, {"i": MATRIX["creates"][number]}, who)
            return refused(answer) if "errors" in answer else await taken(api, answer["data"]["createItem"]["id"])
        case "update":
            answer = await api.ask(UPDATE, {"i": {"id": str(row)} | MATRIX["updates"][number]}, who)
        case _:
            answer = await api.ask(DELETE, {"i": {"id": str(row)}}, who)
    if "errors" in answer:
        return refused(answer)
    await api.ask(DELETE, {"i": {"id": str(row)}}, ADMIN)
    await api.data(CREATE, {"i": MATRIX["rows"][row]}, ADMIN)
    return "ok"


def refused(answer: Any) -> Any:
    (error,) = answer["errors"]
    assert error["errorType"] == "Unauthorized", error
    return denied(error["message"]) if error["message"].startswith("Unauthorized on") else "U"


def seen(item: dict[str, Any]) -> dict[str, str]:
    return {field: "U" if item[field] is None else "ok" for field in ("b", "c")}


async def taken(api: Api, row_id: str) -> dict[str, Any]:
    """Answer the owners that a new row was stored with, and remove it."""
    sign = "?1" if api.space.dialect == "sqlite" else "$1"
    query = f'SELECT owner, editors, author FROM {api.space.prefix}"Item" WHERE id = {sign}'
    ((owner, editors, author),) = await api.space.read(query, [row_id])
    await api.data(DELETE, {"i": {"id": row_id}}, ADMIN)
    return {"owner": owner, "editors": editors and json.loads(editors), "author": author}
