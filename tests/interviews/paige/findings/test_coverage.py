"""What of the objective was answered."""

from dataclasses import replace

import pytest

from interviews.lifecycle import Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.findings.coverage import coverage
from interviews.paige.objective.steering import Picks
from tests.interviews.paige.interviews import buyer_brief

PRICE = "They wanted a budget of two million."


@pytest.mark.parametrize(
    ("said", "status", "turns"),
    [
        ([("pricing", PRICE)], "answered", [2]),
        ([("vendor", PRICE), ("pricing", "I don't know."), ("pricing", PRICE)], "answered", [6]),
        ([("pricing", "Price never came up.")], "denied", [2]),
        ([("vendor", PRICE), ("pricing", "I don't know.")], "touched", [2]),
        ([("vendor", PRICE)], "touched", [2]),
        ([("vendor", f"From: sales@globex.example\n{PRICE}")], "not_asked", []),
        ([("pricing", "I don't know.")], "declined", [2]),
        ([("pricing", "")], "declined", [2]),
        ([("pricing", "Are you a bot?"), ("pricing", "No comment.")], "declined", [2, 4]),
        ([("vendor", "It was slow.")], "not_asked", []),
        ([], "not_asked", []),
    ],
)
def test_a_topic_of_the_objective_has_a_status(said: list[tuple[str, str]], status: str, turns: list[int]) -> None:
    conversation = [
        utterance
        for topic, text in said
        for utterance in (Utterance(Speaker.PAIGE, "Why?", topic), Utterance(Speaker.CONTACT, text, topic))
    ]
    brief = buyer_brief(objective="Find out about pricing").after(conversation)
    assert coverage(brief) == [
        {"topic": "pricing", "title": "How price and packaging came into it", "status": status, "turns": turns}
    ]


def test_topics_stand_in_the_order_of_the_steering() -> None:
    assert coverage(buyer_brief()) == []
    picked = replace(buyer_brief(), picks=Picks(("vendor", "process"), avoid=("pricing",)))
    assert [topic["topic"] for topic in coverage(picked)] == ["vendor", "process"]
