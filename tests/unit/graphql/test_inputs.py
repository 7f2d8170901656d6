"""Defaults, validations, keys and relations of inputs, in the order and words of Amplify's pipeline."""

from typing import Any

import pytest
from served import Api, Serve, model_of

from preamp.db import Database
from preamp.db.space import Spaces
from preamp.graphql import ApiOptions, GraphQL, SchemaError, Store

SCHEMA = """
type Post @model @auth(rules: [{ allow: public }]) {
  id: ID!
  title: String @default(value: "untitled") @validate(type: minLength, value: "3")
  stars: Int @default(value: "5") @validate(type: lte, value: "10", errorMessage: "too many stars")
  score: Float @default(value: "0.5") @validate(type: gt, value: "0")
  open: Boolean @default(value: "true")
  mood: Mood @default(value: "GOOD")
  slug: String @validate(type: matches, value: "[a-z-]+") @validate(type: endsWith, value: "z")
  tags: [Tag] @manyToMany(relationName: "PostTags")
  author: User @hasOne
}
type Tag @model @auth(rules: [{ allow: public }]) {
  id: ID! word: String posts: [Post] @manyToMany(relationName: "PostTags")
}
type User @model @auth(rules: [{ allow: public }]) { id: ID! name: String! }
type Visit @model(timestamps: { createdAt: "madeOn", updatedAt: "changedOn" }) @auth(rules: [{ allow: public }]) {
  shop: ID! @primaryKey(sortKeyFields: ["day", "number"])
  day: AWSDate!
  number: Int!
  kind: String @index(name: "byKind", queryField: "visitsByKind", sortKeyFields: ["level", "place"])
  level: Int
  place: String
}
type Plain @model(timestamps: null, mutations: { create: "make", update: null }) @auth(rules: [{ allow: public }]) {
  id: ID!
  text: String
}
enum Mood { GOOD BAD }
"""
CREATE = "mutation C($i: CreatePostInput!) { createPost(input: $i) { id title stars score open mood } }"


@pytest.fixture
async def api(api_of: Serve) -> Api:
    return await api_of(SCHEMA)


@pytest.mark.parametrize("given", [{}, {"title": None, "stars": None}])
async def test_defaults_fill_what_is_absent_or_null(api: Api, given: dict[str, Any]) -> None:
    made = (await api.data(CREATE, {"i": given}))["createPost"]

    del made["id"]
    assert made == {"title": "untitled", "stars": 5, "score": 0.5, "open": True, "mood": "GOOD"}


async def test_defaults_are_not_put_on_update(api: Api) -> None:
    made = (await api.data(CREATE, {"i": {"stars": 7}}))["createPost"]

    changed = await api.data(
        "mutation U($i: UpdatePostInput!) { updatePost(input: $i) { stars score } }",
        {"i": {"id": made["id"], "score": None}},
    )

    assert changed["updatePost"] == {"stars": 7, "score": None}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"title": "ab"}, "Field title of type Post must have a minimum length of 3"),
        ({"stars": 11}, "too many stars"),
        ({"score": 0}, "Field score of type Post must be greater than 0"),
        ({"slug": "ABz"}, "Field slug of type Post must match [a-z-]+"),
        ({"slug": "abc"}, "Field slug of type Post must end with z"),
    ],
)
async def test_a_validation_refuses_in_amplifys_words(api: Api, given: dict[str, Any], message: str) -> None:
    made = (await api.data(CREATE, {"i": {}}))["createPost"]
    update = "mutation U($i: UpdatePostInput!) { updatePost(input: $i) { id } }"

    answers = [await api.ask(CREATE, {"i": given}), await api.ask(update, {"i": {"id": made["id"]} | given})]

    assert [answer["errors"][0]["message"] for answer in answers] == [message, message]
    assert [answer["errors"][0]["errorType"] for answer in answers] == [None, None]


async def test_many_to_many_is_walked_from_both_sides(api: Api) -> None:
    for mutation in (
        'createPost(input: {id: "p1"}) { id }',
        'createPost(input: {id: "p2"}) { id }',
        'createTag(input: {id: "t1", word: "w"}) { id }',
        'a: createPostTags(input: {postId: "p1", tagId: "t1"}) { post { id } tag { word } }',
        'a: createPostTags(input: {postId: "p2", tagId: "t1"}) { id }',
    ):
        await api.data(f"mutation {{ {mutation} }}")

    data = await api.data("""{
      getPost(id: "p1") { tags { items { tag { word posts { items { post { id } } } } } } }
      postTagsByTagId(tagId: "t1") { items { postId } }
    }""")

    posts = {"items": [{"post": {"id": "p1"}}, {"post": {"id": "p2"}}]}
    assert data["getPost"] == {"tags": {"items": [{"tag": {"word": "w", "posts": posts}}]}}
    assert data["postTagsByTagId"] == {"items": [{"postId": "p1"}, {"postId": "p2"}]}


