"""Documents against rows: the discussion board of a real Amplify project, on both databases."""

from typing import Any

import pytest
from served import Api, Serve

from preamp.graphql.identity import Identity

BOARD = """
type Topic @model @auth(rules: [{ allow: public }]){
  id: ID!
  createdByUserId: String!
  content: String!
  posts: [Post] @hasMany
}
type Post @model @auth(rules: [{ allow: public }]){
  id: ID!
  createdByUserId: String!
  content: String!
  comments: [Comment] @hasMany
  topic: Topic @belongsTo
}
type Comment @model @auth(rules: [{ allow: public }]){
  id: ID!
  createdByUserId: String!
  content: String!
  post: Post @belongsTo
}
type Query {
  fetchUserActivity(userId: ID!): [Activity]
    @function(name: "fetchuseractivity-${env}") @auth(rules: [{ allow: public }])
}
type Activity {
  id: ID! @auth(rules: [{ allow: public }])
  userId: ID! @auth(rules: [{ allow: public }])
  activityType: String! @auth(rules: [{ allow: public }])
  timestamp: String! @auth(rules: [{ allow: public }])
}
"""
CREATE_TOPIC = """mutation CreateTopic($input: CreateTopicInput!) {
  createTopic(input: $input) { id content createdAt updatedAt }
}"""
CREATE_POST = """mutation CreatePost($input: CreatePostInput!) {
  createPost(input: $input) { id topic { id content posts { items { id } } } }
}"""


@pytest.fixture
async def board(api_of: Serve) -> Api:
    return await api_of(BOARD)


async def topic(board: Api, topic_id: str, **more: Any) -> Any:
    input_ = {"id": topic_id, "createdByUserId": "u", "content": f"about {topic_id}"} | more
    return (await board.data(CREATE_TOPIC, {"input": input_}))["createTopic"]


async def post(board: Api, post_id: str, topic_id: str | None) -> Any:
    input_ = {"id": post_id, "createdByUserId": "u", "content": post_id, "topicPostsId": topic_id}
    return (await board.data(CREATE_POST, {"input": input_}))["createPost"]


async def test_a_created_row_is_answered_and_read_back(board: Api) -> None:
    made = await topic(board, "t1")

    found = await board.data("query Q($id: ID!) { getTopic(id: $id) { id content createdAt updatedAt } }", {"id": "t1"})

    assert made == {
        "id": "t1",
        "content": "about t1",
        "createdAt": "2023-11-14T22:13:20.000Z",
        "updatedAt": "2023-11-14T22:13:20.000Z",
    }
    assert found == {"getTopic": made}


async def test_an_id_is_made_where_none_is_given(board: Api) -> None:
    data = await board.data(CREATE_TOPIC, {"input": {"createdByUserId": "u", "content": "c"}})

    assert len(data["createTopic"]["id"]) == 36


async def test_a_missing_row_is_null_without_an_error(board: Api) -> None:
    assert await board.data('{ getTopic(id: "nobody") { id } }') == {"getTopic": None}


async def test_rows_nest_to_any_depth_in_the_order_they_were_made(board: Api) -> None:
    for topic_id in ("t1", "t2"):
        await topic(board, topic_id)
    for post_id, topic_id in (("p1", "t1"), ("p2", "t2"), ("p3", "t1")):
        await post(board, post_id, topic_id)

    data = await board.data(
        "{ listTopics { items { id posts { items { id topic { id posts { items { id } } } } } } } }"
    )

    inner = {"id": "t1", "posts": {"items": [{"id": "p1"}, {"id": "p3"}]}}
    assert data["listTopics"]["items"] == [
        {"id": "t1", "posts": {"items": [{"id": "p1", "topic": inner}, {"id": "p3", "topic": inner}]}},
        {"id": "t2", "posts": {"items": [{"id": "p2", "topic": {"id": "t2", "posts": {"items": [{"id": "p2"}]}}}]}},
    ]


async def test_a_mutation_answers_with_relations_as_they_are_after_it(board: Api) -> None:
    await topic(board, "t1")

    made = await post(board, "p1", "t1")

    assert made == {"id": "p1", "topic": {"id": "t1", "content": "about t1", "posts": {"items": [{"id": "p1"}]}}}


