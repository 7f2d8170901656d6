"""@auth at run time: rows and fields that one caller may see or change and another may not."""

from typing import Any

import pytest
from served import Api, Serve

from preamp.graphql.identity import ADMIN, API_KEY, Identity
from preamp.graphql.model import Mode

USER_POOLS: Mode = "AMAZON_COGNITO_USER_POOLS"


def user(name: str, *groups: str, **claims: Any) -> Identity:
    known: dict[str, Any] = {"sub": f"sub-{name}", "username": name, "cognito:groups": list(groups)}
    return Identity(mode=USER_POOLS, claims=known | claims)


ANN, BOB, ADA = user("ann"), user("bob"), user("ada", "Admin")
GUEST = Identity(mode="AWS_IAM", role="unauthenticated")

NOTES = """
type Note @model @auth(rules: [
  { allow: owner }
  { allow: groups, groups: ["Admin"] }
  { allow: groups, groupsField: "teams", operations: [read] }
  { allow: owner, ownerField: "editors", operations: [read, update] }
]) {
  id: ID!
  text: String
  owner: String
  teams: [String]
  editors: [String]
  secret: String @auth(rules: [{ allow: groups, groups: ["Admin"] }])
}
"""
CREATE = "mutation C($i: CreateNoteInput!) { createNote(input: $i) { id text owner } }"
UPDATE = "mutation U($i: UpdateNoteInput!) { updateNote(input: $i) { id text } }"
DELETE = 'mutation { deleteNote(input: {id: "1"}) { id } }'
GET = '{ getNote(id: "1") { id text owner } }'
LIST = "{ listNotes { items { id } } }"


@pytest.fixture
async def notes(api_of: Serve) -> Api:
    return await api_of(NOTES)


async def create(api: Api, who: Identity, **row: Any) -> Any:
    return await api.ask(CREATE, {"i": {"id": "1", "text": "t"} | row}, who)


def refusal(answer: Any) -> tuple[str, str]:
    (error,) = answer["errors"]
    return error["errorType"], error["message"]


async def test_an_owner_left_out_is_the_caller_and_is_shown_by_name(notes: Api) -> None:
    answer = await create(notes, ANN)

    assert answer == {"data": {"createNote": {"id": "1", "text": "t", "owner": "ann"}}}
    (row,) = await notes.space.read(f'SELECT owner FROM {notes.space.prefix}"Note"')
    assert row[0] == "sub-ann::ann"


@pytest.mark.parametrize("owner", ["bob", "sub-bob", "sub-bob::bob", None])
async def test_nobody_writes_in_another_ones_name(notes: Api, owner: str | None) -> None:
    answer = await create(notes, ANN, owner=owner)

    assert answer["data"] == {"createNote": None}
    assert refusal(answer)[0] == "Unauthorized"


async def test_rows_are_seen_by_owner_editor_team_and_group(notes: Api) -> None:
    await create(notes, ANN, editors=["eve", "ann"], teams=["Red", "Blue"])
    await create(notes, BOB, id="2")

    seen = {
        name: [item["id"] for item in (await notes.data(LIST, identity=who))["listNotes"]["items"]]
        for name, who in {
            "owner": ANN,
            "other": BOB,
            "editor": user("eve"),
            "team": user("tom", "Blue"),
            "team as text": user("tom", **{"cognito:groups": '["Blue"]'}),
            "admin": ADA,
            "nobody": user("zoe"),
            "operator": ADMIN,
        }.items()
    }

    assert seen == {
        "owner": ["1"],
        "other": ["2"],
        "editor": ["1"],
        "team": ["1"],
        "team as text": ["1"],
        "admin": ["1", "2"],
        "nobody": [],
        "operator": ["1", "2"],
    }


async def test_get_tells_a_hidden_row_from_a_missing_one(notes: Api) -> None:
    await create(notes, ANN)

    hidden = await notes.ask(GET, identity=BOB)
    missing = await notes.ask('{ getNote(id: "none") { id } }', identity=BOB)

    assert refusal(hidden) == ("Unauthorized", "Not Authorized to access getNote on type Note")
    assert missing == {"data": {"getNote": None}}


async def test_filters_and_pages_count_only_what_one_may_see(notes: Api) -> None:
    for number in range(10):
        await create(notes, ANN if number % 2 else BOB, id=str(number))

    page = await notes.data(
        'query { listNotes(limit: 3, filter: {text: {eq: "t"}}) { items { id } nextToken } }', identity=ANN
    )

    assert [item["id"] for item in page["listNotes"]["items"]] == ["1", "3", "5"]


