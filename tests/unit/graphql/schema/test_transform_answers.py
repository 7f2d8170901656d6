"""Amplify's own transformer decides: schema for schema, refusal for refusal."""

from typing import Any

import pytest
from msgspec import json
from sdl_cases import answers, flat, options_of, schema_of

from preamp.graphql.model import Model, SchemaError
from preamp.graphql.schema import check_servable, transform

DEVIATIONS = {
    # The packages were installed with several copies of one module, so that the table's new name is not found. The
    # CLI has one copy, takes the schema, and keeps the rows of the old name: so does preamp.
    ("v2-error-with-has-one-af03d", None): "@mapsTo on a model with relations is taken",
}


def _cases() -> list[Any]:
    return [
        pytest.param(kind, case, answer, id="-".join(filter(None, (kind, case, answer.get("conflict")))))
        for kind in ("corpus", "own", "random")
        for case, row in answers(kind).items()
        for answer in row["answers"]
        if (case, answer.get("conflict")) not in DEVIATIONS
    ]


@pytest.mark.parametrize(("kind", "case", "answer"), _cases())
def test_schema_is_what_amplify_makes_of_it(kind: str, case: str, answer: dict[str, Any]) -> None:
    sdl = schema_of(kind, case)
    if "error" in answer:
        with pytest.raises(SchemaError) as refused:
            transform(sdl, options_of(answer))
        assert [refused.value.name, refused.value.message] == answer["error"]
        _assert_points_at_something(sdl, refused.value)
    else:
        assert flat(transform(sdl, options_of(answer)).sdl) == flat(answer["sdl"])


def _assert_points_at_something(sdl: str, error: SchemaError) -> None:
    """Take the place of a directive, a field, a type or a value, or the end of the text."""
    assert error.line is not None
    assert error.column is not None
    lines = sdl.split("\n")
    rest = "\n".join(lines[error.line - 1 :])[error.column - 1 :]
    assert not rest.strip() or rest[0] in '@"{[' or rest[0].isidentifier() or rest[0].isdigit()


@pytest.mark.parametrize("case", [case for case, row in answers("corpus").items() if "sdl" in row["answers"][0]])
def test_modes_are_those_that_the_rules_ask_for(case: str) -> None:
    assert list(transform(schema_of("corpus", case)).modes) == answers("corpus")[case]["modes"]


@pytest.mark.parametrize(
    ("kind", "case", "answer"), [one for one in _cases() if one.values[0] == "corpus" and "sdl" in one.values[2]]
)
def test_model_survives_json_and_its_parts_fit_together(kind: str, case: str, answer: dict[str, Any]) -> None:
    model = transform(schema_of(kind, case), options_of(answer))
    assert json.decode(json.encode(model), type=Model) == model
    _assert_consistent(model)


def _assert_consistent(model: Model) -> None:
    entities = {entity.name: entity for entity in model.entities}
    enums = {enum.name for enum in model.enums}
    embedded = {one.name for one in model.embedded}
    for entity in model.entities:
        fields = {field.name: field for field in entity.fields}
        indexes = {index.name: index for index in entity.indexes}
        assert len(fields) == len(entity.fields)
        assert len(indexes) == len(entity.indexes)
        for name in (*entity.key, *(name for index in entity.indexes for name in index.fields)):
            assert fields[name].kind in {"scalar", "enum"}, f"{entity.name}.{name} is a key"
        for field in entity.fields:
            assert (field.relation is not None) == (field.kind == "relation")
            assert field.kind != "enum" or field.type in enums
            if field.relation is not None:
                target = entities[field.relation.target]
                assert len(field.relation.local) == len(field.relation.remote)
                assert set(field.relation.local) <= set(fields)
                assert set(field.relation.remote) <= {one.name for one in target.fields}
                known = {index.name for index in target.indexes}
                assert field.relation.index is None or field.relation.index in known
    assert not embedded & set(entities)
    for root in model.roots:
        assert root.entity is None or root.entity in entities
        assert root.index is None or root.index in {index.name for index in entities[root.entity or ""].indexes}


@pytest.mark.parametrize("kind", ["corpus", "own"])
def test_every_schema_can_be_served(kind: str) -> None:
    for case, row in answers(kind).items():
        answer = row["answers"][-1]
        if "sdl" in answer:
            check_servable(transform(schema_of(kind, case), options_of(answer)))


def test_schema_that_no_engine_takes_is_refused() -> None:
    """Amplify makes an input that holds a model's input, which does not exist; AppSync refuses the schema then."""
    model = transform("type Wrap { inner: Post } type Post @model { id: ID! wrap: Wrap }")
    with pytest.raises(SchemaError, match="PostInput"):
        check_servable(model)


def test_key_that_is_no_scalar_is_refused() -> None:
    """Amplify lets an id be of another model's type; nothing could find such rows."""
    model = transform("type Post @model { id: Blog! } type Blog @model { id: ID! }")
    with pytest.raises(SchemaError, match=r"Post\.id is part of a key") as refused:
        check_servable(model)
    assert refused.value.name == "SchemaValidationError"
