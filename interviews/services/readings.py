"""Each text is read once: an answer before it is stored, objective and notes by a worker or by the turn of Paige that
needs them first. Pages, lists and the API show what is stored.

- `InterviewRequest.reading` has digests of what was read, so that no writer has to clear it.
- A change of an objective, of notes, of a reported reason or of a guide puts interview requests into the queue.
  `queue_changed()` gets each change that is recorded in the audit; the SQL of the PATCH does the same.
- A reading is stored under the lock that an erasure takes, and each part only if its text is still the same.
- An objective that the encoder has read for the first time is put into the queue for the model. The model has a kind of
  work of its own, so that what the encoder reads never waits for it.
"""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from deals.models import Deal
from hindsight.db.keyset import pk_batches
from hindsight.db.statements import retried
from hindsight.queue.kinds import Kind
from hindsight.queue.shares import Shares
from interviews.lifecycle import Progress, Speaker
from interviews.models import InterviewRequest, Turn, UnreadObjective
from interviews.paige.engines import model_engine
from interviews.paige.findings import read_reason
from interviews.paige.guide.guide import GuideError
from interviews.paige.model.readings import model_objective_reading
from interviews.paige.reading.readings import AnswerReading, ObjectiveReading, names_of
from interviews.paige.reading.stored import (
    MODEL,
    READ_BY_THIS_VERSION,
    SteeringReading,
    TextReading,
    answer_text,
    digest_of,
    text_in,
)
from interviews.paige.turn.brief import Brief, opening_brief, reading_of
from interviews.services.state import StoredInterview
from orgs.models import Change

BATCH = 2_000
UNREAD = TextReading("", ObjectiveReading())
WITH_A_REASON = Q(reported_deal__reported_reason__gt="")

QUEUED_BY: tuple[tuple[str, str, dict[str, None], str], ...] = (
    ("interviewrequest", "objective", {}, "pk"),
    ("contact", "notes", {}, "contact"),
    ("interviewtype", "guide", {"conversation": None}, "interview_type"),
    ("deal", "reported_reason", {}, "reported_deal__pk"),
    ("deal", "competitor", {}, "reported_deal__pk"),
)
"""Type and field of a change, and its interview requests: a filter, and the column of the changed row."""


def answer_readings(interview_request: InterviewRequest, answers: Mapping[int, str]) -> Mapping[int, AnswerReading]:
    """By number of the question. Empty if the guide is not valid. An answer of 60 words takes about 70 ms of CPU time:
    do not call this under a lock.
    """
    try:
        interview = StoredInterview.load(interview_request)
    except GuideError:  # such as a guide of an older format
        return {}
    brief = interview.opening
    return {
        turn.number: reading_of(
            answers[turn.number], turn.authored or turn.text, brief.guide, brief.vendor, brief.competitors
        )
        for turn in interview.turns
        if turn.speaker == Speaker.PAIGE and answers.get(turn.number)
    }


def with_readings(interview: StoredInterview) -> StoredInterview:
    """Reads and stores what is not read, such as answers that an earlier release has stored. Call it without a lock."""
    brief = interview.brief
    for turn, said, heard in zip(interview.turns, brief.conversation, brief.heard, strict=False):
        if said.reading is None and heard.reading is not None and turn.text:
            turn.reading = answer_text(heard.reading, turn.text)
            Turn.objects.filter(pk=turn.pk, text=turn.text).update(reading=turn.reading)
    if brief.is_steering_read:
        return interview
    _store(interview.interview_request.pk, _steering_reading(interview.interview_request, brief))
    opening = replace(interview.opening, said=brief.objective_reading, noted=brief.notes_reading)
    return replace(interview, opening=opening)


def read_steering(interview_request: InterviewRequest) -> None:
    """Reads objective, notes and reported reason by the encoder, unless that is done."""
    with suppress(GuideError):  # such as a guide of an older format
        _store(interview_request.pk, _steering_reading(interview_request, opening_brief(interview_request)))


class Part(NamedTuple):
    """A text, its digest_of(), and what is stored of it, or None if it is not read."""

    text: str
    of: str
    stored: TextReading | None

    def newest(self, read: TextReading) -> TextReading:
        """`read`: perhaps of an earlier text. UNREAD if nothing is of the current one."""
        if self.stored and (self.stored.source == MODEL or read.of != self.of):
            return self.stored
        return read if read.of == self.of else UNREAD


def _parts(interview_request: InterviewRequest, reason: str, competitor: str) -> list[Part]:
    stored = interview_request.reading
    guide = interview_request.interview_type_id, interview_request.guide_version
    texts: Any = {
        "objective": (interview_request.objective, *guide),
        "notes": (interview_request.contact.notes, *guide),
        "reason": (reason, *guide, competitor),
    }
    return [Part(on[0], digest_of(*on), text_in(name, stored, *on)) for name, on in texts.items()]


def _reason_of(interview_request: InterviewRequest) -> tuple[str, str]:
    """With the competitor of the deal."""
    deals = Deal.objects.for_org(interview_request.org_id).filter(deal_id=interview_request.deal_id)
    return deals.values_list("reported_reason", "competitor").first() or ("", "")


