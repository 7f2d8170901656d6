"""Filters, conditions, key conditions and orders, on both databases."""

from typing import Any

import pytest
from served import Api, Serve

SCHEMA = """
type Item @model @auth(rules: [{ allow: public }]) {
  id: ID!
  text: String @index(name: "byText", queryField: "itemsByText", sortKeyFields: ["n"])
  n: Int
  x: Float
  ok: Boolean
  at: AWSTimestamp
  tags: [String]
  numbers: [Int]
  mood: Mood @index(name: "byMood", queryField: "itemsByMood", sortKeyFields: ["rank", "name"])
  rank: Int
  name: String
  moods: [Mood]
  seo: Seo
  seos: [Seo]
  data: AWSJSON
}
enum Mood { GOOD BAD }
type Seo { title: String score: Float ok: Boolean inner: Inner words: [String] }
type Inner { n: Int! }
"""
ROWS: list[dict[str, Any]] = [
    {
        "id": "1",
        "text": "apple",
        "n": 1,
        "x": 0.1,
        "ok": True,
        "tags": ["a", "b"],
        "mood": "GOOD",
        "at": 2**40,
        "rank": 1,
        "name": "apple",
    },
    {"id": "2", "text": "banana", "n": 2, "x": -5.5, "ok": False, "tags": [], "mood": "BAD", "numbers": [1, 2]},
    {"id": "3", "text": "Äpfel", "n": 10, "x": 1e20, "moods": ["GOOD"], "mood": "GOOD", "rank": 10, "name": "Äpfel"},
    {"id": "4", "n": -3},
    {"id": "5", "text": "apple", "n": 10, "tags": ["b"], "mood": "GOOD", "rank": 10, "name": "apple"},
]


@pytest.fixture
async def items(api_of: Serve) -> Api:
    api = await api_of(SCHEMA)
    for row in ROWS:
        await api.data("mutation C($i: CreateItemInput!) { createItem(input: $i) { id } }", {"i": row})
    return api


async def found(api: Api, filter_: Any) -> str:
    query = "query L($f: ModelItemFilterInput) { listItems(filter: $f) { items { id } } }"
    return "".join(item["id"] for item in (await api.data(query, {"f": filter_}))["listItems"]["items"])


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        (None, "12345"),
        ({}, "12345"),
        ({"text": {"eq": "apple"}}, "15"),
        ({"text": {"ne": "apple"}}, "234"),
        ({"text": {"lt": "b"}}, "15"),
        ({"text": {"le": "banana"}}, "125"),
        ({"text": {"gt": "banana"}}, "3"),
        ({"text": {"ge": "banana"}}, "23"),
        ({"text": {"contains": "an"}}, "2"),
        ({"text": {"notContains": "p"}}, "24"),
        ({"text": {"beginsWith": "ap"}}, "15"),
        ({"text": {"between": ["apple", "b"]}}, "15"),
        ({"text": {"contains": "%"}}, ""),
        ({"text": {"beginsWith": ""}}, "1235"),
        ({"text": {"attributeExists": True}}, "1235"),
        ({"text": {"attributeExists": False}}, "4"),
        ({"text": {"attributeType": "string"}}, "1235"),
        ({"text": {"attributeType": "number"}}, ""),
        ({"tags": {"attributeType": "list"}}, "125"),
        ({"n": {"attributeType": "number"}}, "12345"),
        ({"text": {"size": {"eq": 5}}}, "135"),
        ({"text": {"size": {"ne": 5}}}, "24"),
        ({"text": {"size": {"between": [6, 9]}}}, "2"),
        ({"tags": {"size": {"ge": 1}}}, "15"),
        ({"text": {"eq": None}}, "4"),
        ({"text": {"ne": None}}, "1235"),
        ({"n": {"gt": 1}}, "235"),
        ({"n": {"between": [1, 2]}}, "12"),
        ({"n": {"gt": 1, "lt": 10}}, "2"),
        ({"x": {"eq": 0.1}}, "1"),
        ({"x": {"lt": 0}}, "2"),
        ({"x": {"ge": 1e20}}, "3"),
        ({"ok": {"eq": True}}, "1"),
        ({"ok": {"ne": True}}, "2345"),
        ({"at": {"gt": 1}}, "1"),
        ({"mood": {"eq": "GOOD"}}, "135"),
        ({"mood": {"ne": "GOOD"}}, "24"),
        ({"tags": {"contains": "b"}}, "15"),
        ({"tags": {"notContains": "b"}}, "234"),
        ({"tags": {"eq": "b"}}, ""),
        ({"tags": {"ne": "b"}}, "12345"),
        ({"tags": {"between": ["a", "c"]}}, ""),
        ({"moods": {"contains": "GOOD"}}, "3"),
        ({"moods": {"eq": ["GOOD"]}}, "3"),
        ({"and": [{"n": {"gt": 1}}, {"text": {"eq": "apple"}}]}, "5"),
        ({"or": [{"n": {"eq": 1}}, {"n": {"eq": 2}}]}, "12"),
        ({"not": {"text": {"eq": "apple"}}}, "234"),
        ({"not": {"text": {"lt": "b"}}}, "234"),
        ({"not": {"or": [{"text": {"contains": "p"}}, {"n": {"lt": 0}}]}}, "2"),
        ({"n": {"eq": 10}, "or": [{"text": {"eq": "apple"}}, {"not": {"mood": {"eq": "GOOD"}}}]}, "5"),
        ({"and": []}, "12345"),
        ({"or": []}, "12345"),
        ({"and": [{}]}, "12345"),
    ],
)
async def test_a_filter_finds_what_dynamodb_would(items: Api, filter_: Any, ids: str) -> None:
    """An absent attribute differs from every value and passes no other comparison."""
    assert await found(items, filter_) == ids