async def test_pages_follow_each_other_to_the_end(board: Api) -> None:
    """Five rows in pages of two are three pages; the last has no token."""
    for number in range(5):
        await topic(board, f"t{number}")
    query = """query L($limit: Int, $nextToken: String) {
      listTopics(limit: $limit, nextToken: $nextToken) { items { id } nextToken } }"""
    pages, token = [], None
    while True:
        page = (await board.data(query, {"limit": 2, "nextToken": token}))["listTopics"]
        pages.append([item["id"] for item in page["items"]])
        token = page["nextToken"]
        if token is None:
            break

    assert pages == [["t0", "t1"], ["t2", "t3"], ["t4"]]


async def test_a_nested_page_goes_on_where_it_ended(board: Api) -> None:
    await topic(board, "t1")
    for number in range(3):
        await post(board, f"p{number}", "t1")
    query = """query G($token: String) {
      getTopic(id: "t1") { posts(limit: 2, nextToken: $token) { items { id } nextToken } } }"""

    first = (await board.data(query))["getTopic"]["posts"]
    second = (await board.data(query, {"token": first["nextToken"]}))["getTopic"]["posts"]

    assert [item["id"] for item in first["items"]] == ["p0", "p1"]
    assert second == {"items": [{"id": "p2"}], "nextToken": None}


async def test_a_token_of_another_list_is_refused(board: Api) -> None:
    for number in range(3):
        await topic(board, f"t{number}")
    token = (await board.data("{ listTopics(limit: 1) { nextToken } }"))["listTopics"]["nextToken"]
    filtered = 'query L($t: String) { listTopics(limit: 1, nextToken: $t, filter: {content: {ne: "x"}}) { nextToken } }'

    for variables in ({"t": token}, {"t": token[:-3] + "AAA"}, {"t": "nonsense"}):
        answer = await board.ask(filtered, variables)
        assert answer["data"] == {"listTopics": None}
        assert "nextToken" in answer["errors"][0]["message"]


async def test_a_filter_gives_full_pages(board: Api) -> None:
    """A page holds `limit` rows that match, however many do not."""
    for number in range(20):
        await topic(board, f"t{number}", content="even" if number % 2 == 0 else "odd")

    data = await board.data('{ listTopics(limit: 3, filter: {content: {eq: "odd"}}) { items { id } nextToken } }')

    assert [item["id"] for item in data["listTopics"]["items"]] == ["t1", "t3", "t5"]
    assert data["listTopics"]["nextToken"]


async def test_update_changes_only_what_is_given(board: Api) -> None:
    await topic(board, "t1")
    query = "mutation U($input: UpdateTopicInput!) { updateTopic(input: $input) { id content createdByUserId } }"

    data = await board.data(query, {"input": {"id": "t1", "content": "new"}})

    assert data == {"updateTopic": {"id": "t1", "content": "new", "createdByUserId": "u"}}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ('mutation { updateTopic(input: {id: "none", content: "x"}) { id } }', "updateTopic"),
        ('mutation { deleteTopic(input: {id: "none"}) { id } }', "deleteTopic"),
        ('mutation { updateTopic(input: {id: "t1"}, condition: {content: {eq: "other"}}) { id } }', "updateTopic"),
        ('mutation { deleteTopic(input: {id: "t1"}, condition: {content: {eq: "other"}}) { id } }', "deleteTopic"),
        ('mutation { createTopic(input: {id: "t1", content: "x", createdByUserId: "u"}) { id } }', "createTopic"),
    ],
)
async def test_a_condition_that_fails_is_told_as_dynamodb_tells_it(board: Api, query: str, field: str) -> None:
    await topic(board, "t1")

    answer = await board.ask(query)

    assert answer["data"] == {field: None}
    assert answer["errors"] == [
        {
            "path": [field],
            "data": None,
            "errorType": "DynamoDB:ConditionalCheckFailedException",
            "errorInfo": None,
            "locations": [{"line": 1, "column": 12, "sourceName": None}],
            "message": "The conditional request failed",
        }
    ]


async def test_delete_answers_the_row_with_its_relations(board: Api) -> None:
    await topic(board, "t1")
    await post(board, "p1", "t1")

    data = await board.data('mutation { deletePost(input: {id: "p1"}) { id topic { id } } }')
    gone = await board.data('{ getPost(id: "p1") { id } }')

    assert data == {"deletePost": {"id": "p1", "topic": {"id": "t1"}}}
    assert gone == {"getPost": None}


