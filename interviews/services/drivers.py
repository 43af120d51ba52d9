"""Writes drivers into the transcript and as rows (decision 60).

After the completion, a worker asks the model to choose them, so that the contact never waits.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from hindsight.queue.kinds import Kind
from hindsight.queue.shares import Shares
from interviews.lifecycle import Review, Status
from interviews.models import Driver, DriverChoice, InterviewRequest, Transcript
from interviews.paige.dialogue import blocks
from interviews.paige.engines import model_engine
from interviews.paige.findings import drivers
from interviews.paige.model.readings import model_answer_readings
from interviews.services.state import StoredInterview
from orgs.actors import Actor
from orgs.audit import overwrite

MAX_SECONDS = 60

Shown = dict[str, Any]
"""A driver as `Transcript.drivers` has it."""


def create_drivers(transcript: Transcript) -> None:
    """Call it in the transaction that creates the transcript."""
    rows = [_row(transcript, shown) for shown in transcript.drivers]
    for row in _strongest(rows):
        row.is_counted = True
    Driver.objects.bulk_create(rows)


def replace_drivers(transcript: Transcript, found: Iterable[Shown]) -> bool:
    """Returns whether any driver has changed. A driver that stays keeps its review.

    Call it in a transaction that has locked the interview request.
    """
    before = {_identity(shown): shown for shown in transcript.drivers}
    transcript.drivers = [before.get(_identity(shown), shown) for shown in found]
    transcript.save(update_fields=["drivers"])
    new = {_identity(shown): shown for shown in transcript.drivers if _identity(shown) not in before}
    gone = before.keys() - {_identity(shown) for shown in transcript.drivers}
    rows = Driver.objects.filter(interview_request_id=transcript.interview_request_id)
    rows.filter(start__in=[start for start, *_ in gone]).delete()
    Driver.objects.bulk_create(_row(transcript, shown) for shown in new.values())
    _recount(rows)
    return bool(new or gone)


def move_drivers(transcript: Transcript, distances: Mapping[int, int]) -> None:
    """Moves the places of drivers, by turn, and deletes the drivers of other turns. The others keep ids and reviews.

    Call it in a transaction that has locked the interview request.
    """
    kept_shown = (shown for shown in transcript.drivers if shown["turn"] in distances)
    transcript.drivers = [_moved(shown, distances[shown["turn"]]) for shown in kept_shown]
    transcript.save(update_fields=["drivers"])
    rows = Driver.objects.filter(interview_request_id=transcript.interview_request_id)
    kept = [row for row in rows if row.turn in distances]
    for row in kept:
        row.start, row.end = row.start + distances[row.turn], row.end + distances[row.turn]
    rows.delete()  # an UPDATE of one row at a time could give two the same place
    Driver.objects.bulk_create(kept)
    _recount(rows)


@transaction.atomic
def review_driver(*, org_id: int, driver_id: int, review: Review | None, actor: Actor) -> Driver:
    """None withdraws the review. A change is audited, and makes a new version of the interview request.

    Raises Driver.DoesNotExist.
    """
    driver: Driver = Driver.objects.for_org(org_id).get(pk=driver_id)
    interview_request = InterviewRequest.objects.filter(pk=driver.interview_request_id)
    interview_request.lock()
    driver.refresh_from_db()
    rows = Driver.objects.filter(interview_request_id=driver.interview_request_id)
    if driver.review != (review or ""):
        rows.update(is_counted=False)
        overwrite((driver, {"review": review or ""}), actor=actor)
        _recount(rows)
        transcript = Transcript.objects.get(interview_request_id=driver.interview_request_id)
        for shown in transcript.drivers:
            if shown["start"] == driver.start:
                shown["review"] = driver.review or None
        transcript.save(update_fields=["drivers"])
        interview_request.update()  # a new version
    return driver


def queue_driver_choice(interview_request: InterviewRequest) -> None:
    """Call it in the transaction of the completion."""
    if model_engine() and not interview_request.org.is_test_room:
        DriverChoice.objects.create(org_id=interview_request.org_id, interview_request=interview_request)


class DriverChoices(Kind[DriverChoice]):
    name = "driver choices"
    threads = 1
    shares = Shares(org=1)
    lease_time = timedelta(minutes=3)  # the model has MAX_SECONDS

    def rows(self) -> QuerySet[DriverChoice]:
        return DriverChoice.objects.all()

    def run(self, row: DriverChoice) -> None:
        try:
            choose_drivers(row.interview_request_id)
        finally:  # without a reading of the model, the drivers stay
            row.delete()


def choose_drivers(interview_request_id: int) -> None:
    """Takes up to MAX_SECONDS, without an open transaction. Does nothing if the answers are deleted."""
    engine = model_engine()
    completed = InterviewRequest.objects.filter(pk=interview_request_id, status=Status.COMPLETED).first()
    if engine is None or completed is None:
        return
    content = Transcript.objects.filter(interview_request=completed).values_list("content", flat=True).first()
    brief = StoredInterview.load(completed).brief
    if heard := model_answer_readings(engine.provider, brief, timeout=MAX_SECONDS):
        shown = drivers(brief.after(heard))
        with transaction.atomic():
            # The lock that an erasure takes.
            InterviewRequest.objects.filter(pk=interview_request_id).lock()
            # Another content: meanwhile the contact has taken back an answer, which the drivers may quote.
            transcripts = Transcript.objects.select_related("interview_request").filter(content=content)
            for transcript in transcripts.filter(interview_request_id=interview_request_id):
                found = blocks(transcript.content)
                if replace_drivers(transcript, [each.shown(found) for each in shown]):
                    InterviewRequest.objects.filter(pk=interview_request_id).update()  # a new version


def _identity(shown: Shown) -> tuple[int, int, str, str, bool]:
    return shown["start"], shown["end"], shown["topic"], shown["direction"], shown.get("is_reason", False)


def _moved(shown: Shown, distance: int) -> Shown:
    return {**shown, "start": shown["start"] + distance, "end": shown["end"] + distance}


def _row(transcript: Transcript, shown: Shown) -> Driver:
    """Transcripts of earlier releases have neither reasons nor reviews."""
    interview_request: Any = transcript.interview_request  # completed, so it has the time
    copied = {name: shown[name] for name in ("topic", "title", "direction", "quote", "turn", "start", "end")}
    return Driver(
        org_id=transcript.org_id,
        interview_request_id=transcript.interview_request_id,
        completed_at=interview_request.completed_at,
        is_reason=shown.get("is_reason", False),
        is_counted=False,
        **copied,
    )


def _strongest(rows: Iterable[Driver]) -> Collection[Driver]:
    accepted = [row for row in rows if row.review != Review.REJECTED]
    return {(row.topic, row.direction): row for row in sorted(accepted, key=lambda row: row.strength)}.values()


def _recount(rows: QuerySet[Driver]) -> None:
    """In two statements, because the index of counted drivers is unique."""
    rows.update(is_counted=False)
    rows.filter(pk__in=[row.pk for row in _strongest(rows)]).update(is_counted=True)
