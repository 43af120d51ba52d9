"""Writes drivers as rows. The transcript keeps a copy, which GET sends (decision 60).

After the completion, a worker asks the model to choose them, so that the contact never waits. Staff correct them. What
was read stays beside a correction.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from hindsight.queue.kinds import Kind
from hindsight.queue.shares import Shares
from interviews.lifecycle import Direction, DriverAbout, DriverSource, Review, Speaker, Status
from interviews.models import Driver, DriverChoice, InterviewRequest, Transcript
from interviews.paige.dialogue import Block, blocks
from interviews.paige.engines import model_engine
from interviews.paige.findings import EARLIER_DRIVER, Excerpt, drivers
from interviews.paige.model.readings import model_answer_readings
from interviews.paige.model.summary import ModelSentence, model_summary
from interviews.paige.turn.brief import guides_of, vendor_of
from interviews.services.state import StoredInterview
from orgs.actors import Actor
from orgs.audit import overwrite_values, record
from orgs.audit_removal import erase_changes
from orgs.models import Change

MAX_SECONDS = 60

Shown = dict[str, Any]
"""A driver as `Transcript.drivers` has it."""

READ = ("topic", "title", "direction", "quote", "turn", "start", "end", "is_reason", "is_decisive")
SHOWN, SHOWN_OR_NULL = (*READ, "source", "tags"), ("about", "about_name", "review")
FOLLOWING = ("title", "is_reason", "source")
"""A correction changes them too."""


class DriverChangedError(Exception):
    """Somebody else has changed the driver meanwhile."""


class QuoteMissingError(Exception):
    """The answer does not have these words."""


@dataclass(frozen=True)
class Correction:
    """What staff say of a driver. `topic`: of the guide. `about_name`: of the competitor, or ""."""

    topic: str
    direction: Direction
    about: DriverAbout | None = None
    about_name: str = ""
    is_decisive: bool = False
    tags: Sequence[str] = ()
    comment: str = field(default="", repr=False)

    @property
    def values(self) -> Mapping[str, Any]:
        name = self.about_name if self.about is DriverAbout.COMPETITOR else ""
        return {**vars(self), "about": self.about or "", "about_name": name, "tags": [*self.tags]}


def create_drivers(transcript: Transcript) -> None:
    """Call it in the transaction that creates the transcript."""
    rows = [_row(transcript, shown) for shown in transcript.drivers]
    for row in _strongest(rows):
        row.is_counted = True
    Driver.objects.bulk_create(rows)


def replace_drivers(transcript: Transcript, found: Iterable[Shown]) -> bool:
    """Returns whether any driver has changed. A driver that stays or that staff have changed keeps its row.

    Call it in a transaction that has locked the interview request.
    """
    rows, wanted = _rows_of(transcript), {_identity(shown): shown for shown in found}
    kept = {row.start: row for row in rows if row.is_of_staff or _identity(_shown(row)) in wanted}
    new = [shown for shown in wanted.values() if shown["start"] not in kept]
    gone = rows.exclude(start__in=kept)
    is_changed = bool(new) or gone.exists()
    gone.delete()
    Driver.objects.bulk_create(_row(transcript, shown) for shown in new)
    _show(transcript)
    return is_changed


def move_drivers(transcript: Transcript, distances: Mapping[int, int], *, actor: Actor) -> None:
    """Moves the places of drivers, by turn, and erases the drivers of other turns. The others keep ids and reviews.

    Call it in a transaction that has locked the interview request.
    """
    rows = _rows_of(transcript)
    kept = [row for row in rows if row.turn in distances]
    for row in kept:
        row.start, row.end = row.start + distances[row.turn], row.end + distances[row.turn]
    erase_audit(rows.exclude(turn__in=distances), actor=actor)
    rows.delete()  # an UPDATE of one row at a time could give two the same place
    Driver.objects.bulk_create(kept)
    _show(transcript)


def erase_audit(rows: QuerySet[Driver], *, actor: Actor) -> None:
    """Comments of staff can repeat the contact's words."""
    for org_id in {*rows.values_list("org_id", flat=True)}:
        changed = Change.objects.for_org(org_id).filter(object_type="driver", object_id__in=rows.values("pk"))
        erase_changes(*rows.filter(pk__in=changed.values("object_id")), actor=actor)


