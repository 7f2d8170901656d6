"""What the SDL does not show: columns, indexes, rules and resolvers of a model."""

import pytest

from preamp.graphql.model import ApiOptions, AuthRule, Entity, Field, Flags, Index, Model, Relation, Root, Versioned
from preamp.graphql.schema import transform


def entity_of(model: Model, name: str) -> Entity:
    return next(one for one in model.entities if one.name == name)


def field_of(model: Model, entity: str, name: str) -> Field:
    return next(one for one in entity_of(model, entity).fields if one.name == name)


def relation_of(model: Model, entity: str, name: str) -> Relation | None:
    return field_of(model, entity, name).relation


def root_of(model: Model, field: str) -> Root:
    return next(one for one in model.roots if one.field == field)


def test_has_many_goes_by_columns_that_the_related_model_gets() -> None:
    model = transform("""
        type Team @model { league: ID! @primaryKey(sortKeyFields: ["name"]) name: String! players: [Player] @hasMany }
        type Player @model { id: ID! team: Team @belongsTo }
    """)
    columns = ("teamPlayersLeague", "teamPlayersName")
    assert relation_of(model, "Team", "players") == Relation(
        kind="hasMany", target="Player", local=("league", "name"), remote=columns, index="gsi-Team.players"
    )
    assert relation_of(model, "Player", "team") == Relation(
        kind="belongsTo", target="Team", local=columns, remote=("league", "name")
    )
    assert [field_of(model, "Player", name).implicit for name in columns] == [True, True]
    assert entity_of(model, "Player").indexes == (Index(name="gsi-Team.players", fields=columns, implicit=True),)


def test_has_many_with_an_index_goes_by_its_partition_key() -> None:
    model = transform("""
        type Blog @model { id: ID! posts: [Post] @hasMany(indexName: "byBlog", fields: ["id"], limit: 7) }
        type Post @model { id: ID! blogId: ID! @index(name: "byBlog", sortKeyFields: ["title"]) title: String! }
    """)
    relation = relation_of(model, "Blog", "posts")
    assert relation is not None
    assert (relation.local, relation.remote[:1], relation.index, relation.limit) == (("id",), ("blogId",), "byBlog", 7)


def test_references_name_the_columns() -> None:
    model = transform("""
        type Cart @model { id: ID! items: [Item] @hasMany(references: ["cartId"]) }
        type Item @model { id: ID! cartId: ID cart: Cart @belongsTo(references: ["cartId"]) }
    """)
    many, back = relation_of(model, "Cart", "items"), relation_of(model, "Item", "cart")
    assert many is not None
    assert back is not None
    assert (many.local, many.remote) == (("id",), ("cartId",))
    assert (back.local, back.remote) == (("cartId",), ("id",))


def test_many_to_many_is_a_has_many_of_a_join_model() -> None:
    model = transform("""
        type Post @model { id: ID! tags: [Tag] @manyToMany(relationName: "PostTags") }
        type Tag @model { id: ID! posts: [Post] @manyToMany(relationName: "PostTags") }
    """)
    join = entity_of(model, "PostTags")
    assert join.is_join
    relation = relation_of(model, "Post", "tags")
    assert relation is not None
    assert (relation.kind, relation.target, relation.local, relation.remote) == (
        "hasMany",
        "PostTags",
        ("id",),
        ("postId",),
    )
    assert {index.name: index.fields for index in join.indexes} == {"byPost": ("postId",), "byTag": ("tagId",)}


def test_rules_come_with_defaults_filled_in_and_read_spelled_out() -> None:
    model = transform("""
        type Note @model(subscriptions: {level: off}) @auth(rules: [
          {allow: owner, ownerField: "editors", operations: [update, read]}
          {allow: groups, groupsField: "teams"}
        ]) { id: ID! editors: [String] teams: [String] secret: String @auth(rules: [{allow: public}]) }
    """)
    assert entity_of(model, "Note").auth == (
        AuthRule(
            allow="owner",
            provider="userPools",
            operations=("update", "get", "list", "search", "listen", "sync"),
            owner_field="editors",
            owner_is_list=True,
            identity_claim="sub::username",
        ),
        AuthRule(
            allow="groups",
            provider="userPools",
            operations=("create", "update", "delete", "get", "list", "search", "listen", "sync"),
            groups_field="teams",
            groups_is_list=True,
            group_claim="cognito:groups",
        ),
    )
    rules = field_of(model, "Note", "secret").auth
    assert rules is not None
    assert [(rule.allow, rule.provider) for rule in rules] == [("public", "apiKey")]
    assert field_of(model, "Note", "editors").auth is None


