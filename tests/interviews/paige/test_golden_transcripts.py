"""Whole interviews with respondents of `make quality`, compared word for word with stored transcripts."""

from pathlib import Path

import pytest

from interviews.paige.answers.transcript_markdown import render_transcript
from tests.quality.interviews import interview_with
from tests.quality.respondents import respondents

GOLDEN = Path(__file__).with_name("golden")
RESPONDENTS = {respondent.name: respondent for respondent in respondents()}


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.md")))
@pytest.mark.slow
def test_the_transcript_is_unchanged(name: str) -> None:
    respondent = RESPONDENTS[name]
    transcript = render_transcript(interview_with(respondent).said, respondent.contact)
    assert transcript + "\n" == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")
