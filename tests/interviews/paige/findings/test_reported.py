"""The reader's own choice of topics is measured on the labels of tools/reader."""

from collections.abc import Sequence

import pytest

from interviews.paige.findings.reported import read_reason, topics_named
from interviews.paige.reading.readings import AnswerReading, Clause, ObjectiveReading, StatementKind
from tests.interviews.paige.interviews import parsed_guide
from tests.interviews.paige.read_answers import answer, says, talks

PRICE, DEMO = says("Price too high;", topics=("pricing",)), says("bad demo", topics=("experience", "vendor"))
NOT_PRICE = says("Price was not the issue,", topics=("pricing",), kind=StatementKind.DENIAL)


@pytest.mark.parametrize(
    ("clauses", "topics"),
    [([PRICE, DEMO], {"pricing", "experience", "vendor"}), ([NOT_PRICE], set()), ([talks("Other")], set())],
)
def test_a_reason_names_the_topics_that_it_tells_of_without_denials(
    clauses: Sequence[Clause], topics: set[str]
) -> None:
    assert {each.topic for each in topics_named(answer("", *clauses).as_read).topics} == topics


def test_an_empty_reason_names_none() -> None:
    assert topics_named(AnswerReading()) == read_reason("", parsed_guide(), {}) == ObjectiveReading()
