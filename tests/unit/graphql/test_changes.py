"""Comparing schemas: every real one with itself and with another, and deployments that do what was told."""

from pathlib import Path

import pytest
from served import deploy, model_of

from preamp.db.space import Spaces
from preamp.graphql import migrate
from preamp.graphql.changes import schema_changes
from preamp.graphql.migrate import DataLoss
from preamp.graphql.model import Model, SchemaError

CORPUS = Path(__file__).parents[2] / "cases" / "graphql" / "corpus"
PUBLIC = "@auth(rules: [{ allow: public }])"


def models() -> list[Model]:
    """Every third schema of the corpus that is not refused."""
    found = []
    for path in sorted(CORPUS.glob("*.graphql"))[::3]:
        try:
            found.append(model_of(path.read_text()))
        except SchemaError:
            continue
    return found


def test_real_schemas_are_compared_in_words() -> None:
    """With themselves they show no change; with another's each change is a sentence."""
    known = models()
    assert len(known) > 30

    for model, other in zip(known, known[1:] + known[:1], strict=True):
        same, changes = schema_changes(model, model), schema_changes(model, other)
        assert (same.api, same.data, same.refusals, same.breaks) == ((), (), (), False)
        texts = [one.text for part in (changes.api, changes.data, changes.refusals) for one in part]
        assert texts
        assert all(text and "{rows}" not in text for text in texts)


@pytest.mark.parametrize(
    ("before", "after", "row"),
    [
        ("text: String", "text: String n: Int!", {}),
        ("text: String", "text: String!", {}),
        ("text: String", "text: Int", {"text": "a"}),
        ("text: String", "text: AWSEmail", {"text": "a"}),
        ("slug: String!", "slug: String! @primaryKey", {"slug": "a"}),
    ],
)
async def test_what_is_told_as_refused_is_refused_where_such_rows_are(
    spaces: Spaces, before: str, after: str, row: dict[str, str]
) -> None:
    """And deployed where there are none."""
    old, new = (model_of(f"type Note @model {PUBLIC} {{ id: ID! {fields} }}") for fields in (before, after))
    (refusal,) = schema_changes(old, new).refusals
    api = await deploy(spaces, "r1", old)

    await api.data("mutation C($i: CreateNoteInput!) { createNote(input: $i) { id } }", {"i": {"id": "1", **row}})
    with pytest.raises(DataLoss) as lost:
        await migrate.prepare(spaces, "testapi", "r2", new)
    await api.data('mutation { deleteNote(input: {id: "1"}) { id } }')
    await migrate.prepare(spaces, "testapi", "r2", new)

    assert len(lost.value.texts) == 1
    assert lost.value.texts[0].startswith(refusal.text.partition(" rows")[0].rsplit(" ", 1)[0])
