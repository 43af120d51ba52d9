"""The rules that a model gets agree with what the check asks of its reply."""

from dataclasses import replace

import pytest

from interviews.paige.wording.check import MAX_WORDS, Refusal, refusal_of
from interviews.paige.wording.gap import MAX_THING_WORDS
from interviews.paige.wording.public_brief import GAP, PublicBrief, Task
from interviews.paige.wording.request import wording_messages
from tests.quality.wording import table

FOLLOW_UP = table.public_of(
    {"language": "en", "topic": "trigger", "answer": "Nobody trusted the weekly numbers any more."}
)
BRIDGE = replace(
    FOLLOW_UP,
    task=Task.BRIDGE,
    title="Decision process",
    authored=f"That gives me a picture of {GAP}.",
    statement="",
    asks_for=None,
)
DEMAND_A_QUESTION = (
    "Ask one short, open, neutral question",
    "Ask for what the authored wording asks for",
    "ends with a question mark",
)
DEMAND_A_THING = ("It names one thing", "words for the gap", "That gives me a picture of ___.")


def sent(public: PublicBrief, refused: str = "") -> str:
    """With single spaces instead of line breaks."""
    return " ".join(" ".join(each.content for each in wording_messages(public, refused=refused)).split())


@pytest.mark.parametrize(
    ("public", "demanded", "not_demanded", "max_words"),
    [
        (FOLLOW_UP, DEMAND_A_QUESTION, DEMAND_A_THING, MAX_WORDS),
        (BRIDGE, DEMAND_A_THING, DEMAND_A_QUESTION, MAX_THING_WORDS),
    ],
)
def test_a_question_is_demanded_of_a_follow_up_and_the_words_of_a_gap_of_a_bridge(
    public: PublicBrief, demanded: tuple[str, ...], not_demanded: tuple[str, ...], max_words: int
) -> None:
    text = sent(replace(public, shows_feeling=True))
    assert [each for each in demanded if each not in text] == []
    assert [each for each in not_demanded if each in text] == []
    assert f"at most {max_words} " in text.lower()
    assert f"at most {MAX_WORDS + MAX_THING_WORDS - max_words} " not in text.lower()


@pytest.mark.parametrize(
    ("public", "text", "refusal"),
    [
        (FOLLOW_UP, "That sounds like a hard time.", Refusal.QUESTIONS),
        (BRIDGE, "Who else had lost trust in the numbers?", Refusal.THING),
    ],
)
def test_the_check_refuses_the_other_kind_and_the_second_request_says_why(
    public: PublicBrief, text: str, refusal: Refusal
) -> None:
    assert refusal_of(text, public) == refusal
    assert f"What is wrong with it: {refusal}." in sent(public, refused=refusal)


def test_rules_of_both_kinds_are_numbered_without_a_gap() -> None:
    for public in (FOLLOW_UP, BRIDGE):
        rules = wording_messages(public)[0].content.partition("# Rules")[2].partition("# The interview")[0]
        numbers = [int(line.partition(".")[0]) for line in rules.splitlines() if line[:1].isdigit()]
        assert numbers == [*range(1, len(numbers) + 1)]
