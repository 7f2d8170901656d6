"""Statements that codegen writes are valid for the schema they are made of."""

import pytest
from graphql import build_schema, parse, validate

from preamp.cli.codegen import ClientSchema, models_files, statement_files
from preamp.graphql.codegen import datastore_module
from preamp.graphql.schema import transform

SCHEMA = """
type Topic @model @auth(rules: [{ allow: public }]) {
  id: ID! title: String! posts: [Post] @hasMany kind: Kind place: Place
}
type Post @model @auth(rules: [{ allow: public }]) { id: ID! title: String! at: AWSDateTime topic: Topic @belongsTo }
type Place { street: String city: City }
type City { name: String! }
enum Kind { OPEN CLOSED }
"""
SCALARS = "scalar AWSDateTime\n"


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_every_statement_is_valid(depth: int) -> None:
    served = transform(SCHEMA).sdl
    schema = build_schema(SCALARS + served, assume_valid_sdl=True)

    files = statement_files(ClientSchema(annotated=SCHEMA, served=served), "graphql", depth)

    assert set(files) == {"queries.graphql", "mutations.graphql", "subscriptions.graphql"}
    for text in files.values():
        for definition in parse(text).definitions:
            one = parse(text[definition.loc.start : definition.loc.end]) if definition.loc else parse(text)
            assert validate(schema, one) == []
    assert "query ListTopics(" in files["queries.graphql"]


def test_modules_export_a_constant_for_each_field() -> None:
    served = transform(SCHEMA).sdl

    files = statement_files(ClientSchema(annotated=SCHEMA, served=served), "javascript")

    assert "export const listTopics = /* GraphQL */ `\n  query ListTopics(" in files["queries.js"]
    assert "export const onCreatePost = /* GraphQL */ `" in files["subscriptions.js"]


def test_models_are_exported_by_name() -> None:
    files = models_files(datastore_module(SCHEMA))

    assert files["schema.js"].startswith("export const schema = {")
    assert "const { Topic, Post, Place, City } = initSchema(schema);" in files["index.js"]
    assert 'const Kind = {\n  "OPEN": "OPEN",' in files["index.js"]
