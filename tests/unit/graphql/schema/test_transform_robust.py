"""Whatever the text, a transform ends in a model or in a SchemaError, and soon."""

import random
import re
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sdl_cases import answers, schema_of

from preamp.graphql.codegen import datastore_schema, introspection_schema
from preamp.graphql.model import ApiOptions, Flags, Mode, SchemaError, Strategy
from preamp.graphql.schema import check_servable, transform

SCHEMAS = [schema_of(kind, case) for kind in ("corpus", "own") for case in answers(kind)]
TOKENS = re.compile(r'"(?:[^"\\\n]|\\.)*"|\w+|[^\s\w]|\s+')
SPICE = [
    *("@model", "@primaryKey", "@index", "@hasMany", "@hasOne", "@belongsTo", "@key(fields: [])", "@connection"),
    *("@auth(rules: [])", "@auth(rules: {allow: owner})", "@auth(rules: null)", '@auth(rules: [{allow: "x"}])'),
    *('@default(value: "")', "@default(value: null)", '@manyToMany(relationName: "")', "@searchable(queries: null)"),
    *("@mapsTo(name: null)", "@function(name: null)", '@http(url: "x")', "@validate", "@versioned", "@predictions"),
    *("null", "[]", "{}", "0", "-1", '""', "id", "ID!", "[ID!]!", "[[Int]]", "Query", "Mutation", "AMPLIFY", "extend"),
    *(
        "type",
        "input",
        "enum",
        "union",
        "interface",
        "implements",
        "&",
        "|",
        "schema",
        "=",
        "$x",
        "é",
        "\ud800",
        "\x00",
    ),
]
MODES: list[tuple[Mode, ...] | None] = [None, ("API_KEY",), ("AWS_IAM", "AWS_LAMBDA", "AMAZON_COGNITO_USER_POOLS")]


def _mutated(sdl: str, seed: int) -> str:
    """Drop, double, swap and replace a few tokens."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    tokens = TOKENS.findall(sdl)
    for _ in range(chance.randint(1, 6)):
        at, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        match chance.randrange(6):
            case 0:
                tokens[at] = ""
            case 1:
                tokens[at] += " " + tokens[at]
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = tokens[other]
            case 4:
                tokens[at] = f" {chance.choice(SPICE)} "
            case _:
                tokens[at] += f" {chance.choice(SPICE)} "
    return "".join(tokens)


def _assert_ends_well(sdl: str, options: ApiOptions) -> None:
    for attempt in (
        lambda: check_servable(transform(sdl, options)),
        lambda: introspection_schema(sdl),
        lambda: datastore_schema(sdl),
    ):
        with suppress(SchemaError):
            attempt()


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sdl=st.sampled_from(SCHEMAS),
    seed=st.integers(0, 2**32),
    modes=st.sampled_from(MODES),
    conflict=st.sampled_from([None, "AUTOMERGE"]),
    version=st.sampled_from([None, 1, 2]),
)
def test_mutated_schemas_make_a_model_or_a_refusal(
    sdl: str, seed: int, modes: tuple[Mode, ...] | None, conflict: Strategy | None, version: int | None
) -> None:
    options = ApiOptions(modes=modes, conflict=conflict, flags=Flags(transformer_version=version))
    _assert_ends_well(_mutated(sdl, seed), options)


HOSTILE = {
    "empty": "",
    "only a comment": "# nothing",
    "operation": "{ todos { id } }",
    "fragment": "fragment F on Todo { id }",
    "null character": "type A\x00 @model { id: ID! }",
    "lone surrogate": "type A @model { id: ID! } # \ud83d",
    "letters of other scripts": "type Ünïcödé @model { id: ID! }",
    "deep list": "type A @model { a: " + "[" * 20_000 + "Int" + "]" * 20_000 + " }",
    "deep value": "type A @model(queries: " + "{get: " * 20_000 + "1" + "}" * 20_000 + ") { id: ID! }",
    "ten thousand types": " ".join(f"type T{n} {{ a: T{(n + 1) % 10_000} }}" for n in range(10_000)),
    "long chain of types": " ".join(f"type T{n} {{ a: T{n + 1} }}" for n in range(3000))
    + " type T3000 { a: Int } type M @model @auth(rules: [{allow: owner}]) { id: ID! t: T0 }",
    "unknown types with names alike": " ".join(f"type T{n} {{ a: U{n} }}" for n in range(2000)),
    "long name": f"type {'A' * 300_000} @model {{ id: ID! }}",
    "name with a long plural": f"type {'aes' * 30_000} @model {{ id: ID! }}",
    "cycle of required relations": "type A @model { b: B! @hasOne } type B @model { a: A! @hasOne }",
    "one type many times": "type A @model { id: ID! }\n" * 3000,
    "extensions of nothing": "extend type A { a: Int }\n" * 3000,
}


@pytest.mark.parametrize("sdl", HOSTILE.values(), ids=HOSTILE)
def test_hostile_schemas_make_a_model_or_a_refusal(sdl: str) -> None:
    with suppress(SchemaError):
        transform(sdl)


def test_size_of_the_text_is_bounded() -> None:
    with pytest.raises(SchemaError, match="larger than 1048576 bytes") as refused:
        transform(" " * 1_048_577)
    assert refused.value.name == "SchemaTooLarge"
    with pytest.raises(SchemaError, match="larger than 4 bytes"):
        transform("# éé", max_bytes=4)


def test_number_of_tokens_is_bounded() -> None:
    with pytest.raises(SchemaError, match="more than 10 tokens"):
        transform("type A @model { id: ID! name: String }", max_tokens=10)
