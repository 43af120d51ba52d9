"""Completed interviews with findings."""

from collections.abc import Iterable

from interviews.lifecycle import Speaker
from interviews.models import InterviewRequest
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.transcript_markdown import render_transcript
from interviews.paige.findings.findings import findings_of
from interviews.paige.turn.brief import opening_brief
from interviews.services.transitions import complete_interview

QUESTION = "What made you look?"


def complete(interview_request: InterviewRequest, answers: Iterable[tuple[str, str]]) -> InterviewRequest:
    """`answers`: the topic and the text of each. Paige has asked QUESTION before each of them."""
    said = (
        utterance
        for topic, text in answers
        for utterance in (Utterance(Speaker.PAIGE, QUESTION, topic), Utterance(Speaker.CONTACT, text, topic))
    )
    brief = opening_brief(interview_request).after(said)
    content = render_transcript(brief.conversation, brief.contact_name)
    complete_interview(interview_request, content=content, **findings_of(brief, content))
    return InterviewRequest.objects.get(pk=interview_request.pk)
