"""Every schema of the corpus is deployed, and every model's rows are made, read, listed, changed and removed."""

from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_object_type,
)
from served import Api, deploy

from preamp.db.space import Spaces
from preamp.graphql.identity import ADMIN
from preamp.graphql.model import ApiOptions, Entity, SchemaError
from preamp.graphql.schema import transform

CORPUS = Path(__file__).parents[2] / "cases" / "graphql" / "corpus"
SAMPLES: dict[str, Any] = {
    "String": "text",
    "ID": "id",
    "Int": 5,
    "Float": 1.5,
    "Boolean": True,
    "AWSDate": "2024-01-02",
    "AWSTime": "12:30:00",
    "AWSDateTime": "2024-01-02T12:30:00Z",
    "AWSTimestamp": 1_700_000_000,
    "AWSEmail": "a@example.com",
    "AWSJSON": '{"a": [1]}',
    "AWSURL": "https://example.com/a",
    "AWSPhone": "+44 20 7946 0958",
    "AWSIPAddress": "10.0.0.1",
}


def schemas() -> list[Any]:
    return [
        pytest.param(path.read_text(), id=path.stem)
        for path in sorted(CORPUS.glob("*.graphql"))
        if "error" not in path.stem
    ]


def sample(type_: Any, depth: int = 0) -> Any:
    """Answer a value of an input type."""
    if isinstance(type_, GraphQLNonNull):
        return sample(type_.of_type, depth)
    if isinstance(type_, GraphQLList):
        return [sample(type_.of_type, depth)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        return {
            name: sample(field.type, depth + 1)
            for name, field in type_.fields.items()
            if depth < 3 or isinstance(field.type, GraphQLNonNull)
        }
    return SAMPLES[type_.name]


def selection(type_: GraphQLObjectType, depth: int) -> str:
    """Answer a selection of all that a type has, relations opened to a depth."""
    parts = ["__typename"]
    for name, field in type_.fields.items():
        named: Any = get_named_type(field.type)
        if any(isinstance(argument.type, GraphQLNonNull) for argument in field.args.values()):
            continue
        if is_leaf_type(named):
            parts.append(name)
        elif is_object_type(named) and depth and not isinstance(field.type, GraphQLNonNull):
            parts.append(f"{name} {{ {selection(named, depth - 1)} }}")
    return " ".join(parts)


@pytest.mark.parametrize("schema", schemas())
async def test_every_model_of_the_corpus_works(spaces: Spaces, schema: str) -> None:
    try:
        model = transform(schema, ApiOptions())
    except SchemaError:
        return  # Amplify refuses it, as other tests show
    api = await deploy(spaces, "r1", model)

    for entity in model.entities:
        await works(api, entity)


async def works(api: Api, entity: Entity) -> None:
    """Walk one model's operations, as far as its schema has them."""
    roots = {root.kind: root for root in api.release.model.roots if root.entity == entity.name and root.kind != "index"}
    type_: Any = api.release.schema.type_map[entity.name]
    shown = selection(type_, 3)
    if "create" not in roots:
        return
    mutation: Any = api.release.schema.mutation_type
    argument = mutation.fields[roots["create"].field].args["input"].type
    given = sample(argument)
    validated = {field.name for field in entity.fields if field.validations}
    if any(field.validations and field.required for field in entity.fields):
        return  # no sample value meets a rule that it does not know
    given = {name: value for name, value in given.items() if name not in validated}
    made = await asked(api, roots["create"].field, argument, given, shown)
    key = {name: made[name] or given[name] for name in entity.key}
    if "get" in roots:
        query: Any = api.release.schema.query_type
        names = {name: str(query.fields[roots["get"].field].args[name].type) for name in entity.key}
        heads = ", ".join(f"${name}: {kind}" for name, kind in names.items())
        uses = ", ".join(f"{name}: ${name}" for name in names)
        answer = await api.ask(f"query Q({heads}) {{ one: {roots['get'].field}({uses}) {{ {shown} }} }}", key, ADMIN)
        assert told(answer), answer
        assert {name: answer["data"]["one"][name] for name in key} == key
    if "list" in roots:
        answer = await api.ask(f"{{ all: {roots['list'].field} {{ items {{ {shown} }} nextToken }} }}", None, ADMIN)
        assert told(answer), answer
        assert len(answer["data"]["all"]["items"]) == 1
    for verb in ("update", "delete"):
        if verb in roots:
            argument = mutation.fields[roots[verb].field].args["input"].type
            fields = get_named_type(argument).fields
            row = {name: value for name, value in sample(argument).items() if name not in validated}
            input_ = {name: value for name, value in (row | key).items() if name in fields}
            if entity.versioned is not None:
                input_[entity.versioned.expected] = 2 if verb == "delete" and "update" in roots else 1
            await asked(api, roots[verb].field, argument, input_, shown)


async def asked(api: Api, field: str, argument: Any, input_: Any, shown: str) -> Any:
    query = f"mutation M($input: {argument}) {{ one: {field}(input: $input) {{ {shown} }} }}"
    answer = await api.ask(query, {"input": input_}, ADMIN)
    assert told(answer), (query, input_, answer)
    return answer["data"]["one"]


def told(answer: Any) -> bool:
    """Tell whether an answer has no error but that a function is not served."""
    return all(error.get("errorType") == "Lambda:Unhandled" for error in answer.get("errors", ()))
