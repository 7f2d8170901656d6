"""Subscriptions: who hears which event, and what is in it."""

from typing import Any

import pytest
from served import Api, Serve
from test_auth import ADA, ANN, BOB, GUEST, NOTES, create, user

from preamp.graphql.errors import DocumentErrors, FieldError, RequestError, Unauthorized
from preamp.graphql.identity import ADMIN, API_KEY
from preamp.graphql.listen import check_filter, predicate

EVENT = {"title": "Blue moon", "n": 5, "x": 1.5, "done": True, "tags": ["a", "b"], "none": None}


@pytest.mark.parametrize(
    ("filter_", "holds"),
    [
        ({}, True),
        ({"title": {"eq": "Blue moon"}}, True),
        ({"title": {"ne": "Blue moon"}}, False),
        ({"title": {"beginsWith": "Blue"}}, True),
        ({"title": {"contains": "moon"}}, True),
        ({"title": {"notContains": "moon"}}, False),
        ({"title": {"between": ["A", "C"]}}, True),
        ({"title": {"in": ["x", "Blue moon"]}}, True),
        ({"title": {"notIn": ["x", "Blue moon"]}}, False),
        ({"title": {"gt": 3}}, False),
        ({"n": {"gt": 4, "lt": 6}}, True),
        ({"n": {"ge": 5, "le": 5}}, True),
        ({"n": {"between": [6, 9]}}, False),
        ({"n": {"in": [1, 5]}}, True),
        ({"n": {"gt": "4"}}, False),
        ({"x": {"lt": 2}}, True),
        ({"done": {"eq": True}}, True),
        ({"done": {"ne": True}}, False),
        ({"tags": {"contains": "a"}}, True),
        ({"tags": {"contains": "c"}}, False),
        ({"tags": {"containsAny": ["c", "b"]}}, True),
        ({"tags": {"containsAny": ["c"]}}, False),
        ({"none": {"eq": None}}, True),
        ({"absent": {"eq": None}}, True),
        ({"absent": {"eq": "x"}}, False),
        ({"absent": {"ne": "x"}}, True),
        ({"absent": {"notIn": ["x"]}}, True),
        ({"absent": {"beginsWith": ""}}, False),
        ({"absent": {"gt": 0}}, False),
        ({"and": [{"n": {"gt": 1}}, {"n": {"gt": 9}}]}, False),
        ({"or": [{"n": {"gt": 1}}, {"n": {"gt": 9}}]}, True),
        ({"or": [{"n": {"gt": 9}}, {"and": [{"x": {"gt": 1}}, {"done": {"eq": True}}]}]}, True),
        ({"title": {"eq": "other"}, "or": [{"n": {"gt": 1}}]}, False),
        ({"or": []}, True),
    ],
)
def test_a_filter_holds_or_not(filter_: dict[str, Any], holds: bool) -> None:
    assert predicate(filter_)(EVENT) is holds


@pytest.mark.parametrize(
    ("filter_", "words"),
    [
        ({"n": {"in": [1, 2, 3, 4, 5, 6]}}, "filter.n.in takes at most 5"),
        ({"or": [{"n": {"notIn": list(range(6))}}]}, "filter.n.notIn takes at most 5"),
        ({"t": {"containsAny": [str(n) for n in range(21)]}}, "at most 20"),
        ({"and": [{"n": {"eq": 1}}] * 101}, "at most 100 conditions"),
    ],
)
def test_a_filter_has_bounds(filter_: dict[str, Any], words: str) -> None:
    with pytest.raises(FieldError, match=words):
        check_filter(filter_)


BOARD = """
type Topic @model @auth(rules: [{ allow: public }]) {
  id: ID! title: String! n: Int place: Place posts: [Post] @hasMany
}
type Post @model @auth(rules: [{ allow: public }]) { id: ID! title: String! topic: Topic @belongsTo }
type Place { town: String! zip: String }
type Subscription {
  onTopic(title: String): Topic @aws_subscribe(mutations: ["createTopic", "updateTopic"])
}
"""
NEW = 'mutation { createTopic(input: {id: "t", title: "T", n: 1, place: {town: "Rome"}}) { %s } }'
WHOLE = (
    "id title n place { town zip } createdAt updatedAt posts { items { id title createdAt updatedAt topicPostsId } }"
)


