"""A model's reply is read as leniently as its meaning is clear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews.paige.model.asking import read_reply

MOVES = 7


@pytest.mark.parametrize(
    "text",
    [
        '{"move": 3, "quote": "the numbers"}',
        '{"move":3,"quote":"the numbers"}\n',
        '```json\n{"move": 3, "quote": "the numbers"}\n```',
        'Sure! Here is my choice:\n{"move": 3, "quote": "the numbers"}\nIt asks for a reason.',
        '{"move": "3", "quote": "the numbers"}',
        '{"move": "Move 3", "quote": "the numbers"}',
        '{"move": 3.0, "quote": "the numbers"}',
        '{"reasoning": "7 is worse", "move": 3, "quote": "the numbers"}',
        '<think>Perhaps {"move": 5}? No.</think>{"move": 3, "quote": "the numbers"}',
        'Perhaps move 5? No.</think>\n\n{"move": 3, "quote": "the numbers"}',
        '{"move": 9, "quote": ""} {"move": 3, "quote": "the numbers"}',
        '{"move": 3, "quote": "the numbers", ',
        *("3", " 3.\n", "**3**", "Move 3", "move: 3", "I choose move number 3.", "Move 3, because 2024 was long ago"),
        *('{"move": 3}', '{"move": 3, "quote": null}', '{"move": 3, "quote": 7}', "{'move': 3}"),
        '"move": 3, "quote": "cut o',
    ],
)
def test_a_choice(text: str) -> None:
    assert read_reply(text, MOVES) == 3


@pytest.mark.parametrize(
    "text",
    [
        *("", "What led to that?", "0", "8", "2 or 3", "move 2 or move 3", "3.5", "\N{ARABIC-INDIC DIGIT THREE}"),
        *('{"move": 8}', '{"move": -3}', '{"move": true}', '{"move": null}', '{"move": [3]}'),
        *("<think>3", '<think>{"move": 3}'),
        '{"move": ' + "[" * 30_000 + "]" * 30_000 + "}",
    ],
)
def test_no_choice(text: str) -> None:
    assert read_reply(text, MOVES) is None


@given(text=st.text(), moves=st.integers(1, 9))
@pytest.mark.slow
def test_any_text_is_a_valid_choice_or_none(text: str, moves: int) -> None:
    number = read_reply(text, moves)
    assert number is None or 1 <= number <= moves
