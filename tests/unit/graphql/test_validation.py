"""Documents that are refused before anything runs: AppSync's messages, and limits."""

from typing import Any

import pytest
from served import Api, Serve

from preamp.graphql.errors import RequestError
from preamp.graphql.validation import Limits

SCHEMA = """
type Note @model @auth(rules: [{ allow: public }]) {
  id: ID! text: String! stars: Int day: AWSDate mood: Mood tags: [Tag] @hasMany
}
type Tag @model @auth(rules: [{ allow: public }]) { id: ID! }
enum Mood { GOOD BAD }
"""
NOTE = "ObjectField{name='text', value=StringValue{value='a'}}"
STARS = "ObjectValue{objectFields=[ObjectField{name='stars', value=IntValue{value=1}}]}"
WITH_X = f"ObjectValue{{objectFields=[{NOTE}, ObjectField{{name='x', value=BooleanValue{{value=true}}}}]}}"


@pytest.fixture
async def api(api_of: Serve) -> Api:
    return await api_of(SCHEMA)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ bad }", "FieldUndefined: Field 'bad' in type 'Query' is undefined @ 'bad'"),
        (
            "{ listNotes { items { x } } }",
            "FieldUndefined: Field 'x' in type 'Note' is undefined @ 'listNotes/items/x'",
        ),
        (
            "{ listNotes }",
            "SubSelectionRequired: Sub selection required for type ModelNoteConnection of field listNotes",
        ),
        (
            '{ getNote(id: "1") { id { x } } }',
            "SubSelectionNotAllowed: Sub selection not allowed on leaf type ID! of field id @ 'getNote/id'",
        ),
        ("{ getNote { id } }", "MissingFieldArgument: Missing field argument id @ 'getNote'"),
        ('{ getNote(id: "1", x: 1) { id } }', "UnknownArgument: Unknown field argument x @ 'getNote'"),
        ("{ getNote(id: $x) { id } }", "UndefinedVariable: Undefined variable x @ 'getNote'"),
        ("query Q($x: Int) { listNotes { nextToken } }", "UnusedVariable: Unused variable x"),
        (
            "query Q($x: String) { getNote(id: $x) { id } }",
            "VariableTypeMismatch: Variable type 'String' doesn't match expected type 'ID!' @ 'getNote'",
        ),
        ("query Q($x: Foo) { listNotes(limit: $x) { nextToken } }", "UnknownType: Unknown type Foo"),
        ("{ ... on Note { id } }", "InvalidFragmentType: Fragment on Note cannot be spread on Query"),
        ("{ ...F }", "UndefinedFragment: Undefined fragment F @ ''"),
        ("{ __typename } fragment F on Note { id }", "UnusedFragment: Unused fragment F"),
        ("{ __typename } query Q { __typename }", "LoneAnonymousOperationViolation"),
        (
            '{ getNote(id: "1") { id } getNote(id: "2") { id } }',
            "FieldsConflict: getNote: they have differing arguments",
        ),
        (
            "{ getNote(id: 1.5) { id } }",
            "WrongType: argument 'id' with value 'FloatValue{value=1.5}' is not a valid 'ID' @ 'getNote'",
        ),
        (
            'mutation { createNote(input: {text: "a", stars: "x"}) { id } }',
            "WrongType: argument 'input.stars' with value 'StringValue{value='x'}' is not a valid 'Int' @ 'createNote'",
        ),
        (
            'mutation { createNote(input: {text: "a", day: "2024-13-01"}) { id } }',
            "WrongType: argument 'input.day' with value 'StringValue{value='2024-13-01'}' is not a valid 'AWSDate'",
        ),
        (
            'mutation { createNote(input: {text: "a", mood: SAD}) { id } }',
            "WrongType: argument 'input.mood' with value 'EnumValue{name='SAD'}' is not a valid 'Mood'",
        ),
        (
            "mutation { createNote(input: {text: null}) { id } }",
            "WrongType: argument 'input.text' with value 'NullValue{}' must not be null @ 'createNote'",
        ),
        (
            "mutation { createNote(input: {stars: 1}) { id } }",
            f"WrongType: argument 'input' with value '{STARS}' is missing required fields '[text]' @ 'createNote'",
        ),
        (
            'mutation { createNote(input: {text: "a", x: true}) { id } }',
            f"WrongType: argument 'input' with value '{WITH_X}' contains a field not in 'CreateNoteInput': 'x'",
        ),
    ],
)
async def test_an_invalid_document_is_told_in_appsyncs_words(api: Api, query: str, message: str) -> None:
    answer = await api.ask(query)

    messages = [error["message"] for error in answer["errors"]]
    assert any(f"Validation error of type {message}" in one for one in messages), messages
    assert answer["data"] is None
    assert all("errorType" not in error for error in answer["errors"])


