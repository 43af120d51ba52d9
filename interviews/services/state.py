"""Contains neither notes nor objective."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from django.db.models import Subquery

from deals.models import Outcome
from hindsight.text.languages import ENGLISH
from interviews.lifecycle import DisplayedStatus, Flag, Move, Speaker, Stage
from interviews.models import Conversation, InterviewRequest, Turn
from interviews.models.interview_request import reported_deals
from interviews.paige.dialogue import answered, wants_to_stop
from interviews.paige.guide.guide import GuideError
from interviews.paige.turn.brief import Brief, guide_of, opening_brief, utterances_of
from interviews.paige.turn.compose import closing_reply
from interviews.paige.turn.dialogue_state import Remaining, remaining
from interviews.paige.turn.moves import moves

RUNNING = (Stage.CONSENTED, Stage.IN_PROGRESS)


@dataclass(frozen=True)
class Question:
    number: int
    text: str = field(repr=False)


@dataclass(frozen=True)
class Exchange:
    """`number` is the question's. The answer to a skipped question is empty."""

    number: int
    topic: str
    question: str = field(repr=False)
    answer: str = field(repr=False)


@dataclass(frozen=True)
class InterviewState:
    """`exchanges` is empty once the interview is completed or declined. `remaining` belongs to the open question.
    `is_paused`: the contact wants to stop, so it asks nothing. `more_to_ask`: whether resuming from the recap leads to
    a question. `last_activity_at`: before this state was read. `reply`: to the last answer, at the recap.
    `is_chosen_by_model`, `is_worded_by_model`: whether a model receives the answers for that. `chosen_language`: of the
    page, if it is not the guide's.
    """

    stage: Stage
    vendor: str
    contact_name: str
    purpose: str
    estimated_minutes: int
    is_chosen_by_model: bool = False
    is_worded_by_model: bool = False
    question: Question | None = None
    remaining: Remaining | None = None
    exchanges: tuple[Exchange, ...] = ()
    is_paused: bool = False
    more_to_ask: bool = False
    last_activity_at: datetime | None = field(default=None, compare=False)
    reply: str = field(default="", repr=False)
    has_answers: bool = False
    has_deleted_answers: bool = False
    flags: tuple[Flag, ...] = ()
    can_rate: bool = False
    rating: int | None = None
    decline_reason: str = ""
    decline_comment: str = field(default="", repr=False)
    chosen_language: str = ""

    @property
    def is_thinking(self) -> bool:
        """Paige's next question is to be computed, or is being computed."""
        return self.stage in RUNNING and self.question is None