async def test_filters_may_be_written_into_the_document(items: Api) -> None:
    query = """query L($n: Int) {
      listItems(filter: {n: {gt: $n}, or: [{text: {eq: "apple"}}, {x: {gt: 1}}]}) { items { id } } }"""

    assert [item["id"] for item in (await items.data(query, {"n": 1}))["listItems"]["items"]] == ["3", "5"]


@pytest.mark.parametrize("filter_", [{"n": {"between": [1]}}, {"n": {"between": [1, None]}}])
async def test_a_filter_that_cannot_be_asked_is_told(items: Api, filter_: Any) -> None:
    query = "query L($f: ModelItemFilterInput) { listItems(filter: $f) { items { id } } }"

    answer = await items.ask(query, {"f": filter_})

    assert answer["errors"][0]["errorType"] == "Unrecognized Filter"


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ('text: "apple"', ["1", "5"]),
        ('text: "apple", sortDirection: DESC', ["5", "1"]),
        ('text: "apple", n: {eq: 10}', ["5"]),
        ('text: "apple", n: {gt: 1}', ["5"]),
        ('text: "apple", n: {between: [0, 5]}', ["1"]),
        ('text: "apple", filter: {tags: {contains: "a"}}', ["1"]),
        ('text: "nothing"', []),
    ],
)
async def test_an_index_query_is_ordered_by_its_sort_key(items: Api, arguments: str, ids: list[str]) -> None:
    data = await items.data(f"{{ itemsByText({arguments}) {{ items {{ id }} }} }}")

    assert [item["id"] for item in data["itemsByText"]["items"]] == ids


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("{eq: {rank: 10}}", ["5", "3"]),
        ('{eq: {rank: 10, name: "apple"}}', ["5"]),
        ('{gt: {rank: 1, name: "apple"}}', ["5", "3"]),
        ('{ge: {rank: 1, name: "apple"}}', ["1", "5", "3"]),
        ("{lt: {rank: 10}}", ["1"]),
        ('{between: [{rank: 1}, {rank: 10, name: "b"}]}', ["1", "5"]),
        ('{beginsWith: {rank: 10, name: "a"}}', ["5"]),
        ("{beginsWith: {rank: 10}}", ["5", "3"]),
    ],
)
async def test_a_composite_sort_key_compares_part_by_part(items: Api, condition: str, ids: list[str]) -> None:
    """Ten comes after one: numbers compare as numbers, though Amplify's joined text would not."""
    data = await items.data(f"{{ itemsByMood(mood: GOOD, rankName: {condition}) {{ items {{ id }} }} }}")

    assert [item["id"] for item in data["itemsByMood"]["items"]] == ids


