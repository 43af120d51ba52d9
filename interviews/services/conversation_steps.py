"""Steps are idempotent, because a reload, a second tab or a killed worker may repeat them.

A step at the wrong stage changes nothing.
"""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from hindsight.db.statements import retried
from hindsight.metrics.instruments import TURNS
from hindsight.server.connections import connection_released
from interviews.lifecycle import Flag, Move, Progress, Speaker, Stage, Wording
from interviews.models import Conversation, InterviewRequest, Turn
from interviews.models.conversation import MAX_FALLBACK_LENGTH
from interviews.paige.chat import sum_of_counts
from interviews.paige.dialogue import render_transcript
from interviews.paige.engines import engine, writer
from interviews.paige.findings import findings_of
from interviews.paige.reading.readings import AnswerReading
from interviews.paige.reading.stored import answer_text
from interviews.paige.turn.brief import Brief, guides_of
from interviews.paige.turn.compose import Message, next_message
from interviews.services.conversations import (
    active_conversation,
    create_conversation,
    language_values,
    question_lease,
    switch_language,
)
from interviews.services.drivers import queue_driver_choice
from interviews.services.readings import answer_readings, queue_reason, with_readings
from interviews.services.state import (
    RUNNING,
    InterviewState,
    StoredInterview,
    conversation_of,
    interview_state,
    stage_of,
)
from interviews.services.transitions import change_flags, change_progress, complete_interview, locked_request
from interviews.services.withdrawal import correct, withdraw_quotes
from interviews.text import clean_answer


@transaction.atomic
def give_consent(interview_request: InterviewRequest, *, language: str = "") -> None:
    """The first consent counts. `language`: another one that is offered, in which the interview begins.

    Raises InterviewRequest.DoesNotExist if the survey link was replaced.
    """
    related = InterviewRequest.objects.select_related("interview_type", "conversation")
    row = related.get(pk=interview_request.pk, survey_token=interview_request.survey_token)
    if row.is_cancelled or stage_of(row) != Stage.INVITED:
        return
    if create_conversation(row, consented_at=timezone.now(), **language_values(row, language)):
        locked_request(row)  # after the conversation, as the other services do
        change_progress(row, Progress.STARTED, "interview.started")


def next_question(interview_request: InterviewRequest, *, by_rules: bool = False) -> InterviewState:
    """Puts a question unless one is unanswered. `by_rules`: asks no model, as in a test room.

    Reads notes and objective now, so an earlier PATCH counts, and answers that are not read. Takes up to PAIGE_TIMEOUT
    seconds, without a database connection. Of concurrent calls, one computes the question; the states of the others are
    without it (`is_thinking`).
    """
    interview = StoredInterview.load(interview_request)
    if interview.has_unread_answers:
        interview = with_readings(interview)
    state = interview.state
    if not state.is_thinking:
        return state
    with question_lease(interview.interview_request.conversation) as is_leased:
        return _ask(with_readings(interview), by_rules) if is_leased else interview_state(interview_request)


def _ask(interview: StoredInterview, by_rules: bool) -> InterviewState:
    interview_request, brief = interview.interview_request, interview.brief
    is_test = by_rules or interview_request.org.is_test_room
    with connection_released():
        message = next_message(brief, engine(is_test=is_test), writer(is_test=is_test))
    if message is None:
        finish_conversation(interview_request)
        return interview_state(interview_request)
    turn = _put_question(interview_request, brief, message)
    return interview_state(interview_request) if turn is None else interview.with_question(turn).state


def submit_answer(interview_request: InterviewRequest, *, number: int, text: str) -> bool:
    """Returns False if another answer is stored, or if the stage allows no answers. Raises ValidationError."""
    cleaned = clean_answer(text)
    stages = Conversation.objects.filter(pk=interview_request.pk).values_list("stage", flat=True)
    is_stored = _is_stored(interview_request.turns.all(), stages.first(), number, Move.ANSWER, cleaned)
    if is_stored is not None:  # such as a repeated POST: the answer need not be read
        return is_stored
    reading = answer_readings(interview_request, {number: cleaned}).get(number)
    return _store_answer(interview_request, number, Move.ANSWER, cleaned, reading)


def skip_question(interview_request: InterviewRequest, *, number: int) -> bool:
    """False if an answer is stored already."""
    return _store_answer(interview_request, number, Move.SKIP, "")


def finish_conversation(interview_request: InterviewRequest) -> None:
    """An unanswered question can still be answered after resuming."""
    with active_conversation(interview_request) as conversation:
        if conversation.may_transition_to(Stage.RECAP):
            conversation.transition_to(Stage.RECAP, finished_at=timezone.now())


def resume_conversation(interview_request: InterviewRequest) -> None:
    with active_conversation(interview_request) as conversation:
        if conversation.stage == Stage.RECAP:
            conversation.transition_to(Stage.IN_PROGRESS, finished_at=None)


