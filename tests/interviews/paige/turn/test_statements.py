"""Which clauses of an answer are statements, and what they show."""

import pytest

from interviews.lifecycle import Move, Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.guide.texts import FollowUpKind
from interviews.paige.reading import thresholds
from interviews.paige.reading.readings import About, Act, Clause
from interviews.paige.turn.statements import HYPOTHETICAL, MAX_STATEMENTS, Statement, statements
from tests.interviews.paige.readings import DENIAL, EVENT, FACT, FOR, JUDGEMENT, does, spoken, states

PRICE = states("The price was too high.", JUDGEMENT, "pricing")


def stated(*clauses: Clause, language: str = "en") -> tuple[Statement, ...]:
    answer = spoken(*clauses)
    said = Utterance(Speaker.CONTACT, answer.text, "trigger", Move.ANSWER, reading=answer.reading)
    return statements(said, language)


def test_a_statement_has_what_was_read() -> None:
    praise = states("Your search is excellent.", JUDGEMENT, "vendor", speaks=FOR, about=About.VENDOR, decisive=True)
    [statement] = stated(praise)
    assert (statement.kind, statement.topics, statement.quote) == (JUDGEMENT, ("vendor",), "Your search is excellent")
    assert (statement.about, statement.is_praise, statement.is_decisive) == (About.VENDOR, True, True)
    assert not statement.is_doubtful
    [doubtful] = stated(states("We are a thrilling bunch.", FACT, certainty=thresholds.SURE - 0.01))
    assert doubtful.is_doubtful


def test_other_clauses_are_no_statements() -> None:
    others = does(Act.SMALL_TALK, "It rained all week here."), states("There was no trial.", DENIAL, "experience")
    assert [each.text for each in stated(*others, PRICE)] == [PRICE.text]
    assert stated(PRICE, does(Act.WANTS_TO_STOP, "Stop.")) == ()
    assert stated(states("From: Bob\nNobody trusted the numbers.", EVENT)) == ()
    assert len(stated(*[PRICE] * (MAX_STATEMENTS + 1))) == MAX_STATEMENTS


@pytest.mark.parametrize(
    ("language", "clauses", "shown"),
    [
        ("en", ("The price was too high", "because they charge by seat."), {FollowUpKind.REASON}),
        ("en", ("The price was too high.", "Then we left because of it."), set()),
        ("en", ("We would have signed.",), HYPOTHETICAL),
        ("de", ("Der Preis war zu hoch,", "weil sie nach Plätzen abrechnen."), {FollowUpKind.REASON}),
        ("de", ("Wir hätten unterschrieben.",), HYPOTHETICAL),
        ("de", ("Wir waren zu viert.",), set()),
    ],
)
def test_what_stands_in_the_same_sentence_is_not_lacking(
    language: str, clauses: tuple[str, ...], shown: set[FollowUpKind]
) -> None:
    first, *_ = stated(*(states(text, JUDGEMENT) for text in clauses), language=language)
    assert first.shows == shown
