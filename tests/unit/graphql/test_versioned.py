"""Transformer 1 at run time: @versioned, and conditions as newer projects have them."""

from typing import Any

import pytest
from served import Api, deploy

from preamp.db.space import Spaces
from preamp.graphql.model import ApiOptions, Flags
from preamp.graphql.schema import transform

SCHEMA = """
type Note @model @versioned(versionField: "edition", versionInput: "expected") {
  id: ID!
  text: String
  edition: Int!
}
"""
CREATE = 'mutation { createNote(input: { id: "n", text: "one" }) { id text edition } }'
UPDATE = "mutation U($i: UpdateNoteInput!) { updateNote(input: $i) { text edition } }"
DELETE = "mutation D($i: DeleteNoteInput!) { deleteNote(input: $i) { edition } }"
GET = '{ getNote(id: "n") { text edition } }'


@pytest.fixture
async def notes(spaces: Spaces) -> Api:
    """Give an API of versioned notes that takes conditions, with one note."""
    flags = Flags(config_version=5)
    api = await deploy(spaces, "r1", transform(SCHEMA, ApiOptions(modes=("API_KEY",), flags=flags)))
    assert await api.data(CREATE) == {"createNote": {"id": "n", "text": "one", "edition": 1}}
    return api


def failed(answer: Any) -> bool:
    return [error["errorType"] for error in answer["errors"]] == ["DynamoDB:ConditionalCheckFailedException"]


async def test_each_update_names_the_version_it_changes_and_makes_the_next(notes: Api) -> None:
    first = await notes.data(UPDATE, {"i": {"id": "n", "text": "two", "expected": 1}})

    assert first == {"updateNote": {"text": "two", "edition": 2}}
    assert failed(await notes.ask(UPDATE, {"i": {"id": "n", "text": "lost", "expected": 1}}))
    assert await notes.data(GET) == {"getNote": {"text": "two", "edition": 2}}


async def test_a_version_given_as_a_field_is_not_written(notes: Api) -> None:
    made = await notes.data(UPDATE, {"i": {"id": "n", "edition": 7, "expected": 1}})

    assert made == {"updateNote": {"text": "one", "edition": 2}}


async def test_delete_wants_the_present_version(notes: Api) -> None:
    assert failed(await notes.ask(DELETE, {"i": {"id": "n", "expected": 2}}))

    assert await notes.data(DELETE, {"i": {"id": "n", "expected": 1}}) == {"deleteNote": {"edition": 1}}
    assert await notes.data(GET) == {"getNote": None}


async def test_a_condition_is_asked_beside_the_version(notes: Api) -> None:
    query = """mutation U($i: UpdateNoteInput!, $c: ModelNoteConditionInput) {
        updateNote(input: $i, condition: $c) { edition } }"""
    input_ = {"id": "n", "text": "two", "expected": 1}

    assert failed(await notes.ask(query, {"i": input_, "c": {"text": {"eq": "other"}}}))
    answer = await notes.data(query, {"i": input_, "c": {"text": {"eq": "one", "size": {"eq": 3}}}})

    assert answer == {"updateNote": {"edition": 2}}


def test_conditions_leave_out_the_key_and_arrive_with_version_five() -> None:
    """Whose transform.conf.json is older has filters of the older names and no conditions."""
    fields = "slug: String! at: Int! id: ID title: String kind: Kind"
    sdl = f'type Post @model @key(fields: ["slug", "at"]) {{ {fields} }} enum Kind {{ A }}'

    older = transform(sdl, ApiOptions(flags=Flags(config_version=4))).sdl
    newer = transform(sdl, ApiOptions(flags=Flags(config_version=5))).sdl

    assert "ConditionInput" not in older.replace("KeyConditionInput", "")
    assert "ModelStringFilterInput" in older
    assert "updatePost(input: UpdatePostInput!, condition: ModelPostConditionInput): Post" in newer
    body = newer.split("input ModelPostConditionInput {")[1].split("}")[0]
    assert [line.split(":")[0].strip() for line in body.strip().splitlines()] == ["title", "kind", "and", "or", "not"]
    assert "FilterInput {" not in newer.replace("ModelPostFilterInput {", "")