def correct_answers(interview_request: InterviewRequest, *, corrections: Mapping[int, str]) -> Mapping[int, str]:
    """During the recap, replaces all answers or none. A blank text withdraws the answer.

    Returns the corrections that are not stored. Raises ValidationError with messages by question number.
    """
    texts = _clean_corrections(corrections)
    before = interview_request.turns.filter(
        speaker=Speaker.CONTACT, interview_request__conversation__stage=Stage.RECAP
    ).values_list("number", "text")
    # The recap posts every answer.
    changed = {number - 1: texts[number - 1] for number, text in before if texts.get(number - 1, text) != text}
    readings = answer_readings(interview_request, changed) if changed else {}
    with active_conversation(interview_request) as conversation:
        turns = list(interview_request.turns.all())
        answers = {turn.number - 1: turn for turn in turns if turn.speaker == Speaker.CONTACT}
        if conversation.stage == Stage.RECAP:
            corrected = texts.keys() & answers.keys()
            withdrawn = [correct(answers[number], texts[number], readings.get(number)) for number in corrected]
            withdraw_quotes(guides_of(interview_request), turns, withdrawn)
            for number in corrected & readings.keys():
                _raise_flags(interview_request, readings[number])
            conversation.touch()
    stored = {number: answer.text for number, answer in answers.items()}
    return {number: corrections[number] for number, text in texts.items() if text and text != stored.get(number)}


def complete_conversation(interview_request: InterviewRequest) -> None:
    if stage_of(interview_request) == Stage.RECAP:
        with_readings(StoredInterview.load(interview_request))
    with active_conversation(interview_request) as conversation:
        if conversation.may_transition_to(Stage.COMPLETED) and not locked_request(interview_request).is_cancelled:
            interview = StoredInterview.load(interview_request)
            brief = interview.brief
            content = render_transcript(brief.conversation, brief.contact_name)
            complete_interview(interview.interview_request, content=content, **findings_of(brief, content))
            queue_driver_choice(interview.interview_request)
            queue_reason(interview.interview_request)
            conversation.transition_to(Stage.COMPLETED)


@retried
def _put_question(interview_request: InterviewRequest, brief: Brief, message: Message) -> Turn | None:
    """Returns None if another tab stored a question, finished or declined first."""
    number, choice, asked, worded = len(brief.conversation) + 1, message.choice, message.choice.asked, message.worded
    begun = conversation_of(interview_request)  # another one: the contact has declined, and begun again
    with active_conversation(interview_request) as conversation:
        is_current = conversation.stage in RUNNING and begun and conversation.consented_at == begun.consented_at
        if not is_current or interview_request.turns.filter(number=number).exists():
            return None
        turn: Turn = Turn.objects.create(
            org_id=interview_request.org_id,
            interview_request=interview_request,
            number=number,
            speaker=Speaker.PAIGE,
            move=choice.move.move,
            topic=choice.move.topic.key,
            follow_up=choice.move.follow_up,
            text=message.text,
            authored=message.authored,
            engine=choice.engine,
            worded_by=Wording.MODEL if message.authored else Wording.GUIDE,
            wording_fallback=worded.fallback[:MAX_FALLBACK_LENGTH],
            guide_version=brief.guide.version,
            latency_ms=asked.latency_ms + worded.latency_ms,
            prompt_tokens=sum_of_counts(asked.prompt_tokens, worded.prompt_tokens),
            completion_tokens=sum_of_counts(asked.completion_tokens, worded.completion_tokens),
        )
        _note_question(conversation, turn)
    TURNS.labels(choice.engine).inc()
    return turn


def _note_question(conversation: Conversation, question: Turn) -> None:
    changes = {"started_at": conversation.started_at or timezone.now(), "last_topic": question.topic}
    if conversation.stage == Stage.CONSENTED:
        conversation.transition_to(Stage.IN_PROGRESS, **changes)
    else:
        conversation.touch(**changes)


@retried
def _store_answer(
    interview_request: InterviewRequest, number: int, move: Move, text: str, reading: AnswerReading | None = None
) -> bool:
    with active_conversation(interview_request) as conversation:
        turns = interview_request.turns.all()
        is_stored = _is_stored(turns, conversation.stage, number, move, text)
        if is_stored is not None:
            return is_stored
        question = next(turn for turn in turns if turn.number == number)
        Turn.objects.create(
            org_id=interview_request.org_id,
            interview_request=interview_request,
            number=number + 1,
            speaker=Speaker.CONTACT,
            move=move,
            topic=question.topic,
            text=text,
            reading=answer_text(reading, text),
            guide_version=question.guide_version,
        )
        conversation.touch()
        if reading:
            switch_language(interview_request, conversation, reading)
            _raise_flags(interview_request, reading)
        return True


def _is_stored(turns: Iterable[Turn], stage: str | None, number: int, move: Move, text: str) -> bool | None:
    """Whether this answer is stored already. None if it can be stored now."""
    found = {turn.number: turn for turn in turns}
    question, answer = found.get(number), found.get(number + 1)
    if question is None or question.speaker != Speaker.PAIGE:
        return False
    if answer is not None:
        return (answer.move, answer.text) == (move, text)
    return None if stage in (Stage.IN_PROGRESS, Stage.RECAP) else False


def _raise_flags(interview_request: InterviewRequest, reading: AnswerReading) -> None:
    flags = {Flag[wish.name] for wish in reading.wishes}
    if flags:
        change_flags(interview_request, raised=flags)


def _clean_corrections(corrections: Mapping[int, str]) -> dict[int, str]:
    texts: dict[int, str] = {}
    errors: dict[str, list[str]] = {}
    for number, text in corrections.items():
        try:
            texts[number] = clean_answer(text) if text.strip() else ""
        except ValidationError as error:
            errors[str(number)] = error.messages
    if errors:
        raise ValidationError(errors)
    return texts