def _steering_reading(interview_request: InterviewRequest, brief: Brief) -> SteeringReading:
    reason, competitor = _reason_of(interview_request)
    objective, notes, reported = _parts(interview_request, reason, competitor)
    return SteeringReading(
        objective.stored or TextReading(objective.of, brief.objective_reading),
        notes.stored or TextReading(notes.of, brief.notes_reading),
        reported.stored
        or TextReading(reported.of, read_reason(reason, brief.guide, names_of(brief.vendor, [competitor]))),
    )


@retried
@transaction.atomic
def _store(interview_request_id: int, read: SteeringReading) -> None:
    """Also removes what was read of texts that have changed."""
    rows = InterviewRequest.objects.filter(pk=interview_request_id)
    rows.lock()
    for row in rows.with_versions():
        parts = objective, notes, reason = _parts(row, *_reason_of(row))
        current = SteeringReading(
            objective.newest(read.objective), notes.newest(read.notes), reason.newest(read.reason)
        )
        text = current.text if any(part.text for part in parts) else ""
        if text != row.reading:
            InterviewRequest.objects.store_reading(row.pk, text)
        if model_engine() and objective.stored is None and current.objective is not UNREAD:
            UnreadObjective.objects.put([(row.pk, row.org_id)], for_model=True)


def forget_reasons(*, org_id: int, deal_ids: Collection[str]) -> None:
    """After an erasure of the reasons: removes what was read of them, also for other contacts of the deals."""
    rows = InterviewRequest.objects.for_org(org_id).filter(deal_id__in=deal_ids).exclude(reading="")
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        _store(pk, SteeringReading(UNREAD, UNREAD, UNREAD))


def queue_changed(changes: Sequence[Change]) -> None:
    found = [
        Q(**condition, **{f"{column}__in": ids})
        for object_type, field, condition, column in QUEUED_BY
        if (ids := [each.object_id for each in changes if (each.object_type, each.field) == (object_type, field)])
    ]
    if found:
        _queue(InterviewRequest.objects.filter(reduce(or_, found)))


def queue_deal(deal: Deal) -> None:
    """A new deal is no change. It may come after the interview."""
    if deal.reported_reason:
        _queue(InterviewRequest.objects.for_org(deal.org_id).filter(deal_id=deal.deal_id))


def queue_readings(*interview_request_ids: int) -> None:
    """For a change that is not in the audit."""
    _queue(InterviewRequest.objects.filter(pk__in=interview_request_ids))


def queue_reason(interview_request: InterviewRequest) -> None:
    """Pages show what it names beside what the contact has said."""
    _queue(InterviewRequest.objects.filter(WITH_A_REASON, pk=interview_request.pk))


def _queue(interview_requests: QuerySet[InterviewRequest]) -> None:
    UnreadObjective.objects.put(interview_requests.values_list("pk", "org_id"))


class Readings(Kind[UnreadObjective]):
    """`for_model`: of the rows. `condition`: of the interview requests that are read."""

    shares = Shares(org=1)
    lease_time = timedelta(minutes=3)  # the model has at most a minute
    for_model = False
    condition = Q()

    def rows(self) -> QuerySet[UnreadObjective]:
        return UnreadObjective.objects.filter(for_model=self.for_model)

    @abstractmethod
    def read(self, interview_request: InterviewRequest) -> None: ...

    def run(self, row: UnreadObjective) -> None:
        related = InterviewRequest.objects.select_related("org", "contact", "interview_type", "conversation")
        if found := related.filter(self.condition, pk=row.interview_request_id).first():
            self.read(found)
        # Another lease: a change has put it into the queue again meanwhile.
        UnreadObjective.objects.filter(pk=row.pk, leased_until=row.leased_until).delete()


class EncoderReadings(Readings):
    name = "objectives to read"
    threads = 2

    def start(self) -> Iterator[None]:
        """Queues what another version of the reader has read, and what was read of texts that are erased."""
        is_blank = Q(objective="", contact__notes="") & ~WITH_A_REASON
        outdated = ~is_blank & ~Q(reading__startswith=READ_BY_THIS_VERSION) | is_blank & ~Q(reading="")
        for batch in pk_batches(InterviewRequest.objects.all(), BATCH):  # so that no statement is long
            found = InterviewRequest.objects.filter(outdated, pk__in=batch)
            UnreadObjective.objects.put_missing(found.values_list("pk", "org_id"))
            yield

    def read(self, interview_request: InterviewRequest) -> None:
        read_steering(interview_request)


class ModelReadings(Readings):
    name = "objectives for the model"
    threads = 1
    for_model = True
    condition = Q(
        progress__in=(Progress.NOT_STARTED, Progress.STARTED),
        cancelled_at=None,
        archived_at=None,
        survey_token__isnull=False,
    )
    """Those that are still to be answered."""

    def read(self, interview_request: InterviewRequest) -> None:
        """Until the model has read the objective, and if it cannot, the encoder's reading counts. Takes up to
        PAIGE_TIMEOUT seconds.
        """
        engine = model_engine()
        try:
            brief = opening_brief(interview_request)
        except GuideError:
            return
        read = _steering_reading(interview_request, brief)
        if engine and brief.is_chosen_by_model and brief.objective.strip() and read.objective.source != MODEL:
            found = model_objective_reading(engine.provider, brief.objective, brief.guide, timeout=engine.timeout)
            if found is not None:
                _store(interview_request.pk, read.with_objective(found))