def test_flag_chooses_the_claim_of_owners() -> None:
    options = ApiOptions(flags=Flags(use_sub_username_for_default_identity_claim=False))
    model = transform("type Note @model @auth(rules: [{allow: owner}]) { id: ID! }", options)
    assert entity_of(model, "Note").auth[0].identity_claim == "username"


def test_model_without_rules_is_closed_but_in_sandbox_mode() -> None:
    closed = transform("type Note @model { id: ID! }")
    assert (entity_of(closed, "Note").open, closed.sandbox) == (False, False)
    opened = transform("input AMPLIFY { globalAuthRule: AuthRule = {allow: public} } type Note @model { id: ID! }")
    assert (entity_of(opened, "Note").open, opened.sandbox) == (True, True)


def test_older_name_of_a_table_and_timestamps_are_kept() -> None:
    model = transform(
        'type Person @model(timestamps: {createdAt: "born", updatedAt: null}) @mapsTo(name: "Human") { id: ID! }'
    )
    entity = entity_of(model, "Person")
    assert (entity.table, entity.created_at, entity.updated_at) == ("Human", "born", None)


def test_roots_say_what_answers_each_field() -> None:
    model = transform("""
        type Post @model(subscriptions: {onCreate: ["made"], onUpdate: null}) {
          id: ID! kind: String @index(name: "byKind", queryField: "postsByKind")
        }
        type Query {
          echo: String @function(name: "echo-${env}") rest: String @http(url: "https://a.example/x") own: Int
        }
    """)
    assert (root_of(model, "getPost").kind, root_of(model, "getPost").entity) == ("get", "Post")
    assert (root_of(model, "postsByKind").kind, root_of(model, "postsByKind").index) == ("index", "byKind")
    assert (root_of(model, "made").kind, root_of(model, "made").mutations) == ("subscribe", ("createPost",))
    assert [call.name for call in root_of(model, "echo").calls] == ["echo-${env}"]
    assert [root_of(model, name).kind for name in ("echo", "rest", "own")] == ["function", "http", "custom"]


@pytest.mark.parametrize(("strategy", "fields"), [(None, 0), ("AUTOMERGE", 3)])
def test_conflict_resolution_adds_versions(strategy: str | None, fields: int) -> None:
    model = transform("type Post @model { id: ID! }", ApiOptions(conflict=strategy))
    entity = entity_of(model, "Post")
    assert [one.name[0] for one in entity.fields].count("_") == fields
    assert entity.conflict == model.conflict == strategy


def test_connection_of_transformer_1_stores_a_column_that_no_type_shows() -> None:
    model = transform("""
        type Post @model { id: ID! comments: [Comment] @connection(name: "PC", limit: 5) }
        type Comment @model { id: ID! post: Post @connection(name: "PC") }
    """)
    many = Relation(kind="hasMany", target="Comment", local=("id",), remote=("commentPostId",), index="gsi-PC", limit=5)
    assert relation_of(model, "Post", "comments") == many
    assert relation_of(model, "Comment", "post") == Relation(
        kind="belongsTo", target="Post", local=("commentPostId",), remote=("id",)
    )
    assert field_of(model, "Comment", "commentPostId").implicit
    assert "commentPostId" not in model.sdl.split("type Comment")[1].split("}")[0]


def test_operations_that_no_rule_of_transformer_1_speaks_of_are_open() -> None:
    model = transform(
        "type A @model @auth(rules: [{allow: owner, operations: [create, delete]}]) @versioned { id: ID! }"
    )
    entity = entity_of(model, "A")
    assert entity.open_operations == ("update", "get", "list", "search", "listen", "sync")
    assert entity.auth[0].identity_claim == "username"
    assert entity.versioned == Versioned(field="version", expected="expectedVersion")
    assert entity_of(transform("type B @model @versioned { id: ID! }"), "B").open


def test_flag_chooses_the_plurals_of_transformer_1() -> None:
    sdl = "type Category @model { id: ID! }"
    plain = Flags(transformer_version=1, improve_pluralization=False)
    assert "listCategorys(" in transform(sdl, ApiOptions(flags=plain)).sdl
    assert "listCategories(" in transform(sdl, ApiOptions(flags=Flags(transformer_version=1))).sdl