async def test_a_has_one_is_found_by_its_key(api: Api) -> None:
    await api.data('mutation { createUser(input: {id: "u", name: "n"}) { id } }')

    made = await api.data('mutation { createPost(input: {id: "p", postAuthorId: "u"}) { author { name } } }')
    none = await api.data('mutation { updatePost(input: {id: "p", postAuthorId: null}) { author { name } } }')

    assert made == {"createPost": {"author": {"name": "n"}}}
    assert none == {"updatePost": {"author": None}}


async def test_a_composite_key_reads_and_lists(api: Api) -> None:
    for day, number in (("2024-01-02", 10), ("2024-01-02", 9), ("2024-01-01", 1)):
        query = "mutation C($i: CreateVisitInput!) { createVisit(input: $i) { madeOn changedOn } }"
        made = await api.data(query, {"i": {"shop": "s", "day": day, "number": number}})
    key = 'shop: "s", day: "2024-01-02", number: 9'

    data = await api.data(f"""{{
      getVisit({key}) {{ number }}
      all: listVisits(shop: "s") {{ items {{ number }} }}
      down: listVisits(shop: "s", sortDirection: DESC) {{ items {{ number }} }}
      from: listVisits(shop: "s", dayNumber: {{ge: {{day: "2024-01-02", number: 10}}}}) {{ items {{ number }} }}
    }}""")

    assert made["createVisit"]["madeOn"] == made["createVisit"]["changedOn"]
    assert data["getVisit"] == {"number": 9}
    assert [item["number"] for item in data["all"]["items"]] == [1, 9, 10]
    assert [item["number"] for item in data["down"]["items"]] == [10, 9, 1]
    assert [item["number"] for item in data["from"]["items"]] == [10]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ listVisits(sortDirection: DESC) { items { day } } }", "argument 'sortDirection'"),
        ('{ listVisits(dayNumber: {eq: {day: "2024-01-01"}}) { items { day } } }', "argument 'dayNumber'"),
    ],
)
async def test_a_sort_key_needs_its_partition_key(api: Api, query: str, message: str) -> None:
    answer = await api.ask(query)

    assert answer["errors"][0]["errorType"] == "InvalidArgumentsError"
    assert message in answer["errors"][0]["message"]


async def test_part_of_a_composite_sort_key_is_refused(api: Api) -> None:
    base = {"shop": "s", "day": "2024-01-02", "number": 1, "kind": "k"}
    create = "mutation C($i: CreateVisitInput!) { createVisit(input: $i) { kind } }"

    refused = await api.ask(create, {"i": base | {"level": 1}})
    await api.data(create, {"i": base | {"level": 1, "place": "p"}})

    assert refused["errors"][0]["message"] == (
        "When creating any part of the composite sort key for @index 'byKind', "
        "you must provide all fields for the key. Missing key: 'place'."
    )
    found = await api.data(
        '{ visitsByKind(kind: "k", levelPlace: {beginsWith: {level: 1, place: "p"}}) { items { number } } }'
    )
    assert found["visitsByKind"]["items"] == [{"number": 1}]


async def test_null_for_a_required_field_is_told_and_not_written(api: Api) -> None:
    await api.data('mutation { createUser(input: {id: "u", name: "kept"}) { id } }')

    answer = await api.ask('mutation { updateUser(input: {id: "u", name: null}) { id } }')

    assert answer["errors"][0]["message"].startswith("Cannot return null for non-nullable type: 'String'")
    assert (await api.data("{ listUsers { items { name } } }"))["listUsers"]["items"] == [{"name": "kept"}]


async def test_operations_may_be_named_and_left_out(api: Api) -> None:
    made = await api.data('mutation { make(input: {text: "a"}) { text } }')
    missing = await api.ask('mutation { updatePlain(input: {id: "1"}) { text } }')

    assert made == {"make": {"text": "a"}}
    assert "FieldUndefined" in missing["errors"][0]["message"]


async def test_a_pattern_that_cannot_be_read_is_refused_at_deploy(
    spaces: Spaces, store: Store, database: Database
) -> None:
    del database
    graphql = GraphQL(spaces, store, token_key=b"k" * 32, now=lambda: 0.0)
    sdl = 'type A @model @auth(rules: [{ allow: public }]) { id: ID! s: String @validate(type: matches, value: "(") }'

    with pytest.raises(SchemaError, match=r"A\.s"):
        graphql.compile(sdl, ApiOptions())


async def test_introspection_can_be_switched_off(api: Api) -> None:
    api.release.introspection = False

    answer = await api.ask("{ __schema { types { name } } }")

    assert answer["data"] is None
    assert answer["errors"][0]["message"] == "Introspection is switched off for this API."
    assert model_of(SCHEMA).entities
