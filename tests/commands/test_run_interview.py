"""`run_interview` runs a trial interview in the terminal and stores nothing."""

from io import StringIO

import pytest
from django.core.management import call_command

from interviews.models import Conversation, InterviewRequest, Transcript, Turn
from interviews.services.conversation_steps import give_consent, next_question, submit_answer

pytestmark = pytest.mark.django_db


def run_interview(interview_request: InterviewRequest, lines: str) -> tuple[str, str]:
    """Returns standard output and standard error."""
    out, err = StringIO(), StringIO()
    call_command("run_interview", str(interview_request.pk), stdin=StringIO(lines), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_prints_the_transcript_marked_as_a_test(interview_request: InterviewRequest) -> None:
    out, err = run_interview(interview_request, "It was slow.\n\n/finish\n")
    notice, *turns = out.rstrip("\n").split("\n\n")
    assert notice.startswith("TEST")
    assert [line.partition(":** ")[0] for line in turns] == ["**Paige", "**Alice", "**Paige", "**Alice"]
    assert turns[1] == "**Alice:** It was slow."
    assert turns[3] == "**Alice:** *(skipped)*"
    assert "this interview is not stored" in err
    assert "What set off the search; question; rules" in err


def test_it_goes_to_the_end_of_the_guide_and_stores_nothing(interview_request: InterviewRequest) -> None:
    before = InterviewRequest.objects.values().get()
    out, _ = run_interview(interview_request, "\n" * 99)
    assert out.count("**Paige:**") == 9
    assert "What, if anything, did I not ask" in out
    assert InterviewRequest.objects.values().get() == before
    assert not any(model.objects.exists() for model in (Conversation, Turn, Transcript))


def test_does_not_resume_the_conversation_of_the_contact(interview_request: InterviewRequest) -> None:
    give_consent(interview_request)
    next_question(interview_request)
    submit_answer(interview_request, number=1, text="Said by Alice herself.")
    out, _ = run_interview(interview_request, "It was slow.\n")
    assert "Alice herself" not in out
    assert Turn.objects.count() == 2


def test_an_invalid_answer_is_asked_for_again(interview_request: InterviewRequest) -> None:
    out, err = run_interview(interview_request, f"{'x' * 10_001}\nIt was slow.\n/finish\n")
    assert "at most 10,000" in err
    assert "**Alice:** It was slow." in out