async def test_each_role_changes_what_it_may(notes: Api) -> None:
    await create(notes, ANN, editors=["eve"], teams=["Blue"])
    change = {"i": {"id": "1", "text": "new"}}

    assert (await notes.ask(UPDATE, change, ANN))["data"]["updateNote"] == {"id": "1", "text": "new"}
    assert (await notes.ask(UPDATE, change, user("eve")))["data"]["updateNote"] == {"id": "1", "text": "new"}
    assert refusal(await notes.ask(UPDATE, change, user("tom", "Blue")))[0] == "Unauthorized"
    assert refusal(await notes.ask(UPDATE, change, BOB)) == (
        "Unauthorized",
        "Not Authorized to access updateNote on type Note",
    )


async def test_a_denied_field_is_named_and_nothing_is_written(notes: Api) -> None:
    await create(notes, ANN)

    created = await create(notes, ANN, id="2", secret="s")
    updated = await notes.ask(UPDATE, {"i": {"id": "1", "text": "x", "secret": "s"}}, ANN)

    assert refusal(created) == ("Unauthorized", "Unauthorized on [secret]")
    assert refusal(updated) == ("Unauthorized", "Unauthorized on [secret]")
    assert (await notes.data(GET, identity=ANN))["getNote"]["text"] == "t"
    assert (await create(notes, ADA, id="3", secret="s"))["data"]["createNote"]["id"] == "3"


async def test_null_needs_the_right_to_delete(notes: Api) -> None:
    await create(notes, ANN, editors=["eve"])

    by_editor = await notes.ask(UPDATE, {"i": {"id": "1", "text": None}}, user("eve"))
    by_owner = await notes.ask(UPDATE, {"i": {"id": "1", "text": None}}, ANN)

    assert refusal(by_editor) == ("Unauthorized", "Unauthorized on [text]")
    assert by_owner["data"]["updateNote"]["text"] is None


async def test_delete_needs_every_field(notes: Api) -> None:
    """The owner may not read `secret`, so may not delete the row; the group that may everything does."""
    await create(notes, ANN)

    assert refusal(await notes.ask(DELETE, identity=ANN))[0] == "Unauthorized"
    assert (await notes.ask(DELETE, identity=ADA))["data"]["deleteNote"] == {"id": "1"}


async def test_a_hidden_field_is_null_with_an_error_for_each_row(notes: Api) -> None:
    await create(notes, ADA, id="1", secret="s", owner="ann")
    query = "{ listNotes { items { id secret } } }"

    by_owner = await notes.ask(query, identity=ANN)
    by_admin = await notes.ask(query, identity=ADA)

    assert by_owner["data"]["listNotes"]["items"] == [{"id": "1", "secret": None}]
    assert by_owner["errors"][0]["path"] == ["listNotes", "items", 0, "secret"]
    assert refusal(by_owner) == ("Unauthorized", "Not Authorized to access secret on type Note")
    assert by_admin == {"data": {"listNotes": {"items": [{"id": "1", "secret": "s"}]}}}


async def test_a_restricted_field_is_null_in_every_mutations_answer(notes: Api) -> None:
    answer = await notes.ask('mutation { createNote(input: {secret: "s"}) { secret text } }', identity=ADA)

    assert answer == {"data": {"createNote": {"secret": None, "text": None}}}


async def test_a_field_may_be_its_owners_alone(api_of: Serve) -> None:
    api = await api_of("""
    type Profile @model @auth(rules: [{ allow: private }]) {
      id: ID!
      name: String
      owner: String
      phone: String @auth(rules: [{ allow: owner }])
    }
    """)
    for who in (ANN, BOB):
        input_ = {"id": who.claims["username"], "name": "n", "phone": "p"}
        refused = await api.ask(
            "mutation C($i: CreateProfileInput!) { createProfile(input: $i) { id } }", {"i": input_}, who
        )
        assert "errors" in refused or refused["data"]["createProfile"]

    answer = await api.ask("{ listProfiles { items { id phone } } }", identity=ANN)

    items = answer["data"]["listProfiles"]["items"]
    assert items == [{"id": "ann", "phone": "p"}, {"id": "bob", "phone": None}]
    assert [error["path"] for error in answer["errors"]] == [["listProfiles", "items", 1, "phone"]]


