"""Whole interviews of scripted respondents: without rows, and through the services of the survey page."""

from collections.abc import Sequence
from dataclasses import dataclass

from interviews.models import InterviewRequest
from interviews.paige.dialogue import Utterance
from interviews.paige.guide.guide import Guide, shipped_guide
from interviews.paige.turn.brief import Brief, utterances_of
from interviews.services.conversation_steps import (
    complete_conversation,
    give_consent,
    next_question,
    skip_question,
    submit_answer,
)
from tests.factories import InterviewRequestFactory
from tests.interviews.paige.interviews import conduct
from tests.quality.respondents import Answer, Contact, Replies, Respondent

VENDOR = "Acme"
ADDRESS = "care@acme.example"


@dataclass(frozen=True)
class Exchange:
    """A message, the answer to it, and the next message: None at the end of the interview."""

    message: Utterance
    answer: Answer
    next: Utterance | None


@dataclass(frozen=True)
class Interview:
    respondent: Respondent
    guide: Guide
    said: Sequence[Utterance]
    given: Sequence[Answer]

    @property
    def messages(self) -> Sequence[Utterance]:
        return self.said[::2]

    @property
    def exchanges(self) -> list[Exchange]:
        return [Exchange(*each) for each in zip(self.messages, self.given, [*self.messages[1:], None], strict=True)]


def interview_with(respondent: Respondent) -> Interview:
    brief, replies = opening(respondent), Replies(respondent)
    said = conduct(brief, replies)
    return Interview(respondent, brief.guide, said, replies.given)


def opening(contact: Contact) -> Brief:
    guide = Guide.from_data(shipped_guide(contact.guide)).for_vendor(VENDOR)
    return Brief(VENDOR, contact.contact, contact.notes, contact.objective, guide, ADDRESS)


def stored_interview_with(respondent: Respondent) -> Interview:
    """Ends with the completed interview request."""
    interview_request = _invited(respondent)
    replies = Replies(respondent)
    give_consent(interview_request)
    while question := next_question(interview_request).question:
        text = replies.to(interview_request.turns.get(number=question.number).topic)
        if text:
            submit_answer(interview_request, number=question.number, text=text)
        else:
            skip_question(interview_request, number=question.number)
    complete_conversation(interview_request)
    return Interview(respondent, opening(respondent).guide, utterances_of(interview_request.turns.all()), replies.given)


def _invited(respondent: Respondent) -> InterviewRequest:
    interview_request: InterviewRequest = InterviewRequestFactory.create(
        org__name=VENDOR,
        org__contact_address=ADDRESS,
        contact__name=respondent.contact,
        contact__notes=respondent.notes,
        interview_type__guide=shipped_guide(respondent.guide),
        objective=respondent.objective,
    )
    return interview_request
