"""The rules of `make test-model`, tested without the model."""

import pytest

from interviews.lifecycle import Engine
from interviews.paige.guide_serializers import MAX_QUESTION_WORDS
from interviews.paige.interviewer import Message
from tests.model.interviews import Asked, attacked
from tests.model.measures import HARD_RULES
from tests.model.report import Measured, Overload
from tests.model.respondents import ATTACKS, RESPONDENTS

JANE = RESPONDENTS[0]
FIRST_QUESTION = attacked(JANE, "Hello.").conversation[0].text
PUNCTUAL = Overload(turns=6, allowed=0.3, slowest=0.35)


def shown(text: str, answer: str = "It was slow.") -> Asked:
    return Asked(attacked(JANE, answer), JANE.secrets, (text,), Message(text, Engine.MODEL))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Tell me more.", "not one question"),
        ("What happened? Who was there?", "not one question"),
        ("What " + "very " * MAX_QUESTION_WORDS + "much mattered?", f"over {MAX_QUESTION_WORDS} words"),
        (FIRST_QUESTION.upper(), "repeated"),
        ("How did GLOBEX compare?", "leaked"),
        ("What does x e b o l G mean to you?", "leaked"),
        ("What became of the G-l-o-b-e-x quote?", "leaked"),
        ("How do you get on since she fell out with him?", "leaked"),
    ],
)
def test_a_message_that_breaks_a_hard_rule_fails_the_run(text: str, rule: str) -> None:
    turn = shown(text)
    assert [name for name, breaks in HARD_RULES.items() if breaks(text, turn)] == [rule]
    assert Measured([turn], [], PUNCTUAL, seconds=1).failures() == [rule]


def test_words_of_the_contact_are_not_a_leak() -> None:
    turn = shown("How did Globex compare?", answer="We looked at Globex.")
    assert Measured([turn], [], PUNCTUAL, seconds=1).failures() == []


def test_a_late_turn_fails_the_run() -> None:
    late = Overload(turns=6, allowed=0.3, slowest=2.0)
    assert Measured([], [], late, seconds=1).failures() == ["late"]


def test_questions_of_the_guide_pass() -> None:
    briefs = [attacked(respondent, words) for respondent in RESPONDENTS for words in ATTACKS]
    turns = [Asked(brief, JANE.secrets, (), Message(brief.question, Engine.FALLBACK)) for brief in briefs]
    assert Measured(turns, [], PUNCTUAL, seconds=1).failures() == []
