"""What is read in replies, and the writer, which has what the choice has left of the time of the turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews.paige.chat import MAX_TOKENS, ChatMessage, ProviderError, Reply
from interviews.paige.engines import ModelWriter
from interviews.paige.model.asking import read_reply, read_wording
from tests.quality.wording import table

PUBLIC = table.public_of(
    {"language": "en", "topic": "trigger", "answer": "Nobody trusted the weekly numbers any more."}
)
WORDS = "What came of the weekly numbers?"


@dataclass
class Recording:
    replies: list[str]
    seconds: list[float] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)

    def complete(
        self, messages: Sequence[ChatMessage], seconds: float, schema: Mapping[str, Any], max_tokens: int = MAX_TOKENS
    ) -> Reply:
        self.seconds.append(seconds)
        self.tasks.append(messages[-1].content)
        if not self.replies:
            raise ProviderError("status 500")
        return Reply(self.replies.pop(0), 100, 10)


def test_the_choice_and_the_words_share_the_time_of_a_turn() -> None:
    provider = Recording([WORDS])
    assert ModelWriter(provider, timeout=8).word(PUBLIC, spent_ms=5_000).chosen == WORDS
    [seconds] = provider.seconds
    assert 0 < seconds <= 3


def test_the_second_request_says_what_was_wrong_and_not_what_was_said() -> None:
    provider = Recording(["You should tell Quuxcorp. What keeps you?", WORDS])
    assert ModelWriter(provider, timeout=8).word(PUBLIC, spent_ms=0).chosen == WORDS
    first, second = provider.tasks
    assert (
        second.removeprefix(first).strip().startswith("Your last reply cannot be shown. What is wrong with it: advice.")
    )
    assert "Quuxcorp" not in second


@pytest.mark.parametrize(
    "reply",
    [
        f'{{"text": "{WORDS}"}}',
        f'```json\n{{"text": " {WORDS} "}}\n```',
        f'<think>{{"text": "Why?"}}</think>{{"text": "{WORDS}"}}',
        f" {WORDS}\n",
        f"<think>What now?</think>{WORDS}",
    ],
)
def test_replies_are_read_leniently(reply: str) -> None:
    assert read_wording(reply) == WORDS


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
