"""What the contact has said is corrected, taken back, deleted with a decline, or erased."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hindsight.db.statements import retried
from interviews.lifecycle import Move, Speaker, Stage, Wording
from interviews.models import InterviewRequest, Transcript, Turn
from interviews.paige.dialogue import blocks, render_transcript
from interviews.paige.findings import findings_of
from interviews.paige.guide.guide import Guide
from interviews.paige.reading.readings import AnswerReading
from interviews.paige.reading.stored import answer_text
from interviews.paige.turn.brief import guides_of, utterances_of
from interviews.paige.turn.compose import withdrawn_words
from interviews.paige.turn.statements import quote_in
from interviews.services.conversations import locked_conversation
from interviews.services.drivers import move_drivers
from interviews.services.erasure import erase_contact
from interviews.services.readings import with_readings
from interviews.services.state import StoredInterview
from interviews.services.transcript_search import index_answers
from interviews.services.transitions import record_interview_event
from jobs.services import withdraw_jobs
from orgs.actors import Actor
from orgs.models import EventKind
from orgs.security_events import record_security_event

WITHDRAWN = "…"


def delete_unsent(interview_request_ids: Iterable[int]) -> None:
    """Deletes what was said in declined interviews. The turns stay without it, so that break-offs can be counted.

    Call it in a transaction that has locked the conversations.
    """
    turns = Turn.objects.filter(interview_request__in=interview_request_ids)
    turns.filter(speaker=Speaker.PAIGE).update(text=WITHDRAWN, authored="")
    turns.filter(move=Move.ANSWER).update(move=Move.SKIP, text="", reading="", corrected_at=timezone.now())


def correct(answer: Turn, text: str, reading: AnswerReading | None = None) -> str:
    """Returns the text before, or "" if it stays. A blank text withdraws the answer. `reading`: of the new text."""
    before = answer.text
    if text != before:
        answer.text, answer.move = text, Move.ANSWER if text else Move.SKIP
        answer.reading, answer.corrected_at = answer_text(reading, text), timezone.now()
        answer.save(update_fields=["text", "move", "reading", "corrected_at"])
    return "" if text == before else before


def withdraw_quotes(guides: Sequence[Guide], turns: Sequence[Turn], withdrawn: Iterable[str]) -> None:
    """Paige's messages keep no words that the contact has withdrawn. Those of a model become the authored ones."""
    answers = "\n".join(turn.text for turn in turns if turn.speaker == Speaker.CONTACT)
    before = "\n".join(withdrawn)
    for turn, utterance in zip(turns, utterances_of(turns), strict=True):
        quote = quote_in(utterance, guides) if turn.speaker == Speaker.PAIGE else ""
        is_withdrawn = bool(quote and quote in before and quote not in answers)
        if is_withdrawn or (turn.authored and withdrawn_words(turn.text, before, [answers, turn.authored])):
            text = utterance.authored_text
            turn.text = text.replace(quote, WITHDRAWN) if quote and is_withdrawn else text
            turn.authored, turn.worded_by = "", Wording.GUIDE
            turn.save(update_fields=["text", "authored", "worded_by"])


def withdraw_answer(interview_request: InterviewRequest, *, number: int, actor: Actor) -> bool:
    """Removes the answer to the question `number` from turns, transcript, findings, drivers and search. Exports of the
    org lose their files. The org gets an event.

    Returns False if there is no such answer, or the interview is not completed.
    """
    if not _answers(interview_request, number).exists():
        return False
    with_readings(StoredInterview.load(interview_request))
    return _withdraw_answer(interview_request, number, actor)


@retried
@transaction.atomic
def _withdraw_answer(interview_request: InterviewRequest, number: int, actor: Actor) -> bool:
    withdraw_jobs(org_id=interview_request.org_id)
    with locked_conversation(interview_request) as conversation:
        # The lock that a choice of drivers takes.
        InterviewRequest.objects.filter(pk=interview_request.pk).lock()
        if conversation.stage != Stage.COMPLETED or not _answers(interview_request, number).exists():
            return False
        turns = list(interview_request.turns.all())
        withdrawn = correct(turns[number], "")
        withdraw_quotes(guides_of(interview_request), turns, [withdrawn])
        for transcript in Transcript.objects.filter(interview_request=interview_request):
            _rewrite(transcript, StoredInterview.load(interview_request), number + 1, actor)
        conversation.touch()
        InterviewRequest.objects.filter(pk=interview_request.pk).update()  # a new version
        detail = f"Turn {number + 1}."
        record_security_event(EventKind.ANSWER_WITHDRAWN, actor, about=interview_request, detail=detail)
        record_interview_event("interview.answer_withdrawn", interview_request)
    return True


@retried
@transaction.atomic
def erase_own_data(interview_request: InterviewRequest, *, actor: Actor) -> None:
    """Erases the contact, with all interviews at the org, which gets an event for each. Raises Contact.DoesNotExist."""
    org_id, contact_id = interview_request.org_id, interview_request.contact_id
    contact = erase_contact(org_id=org_id, contact_id=contact_id, actor=actor)
    record_security_event(EventKind.ERASURE, actor, about=contact)
    for row in InterviewRequest.objects.for_org(org_id).filter(contact=contact).order_by("pk"):
        record_interview_event("interview.erased", row)


def _answers(interview_request: InterviewRequest, number: int) -> QuerySet[Turn]:
    return interview_request.turns.filter(move=Move.ANSWER, number=number + 1)


def _rewrite(transcript: Transcript, interview: StoredInterview, withdrawn: int, actor: Actor) -> None:
    """Keeps the drivers of other answers, also those that a model has chosen or a person has reviewed."""
    brief, before = interview.brief, blocks(transcript.content)
    transcript.content = render_transcript(brief.conversation, brief.contact_name)
    findings = findings_of(brief, transcript.content)
    for name in (changed := ["key_answers", "coverage", "summary"]):
        setattr(transcript, name, findings[name])  # type: ignore[literal-required]
    transcript.save(update_fields=["content", *changed])
    places = zip(before, blocks(transcript.content), strict=True)
    distances = {turn: new.start - old.start for turn, (old, new) in enumerate(places, start=1) if turn != withdrawn}
    move_drivers(transcript, distances, actor=actor)
    index_answers(transcript)
