"""The documents that quickstart prints are ones that the deployed schema takes."""

from pathlib import Path

import pytest
from graphql import parse, validate

import preamp.cli
from preamp.cli.examples import examples
from preamp.cli.quickstart import curl
from preamp.graphql import ApiOptions
from preamp.graphql.release import client_schema
from preamp.graphql.schema import transform

BOARD = (Path(preamp.cli.__file__).parent / "templates" / "board.graphql").read_text()
PUBLIC = "@auth(rules: [{ allow: public }])"
SCHEMAS = {
    "board": BOARD,
    "required": f"""
        enum Size {{ SMALL LARGE }}
        type Place {{ street: String! floor: Int }}
        type Shop @model {PUBLIC} {{
            id: ID!  name: String!  size: Size!  open: Boolean!  since: AWSDate!  at: AWSDateTime!  clock: AWSTime!
            stamp: AWSTimestamp!  mail: AWSEmail!  data: AWSJSON!  page: AWSURL!  phone: AWSPhone!  ip: AWSIPAddress!
            stars: Float!  rooms: Int!  tags: [String!]!  place: Place!  places: [Place!]!
        }}""",
    "other key": f"""
        type City @model {PUBLIC} {{
            country: ID! @primaryKey(sortKeyFields: ["name"])  name: String!  people: Int
        }}""",
    "closed before open": f"""
        type Secret @model @auth(rules: [{{ allow: private, provider: iam }}]) {{ id: ID!  text: String }}
        type Note @model {PUBLIC} {{ id: ID!  text: String }}""",
    "explicit fields": f"""
        type Author @model {PUBLIC} {{
            id: ID!  name: String!  books: [Book] @hasMany(indexName: "byAuthor", fields: ["id"])
        }}
        type Book @model {PUBLIC} {{ id: ID!  title: String!  authorId: ID! @index(name: "byAuthor") }}""",
    "many to many": f"""
        type Student @model {PUBLIC} {{
            id: ID!  name: String!  courses: [Course] @manyToMany(relationName: "Attends")
        }}
        type Course @model {PUBLIC} {{
            id: ID!  title: String!  students: [Student] @manyToMany(relationName: "Attends")
        }}""",
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_documents_are_valid_for_the_api(name: str) -> None:
    model = transform(SCHEMAS[name], ApiOptions(modes=("API_KEY", "AWS_IAM")))
    served = client_schema(model.sdl)

    found = examples(model, "first-1")

    assert found is not None
    for document in (*found.creates, found.lists):
        assert validate(served, parse(document)) == [], document


def test_the_board_gets_a_topic_with_a_post_and_lists_both() -> None:
    """The second row names the first one's id, so that the list shows it nested."""
    found = examples(transform(BOARD, ApiOptions(modes=("API_KEY",))), "first-1")

    assert found is not None
    assert 'id: "first-1"' in found.creates[0]
    assert found.creates[1].startswith("mutation { createPost(")
    assert '"first-1"' in found.creates[1]
    assert found.lists.startswith("query { listTopics { items { id title description posts { items { id ")


def test_a_model_that_the_key_opens_is_chosen() -> None:
    found = examples(transform(SCHEMAS["closed before open"], ApiOptions(modes=("API_KEY", "AWS_IAM"))), "first-1")

    assert found is not None
    assert "listNotes" in found.lists


def test_a_schema_without_models_has_no_examples() -> None:
    assert examples(transform("type Query { hello: String }", ApiOptions(modes=("API_KEY",))), "first-1") is None


def test_a_curl_survives_quotes() -> None:
    """A single quote inside the document does not end the shell's word."""
    assert r"it'\''s" in curl("http://x", "da2-x", 'mutation { a(b: "it\'s") }')
