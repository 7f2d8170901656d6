"""What Amplify's own parts answer to a random request, preamp answers: data, shape and errors.

The answers stand in `answers.json.gz`, made by `tools/answers`; `PREAMP_ANSWERS` names another file. Compared is all
but what differs on purpose (docs/deviations.md): texts of errors that have a type, order of rows that no key orders.
"""

import gzip
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from served import deploy, model_of

from preamp.db import open_spaces
from preamp.db.space import Spaces
from preamp.graphql.identity import Identity

FILE = Path(os.environ.get("PREAMP_ANSWERS", Path(__file__).with_name("answers.json.gz")))
ANSWERS = json.loads(gzip.decompress(FILE.read_bytes()) if FILE.suffix == ".gz" else FILE.read_bytes())
NO_NULL = "Cannot return null for non-nullable"


@pytest.fixture(params=["sqlite", "postgresql"])
async def somewhere(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Spaces]:
    """Give empty spaces."""
    spaces = await open_spaces(tmp_path if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    yield spaces
    await spaces.close()


def places() -> list[Any]:
    """All sequences on SQLite, each fourth schema by schema on PostgreSQL."""
    count, schemas = len(ANSWERS["sequences"]), len(ANSWERS["schemas"])
    some = [number for number in range(count) if number // schemas % 4 == 0]
    return [("sqlite", number) for number in range(count)] + [("postgresql", number) for number in some]


@pytest.mark.parametrize(("somewhere", "number"), places(), indirect=["somewhere"])
async def test_every_answer_is_as_amplify_gives_it(somewhere: Spaces, number: int) -> None:
    """One sequence of requests over one set of rows, which they change."""
    sequence = ANSWERS["sequences"][number]
    schema = ANSWERS["schemas"][sequence["schema"]]
    api = await deploy(somewhere, "r1", model_of(schema["sdl"]))
    callers = [Identity(**caller) for caller in schema["callers"]]
    differences = []

    for place, (document, variables, caller, ordered, expected) in enumerate(sequence["steps"]):
        text = sequence["documents"][document]
        found = comparable(await api.ask(text, variables, callers[caller]), ordered=ordered)
        if found != comparable(expected, ordered=ordered):
            differences.append((place, text, variables, caller, comparable(expected, ordered=ordered), found))

    assert differences == []


def comparable(answer: Any, *, ordered: bool) -> Any:
    """An answer without what two engines cannot have in common."""
    errors = [
        (_place(error["path"], ordered=ordered), error.get("errorType") or _text(error["message"]))
        for error in answer.get("errors", ())
    ]
    errors = errors if ordered else sorted(errors)
    return {"data": _plain(answer["data"], "", ordered=ordered), "errors": errors}


def _place(path: list[Any], *, ordered: bool) -> list[str]:
    """A path; which row of a list it names depends on their order."""
    return [str(part) if ordered or isinstance(part, str) else "some row" for part in path]


def _text(message: str) -> str:
    """A message; where null meets `!`, AppSync's words are others than those of graphql-js."""
    return NO_NULL if message.startswith(NO_NULL) else message


def _plain(value: Any, name: str, *, ordered: bool) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one, key, ordered=ordered) for key, one in value.items()}
    if isinstance(value, list):
        items = [_plain(one, "", ordered=ordered) for one in value]
        return items if ordered or name != "items" else sorted(items, key=lambda one: json.dumps(one, sort_keys=True))
    return "a time" if value is not None and name in {"createdAt", "updatedAt"} else value