async def test_aliases_fragments_and_switches(board: Api) -> None:
    await topic(board, "t1")
    query = """
    query Q($yes: Boolean!, $no: Boolean = false) {
      one: getTopic(id: "t1") { ...Parts name: content ... on Topic @include(if: $yes) { createdByUserId } }
      two: getTopic(id: "t1") { id @skip(if: $yes) content @include(if: $no) __typename }
      __typename
    }
    fragment Parts on Topic { key: id __typename }
    """

    data = await board.data(query, {"yes": True})
    other = await board.data(query, {"yes": False})

    assert data == {
        "one": {"key": "t1", "__typename": "Topic", "name": "about t1", "createdByUserId": "u"},
        "two": {"__typename": "Topic"},
        "__typename": "Query",
    }
    assert other["one"] == {"key": "t1", "__typename": "Topic", "name": "about t1"}
    assert other["two"] == {"id": "t1", "__typename": "Topic"}


async def test_mutations_run_in_order_and_one_failure_leaves_the_others(board: Api) -> None:
    query = """mutation {
      a: createTopic(input: {id: "t", createdByUserId: "u", content: "1"}) { id }
      b: createTopic(input: {id: "t", createdByUserId: "u", content: "2"}) { id }
      c: updateTopic(input: {id: "t", content: "3"}) { content }
    }"""

    answer = await board.ask(query)

    assert answer["data"] == {"a": {"id": "t"}, "b": None, "c": {"content": "3"}}
    assert [error["path"] for error in answer["errors"]] == [["b"]]


async def test_introspection_tells_the_schema(board: Api) -> None:
    data = await board.data('{ __schema { queryType { name } } __type(name: "Topic") { fields { name } } }')

    assert data["__schema"] == {"queryType": {"name": "Query"}}
    names = [field["name"] for field in data["__type"]["fields"]]
    assert names == ["id", "createdByUserId", "content", "posts", "createdAt", "updatedAt"]


async def test_a_function_field_says_that_it_is_not_served(board: Api) -> None:
    answer = await board.ask('{ fetchUserActivity(userId: "u") { id } getTopic(id: "x") { id } }')

    assert answer["data"] == {"fetchUserActivity": None, "getTopic": None}
    assert answer["errors"][0]["errorType"] == "Lambda:Unhandled"
    assert answer["errors"][0]["path"] == ["fetchUserActivity"]


@pytest.mark.parametrize("text", ['"', "\\", "\n\t\x01", "é😀 ", "</script>", '\'; DROP TABLE "Topic"; --', "x" * 5000])
async def test_any_text_comes_back_as_it_was(board: Api, text: str) -> None:
    made = await topic(board, "t1", content=text)

    assert made["content"] == text


async def test_a_missing_variable_is_told_in_appsyncs_words(board: Api) -> None:
    answers = [
        await board.ask(CREATE_TOPIC, {}),
        await board.ask(CREATE_TOPIC, {"input": {"content": "c"}}),
        await board.ask(CREATE_TOPIC, {"input": {"content": "c", "createdByUserId": "u", "x": 1}}),
        await board.ask(CREATE_TOPIC, {"input": {"content": 5, "createdByUserId": "u"}}),
    ]

    assert [answer["errors"][0]["message"] for answer in answers] == [
        "Variable 'input' has coerced Null value for NonNull type 'CreateTopicInput!'",
        "Variable 'input' has coerced Null value for NonNull type 'String!'",
        "The variables input contains a field name 'x' that is not defined for input object type 'CreateTopicInput' ",
        "Variable 'content' has an invalid value. Expected type 'String' but was 'Int'.",
    ]
    assert all(answer["data"] is None for answer in answers)


def nested(relations: int, arguments: str = "") -> str:
    """Answer a selection on Post that goes to and fro between posts and topics."""
    inner = "id"
    for number in range(relations):
        posts = f"posts{arguments} {{ items {{ {inner} }} nextToken }}"
        inner = f"id topic {{ {inner} }}" if number % 2 else f"id {posts}"
    return inner