def review_driver(*, org_id: int, driver_id: int, review: Review | None, actor: Actor) -> Driver:
    """None withdraws the review. Raises Driver.DoesNotExist."""
    with _changing(org_id, driver_id) as driver:
        overwrite_values(driver, {"review": review or ""}, actor=actor)
    return driver


def correct_driver(*, org_id: int, driver_id: int, seen: str, correction: Correction, actor: Actor) -> Driver:
    """`seen`: the digest of the driver that the person has read. Raises Driver.DoesNotExist, DriverChangedError."""
    with _changing(org_id, driver_id) as driver:
        if driver.digest != seen:
            raise DriverChangedError
        read = {name: getattr(driver, name) for name in (*Driver.CORRECTED, *FOLLOWING)}
        overwrite_values(driver, correction.values, actor=actor)
        if any(getattr(driver, name) != read[name] for name in Driver.CORRECTED):
            is_added = driver.as_read is None and driver.source == DriverSource.STAFF
            driver.as_read = None if is_added else driver.as_read or read
            if driver.topic != read["topic"]:
                driver.title = _title(driver.interview_request, driver.topic)
            driver.source = DriverSource.STAFF
            driver.is_reason = driver.is_decisive or bool((driver.as_read or read)["is_reason"])
            driver.save(update_fields=[*FOLLOWING, "as_read"])
    return driver


def undo_correction(*, org_id: int, driver_id: int, actor: Actor) -> Driver:
    """The driver is again as it was read. One that staff have added is rejected. Raises Driver.DoesNotExist."""
    with _changing(org_id, driver_id) as driver:
        if read := driver.as_read:
            overwrite_values(driver, {name: read[name] for name in Driver.CORRECTED}, actor=actor)
            for name in FOLLOWING:
                setattr(driver, name, read[name])
            driver.as_read = None
            driver.save(update_fields=[*FOLLOWING, "as_read"])
        elif driver.source == DriverSource.STAFF:
            overwrite_values(driver, {"review": Review.REJECTED}, actor=actor)
    return driver


@transaction.atomic
def add_driver(
    interview_request: InterviewRequest, *, turn: int, quote: str, correction: Correction, actor: Actor
) -> Driver:
    """`turn`: the number of the answer, from 1. Raises Transcript.DoesNotExist, QuoteMissingError, ValueError if there
    is a driver with these words.
    """
    rows = InterviewRequest.objects.filter(pk=interview_request.pk)
    rows.lock()
    transcript = Transcript.objects.select_related("interview_request").get(interview_request=interview_request)
    place = _quoted(quote, turn, transcript.content).quoted(blocks(transcript.content))
    if _rows_of(transcript).filter(start=place["start"]).exists():
        raise ValueError("There is a driver with these words.")
    title = _title(interview_request, correction.topic)
    source = DriverSource.STAFF
    driver = _row(transcript, {**EARLIER_DRIVER, **place, **correction.values, "title": title, "source": source})
    driver.comment, driver.is_reason = correction.comment, correction.is_decisive
    driver.save()
    record(driver, "direction", before="", actor=actor)
    transcript.summary.pop("sentences", None)
    _show(transcript)
    rows.update()  # a new version
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
    """Drivers and summary. Takes up to 2 * MAX_SECONDS, without an open transaction. Does nothing if the answers are
    deleted.
    """
    engine = model_engine()
    completed = InterviewRequest.objects.filter(pk=interview_request_id, status=Status.COMPLETED).first()
    if engine is None or completed is None:
        return
    content = Transcript.objects.filter(interview_request=completed).values_list("content", flat=True).first()
    brief = StoredInterview.load(completed).brief
    heard = model_answer_readings(engine.provider, brief, timeout=MAX_SECONDS)
    chosen = None if heard is None else drivers(brief.after(heard))
    sentences = model_summary(engine.provider, brief, timeout=MAX_SECONDS)
    with transaction.atomic():
        # The lock that an erasure takes.
        InterviewRequest.objects.filter(pk=interview_request_id).lock()
        # Another content: meanwhile the contact has taken back an answer, which they may quote.
        transcripts = Transcript.objects.select_related("interview_request").filter(content=content)
        for transcript in transcripts.filter(interview_request_id=interview_request_id):
            found = blocks(transcript.content)
            before = transcript.summary.get("sentences")
            if sentences and not _rows_of(transcript).filter(source=DriverSource.STAFF).exists():
                transcript.summary["sentences"] = [_shown_sentence(each, found) for each in sentences]
            is_changed = transcript.summary.get("sentences") != before
            if chosen is None:
                transcript.save(update_fields=["summary"])
            else:
                is_changed |= replace_drivers(transcript, [each.shown(found, DriverSource.MODEL) for each in chosen])
            if is_changed:
                InterviewRequest.objects.filter(pk=interview_request_id).update()  # a new version


