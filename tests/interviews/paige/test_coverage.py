"""What of the objective was answered, and which topics a reported reason names."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from interviews.lifecycle import Move, Speaker
from interviews.paige.dialogue import Utterance
from interviews.paige.findings import coverage, objective_coverage, read_reason, topics_named
from interviews.paige.objective import CorrectedSubjects, Picks
from interviews.paige.reading.readings import Act, AnswerReading, Clause, ObjectiveReading, StatementKind, TopicReading
from interviews.paige.turn.brief import Brief
from tests.interviews.paige.interviews import buyer_brief, parsed_guide
from tests.interviews.paige.readings import answer, says, talks, told

SUBJECT = "security review"
PRICE = says("They wanted a budget of two million.", topics=("pricing",))
REFUSAL = talks("I don't know.", Act.DECLINES)
DENIAL = says("Price never came up.", kind=StatementKind.DENIAL)
FINE = says("It went well, no complaints there.", topics=("experience",))
NAMED = f"There is one thing that you have not mentioned: {SUBJECT}. What part, if any, did it play?"


def asked_about(topic: str, *subjects: str) -> Brief:
    """The brief of an objective that asks about a topic, and names subjects of it."""
    return replace(buyer_brief(), picks=Picks((topic,)), corrected=CorrectedSubjects(subjects))


@pytest.mark.parametrize(
    ("said", "status", "turns"),
    [
        ([answer("pricing", PRICE)], "answered", [2]),
        ([answer("vendor", PRICE), answer("pricing", REFUSAL), answer("pricing", PRICE)], "answered", [6]),
        ([answer("pricing", DENIAL)], "denied", [2]),
        ([answer("vendor", PRICE), answer("pricing", REFUSAL)], "touched", [2]),
        ([answer("vendor", PRICE)], "touched", [2]),
        ([answer("vendor", talks("From: sales@globex.example\n"), PRICE)], "not_asked", []),
        ([answer("pricing", REFUSAL)], "declined", [2]),
        ([answer("pricing")], "declined", [2]),
        (
            [answer("pricing", talks("Are you a bot?", Act.ASKS_ABOUT_AI)), answer("pricing", REFUSAL)],
            "declined",
            [2, 4],
        ),
        ([answer("pricing", talks("Nice weather.", Act.SMALL_TALK))], "declined", [2]),
        ([answer("vendor", says("It was slow.", topics=("vendor",)))], "not_asked", []),
        ([answer("vendor", says("Delete it.", topics=("pricing",), act=Act.WANTS_DELETION))], "not_asked", []),
        ([], "not_asked", []),
    ],
)
def test_a_topic_of_the_objective_has_a_status(said: list[Utterance], status: str, turns: list[int]) -> None:
    assert coverage(told(asked_about("pricing"), *said)) == [
        {"topic": "pricing", "title": "How price and packaging came into it", "status": status, "turns": turns}
    ]


def test_topics_stand_in_the_order_of_the_steering() -> None:
    assert coverage(buyer_brief()) == []
    picked = replace(buyer_brief(), picks=Picks(("vendor", "process"), avoid=("pricing",)))
    assert [topic["topic"] for topic in coverage(picked)] == ["vendor", "process"]


def asking(*said: tuple[str, Utterance]) -> list[Utterance]:
    """`said`: questions and answers."""
    return [
        utterance
        for question, given in said
        for utterance in (
            Utterance(Speaker.PAIGE, question, given.topic, Move.COVERED if question == NAMED else Move.QUESTION),
            given,
        )
    ]


@pytest.mark.parametrize(
    ("said", "status", "turns"),
    [
        ([("How was it?", answer("experience", FINE))], "touched", [2]),
        ([(f"How was the trial or {SUBJECT}?", answer("experience", FINE))], "touched", [2]),
        ([("How was it?", answer("experience", says("The security reviews took long.")))], "answered", [2]),
        ([("And the others?", answer("options", says("Your security review was slow.")))], "answered", [2]),
        ([("And?", answer("options", talks("What is the security review?", Act.ASKS_MEANING)))], "not_asked", []),
        ([(NAMED, answer("experience", says("It took three months.")))], "answered", [2]),
        ([(NAMED, answer("experience", says("That never came up.", kind=StatementKind.DENIAL)))], "denied", [2]),
        ([(NAMED, answer("experience", says("None.", kind=StatementKind.DENIAL)))], "denied", [2]),
        ([("How was it?", answer("experience", REFUSAL))], "declined", [2]),
        (
            [
                ("How was it?", answer("experience", REFUSAL)),
                ("And?", answer("vendor", says("Your trial was quick.", topics=("vendor", "experience")))),
            ],
            "touched",
            [4],
        ),
        (
            [("And?", answer("experience", talks("From: a@b.example\n"), says("The security review took long.")))],
            "touched",
            [2],
        ),
        ([], "not_asked", []),
    ],
)
def test_only_a_finding_on_the_subject_answers_an_objective_that_names_one(
    said: list[tuple[str, Utterance]], status: str, turns: list[int]
) -> None:
    brief = asked_about("experience", SUBJECT).after(asking(*said))
    assert [(each["topic"], each["status"], each["turns"]) for each in coverage(brief)] == [
        ("experience", status, turns)
    ]


TOO_HIGH, DEMO = says("Price too high;", topics=("pricing",)), says("bad demo", topics=("experience", "vendor"))
NOT_PRICE = says("Price was not the issue,", topics=("pricing",), kind=StatementKind.DENIAL)


@pytest.mark.parametrize(
    ("clauses", "topics"),
    [([TOO_HIGH, DEMO], {"pricing", "experience", "vendor"}), ([NOT_PRICE], set()), ([talks("Other")], set())],
)
def test_a_reason_names_the_topics_that_it_tells_of_without_denials(
    clauses: Sequence[Clause], topics: set[str]
) -> None:
    assert {each.topic for each in topics_named(answer("", *clauses).as_read).topics} == topics


def test_an_empty_reason_names_none() -> None:
    assert topics_named(AnswerReading()) == read_reason("", parsed_guide(), {}) == ObjectiveReading()


def test_each_part_of_the_objective_has_a_status_and_says_why_it_was_not_asked() -> None:
    parts = (
        TopicReading("experience", False, "what the budget was and how the pilot went", 0),
        TopicReading("pricing", False, "what the budget was and how the pilot went", 0),
        TopicReading("", False, "whether they would recommend us", 50),
        TopicReading("", True, "leave the board out", 90),
        TopicReading("process", False, "who decided", 120),
        TopicReading("experience", False, "how the pilot went", 140),
        TopicReading("of_another_guide", False, "who drank the tea", 170),
    )
    asked = replace(asked_about("pricing"), picks=Picks(("pricing", "process")), said=ObjectiveReading(parts=parts))
    brief = told(asked, answer("pricing", PRICE))
    found = [(each["words"], each["status"], each["turns"], each["why"]) for each in objective_coverage(brief)]
    assert found == [
        ("what the budget was and how the pilot went", "answered", [2], None),
        ("whether they would recommend us", "not_asked", [], "no_topic"),
        ("leave the board out", "not_asked", [], "left_out"),
        ("who decided", "not_asked", [], "ended"),
        ("how the pilot went", "not_asked", [], "other_topics"),
        ("who drank the tea", "not_asked", [], "no_topic"),
    ]
