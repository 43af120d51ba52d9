"""The guided engine, and the disclosure that Paige is an AI."""

from dataclasses import replace

import pytest

from interviews.lifecycle import Engine, Speaker
from interviews.paige.brief import Brief
from interviews.paige.dialogue import Position, Utterance
from interviews.paige.disclosure import AI_ANSWER, asks_about_ai, is_plain_about_ai
from interviews.paige.interviewer import GuidedInterviewer

ASKING = ["Are you an AI?", "are you a bot", "Wait, are you a real person?", "Am I talking to a human?"]
NOT_ASKING = ["We are a bot company.", "They asked are you ready.", "The AI part was good.", "Is this about price?", ""]


def after(brief: Brief, answer: str) -> Brief:
    said = (Utterance(Speaker.PAIGE, "What set off your search?", "start"), Utterance(Speaker.CONTACT, answer, "start"))
    return replace(brief, position=Position("price", 0, 2), conversation=said)


def test_the_guided_engine_uses_the_guides_wording(brief: Brief) -> None:
    message = GuidedInterviewer().next_message(replace(brief, contact_notes="SECRET", objective="SECRET"))
    assert (message.text, message.engine) == ("What set off your search?", Engine.GUIDED)
    assert "search" not in repr(message)


@pytest.mark.parametrize("answer", ASKING)
def test_a_contact_who_asks_is_told_that_paige_is_an_ai(brief: Brief, answer: str) -> None:
    message = GuidedInterviewer().next_message(after(brief, answer))
    assert message.text == f"{AI_ANSWER} How did the price of Acme come into it?"
    assert "an AI" in AI_ANSWER


@pytest.mark.parametrize("answer", NOT_ASKING)
def test_other_answers_do_not_repeat_the_disclosure(brief: Brief, answer: str) -> None:
    assert not asks_about_ai(answer)
    assert GuidedInterviewer().next_message(after(brief, answer)).text == "How did the price of Acme come into it?"


@pytest.mark.parametrize(
    ("message", "answer", "plain"),
    [
        ("What came next?", "It was slow.", True),
        ("What came next?", "Are you a bot?", False),
        ("Yes, I'm an AI interviewer. What came next?", "Are you a bot?", True),
        ("I\N{RIGHT SINGLE QUOTATION MARK}m a real person. What came next?", "Are you a bot?", False),
        ("I am not an AI. What came next?", "It was slow.", False),
        ("As a human, what came next?", "It was slow.", False),
    ],
)
def test_a_models_message_must_not_deny_that_paige_is_an_ai(message: str, answer: str, plain: bool) -> None:
    assert is_plain_about_ai(message, answer) is plain