def _shown_sentence(sentence: ModelSentence, found: list[Block]) -> dict[str, Any]:
    quotes = (Excerpt(each.turn, each.start, each.words).quoted(found) for each in sentence.quotes)
    return {"text": sentence.text, "quotes": [*quotes]}


@contextmanager
def _changing(org_id: int, driver_id: int) -> Iterator[Driver]:
    """The driver, locked with its interview request, which gets a new version if an audited field has changed."""
    with transaction.atomic():
        driver = Driver.objects.for_org(org_id).select_related("interview_request").get(pk=driver_id)
        interview_request = InterviewRequest.objects.filter(pk=driver.interview_request_id)
        interview_request.lock()
        driver.refresh_from_db()  # raises Driver.DoesNotExist
        rows, before = Driver.objects.filter(interview_request_id=driver.interview_request_id), driver.digest
        rows.update(is_counted=False)  # the constraints hold at each statement
        driver.is_counted = False
        yield driver
        transcript = Transcript.objects.get(interview_request_id=driver.interview_request_id)
        if driver.digest != before:
            transcript.summary.pop("sentences", None)  # a model has written them about other drivers
            interview_request.update()
        _show(transcript)


def _rows_of(transcript: Transcript) -> QuerySet[Driver]:
    return Driver.objects.filter(interview_request_id=transcript.interview_request_id)


def _identity(shown: Shown) -> tuple[Any, ...]:
    return tuple({**EARLIER_DRIVER, **shown}[name] for name in (*READ, "about", "about_name"))


def _quoted(words: str, turn: int, content: str) -> Excerpt:
    """The words with the spaces of the answer, which a browser does not keep. Raises QuoteMissingError."""
    block = dict(enumerate(blocks(content), start=1)).get(turn)
    pattern = r"\s+".join(map(re.escape, words.split()))
    found = re.search(pattern, block.text) if pattern and block and block.speaker is Speaker.CONTACT else None
    if found is None:
        raise QuoteMissingError
    return Excerpt(turn, found.start(), found[0])


def _title(interview_request: InterviewRequest, topic: str) -> str:
    """Raises GuideError, and KeyError if the guide has no such topic."""
    guide = guides_of(interview_request)[0].for_vendor(vendor_of(interview_request.org.name))
    return guide.topic(topic).title


def _shown(row: Driver) -> Shown:
    values = {name: getattr(row, name) for name in SHOWN}
    return {**values, **{name: getattr(row, name) or None for name in SHOWN_OR_NULL}}


def _row(transcript: Transcript, shown: Shown) -> Driver:
    """Transcripts of earlier releases have only some of the values."""
    interview_request: Any = transcript.interview_request  # completed, so it has the time
    known = {**EARLIER_DRIVER, **shown}
    return Driver(
        org_id=transcript.org_id,
        interview_request_id=transcript.interview_request_id,
        completed_at=interview_request.completed_at,
        is_counted=False,
        **{name: known[name] for name in SHOWN},
        **{name: known[name] or "" for name in SHOWN_OR_NULL},
    )


def _strongest(rows: Iterable[Driver]) -> Collection[Driver]:
    accepted = [row for row in rows if row.review != Review.REJECTED]
    return {(row.topic, row.direction): row for row in sorted(accepted, key=lambda row: row.strength)}.values()


def _show(transcript: Transcript) -> None:
    """Counts the strongest drivers, and copies all into the transcript."""
    rows = [*_rows_of(transcript).order_by("start")]
    changed = _rows_of(transcript)
    changed.update(is_counted=False)  # in two statements, because the index of counted drivers is unique
    changed.filter(pk__in=[row.pk for row in _strongest(rows)]).update(is_counted=True)
    transcript.drivers = [_shown(row) for row in rows]
    transcript.save(update_fields=["drivers", "summary"])
