"""Whole interviews with the respondents and buyers of `make quality`."""

from pathlib import Path

import pytest

from interviews.paige.dialogue import render_transcript
from tests.quality.interviews import interview_with, stored_interview_with
from tests.quality.labelled_answers import IDIOMATIC, NATURAL, NEW, TUNING, Verdict, verdicts
from tests.quality.respondents import respondents

GOLDEN = Path(__file__).with_name("golden")
RESPONDENTS = {respondent.name: respondent for respondent in respondents()}


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.md")))
@pytest.mark.slow
def test_the_transcript_is_unchanged(name: str) -> None:
    respondent = RESPONDENTS[name]
    transcript = render_transcript(interview_with(respondent).said, respondent.contact)
    assert transcript + "\n" == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["asks_back", "german_asks_back"])
@pytest.mark.slow
def test_the_services_conduct_the_same_interview(name: str) -> None:
    stored, expected = stored_interview_with(RESPONDENTS[name]), interview_with(RESPONDENTS[name])
    assert [turn.text for turn in stored.said] == [turn.text for turn in expected.said]
    assert stored.given == expected.given


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chosen", "share", "misread"), [(TUNING, 0.7, 4), (IDIOMATIC, 0.6, 8), (NEW, 0.7, 4), (NATURAL, 0.85, 0)]
)
def test_few_labelled_answers_are_misread(chosen: str, share: float, misread: int) -> None:
    counts = verdicts(chosen)
    assert counts[Verdict.RIGHT] >= share * (counts.total() - counts[Verdict.INNOCENT_RIGHT])
    assert counts[Verdict.INNOCENT_MISREAD] <= misread