async def test_pages_of_an_index_query_follow_its_order_both_ways(items: Api) -> None:
    query = """query Q($d: ModelSortDirection, $t: String) {
      itemsByMood(mood: GOOD, sortDirection: $d, limit: 1, nextToken: $t) { items { id } nextToken } }"""
    for direction, expected in (("ASC", ["1", "5", "3"]), ("DESC", ["3", "5", "1"])):
        seen, token = [], None
        for _ in range(3):
            page = (await items.data(query, {"d": direction, "t": token}))["itemsByMood"]
            seen += [item["id"] for item in page["items"]]
            token = page["nextToken"]
        assert seen == expected
        assert token is None


@pytest.mark.parametrize(
    "arguments",
    ['rankName: {eq: {name: "a"}}', "rankName: {eq: {}}", "rankName: {lt: {rank: 1}, gt: {rank: 2}}", "limit: 0"],
)
async def test_a_key_condition_that_cannot_be_asked_is_told(items: Api, arguments: str) -> None:
    answer = await items.ask(f"{{ itemsByMood(mood: GOOD, {arguments}) {{ items {{ id }} }} }}")

    assert answer["errors"][0]["errorType"] == "DynamoDB:ValidationException"


async def test_embedded_types_are_stored_whole_and_answered_in_part(items: Api) -> None:
    seo = {"title": "t", "score": 1.5, "ok": True, "inner": {"n": 3}, "words": ["a", None]}
    await items.data(
        "mutation C($i: CreateItemInput!) { createItem(input: $i) { id } }",
        {"i": {"id": "e", "seo": seo, "seos": [{"title": "u"}, None, seo], "data": '{"a": [1, 2]}'}},
    )

    data = await items.data("""{ getItem(id: "e") {
      seo { words ok name: title inner { n __typename } score __typename }
      seos { inner { n } title }
      data
    } listItems(filter: {id: {eq: "4"}}) { items { seo { title } seos { title } tags } } }""")

    assert data["getItem"] == {
        "seo": {
            "words": ["a", None],
            "ok": True,
            "name": "t",
            "inner": {"n": 3, "__typename": "Inner"},
            "score": 1.5,
            "__typename": "Seo",
        },
        "seos": [{"inner": None, "title": "u"}, None, {"inner": {"n": 3}, "title": "t"}],
        "data": '{"a": [1, 2]}',
    }
    assert data["listItems"]["items"] == [{"seo": None, "seos": None, "tags": None}]


@pytest.mark.parametrize("number", [0.1, 1 / 3, 1e300, 5e-324, -0.0, 123456789.123456789, 2.0**53])
async def test_a_double_comes_back_as_it_was(items: Api, number: float) -> None:
    query = 'mutation U($x: Float) { updateItem(input: {id: "1", x: $x}) { x } }'

    assert (await items.data(query, {"x": number}))["updateItem"]["x"] == number


async def test_null_removes_and_absent_keeps(items: Api) -> None:
    data = await items.data('mutation { updateItem(input: {id: "1", n: null, tags: null}) { n tags text } }')

    assert data["updateItem"] == {"n": None, "tags": None, "text": "apple"}


async def test_conditions_decide_whether_a_mutation_happens(items: Api) -> None:
    query = """mutation U($c: ModelItemConditionInput) {
      updateItem(input: {id: "1", n: 5}, condition: $c) { n } }"""

    held = await items.ask(query, {"c": {"text": {"eq": "apple"}, "not": {"n": {"gt": 100}}}})
    failed = await items.ask(query, {"c": {"or": [{"text": {"eq": "x"}}, {"tags": {"contains": "z"}}]}})

    assert held["data"]["updateItem"] == {"n": 5}
    assert failed["errors"][0]["errorType"] == "DynamoDB:ConditionalCheckFailedException"