@pytest.mark.parametrize("relations", range(2, 16, 2))
async def test_relations_nest_to_the_limit_of_depth(board: Api, relations: int) -> None:
    """Fourteen relations within each other are 24 fields: more than one statement of SQLite can hold."""
    await topic(board, "t1")
    await post(board, "p1", "t1")

    data = await board.data(f'{{ getPost(id: "p1") {{ {nested(relations)} }} }}')

    value = data["getPost"]
    for _ in range(relations // 2):
        assert value["topic"]["posts"]["nextToken"] is None
        value = value["topic"]["posts"]["items"][0]
    assert value == {"id": "p1"}


async def test_deep_relations_take_their_own_arguments(board: Api) -> None:
    """Filters, limits and tokens reach the statements that a deep selection is split into."""
    await topic(board, "t1")
    for number in range(3):
        await post(board, f"p{number}", "t1")
    query = f"""query Q($f: ModelPostFilterInput) {{
        getPost(id: "p1") {{ {nested(10, "(limit: 1, filter: $f)")} }} }}"""

    data = await board.data(query, {"f": {"or": [{"id": {"gt": "p0"}}, {"content": {"eq": "none"}}]}})

    value = data["getPost"]
    for _ in range(5):
        page = value["topic"]["posts"]
        assert [item["id"] for item in page["items"]] == ["p1"]
        assert page["nextToken"]
        value = page["items"][0]


async def test_a_mutation_answers_with_deep_relations(board: Api) -> None:
    await topic(board, "t1")

    query = f"mutation C($input: CreatePostInput!) {{ createPost(input: $input) {{ {nested(12)} }} }}"
    value = (
        await board.data(query, {"input": {"id": "p1", "content": "c", "createdByUserId": "u", "topicPostsId": "t1"}})
    )["createPost"]

    for _ in range(6):
        value = value["topic"]["posts"]["items"][0]
    assert value == {"id": "p1"}


async def test_owned_rows_nest_to_the_limit_of_depth(api_of: Serve) -> None:
    """Row rules stand in every statement that a deep selection is split into; a stranger's row ends the chain."""
    api = await api_of("type Node @model @auth(rules: [{ allow: owner }]) { id: ID! up: Node @hasOne }")
    ann = Identity(mode="AMAZON_COGNITO_USER_POOLS", claims={"sub": "1", "username": "ann"})
    bob = Identity(mode="AMAZON_COGNITO_USER_POOLS", claims={"sub": "2", "username": "bob"})
    create = "mutation C($i: CreateNodeInput!) { createNode(input: $i) { id } }"
    for number in range(24):
        up = f"n{number - 1}" if number else None
        await api.data(create, {"i": {"id": f"n{number}", "nodeUpId": up}}, bob if number == 5 else ann)
    query = "id"
    for _ in range(23):
        query = f"id up {{ {query} }}"

    answer = await api.ask(f'{{ getNode(id: "n23") {{ {query} }} }}', None, ann)

    found, value = [], answer["data"]["getNode"]
    while value:
        found.append(value["id"])
        value = value.get("up")
    assert found == [f"n{number}" for number in range(23, 5, -1)]
    assert [error["errorType"] for error in answer["errors"]] == ["Unauthorized"]


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        ({"content": {"eq": "c"}}, False),
        ({"content": {"ne": "c"}}, True),
        ({"content": {"attributeExists": False}}, True),
        ({"not": {"content": {"beginsWith": "c"}}}, True),
        ({"or": [{"content": {"size": {"gt": 0}}}, {"content": {"notContains": "c"}}]}, True),
        ({"and": [{"content": {"ne": "c"}}, {"content": {"attributeExists": True}}]}, False),
    ],
)
async def test_a_condition_on_create_is_asked_of_the_row_that_is_not_there(
    board: Api, condition: Any, *, written: bool
) -> None:
    query = """mutation C($i: CreateTopicInput!, $c: ModelTopicConditionInput) {
        createTopic(input: $i, condition: $c) { id } }"""

    answer = await board.ask(query, {"i": {"id": "t1", "content": "c", "createdByUserId": "u"}, "c": condition})

    assert (await board.data('{ getTopic(id: "t1") { id } }'))["getTopic"] == ({"id": "t1"} if written else None)
    assert [error["errorType"] for error in answer.get("errors", ())] == (
        [] if written else ["DynamoDB:ConditionalCheckFailedException"]
    )