@pytest.fixture
async def board(api_of: Serve) -> Api:
    return await api_of(BOARD)


async def test_events_hold_what_the_mutation_selected(board: Api) -> None:
    """A field that the mutation did not select is null; one that may not be null is an error beside it."""
    heard = board.listen("subscription { onCreateTopic { id t: title n __typename place { town zip } } }")
    strict = board.listen("subscription { onCreateTopic { id createdAt } }")

    await board.data(NEW % "id n place { town }")

    (payload,) = heard.payloads
    assert payload["data"] == {"onCreateTopic": None}
    assert payload["errors"][0]["path"] == ["onCreateTopic", "t"]
    assert "Cannot return null for non-nullable type: 'String' within parent 'Topic'" in payload["errors"][0]["message"]
    (payload,) = strict.payloads
    assert [error["path"] for error in payload["errors"]] == [["onCreateTopic", "createdAt"]]


async def test_events_are_told_under_the_subscriptions_own_names(board: Api) -> None:
    heard = board.listen("subscription { on: onCreateTopic { key: id title n place { t: town zip } __typename } }")

    await board.data(NEW % "number: n i: id headline: title where: place { town z: zip }")

    (payload,) = heard.payloads
    place = {"t": "Rome", "zip": None}
    assert payload == {"data": {"on": {"key": "t", "title": "T", "n": 1, "place": place, "__typename": "Topic"}}}


async def test_updates_and_deletes_have_subscriptions_of_their_own(board: Api) -> None:
    created, updated, deleted = (
        board.listen(f"subscription {{ on{word}Topic {{ id title }} }}") for word in ("Create", "Update", "Delete")
    )
    own = board.listen('subscription { onTopic(title: "U") { title } }')

    await board.data(NEW % WHOLE)
    await board.data('mutation { updateTopic(input: {id: "t", title: "U"}) { id title } }')
    await board.data('mutation { deleteTopic(input: {id: "t"}) { id title } }')

    assert [one["data"]["onCreateTopic"]["title"] for one in created.payloads] == ["T"]
    assert [one["data"]["onUpdateTopic"]["title"] for one in updated.payloads] == ["U"]
    assert [one["data"]["onDeleteTopic"]["title"] for one in deleted.payloads] == ["U"]
    assert [one["data"]["onTopic"]["title"] for one in own.payloads] == ["U"]


async def test_a_mutation_that_fails_tells_nobody(board: Api) -> None:
    heard = board.listen("subscription { onCreateTopic { id } }")
    await board.data(NEW % "id")

    answer = await board.ask(NEW % "id")

    assert answer["errors"][0]["errorType"] == "DynamoDB:ConditionalCheckFailedException"
    assert len(heard.payloads) == 1


async def test_filters_and_variables_choose_events(board: Api) -> None:
    query = "subscription S($f: ModelSubscriptionTopicFilterInput) { onCreateTopic(filter: $f) { title } }"
    small = board.listen(query, {"f": {"n": {"lt": 2}}})
    large = board.listen(query, {"f": {"or": [{"n": {"ge": 2}}, {"title": {"beginsWith": "big"}}]}})
    every = board.listen(query)

    for title, n in (("one", 1), ("two", 2), ("big one", 1)):
        await board.data(
            "mutation C($i: CreateTopicInput!) { createTopic(input: $i) { title n } }", {"i": {"title": title, "n": n}}
        )

    titles = [[one["data"]["onCreateTopic"]["title"] for one in heard.payloads] for heard in (small, large, every)]
    assert titles == [["one", "big one"], ["two", "big one"], ["one", "two", "big one"]]


