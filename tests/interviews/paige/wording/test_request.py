"""The rules that a model gets agree with what the check asks of its reply."""

import pytest

from interviews.paige.wording.check import MAX_WORDS, Refusal, refusal_of
from interviews.paige.wording.public_brief import PublicBrief
from interviews.paige.wording.request import wording_messages
from tests.quality.wording import table

FOLLOW_UP = table.public_of(
    {"language": "en", "topic": "trigger", "answer": "Nobody trusted the weekly numbers any more."}
)
TOPIC = table.topic_of(
    {"language": "en", "topic": "process", "answers": {"trigger": "Nobody trusted the weekly numbers any more."}}
)
DEMAND_A_FOLLOW_UP = ("Ask about the statement", "It takes up what the contact has said", "ends with a question mark")
DEMAND_A_TOPIC = ("The question opens a topic", "The authored question:", 'the text is "-"', "Its text is one question")


def sent(public: PublicBrief, refused: str = "") -> str:
    """With single spaces instead of line breaks."""
    return " ".join(" ".join(each.content for each in wording_messages(public, refused=refused)).split())


@pytest.mark.parametrize(
    ("public", "demanded", "not_demanded"),
    [(FOLLOW_UP, DEMAND_A_FOLLOW_UP, DEMAND_A_TOPIC), (TOPIC, DEMAND_A_TOPIC, DEMAND_A_FOLLOW_UP)],
)
def test_each_kind_of_question_has_rules_of_its_own(
    public: PublicBrief, demanded: tuple[str, ...], not_demanded: tuple[str, ...]
) -> None:
    text = sent(public)
    assert [each for each in demanded if each not in text] == []
    assert [each for each in not_demanded if each in text] == []
    assert "Ask one short, open, neutral question" in text
    assert "Reply with one line of JSON of the same form" in text
    assert f"at most {MAX_WORDS} in all" in text


@pytest.mark.parametrize("public", [FOLLOW_UP, TOPIC])
def test_the_second_request_says_why_the_first_reply_is_refused(public: PublicBrief) -> None:
    assert refusal_of("That sounds like a hard time.", public) == Refusal.QUESTIONS
    assert f"What is wrong with it: {Refusal.QUESTIONS}." in sent(public, refused=Refusal.QUESTIONS)


def test_rules_of_both_kinds_are_numbered_without_a_gap() -> None:
    for public in (FOLLOW_UP, TOPIC):
        rules = wording_messages(public)[0].content.partition("# Rules")[2].partition("# The interview")[0]
        numbers = [int(line.partition(".")[0]) for line in rules.splitlines() if line[:1].isdigit()]
        assert numbers == [*range(1, len(numbers) + 1)]