@pytest.mark.parametrize(
    "query",
    [
        "query(" + " ".join(f"$v{number}: Int" for number in range(100)) + ") { __typename }",
        "{ " + " ".join(f"bad{number}" for number in range(100)) + " }",
        "{ listNotes(" + " ".join(f"a{number}: 1" for number in range(100)) + ") { nextToken } }",
    ],
)
async def test_of_many_errors_the_first_twenty_are_told(api: Api, query: str) -> None:
    assert len((await api.ask(query))["errors"]) == 20


DEEP = "{ listNotes { items { tags { items { id } } } } }"
LAUGHS = "\n".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))


@pytest.mark.parametrize(
    ("query", "limits", "message"),
    [
        (DEEP, Limits(depth=4), "4 fields deep"),
        (DEEP, Limits(fields=4), "4 fields"),
        ("{ a: __typename b: __typename }", Limits(aliases=1), "1 aliases"),
        ("{ __typename }" + " " * 100, Limits(document_bytes=50), "50 characters"),
        (DEEP, Limits(tokens=5), "5 tokens"),
        (f"{{ ...F0 }} {LAUGHS} fragment F30 on Query {{ __typename }}", Limits(), "2000 fields"),
        ("{" + " __typename" * 1900 + "}", Limits(), "not the same one too often"),
        ("{" * 3000, Limits(), ""),
    ],
)
async def test_a_document_that_asks_too_much_is_refused(
    api_of: Serve, query: str, limits: Limits, message: str
) -> None:
    api = await api_of(SCHEMA, limits=limits)

    with pytest.raises(RequestError) as caught:
        await api.ask(query)

    assert caught.value.status == 400
    assert message in caught.value.message


async def test_an_answer_that_is_too_large_is_refused(api_of: Serve) -> None:
    api = await api_of(SCHEMA, limits=Limits(answer_bytes=1000))
    await api.data("mutation C($i: CreateNoteInput!) { createNote(input: $i) { id } }", {"i": {"text": "x" * 900}})

    with pytest.raises(RequestError) as caught:
        await api.ask("{ a: listNotes { items { text } } b: listNotes { items { text } } }")

    assert caught.value.error_type == "ResponseTooLarge"


async def test_a_fragment_within_itself_is_refused(api: Api) -> None:
    answer = await api.ask("{ listNotes { ...F } } fragment F on ModelNoteConnection { nextToken ...F }")

    assert "F" in answer["errors"][0]["message"]


@pytest.mark.parametrize("variables", [{"i": [1]}, {"i": "x"}, {"i": {"text": {"a": 1}}}, {"i": {"text": "a\0b"}}])
async def test_a_variable_that_does_not_fit_is_told(api: Api, variables: dict[str, Any]) -> None:
    answer = await api.ask("mutation C($i: CreateNoteInput!) { createNote(input: $i) { id } }", variables)

    assert answer["data"] is None
    assert answer["errors"][0]["message"].startswith("Variable '")
    assert answer["errors"][0]["locations"] == [{"line": 1, "column": 12, "sourceName": None}]


async def test_variables_nested_without_end_are_refused(api: Api) -> None:
    filter_: dict[str, Any] = {"text": {"eq": "a"}}
    for _ in range(5000):
        filter_ = {"not": filter_}

    answer = await api.ask("query Q($f: ModelNoteFilterInput) { listNotes(filter: $f) { nextToken } }", {"f": filter_})

    assert "nested too deeply" in answer["errors"][0]["message"]
