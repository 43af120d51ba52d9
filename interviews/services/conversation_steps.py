"""The interview itself, step by step: what the contact's page does, and nothing that only a page needs.

How a page uses it: find the request by its token (`InterviewRequest.objects.of_survey_token(token).get()`), do what the
contact asked for, then show what `interview_state` says. Every step may be repeated (a reload, a double submit, a
second tab, another device, a worker killed half-way): it is done once, and a repetition changes nothing.

| the contact                  | call                                          | then                     |
|------------------------------|-----------------------------------------------|--------------------------|
| opens the link               | `interview_state(request)`                    | show its stage           |
| agrees                       | `give_consent(request)`                       | `next_question(request)` |
| answers, or skips            | `submit_answer(…)`, `skip_question(…)`        | `next_question(request)` |
| presses Finish               | `finish_conversation(request)`                | show the recap           |
| wants to go on after all     | `resume_conversation(request)`                | `next_question(request)` |
| corrects the recap, sends it | `correct_answers(…)`, `complete_conversation` | thank them               |

`next_question` is the only step that may take long, up to PAIGE_TIMEOUT: it may ask a model, and holds no transaction
meanwhile. An answer is committed before. None of it raises for what a contact does at the wrong moment (ValidationError
apart, for a text that cannot be stored): the state that comes back says where the interview stands.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from contacts.text import clean_answer
from interviews.lifecycle import Move, Speaker, Stage
from interviews.models import Conversation, InterviewRequest, Turn
from interviews.paige.brief import Brief, brief_for, opening_brief, recorded
from interviews.paige.dialogue import answered
from interviews.paige.engines import interviewer
from interviews.paige.interviewer import Message
from interviews.paige.transcript_markdown import key_answers, render_transcript
from interviews.services.state import InterviewState, current, interview_state, stage_of, state_of
from interviews.services.transitions import complete_interview

RUNNING = (Stage.CONSENTED, Stage.IN_PROGRESS)


def give_consent(request: InterviewRequest) -> InterviewState:
    """The contact agrees to be interviewed; the interview keeps the guide as it is now. The first consent counts."""
    now = timezone.now()
    found = current(request)
    if stage_of(found) == Stage.INVITED:
        Conversation.objects.get_or_create(
            interview_request_id=found.pk,
            defaults={
                "org_id": found.org_id,
                "guide": found.interview_type.guide,
                "consented_at": now,
                "last_activity_at": now,
            },
        )
    return interview_state(request)


def next_question(request: InterviewRequest) -> InterviewState:
    """The state with the question that waits for an answer, which Paige writes now if there is none.

    Notes and objective are read now: a PATCH that has come before counts. When nothing is left to ask, the recap comes.
    Of two calls at once both may ask the model, and one message is kept.
    """
    found = current(request)
    state = state_of(found)
    if state.stage not in RUNNING or state.question is not None:
        return state
    brief = brief_for(found)
    if brief is None:
        return finish_conversation(request)
    _put_question(request, brief, interviewer().next_message(brief))
    return interview_state(request)


def submit_answer(request: InterviewRequest, *, number: int, text: str) -> bool:
    """Stores the answer to the question of that number; whether this text is now the one that stands there.

    False where another answer stands already (the other tab's) or the interview takes none: show the text to its
    writer again, who may put it into the recap. Raises ValidationError for a text that is blank, too long or cannot be
    stored.
    """
    return _store_answer(request, number, Move.ANSWER, clean_answer(text))


def skip_question(request: InterviewRequest, *, number: int) -> bool:
    """Stores that the contact passed over the question of that number; False where an answer stands already."""
    return _store_answer(request, number, Move.SKIP, "")


def finish_conversation(request: InterviewRequest) -> InterviewState:
    """No more questions: on to the recap. A question that waits may still be answered, or taken up by resuming."""
    with _locked(request) as conversation:
        if conversation.may_transition_to(Stage.RECAP):
            conversation.transition_to(Stage.RECAP, finished_at=timezone.now())
    return interview_state(request)


def resume_conversation(request: InterviewRequest) -> InterviewState:
    """Back from the recap to the questions, as far as the guide has any left."""
    with _locked(request) as conversation:
        if conversation.stage == Stage.RECAP:
            conversation.transition_to(Stage.IN_PROGRESS, finished_at=None)
    return interview_state(request)


def correct_answers(request: InterviewRequest, *, corrections: Mapping[int, str]) -> InterviewState:
    """During the recap, puts the contact's new texts in place of their answers; a blank one takes the answer back.

    By the number of the question. All or nothing. What the contact took back is not kept. Raises ValidationError.
    """
    texts = {number: clean_answer(text) if text.strip() else "" for number, text in corrections.items()}
    with _locked(request) as conversation:
        if conversation.stage == Stage.RECAP:
            for answer in request.turns.filter(speaker=Speaker.CONTACT):
                _correct(answer, texts.get(answer.number - 1, answer.text))
            conversation.touch()
    return interview_state(request)


def complete_conversation(request: InterviewRequest) -> InterviewState:
    """The contact is done with the recap: the transcript comes into being and the request is completed. Once."""
    with _locked(request) as conversation:
        if conversation.may_transition_to(Stage.COMPLETED):
            found = current(request)
            turns = answered(recorded(found.turns.all()))
            complete_interview(
                found,
                content=render_transcript(turns, found.contact.name),
                key_answers=key_answers(opening_brief(found, conversation.guide).guide, turns),
            )
            conversation.transition_to(Stage.COMPLETED)
    return interview_state(request)


@contextmanager
def _locked(request: InterviewRequest) -> Iterator[Conversation]:
    """The conversation, to oneself until the end of the transaction. Without consent: one that is not saved."""
    with transaction.atomic():
        held = Conversation.objects.for_org(request.org_id).select_for_update().filter(pk=request.pk).first()
        yield held or Conversation(stage=Stage.INVITED)


def _put_question(request: InterviewRequest, brief: Brief, message: Message) -> None:
    """Stores the message, unless another tab was faster or the interview was finished meanwhile."""
    number = len(brief.conversation) + 1
    with _locked(request) as conversation:
        if conversation.stage in RUNNING and not request.turns.filter(number=number).exists():
            Turn.objects.create(
                org_id=request.org_id,
                interview_request=request,
                number=number,
                speaker=Speaker.PAIGE,
                move=brief.move,
                topic=brief.topic.key,
                text=message.text,
                engine=message.engine,
                guide_version=brief.guide.version,
                latency_ms=message.latency_ms,
                prompt_tokens=message.prompt_tokens,
                completion_tokens=message.completion_tokens,
            )
            _count_as_started(conversation)


def _count_as_started(conversation: Conversation) -> None:
    if conversation.stage == Stage.CONSENTED:
        conversation.transition_to(Stage.IN_PROGRESS, started_at=timezone.now())
    else:
        conversation.touch(started_at=conversation.started_at or timezone.now())


def _store_answer(request: InterviewRequest, number: int, move: Move, text: str) -> bool:
    with _locked(request) as conversation:
        turns = {turn.number: turn for turn in request.turns.all()}
        question, answer = turns.get(number), turns.get(number + 1)
        if question is None or question.speaker != Speaker.PAIGE:
            return False
        if answer is not None:
            return (answer.move, answer.text) == (move, text)
        if conversation.stage not in (Stage.IN_PROGRESS, Stage.RECAP):
            return False
        Turn.objects.create(
            org_id=request.org_id,
            interview_request=request,
            number=number + 1,
            speaker=Speaker.CONTACT,
            move=move,
            topic=question.topic,
            text=text,
            guide_version=question.guide_version,
        )
        conversation.touch()
        return True


def _correct(answer: Turn, text: str) -> None:
    if text != answer.text:
        answer.text, answer.move = text, Move.ANSWER if text else Move.SKIP
        answer.corrected_at = timezone.now()
        answer.save(update_fields=["text", "move", "corrected_at"])
