"""The steps of the page's buttons, and the texts that they could not store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from interviews import services
from interviews.models import InterviewRequest
from interviews.web.posted import Posted


@dataclass(frozen=True)
class Outcome:
    """Texts to show again.

    `errors` and `kept`: texts that cannot be stored, by question number. `untaken`: too late.
    """

    errors: Mapping[int, str] = field(default_factory=dict)
    kept: Mapping[int, str] = field(default_factory=dict, repr=False)
    untaken: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_clean(self) -> bool:
        return not self.errors and not self.untaken


def take_step(interview_request: InterviewRequest, posted: Posted) -> Outcome:
    """An unknown step changes nothing."""
    step = STEPS.get(posted.step)
    return step(interview_request, posted) if step else Outcome(untaken=tuple(posted.texts))


def consent(interview_request: InterviewRequest, posted: Posted) -> Outcome:
    services.give_consent(interview_request)
    return Outcome()


def answer(interview_request: InterviewRequest, posted: Posted) -> Outcome:
    try:
        taken = services.submit_answer(interview_request, number=posted.number, text=posted.text)
    except ValidationError as error:
        return Outcome(errors={posted.number: " ".join(error.messages)}, kept={posted.number: posted.text})
    return Outcome(untaken=() if taken else (posted.text,))


def skip(interview_request: InterviewRequest, posted: Posted) -> Outcome:
    """Returns the text in the box, because the contact may have pressed the button by mistake."""
    services.skip_question(interview_request, number=posted.number)
    return Outcome(untaken=tuple(posted.texts))


def finish(interview_request: InterviewRequest, posted: Posted) -> Outcome:
    """Stores the answer in the box first."""
    outcome = answer(interview_request, posted) if posted.texts else Outcome()
    if not outcome.errors:
        services.finish_conversation(interview_request)
    return outcome


def resume(interview_request: InterviewRequest, posted: Posted) -> Outcome:
    outcome = _correct(interview_request, posted)
    if not outcome.errors:
        services.resume_conversation(interview_request)
    return outcome


def send(interview_request: InterviewRequest, posted: Posted) -> Outcome:
    outcome = _correct(interview_request, posted)
    if not outcome.errors:
        services.complete_conversation(interview_request)
    return outcome


def _correct(interview_request: InterviewRequest, posted: Posted) -> Outcome:
    """All or nothing."""
    texts = posted.corrections
    try:
        not_stored = services.correct_answers(interview_request, corrections=texts)
    except ValidationError as error:
        errors = {int(number): " ".join(messages) for number, messages in error.message_dict.items()}
        return Outcome(errors=errors, kept=texts)
    return Outcome(untaken=tuple(not_stored.values()))


STEPS: Mapping[str, Callable[[InterviewRequest, Posted], Outcome]] = {
    step.__name__: step for step in (consent, answer, skip, finish, resume, send)
}