async def test_modes_without_a_rule_are_kept_out(api_of: Serve) -> None:
    api = await api_of(
        "type Note @model @auth(rules: [{ allow: public, operations: [read] }, { allow: owner }]) { id: ID! }"
    )

    assert await api.data(LIST, identity=API_KEY) == {"listNotes": {"items": []}}
    assert refusal(await api.ask(LIST, identity=GUEST)) == (
        "Unauthorized",
        "Not Authorized to access listNotes on type Query",
    )
    assert refusal(await api.ask('mutation { createNote(input: {id: "1"}) { id } }', identity=API_KEY)) == (
        "Unauthorized",
        "Not Authorized to access createNote on type Note",
    )


async def test_relations_follow_the_rules_of_the_related_model(api_of: Serve) -> None:
    api = await api_of("""
    type Post @model @auth(rules: [{ allow: private }]) { id: ID! comments: [Comment] @hasMany secret: Secret @hasOne }
    type Comment @model @auth(rules: [{ allow: owner }]) { id: ID! post: Post @belongsTo }
    type Secret @model @auth(rules: [{ allow: owner }]) { id: ID! }
    """)
    await api.data('mutation { createSecret(input: {id: "s"}) { id } }', identity=ANN)
    await api.data('mutation { createPost(input: {id: "p", postSecretId: "s"}) { id } }', identity=ANN)
    for name, who in (("1", ANN), ("2", BOB)):
        query = "mutation C($i: CreateCommentInput!) { createComment(input: $i) { id } }"
        await api.data(query, {"i": {"id": name, "postCommentsId": "p"}}, who)
    query = '{ getPost(id: "p") { comments { items { id } } secret { id } } }'

    ann, bob = await api.ask(query, identity=ANN), await api.ask(query, identity=BOB)

    assert ann == {"data": {"getPost": {"comments": {"items": [{"id": "1"}]}, "secret": {"id": "s"}}}}
    assert bob["data"] == {"getPost": {"comments": {"items": [{"id": "2"}]}, "secret": None}}
    assert bob["errors"][0]["path"] == ["getPost", "secret"]


async def test_a_mutation_leaves_out_relations_that_others_read(api_of: Serve) -> None:
    """Subscribers to the one model get the mutation's answer; they may not be readers of the other."""
    api = await api_of("""
    type Post @model @auth(rules: [{ allow: private }]) { id: ID! comments: [Comment] @hasMany tags: [Tag] @hasMany }
    type Comment @model @auth(rules: [{ allow: owner }]) { id: ID! post: Post @belongsTo }
    type Tag @model @auth(rules: [{ allow: private }]) { id: ID! }
    """)
    for mutation in (
        'createPost(input: {id: "p"}) { id }',
        'createComment(input: {id: "c", postCommentsId: "p"}) { id }',
        'createTag(input: {id: "t", postTagsId: "p"}) { id }',
    ):
        await api.data(f"mutation {{ {mutation} }}", identity=ANN)

    answer = await api.data(
        'mutation { updatePost(input: {id: "p"}) { comments { items { id } nextToken } tags { items { id } } } }',
        identity=ANN,
    )

    assert answer["updatePost"] == {"comments": {"items": [], "nextToken": None}, "tags": {"items": [{"id": "t"}]}}


async def test_an_owner_as_primary_key_lists_ones_own(api_of: Serve) -> None:
    api = await api_of("""
    type Day @model @auth(rules: [{ allow: owner, ownerField: "user", identityClaim: "sub" }]) {
      user: ID! @primaryKey(sortKeyFields: ["date"]) date: AWSDate! text: String
    }
    """)
    for who in (ANN, BOB):
        for day in ("2024-01-02", "2024-01-01"):
            query = "mutation C($i: CreateDayInput!) { createDay(input: $i) { date } }"
            await api.data(query, {"i": {"user": who.claims["sub"], "date": day}}, who)
    keyed = 'query { listDays(user: "sub-ann") { items { user date } } }'

    assert (await api.data("{ listDays { items { user date } } }", identity=ANN))["listDays"]["items"] == [
        {"user": "sub-ann", "date": "2024-01-02"},
        {"user": "sub-ann", "date": "2024-01-01"},
    ]
    assert [item["date"] for item in (await api.data(keyed, identity=ANN))["listDays"]["items"]] == [
        "2024-01-01",
        "2024-01-02",
    ]
    assert refusal(await api.ask(keyed, identity=BOB))[0] == "Unauthorized"
    get = 'query { getDay(user: "sub-ann", date: "2030-01-01") { date } }'
    assert refusal(await api.ask(get, identity=BOB))[0] == "Unauthorized"