@dataclass(frozen=True)
class StoredInterview:
    interview_request: InterviewRequest
    stage: Stage
    turns: tuple[Turn, ...]
    opening: Brief

    @classmethod
    def load(cls, interview_request: InterviewRequest) -> Self:
        """Raises InterviewRequest.DoesNotExist."""
        related = InterviewRequest.objects.with_versions().select_related("org")
        of_deal = {name: Subquery(reported_deals().values(name)[:1]) for name in ("competitor", "outcome")}
        row: Any = related.annotate(**of_deal).get(pk=interview_request.pk, org_id=interview_request.org_id)
        return cls(
            interview_request=row,
            stage=stage_of(row),
            turns=tuple(row.turns.all()),
            opening=replace(
                opening_brief(row),
                competitors=(row.competitor,) if row.competitor else (),
                is_won=row.outcome == Outcome.WON,
            ),
        )

    @property
    def waiting(self) -> Turn | None:
        return self.turns[-1] if self.turns and self.turns[-1].speaker == Speaker.PAIGE else None

    @property
    def brief(self) -> Brief:
        return self.opening.after(answered(utterances_of(self.turns)))

    @property
    def has_unread_answers(self) -> bool:
        """Whether the conversation goes on, and another release or another version of the reader has stored them."""
        goes_on = self.stage in (*RUNNING, Stage.RECAP)
        return goes_on and any(turn.text and turn.reading is None for turn in self.brief.conversation[1::2])

    def with_question(self, turn: Turn) -> Self:
        return replace(self, stage=Stage.IN_PROGRESS, turns=(*self.turns, turn))

    @property
    def state(self) -> InterviewState:
        """Answers, objective and notes that are not read count as empty."""
        guide, waiting, brief = self.opening.guide, self.waiting, self.brief.as_stored
        question = waiting if self.stage == Stage.IN_PROGRESS else None
        conversation = conversation_of(self.interview_request)
        turns = () if self.stage in (Stage.COMPLETED, Stage.DECLINED) else self.turns
        return InterviewState(
            stage=self.stage,
            vendor=self.opening.vendor,
            contact_name=self.opening.contact_name,
            purpose=guide.purpose,
            estimated_minutes=guide.estimated_minutes,
            is_chosen_by_model=self.opening.is_chosen_by_model,
            is_worded_by_model=self.opening.may_be_worded,
            question=Question(question.number, question.text) if question else None,
            remaining=remaining(guide, utterances_of(turns)) if question else None,
            exchanges=tuple(
                Exchange(question.number, guide.topic(question.topic).title, question.text, answer.text)
                for question, answer in zip(turns[::2], turns[1::2], strict=False)
            ),
            is_paused=question is not None and wants_to_stop(brief.heard),
            more_to_ask=self.stage == Stage.RECAP and (waiting is not None or bool(moves(brief))),
            last_activity_at=conversation.last_activity_at if conversation else None,
            reply=closing_reply(brief) if self.stage == Stage.RECAP and self.turns and not waiting else "",
            has_answers=any(turn.move == Move.ANSWER for turn in self.turns),
            has_deleted_answers=self.stage == Stage.DECLINED and any(turn.corrected_at for turn in self.turns),
            flags=tuple(self.interview_request.raised_flags),
            can_rate=conversation is not None and conversation.stage == Stage.COMPLETED,
            rating=rating_of(self.interview_request),
            decline_reason=conversation.decline_reason if conversation else "",
            decline_comment=conversation.decline_comment if conversation else "",
            chosen_language=conversation.language if conversation else "",
        )


def interview_state(interview_request: InterviewRequest) -> InterviewState:
    """Raises InterviewRequest.DoesNotExist."""
    return StoredInterview.load(interview_request).state


def conversation_of(interview_request: InterviewRequest) -> Conversation | None:
    """Returns None before the contact consents or declines."""
    return getattr(interview_request, "conversation", None)


def language_of(interview_request: InterviewRequest) -> str:
    conversation = conversation_of(interview_request)
    if conversation and conversation.language:
        return conversation.language
    try:
        return guide_of(interview_request).language
    except GuideError:  # such as a guide of an older format
        return str(interview_request.guide.get("language", ENGLISH))


def declined_conversation(interview_request: InterviewRequest) -> Conversation | None:
    """Returns None also if retention has deleted the reason."""
    conversation = conversation_of(interview_request)
    return conversation if conversation and conversation.stage == Stage.DECLINED else None


def rating_of(interview_request: InterviewRequest) -> int | None:
    conversation = conversation_of(interview_request)
    return conversation.rating if conversation else None


def stage_of(interview_request: InterviewRequest) -> Stage:
    """The conversation is missing in the demo, and after retention for declined interviews."""
    conversation = conversation_of(interview_request)
    if interview_request.is_completed:
        return Stage.COMPLETED
    if conversation is None:
        return Stage.DECLINED if Flag.DECLINED in interview_request.raised_flags else Stage.INVITED
    return Stage(conversation.stage)


def displayed_status_of(interview_request: InterviewRequest) -> DisplayedStatus:
    stage, conversation = stage_of(interview_request), conversation_of(interview_request)
    if interview_request.is_cancelled:
        return DisplayedStatus.CANCELLED
    if stage in (Stage.COMPLETED, Stage.DECLINED):
        return DisplayedStatus(stage)
    if conversation is None:
        return DisplayedStatus(interview_request.status)
    return DisplayedStatus.ABANDONED if conversation.is_abandoned else DisplayedStatus.UNDER_WAY