async def test_who_has_left_hears_no_more(board: Api) -> None:
    heard = board.listen("subscription { onCreateTopic { id } }")
    other = board.listen("subscription { onCreateTopic { id } }")
    heard.stop()
    heard.stop()

    await board.data(NEW % "id")

    assert (len(heard.payloads), len(other.payloads)) == (0, 1)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("subscription { onCreateTopic { id } onDeleteTopic { id } }", "only one top level field"),
        ("subscription { __typename }", "subscri|top level"),
        ("{ listTopics { items { id } } }", "POST"),
        ("subscription { onCreateTopic { nothing } }", "FieldUndefined"),
        ("subscription { onCreateTopic(filter: {n: {in: [1,2,3,4,5,6]}}) { id } }", "filter.n.in"),
    ],
)
async def test_what_cannot_be_subscribed_to_is_refused(board: Api, query: str, words: str) -> None:
    with pytest.raises((DocumentErrors, FieldError, RequestError), match=words):
        board.listen(query)


# @auth ---------------------------------------------------------------------------------------------------------------

ON = "subscription { onCreateNote { id owner text secret } }"
SELECTED = "mutation C($i: CreateNoteInput!) { createNote(input: $i) { id text owner teams editors } }"


@pytest.fixture
async def notes(api_of: Serve) -> Api:
    return await api_of(NOTES)


def ids(heard: Any) -> list[str]:
    return [one["data"]["onCreateNote"]["id"] for one in heard.payloads]


async def test_rows_are_heard_of_by_owner_editor_team_and_group(notes: Api) -> None:
    eve, red, blue = user("eve"), user("red", "Red"), user("blue", "Blue")
    people = {"ann": ANN, "bob": BOB, "ada": ADA, "eve": eve, "red": red, "blue": blue, "admin": ADMIN}
    heard = {name: notes.listen(ON, identity=who) for name, who in people.items()}

    for who, row in ((ANN, {"id": "1", "editors": ["eve"]}), (BOB, {"id": "2", "teams": ["Red"]}), (ADA, {"id": "3"})):
        await notes.data(SELECTED, {"i": {"text": "t"} | row}, who)

    assert {name: ids(one) for name, one in heard.items()} == {
        "ann": ["1"],
        "bob": ["2"],
        "ada": ["1", "2", "3"],
        "eve": ["1"],
        "red": ["2"],
        "blue": [],
        "admin": ["1", "2", "3"],
    }


async def test_an_owner_argument_must_be_the_caller(notes: Api) -> None:
    query = "subscription S($o: String) { onCreateNote(owner: $o) { id } }"
    mine = notes.listen(query, {"o": "ann"}, ANN)
    by_sub = notes.listen(query, {"o": "sub-ann"}, ANN)
    of_group = notes.listen(query, {"o": "bob"}, ADA)
    with pytest.raises(Unauthorized, match="Not Authorized to access onCreateNote on type Subscription"):
        notes.listen(query, {"o": "bob"}, ANN)

    await notes.data(SELECTED, {"i": {"id": "1"}}, ANN)
    await notes.data(SELECTED, {"i": {"id": "2"}}, BOB)

    assert (ids(mine), ids(by_sub), ids(of_group)) == (["1"], ["1"], ["2"])


@pytest.mark.parametrize("who", [API_KEY, GUEST])
async def test_whom_no_rule_lets_listen_is_refused(notes: Api, who: Any) -> None:
    with pytest.raises(Unauthorized):
        notes.listen(ON, identity=who)


async def test_a_client_filter_cannot_widen_what_one_may_hear(notes: Api) -> None:
    query = 'subscription { onCreateNote(filter: {or: [{id: {ne: "0"}}, {owner: {eq: "bob"}}]}) { id } }'
    heard = notes.listen(query, identity=ANN)

    await create(notes, BOB)

    assert heard.payloads == []


async def test_restricted_fields_are_null_in_events_whoever_writes_and_hears(notes: Api) -> None:
    with_secret = SELECTED.replace("editors", "editors secret")
    heard = notes.listen(ON, identity=ADA)

    await notes.data(with_secret, {"i": {"id": "1", "secret": "s"}}, ADA)
    await notes.data(with_secret, {"i": {"id": "2", "secret": "s"}}, ADMIN)

    assert [one["data"]["onCreateNote"]["secret"] for one in heard.payloads] == [None, None]
