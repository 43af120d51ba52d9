import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from interviews.lifecycle import DeclineReason, Rating
from interviews.models import InterviewRequest
from interviews.paige.language import Phrase, languages, wording
from interviews.services import conversation_steps, wishes
from interviews.services.state import interview_state
from interviews.text import trimmed

# The key of a decline's comment among the texts by question number.
COMMENT = 0
# Enough for any question, and always a valid integer in the database.
NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)


@dataclass(frozen=True)
class Posted:
    """`number`: the question that `text` answers, or 0. `corrections`: texts by question number.

    Without form fields, `reason` and `comment` are None, and `rating` is 0.
    """

    token: str = field(default="", repr=False)
    step: str = ""
    number: int = 0
    text: str = field(default="", repr=False)
    corrections: dict[int, str] = field(default_factory=dict, repr=False)
    reason: str | None = field(default=None, repr=False)
    comment: str | None = field(default=None, repr=False)
    rating: int = 0
    language: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Raises Django's errors if the body is too large or unreadable."""
        form = request.POST
        step, _, language = form.get("step", "").partition(":")
        return cls(
            token=form.get("token", ""),
            step=step,
            number=number_in(form.get("number", "")),
            text=form.get("text", ""),
            corrections={number_in(name[7:]): form[name] for name in form if name.startswith("answer-")},
            reason=form.get("reason"),
            comment=form.get("comment"),
            rating=number_in(form.get("rating", "")),
            language=form.get("language", "") or language,
        )

    @property
    def next_page(self) -> dict[str, object]:
        """The query of the page after the step. An invitation that comes again keeps the language."""
        language = {"language": self.language} if self.step == "reconsider" and self.language else {}
        number = 1 if self.step == "consent" else self.number and self.number + 2
        return {"token": self.token, "question": number or "", **language}

    @property
    def texts(self) -> list[str]:
        return [text for text in (*self.answers, self.comment or "") if text.strip()]

    @property
    def answers(self) -> list[str]:
        return [text for text in (self.text, *self.corrections.values()) if text.strip()]


def number_in(text: str) -> int:
    return int(text) if NUMBER.fullmatch(text) else 0


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
    wish = wording(Phrase("switch_request"), posted.language)
    return answer(interview_request, replace(posted, text=f"{posted.text.rstrip()}\n{wish}".strip()))


def skip(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    """Asks first if the box has text, because the contact may have pressed the button by mistake."""
    if posted.texts:
        return StepOutcome(asks_to_skip=True, rejected={posted.number: posted.text})
    return skip_without_text(interview_request, posted)


def skip_without_text(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    is_skipped = conversation_steps.skip_question(interview_request, number=posted.number)
    return StepOutcome(unsaved=() if is_skipped else tuple(posted.texts))


def finish(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    outcome = answer(interview_request, posted) if posted.texts else StepOutcome()
    if not outcome.errors:
        conversation_steps.finish_conversation(interview_request)
    return outcome


def correct(
    interview_request: InterviewRequest, posted: Posted, *, then: Callable[[InterviewRequest], None] | None = None
) -> StepOutcome:
    texts = posted.corrections
    try:
        not_stored = conversation_steps.correct_answers(interview_request, corrections=texts)
    except ValidationError as error:
        errors = {int(number): " ".join(messages) for number, messages in error.message_dict.items()}
        return StepOutcome(errors=errors, rejected=texts)
    if then:
        then(interview_request)
    return StepOutcome(unsaved=tuple(not_stored.values()))


def resume(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    return correct(interview_request, posted, then=conversation_steps.resume_conversation)


def send(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    return correct(interview_request, posted, then=conversation_steps.complete_conversation)


def decline(interview_request: InterviewRequest, posted: Posted) -> StepOutcome:
    state = interview_state(interview_request)
    if state.exchanges and state.has_answers:
        text_of_box = {posted.number: posted.text} if posted.number else {}
        return StepOutcome(asks_to_end=True, rejected={**posted.corrections, **text_of_box})
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


STEPS: Mapping[str, Callable[[InterviewRequest, Posted], StepOutcome]] = {
    step.__name__: step
    for step in (
        *(consent, answer, switch_language, skip, skip_without_text, finish, correct, resume, send),
        *(decline, decline_with_answers, reconsider, rate, request_deletion),
    )
}
