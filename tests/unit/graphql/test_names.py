"""Plurals and names as npm `pluralize` and Amplify make them."""

import pytest

from preamp.graphql.names import camel_case, graphql_name, operation_name, pluralize


@pytest.mark.parametrize(
    ("word", "plural"),
    [
        ("Category", "Categories"),
        ("Person", "People"),
        ("Sheep", "Sheep"),
        ("News", "News"),
        ("Data", "Data"),
        ("Box", "Boxes"),
        ("Bus", "Buses"),
        ("Child", "Children"),
        ("QUIZ", "QUIZZES"),
        ("HTTPRoute", "HTTPRoutes"),
        ("my_type", "my_types"),
        ("A", "AS"),
        ("Wolf", "Wolves"),
        ("Analysis", "Analyses"),
        ("Status", "Statuses"),
        ("Media", "Media"),
        ("People", "People"),
        ("", ""),
    ],
)
def test_plurals_are_those_of_npm_pluralize(word: str, plural: str) -> None:
    assert pluralize(word) == plural


@pytest.mark.parametrize(
    ("operation", "model", "name"),
    [
        ("get", "post", "getPost"),
        ("list", "Category", "listCategories"),
        ("sync", "Person", "syncPeople"),
        ("onCreate", "Post", "onCreatePost"),
        ("onCreate", "A" * 60, "onCreate" + "A" * 37 + "ee64c"),
    ],
)
def test_operations_are_named_as_amplify_names_them(operation: str, model: str, name: str) -> None:
    assert operation_name(operation, model) == name


def test_words_join_into_one_name() -> None:
    assert camel_case("Team", "Players", "", "id") == "teamPlayersId"
    assert graphql_name("2get-the Post") == "getthePost"
