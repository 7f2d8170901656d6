"""Feature flags of cli.json, and what they change."""

import json
from typing import Any

import pytest

from preamp.graphql import ApiOptions, flags_of
from preamp.graphql.model import Flags
from preamp.graphql.schema import transform

V1 = 'type Box @model @key(name: "byName", fields: ["name"]) { id: ID! name: String }'


def cli_json(**flags: Any) -> str:
    return json.dumps({"features": {"graphqltransformer": flags, "codegen": {"usetypenames": True}}})


def test_flags_that_are_told_are_taken_and_others_keep_their_defaults() -> None:
    flags = flags_of(cli_json(improvepluralization=False, subscriptionsinheritprimaryauth=True, newflag=True))

    assert flags == Flags(config_version=5, improve_pluralization=False, subscriptions_inherit_primary_auth=True)
    assert flags_of("{}") == Flags(config_version=5)


def test_plurals_of_the_first_transformer_follow_their_flag() -> None:
    named = [
        transform(V1, ApiOptions(flags=flags_of(cli_json(improvepluralization=on)))).sdl.count("listBoxes(")
        for on in (True, False)
    ]

    assert named == [1, 0]


def test_transformer_one_is_taken_at_its_word_and_two_follows_the_directives() -> None:
    """A project of the newer transformer that still has older schemas is served all the same."""
    plain = "type Box @model { id: ID! }"

    assert flags_of(cli_json(transformerversion=1)).transformer_version == 1
    assert (
        "ModelSubscriptionBoxFilterInput"
        not in transform(plain, ApiOptions(flags=flags_of(cli_json(transformerversion=1)))).sdl
    )
    assert "listBoxes" in transform(V1, ApiOptions(flags=flags_of(cli_json(transformerversion=2)))).sdl


@pytest.mark.parametrize("text", ["", "[]", '{"features": []}', "not json"])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no cli\.json"):
        flags_of(text)
