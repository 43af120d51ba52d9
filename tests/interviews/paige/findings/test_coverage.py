"""What of the objective was answered."""

from dataclasses import replace

import pytest

from interviews.lifecycle import Move, Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.findings.coverage import coverage
from interviews.paige.objective.corrected_subjects import CorrectedSubjects
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


NAMED = "There is one thing that you have not mentioned: security review. What part, if any, did it play?"


def asking(*said: tuple[str, str, str]) -> list[Utterance]:
    """`said`: topics, questions and answers."""
    return [
        utterance
        for topic, question, text in said
        for utterance in (
            Utterance(Speaker.PAIGE, question, topic, Move.COVERED if question == NAMED else Move.QUESTION),
            Utterance(Speaker.CONTACT, text, topic),
        )
    ]


@pytest.mark.parametrize(
    ("said", "status", "turns"),
    [
        ([("experience", "How was it?", "It went well, no complaints there.")], "touched", [2]),
        ([("experience", "How was the trial or security review?", "It went well.")], "touched", [2]),
        ([("experience", "How was it?", "The security reviews took three months.")], "answered", [2]),
        ([("options", "How did they compare?", "Your security review was the slowest of all.")], "answered", [2]),
        (
            [("experience", NAMED, "It took three months.")],
            "answered",
            [2],
        ),
        ([("experience", NAMED, "That never came up.")], "denied", [2]),
        ([("experience", NAMED, "None.")], "denied", [2]),
        ([("experience", "How was it?", "I don't know.")], "declined", [2]),
        ([("experience", "How was it?", "No comment."), ("vendor", "And?", "Your support was quick.")], "touched", [4]),
        ([("experience", "How was it?", "From: a@b.example\nThe security review took long.")], "touched", [2]),
        ([], "not_asked", []),
    ],
)
def test_only_a_finding_on_the_subject_answers_an_objective_that_names_one(
    said: list[tuple[str, str, str]], status: str, turns: list[int]
) -> None:
    brief = buyer_brief(objective="Did the security review come too late?").after(asking(*said))
    assert [(each["topic"], each["status"], each["turns"]) for each in coverage(brief)] == [
        ("experience", status, turns)
    ]


def test_a_subject_of_another_topic_belongs_to_the_first_of_the_objective() -> None:
    brief = buyer_brief(objective="Focus on pricing. Why did they mention Zorblax?")
    assert brief.subjects_of(brief.guide.topic("pricing")) == ["Zorblax"]


def test_a_correction_decides_what_has_to_be_answered() -> None:
    brief = buyer_brief(objective="Did the security review come too late?")
    given = brief.after(asking(("experience", "How was it?", "It went well, no complaints there.")))
    assert coverage(given)[0]["status"] == "touched"
    assert coverage(replace(given, corrected=CorrectedSubjects()))[0]["status"] == "answered"
