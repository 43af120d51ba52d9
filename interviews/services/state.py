"""Where an interview stands, as its contact may see it: without notes, objective or whatever is not theirs."""

from dataclasses import dataclass, field

from interviews.lifecycle import Speaker, Stage, Status
from interviews.models import Conversation, InterviewRequest, Turn
from interviews.paige.brief import opening_brief, recorded
from interviews.paige.guide import Guide


@dataclass(frozen=True)
class Question:
    """A question that waits for its answer: `number` is what the answer is submitted to."""

    number: int
    text: str = field(repr=False)


@dataclass(frozen=True)
class Exchange:
    """A question and its answer, which is empty where the contact skipped it. `number` is the question's."""

    number: int
    topic: str
    question: str = field(repr=False)
    answer: str = field(repr=False)


@dataclass(frozen=True)
class InterviewState:
    """What the page shows. `question` only while one waits; `exchanges` no longer once the interview is completed.

    CONSENTED or IN_PROGRESS without a question: Paige has yet to write it (`next_question`). Progress is told in
    topics: the one that the conversation is at, from 1, and how many there are. `more_to_ask`: whether resuming from
    the recap leads to a question.
    """

    stage: Stage
    vendor: str
    contact_name: str
    purpose: str
    estimated_minutes: int
    topic_number: int
    topic_count: int
    question: Question | None = None
    exchanges: tuple[Exchange, ...] = ()
    more_to_ask: bool = False


def interview_state(request: InterviewRequest) -> InterviewState:
    """Where the interview stands now, freshly read. InterviewRequest.DoesNotExist if it is gone."""
    return state_of(current(request))


def current(request: InterviewRequest) -> InterviewRequest:
    """The request with all that its interview needs, as it stands in the database now."""
    related = InterviewRequest.objects.select_related("org", "contact", "interview_type", "conversation")
    found: InterviewRequest = related.prefetch_related("turns").get(pk=request.pk, org_id=request.org_id)
    return found


def conversation_of(request: InterviewRequest) -> Conversation | None:
    """The request's conversation, None before the contact's consent."""
    return getattr(request, "conversation", None)


def stage_of(request: InterviewRequest) -> Stage:
    """Where the conversation stands. A request may be completed without one: the demo's are."""
    conversation = conversation_of(request)
    if request.status == Status.COMPLETED:
        return Stage.COMPLETED
    return Stage.INVITED if conversation is None else Stage(conversation.stage)


def state_of(request: InterviewRequest) -> InterviewState:
    """The state that a request as returned by `current` is in."""
    stage, conversation = stage_of(request), conversation_of(request)
    opening = opening_brief(request, conversation.guide if conversation else None)
    turns = [] if stage == Stage.COMPLETED else list(request.turns.all())
    waiting = turns[-1] if turns and turns[-1].speaker == Speaker.PAIGE else None
    return InterviewState(
        stage=stage,
        vendor=opening.vendor,
        contact_name=opening.contact_name,
        purpose=opening.guide.purpose,
        estimated_minutes=opening.guide.estimated_minutes,
        topic_number=len({turn.topic for turn in turns}),
        topic_count=len(opening.guide.every_topic),
        question=Question(waiting.number, waiting.text) if waiting and stage == Stage.IN_PROGRESS else None,
        exchanges=_exchanges(turns, opening.guide),
        more_to_ask=stage == Stage.RECAP and (waiting or opening.after(recorded(turns))) is not None,
    )


def _exchanges(turns: list[Turn], guide: Guide) -> tuple[Exchange, ...]:
    return tuple(
        Exchange(question.number, guide.topic(question.topic).title, question.text, answer.text)
        for question, answer in zip(turns[::2], turns[1::2], strict=False)
    )
