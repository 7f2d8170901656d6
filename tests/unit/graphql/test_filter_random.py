"""Random rows and random filters: both databases find what DynamoDB's rules, written out in Python, find."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from served import API_ID, Api, deploy, model_of, spaces_of

from preamp.db.space import Spaces

SCHEMA = """
type Item @model(timestamps: null) @auth(rules: [{ allow: public }]) {
  id: ID! text: String n: Int x: Float ok: Boolean tags: [String]
}
"""
TEXTS = st.sampled_from(["", "a", "ab", "b", "B", "é", "%", "_", "'", '"', "\\", "😀", "a\nb", "10", "9"])
INTS = st.sampled_from([-(2**31), -1, 0, 1, 9, 10, 2**31 - 1])
FLOATS = st.sampled_from([-1.5, 0.0, 0.1, 1.0, 1e300, -1e-300])
ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "text": st.none() | TEXTS,
            "n": st.none() | INTS,
            "x": st.none() | FLOATS,
            "ok": st.none() | st.booleans(),
            "tags": st.none() | st.lists(TEXTS, max_size=3),
        },
    ),
    max_size=6,
)
ORDERED = ("eq", "ne", "lt", "le", "gt", "ge")


def comparisons(values: st.SearchStrategy[Any], *more: str, ordered: bool = True) -> st.SearchStrategy[Any]:
    """Answer tests of one field."""
    names = (ORDERED if ordered else ("eq", "ne")) + more
    optional: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(names, values)
    optional["attributeExists"] = st.booleans()
    if ordered:
        optional["between"] = st.lists(values, min_size=2, max_size=2)
    return st.fixed_dictionaries({}, optional=optional).filter(lambda test: len(test) < 3)


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "text": comparisons(TEXTS, "contains", "notContains", "beginsWith"),
        "n": comparisons(INTS),
        "x": comparisons(FLOATS),
        "ok": comparisons(st.booleans(), ordered=False),
        "tags": comparisons(TEXTS, "contains", "notContains", ordered=False),
    },
)
FILTERS = st.recursive(
    FIELDS,
    lambda inner: st.fixed_dictionaries(
        {}, optional={"and": st.lists(inner, max_size=2), "or": st.lists(inner, max_size=2), "not": inner}
    ),
    max_leaves=5,
)


def holds(row: dict[str, Any], filter_: dict[str, Any]) -> bool:
    """Tell whether a row passes a filter."""
    for name, value in filter_.items():
        if name in {"and", "or"}:
            parts = [part for part in value if not is_empty(part)]
            if parts and not (all if name == "and" else any)(holds(row, part) for part in parts):
                return False
        elif name == "not":
            if not is_empty(value) and holds(row, value):
                return False
        elif not all(passes(row.get(name), test, operand) for test, operand in value.items()):
            return False
    return True


def is_empty(filter_: dict[str, Any]) -> bool:
    """Tell whether a filter asks nothing."""
    return all(
        all(is_empty(part) for part in value)
        if name in {"and", "or"}
        else is_empty(value)
        if name == "not"
        else not value
        for name, value in filter_.items()
    )


def passes(held: Any, test: str, operand: Any) -> bool:  # noqa: PLR0911 - one flat table
    """Apply one comparison; texts compare by their bytes, a list equals no text."""
    if test == "attributeExists":
        return (held is not None) == operand
    if held is None:
        return test in {"ne", "notContains"}
    if test in {"contains", "notContains"}:
        return (operand in held) == (test == "contains")
    if isinstance(held, list):
        return test == "ne"
    if isinstance(held, str):
        held = held.encode()
        operand = [one.encode() for one in operand] if isinstance(operand, list) else operand.encode()
    match test:
        case "between":
            return bool(operand[0] <= held <= operand[1])
        case "beginsWith":
            return bool(held.startswith(operand))
        case _:
            return {
                "eq": held == operand,
                "ne": held != operand,
                "lt": held < operand,
                "le": held <= operand,
                "gt": held > operand,
                "ge": held >= operand,
            }[test]


class World:
    """A served API on a loop of its own, kept over all examples."""

    def __init__(self, url: str, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self.spaces: Spaces = self.loop.run_until_complete(spaces_of(url, folder))
        self.api: Api = self.loop.run_until_complete(deploy(self.spaces, "r1", model_of(SCHEMA)))

    async def found(self, rows: list[dict[str, Any]], filter_: dict[str, Any]) -> list[str]:
        """Answer the rows (by number) that pass the filter."""
        async with self.api.space.transaction() as transaction:
            await transaction.run(f'DELETE FROM {self.api.space.prefix}"Item"')
        create = "mutation C($i: CreateItemInput!) { createItem(input: $i) { id } }"
        for number, row in enumerate(rows):
            await self.api.data(create, {"i": {"id": str(number)} | row})
        query = "query L($f: ModelItemFilterInput) { listItems(filter: $f) { items { id } } }"
        return [item["id"] for item in (await self.api.data(query, {"f": filter_}))["listItems"]["items"]]

    def close(self) -> None:
        """Remove the rows and close."""
        self.loop.run_until_complete(self.spaces.drop(API_ID))
        self.loop.run_until_complete(self.spaces.close())
        self.loop.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        cluster = request.getfixturevalue("postgres_cluster") if request.param == "postgresql" else None
        url = cluster.create() if cluster else "sqlite:"
        made = World(url, Path(folder))
        yield made
        made.close()
        if cluster:
            cluster.drop(url)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, filter_=FILTERS)
def test_a_filter_finds_what_the_rules_say(world: World, rows: list[dict[str, Any]], filter_: dict[str, Any]) -> None:
    found = world.loop.run_until_complete(world.found(rows, filter_))

    assert found == [str(number) for number, row in enumerate(rows) if holds(row, filter_)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "n", "and", "not", "eq", "between", "size", "id", "x", "tags"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
ANYTHING = """query Q($f: ModelItemFilterInput, $l: Int, $t: String, $id: ID!) {
  listItems(filter: $f, limit: $l, nextToken: $t) { items { id text } nextToken } getItem(id: $id) { tags } }"""
WRITES = """mutation M($c: CreateItemInput!, $u: UpdateItemInput!, $d: ModelItemConditionInput) {
  createItem(input: $c) { id x } updateItem(input: $u, condition: $d) { n } }"""


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    variables=st.dictionaries(st.sampled_from(["f", "l", "t", "id", "c", "u", "d"]), JSON),
    query=st.sampled_from([ANYTHING, WRITES]),
)
def test_no_variables_break_the_server(world: World, variables: dict[str, Any], query: str) -> None:
    """Whatever is sent, the answer has data or errors that say why not."""
    answer = world.loop.run_until_complete(world.api.ask(query, variables))

    assert "data" in answer
    assert all(error["message"] for error in answer.get("errors", ()))
