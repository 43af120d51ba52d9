from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError

from interviews.lifecycle import DeclineReason, Rating
from interviews.models import InterviewRequest
from interviews.paige.language.lexicons import languages
from interviews.services import conversation_steps, wishes
from interviews.services.state import interview_state
from interviews.text import trimmed
from interviews.web.languages import switch_request
from interviews.web.posted import Posted

# The key of a decline's comment among the texts by question number.
COMMENT = 0


@dataclass(frozen=True)
class StepOutcome:
    """`rejected` texts are not stored; `errors` says why. Both are by question number. `unsaved` texts came too late.
    `asks_to_skip`: the contact has to confirm that the rejected text is left out. `asks_to_end`: the contact has to
    confirm that the answers are not sent.
    """

    errors: Mapping[int, str] = field(default_factory=dict)
    rejected: Mapping[int, str] = field(default_factory=dict, repr=False)
    unsaved: tuple[str, ...] = field(default=(), repr=False)
    asks_to_skip: bool = False
    asks_to_end: bool = False

    @property
    def is_clean(self) -> bool:
        return not (self.errors or self.unsaved or self.asks_to_skip or self.asks_to_end)


def take_step(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    step = STEPS.get(posted.step)
    return step(interview_request, posted) if step else StepOutcome(unsaved=tuple(posted.texts))


def consent(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    conversation_steps.give_consent(interview_request, language=posted.language)
    return StepOutcome()


def answer(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    try:
        is_stored = conversation_steps.submit_answer(interview_request, number=posted.number, text=posted.text)
    except ValidationError as error:
        return StepOutcome(errors={posted.number: " ".join(error.messages)}, rejected={posted.number: posted.text})
    return StepOutcome(unsaved=() if is_stored else (posted.text,))


def switch_language(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    """The contact's wish is an answer of theirs, after what they have written."""
    if posted.language not in languages():
        return StepOutcome(unsaved=tuple(posted.texts))
    wish = switch_request(posted.language)
    return answer(interview_request, replace(posted, text=f"{posted.text.rstrip()}\n{wish}".strip()))


def skip(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    """Asks first if the box has text, because the contact may have pressed the button by mistake."""
    if posted.texts:
        return StepOutcome(asks_to_skip=True, rejected={posted.number: posted.text})
    conversation_steps.skip_question(interview_request, number=posted.number)
    return StepOutcome()


def skip_without_text(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    is_skipped = conversation_steps.skip_question(interview_request, number=posted.number)
    return StepOutcome(unsaved=() if is_skipped else tuple(posted.texts))


def finish(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    outcome = answer(interview_request, posted) if posted.texts else StepOutcome()
    if not outcome.errors:
        conversation_steps.finish_conversation(interview_request)
    return outcome


def resume(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    outcome = _correct(interview_request, posted)
    if not outcome.errors:
        conversation_steps.resume_conversation(interview_request)
    return outcome


def send(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    outcome = _correct(interview_request, posted)
    if not outcome.errors:
        conversation_steps.complete_conversation(interview_request)
    return outcome


def decline(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    state = interview_state(interview_request)
    if state.exchanges and state.has_answers:
        return StepOutcome(asks_to_end=True, rejected={**posted.corrections, **_text_of_box(posted)})
    return decline_with_answers(interview_request, posted)


def decline_with_answers(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    """Never fails because of an answer: texts that are not stored are shown again."""
    stored = {exchange.answer for exchange in interview_state(interview_request).exchanges}
    reason = DeclineReason(posted.reason) if posted.reason in DeclineReason.values else None
    try:
        wishes.decline_interview(interview_request, reason=reason, comment=posted.comment, language=posted.language)
    except ValidationError as error:
        return StepOutcome(errors={COMMENT: " ".join(error.messages)}, rejected={COMMENT: posted.comment or ""})
    return StepOutcome(unsaved=tuple(text for text in posted.answers if trimmed(text) not in stored))


def reconsider(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    wishes.withdraw_decline(interview_request)
    return StepOutcome(unsaved=tuple(posted.texts))


def rate(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    if posted.rating in Rating.values:
        wishes.rate_interview(interview_request, rating=Rating(posted.rating))
    return StepOutcome()


def request_deletion(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    wishes.request_deletion(interview_request)
    return StepOutcome()


def _text_of_box(posted: Posted) -> dict[int, str]:
    return {posted.number: posted.text} if posted.number else {}


def _correct(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    texts = posted.corrections
    try:
        not_stored = conversation_steps.correct_answers(interview_request, corrections=texts)
    except ValidationError as error:
        errors = {int(number): " ".join(messages) for number, messages in error.message_dict.items()}
        return StepOutcome(errors=errors, rejected=texts)
    return StepOutcome(unsaved=tuple(not_stored.values()))


STEPS: Mapping[str, Callable[[InterviewRequest, Posted], StepOutcome]] = {
    step.__name__: step
    for step in (
        *(consent, answer, switch_language, skip, skip_without_text, finish, resume, send),
        *(decline, decline_with_answers, reconsider, rate, request_deletion),
    )
}
