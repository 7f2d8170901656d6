"""Composite sort keys: part by part with their types, or as the one text that AWS compares."""

from typing import Any

import pytest
from served import API_ID, Api, deploy, model_of

from preamp.db.space import Spaces
from preamp.graphql.plan.page import Tokens
from preamp.graphql.release import Release
from preamp.graphql.sql import dialect
from preamp.graphql.validation import Limits

SCHEMA = """
type Move @model @auth(rules: [{ allow: public }]) {
  game: ID! @primaryKey(sortKeyFields: ["round", "player"])
  round: Int!
  player: String!
}
"""
CREATE = "mutation C($i: CreateMoveInput!) { createMove(input: $i) { round } }"
LIST = """query L($k: ModelMovePrimaryCompositeKeyConditionInput, $d: ModelSortDirection, $t: String, $n: Int) {
  listMoves(game: "g", roundPlayer: $k, sortDirection: $d, nextToken: $t, limit: $n) {
    items { round player } nextToken } }"""
ROUNDS = (9, 10, 11, 100)


class Board:
    """The same rows under both orders."""

    def __init__(self, typed: Api, text: Api) -> None:
        self.typed, self.text = typed, text

    async def rounds(self, api: Api, condition: Any = None, direction: str = "ASC") -> list[int]:
        """Answer the rounds listed, a row a page."""
        found, token = [], None
        while True:
            page = (await api.data(LIST, {"k": condition, "d": direction, "t": token, "n": 1}))["listMoves"]
            found += [item["round"] for item in page["items"]]
            token = page["nextToken"]
            if token is None:
                return found


@pytest.fixture
async def board(spaces: Spaces) -> Board:
    """Give four rounds of one game."""
    typed = await deploy(spaces, "r1", model_of(SCHEMA))
    for number in ROUNDS:
        await typed.data(CREATE, {"i": {"game": "g", "round": number, "player": "ann"}})
    known = typed.release
    own = dialect(typed.space.dialect, typed.space.prefix)
    release = Release("r2", known.model, known._layout, own, Tokens(b"k" * 32, API_ID), joined_keys=True)
    return Board(typed, Api(typed.space, release, Limits()))


async def test_numbers_come_in_their_order_or_as_texts(board: Board) -> None:
    assert await board.rounds(board.typed) == [9, 10, 11, 100]
    assert await board.rounds(board.text) == [10, 100, 11, 9]
    assert await board.rounds(board.text, direction="DESC") == [9, 11, 100, 10]


@pytest.mark.parametrize(
    ("condition", "typed", "text"),
    [
        ({"ge": {"round": 10, "player": "ann"}}, [10, 11, 100], [10, 100, 11, 9]),
        ({"lt": {"round": 11, "player": "a"}}, [9, 10], [10, 100]),
        ({"eq": {"round": 10, "player": "ann"}}, [10], [10]),
        ({"eq": {"round": 10}}, [10], []),
        ({"beginsWith": {"round": 10}}, [10], [10, 100]),
        ({"beginsWith": {"round": 10, "player": "an"}}, [10], [10]),
        ({"between": [{"round": 1}, {"round": 11}]}, [9, 10, 11], [10, 100]),
    ],
)
async def test_conditions_compare_as_the_order_does(
    board: Board, condition: Any, typed: list[int], text: list[int]
) -> None:
    """As text a key is `11#ann`: it lies behind `11`, and a beginning of it needs no whole part."""
    assert await board.rounds(board.typed, condition) == typed
    assert await board.rounds(board.text, condition) == text
