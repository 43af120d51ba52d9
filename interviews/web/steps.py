"""The steps that the page's buttons take, and what of the contact's writing could not be stored on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from contacts.text import clean_answer
from interviews import services
from interviews.lifecycle import Speaker
from interviews.models import InterviewRequest
from interviews.web.posted import Posted


@dataclass(frozen=True)
class Outcome:
    """What has to be shown again, for nothing that somebody wrote may get lost.

    `errors`, by the question's number: texts that cannot be stored as they are, with the reason; `kept`: what was
    written there. `untaken`: texts that came too late.
    """

    errors: Mapping[int, str] = field(default_factory=dict)
    kept: Mapping[int, str] = field(default_factory=dict, repr=False)
    untaken: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_clean(self) -> bool:
        return not self.errors and not self.untaken


def take_step(interview: InterviewRequest, posted: Posted) -> Outcome:
    """Does what the button says. An unknown one does nothing."""
    step = STEPS.get(posted.step)
    return step(interview, posted) if step else Outcome(untaken=tuple(posted.texts))


def consent(interview: InterviewRequest, posted: Posted) -> Outcome:
    services.give_consent(interview)
    return Outcome()


def answer(interview: InterviewRequest, posted: Posted) -> Outcome:
    try:
        taken = services.submit_answer(interview, number=posted.number, text=posted.text)
    except ValidationError as error:
        return Outcome(errors={posted.number: " ".join(error.messages)}, kept={posted.number: posted.text})
    return Outcome(untaken=() if taken else (posted.text,))


def skip(interview: InterviewRequest, posted: Posted) -> Outcome:
    """Passes over the question. What stands in the box is given back: the button may have been hit by accident."""
    services.skip_question(interview, number=posted.number)
    return Outcome(untaken=tuple(posted.texts))


def finish(interview: InterviewRequest, posted: Posted) -> Outcome:
    """No more questions; the answer that was being written counts."""
    outcome = answer(interview, posted) if posted.texts else Outcome()
    if not outcome.errors:
        services.finish_conversation(interview)
    return outcome


def resume(interview: InterviewRequest, posted: Posted) -> Outcome:
    outcome = _correct(interview, posted)
    if not outcome.errors:
        services.resume_conversation(interview)
    return outcome


def send(interview: InterviewRequest, posted: Posted) -> Outcome:
    outcome = _correct(interview, posted)
    if not outcome.errors:
        services.complete_conversation(interview)
    return outcome


def _correct(interview: InterviewRequest, posted: Posted) -> Outcome:
    """Stores the recap's texts: all of them, or none if one cannot be stored."""
    texts = posted.corrections
    errors = {number: problem for number, text in texts.items() if (problem := _problem_with(text))}
    if errors:
        return Outcome(errors=errors, kept=texts)
    services.correct_answers(interview, corrections=texts)
    return Outcome(untaken=tuple(_not_stored(interview, texts)))


def _problem_with(text: str) -> str:
    try:
        if text.strip():  # a blank one takes the answer back
            clean_answer(text)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _not_stored(interview: InterviewRequest, texts: Mapping[int, str]) -> list[str]:
    """Those that do not stand in the interview: another tab has sent it, or gone on with it, meanwhile."""
    answers = interview.turns.filter(speaker=Speaker.CONTACT).values_list("number", "text")
    stored = {number - 1: text for number, text in answers}
    return [text for number, text in texts.items() if text.strip() and clean_answer(text) != stored.get(number)]


STEPS: Mapping[str, Callable[[InterviewRequest, Posted], Outcome]] = {
    step.__name__: step for step in (consent, answer, skip, finish, resume, send)
}
