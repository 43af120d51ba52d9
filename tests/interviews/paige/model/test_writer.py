"""The writer has what the choice has left of the time of the turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from interviews.paige.chat import MAX_TOKENS, ChatMessage, ProviderError, Reply
from interviews.paige.engines import ModelWriter
from interviews.paige.model.asking import read_wording
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
    assert ModelWriter(provider, timeout=8).word(PUBLIC, spent_ms=5_000).text == WORDS
    [seconds] = provider.seconds
    assert 0 < seconds <= 3


def test_the_second_request_says_what_was_wrong_and_not_what_was_said() -> None:
    provider = Recording(["You should tell Quuxcorp. What keeps you?", WORDS])
    assert ModelWriter(provider, timeout=8).word(PUBLIC, spent_ms=0).text == WORDS
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
