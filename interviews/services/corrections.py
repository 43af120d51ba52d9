"""What staff have corrected, added, confirmed or rejected of drivers, as labelled lines for whoever trains the reader.

The fields have the names and values of tools/reader/labels/. Only orgs that allow it have lines, and no test room. The
wishes not to be named and to be deleted count: interviews with them have no line.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from deals.models import Deal
from hindsight.db.keyset import pk_batches
from hindsight.text.record_files import Record
from interviews.lifecycle import Direction, DriverAbout, DriverSource, Flag, Review, Speaker
from interviews.models import Driver
from interviews.models.transcript import DriverQuerySet
from interviews.paige.dialogue import Utterance, blocks
from interviews.paige.guide.guide import Guide, GuideError
from interviews.paige.guide.texts import VENDOR
from interviews.paige.language import language_of as main_language
from interviews.paige.turn.brief import guides_of
from interviews.services.hidden_names import COMPETITOR, PERSON, HiddenNames, names_of, names_of_contact
from interviews.services.state import language_of
from orgs.models import Change, Org

BATCH = 100
LABELLED = ("topic", "title", "direction", "about", "is_decisive")
ABOUT = {DriverAbout.COMPETITOR: COMPETITOR}
"""Others are called as in the labels."""
RELATED = ("transcript", "contact", "org", "interview_type", "conversation", "reported_deal")


class ErasedMeanwhileError(Exception):
    """Some of the lines may not be used."""


def export_corrections(org: Org, *, since: datetime | None = None) -> Iterator[Record]:
    """Yields the lines. `since`: only those that staff have changed from then on.

    Each batch is read in one statement, so that no line has a quote but not the name that is to be replaced. Raises
    ErasedMeanwhileError after the last line, if an erasure has deleted a driver of a line, or the org or the contact no
    longer allows it.
    """
    exported: list[int] = []
    staff = [user.get_full_name() for user in User.objects.exclude(last_name="")]
    shared = names_of({PERSON: staff, COMPETITOR: _competitors(org), VENDOR: (org.name,)})
    for batch in pk_batches(_corrected(org, since), BATCH):
        rows = _shared(org).filter(pk__in=batch)
        for driver in rows.select_related(*(f"interview_request__{name}" for name in RELATED)).order_by("pk"):
            interview_request = driver.interview_request
            own = names_of({COMPETITOR: _named_by(driver)}) | names_of_contact(interview_request.contact)
            if line := _line(driver, HiddenNames(own, shared, language_of(interview_request))):
                exported.append(driver.pk)
                yield line
    if sum(_shared(org).filter(pk__in=ids).count() for ids in _parts(exported)) < len(exported):
        raise ErasedMeanwhileError


def _shared(org: Org) -> DriverQuerySet:
    private = [Q(interview_request__flags__contains=flag) for flag in (Flag.WANTS_NO_NAME, Flag.WANTS_DELETION)]
    rows: DriverQuerySet = Driver.objects.for_org(org.pk).without_test_rooms().filter(org__shares_corrections=True)
    return rows.exclude(private[0] | private[1])


def _corrected(org: Org, since: datetime | None) -> DriverQuerySet:
    """Without those that staff have added and rejected, which says nothing."""
    rows = _shared(org).filter(~Q(review="") | Q(source=DriverSource.STAFF))
    rows = rows.exclude(source=DriverSource.STAFF, as_read__isnull=True, review=Review.REJECTED)
    if since is None:
        return rows
    changes = Change.objects.for_org(org.pk).filter(object_type="driver", created_at__gte=since)
    return rows.filter(pk__in=changes.values("object_id"))


def _competitors(org: Org) -> Iterator[str]:
    """All that the org's deals and drivers name. Read first: what is deleted later is still replaced."""
    for rows, field in ((Deal.objects, "competitor"), (Driver.objects, "about_name")):
        yield from rows.for_org(org.pk).exclude(**{field: ""}).values_list(field, flat=True).distinct()


def _named_by(driver: Driver) -> Iterator[str]:
    deal: Any = driver.interview_request.reported_deal
    yield from filter(None, (driver.about_name, (driver.as_read or {}).get("about_name"), deal and deal.competitor))


def _line(driver: Driver, names: HiddenNames) -> Record | None:
    """None if the answer contains an e-mail, which others wrote, or no longer has the quote."""
    interview_request: Any = driver.interview_request
    said = blocks(interview_request.transcript.content)
    answer, question = said[driver.turn - 1], said[driver.turn - 2]
    start = next((at for at in range(len(answer.text)) if answer.content_offset(at) == driver.start), None)
    if start is None or Utterance(Speaker.CONTACT, answer.text, driver.topic).is_pasted:
        return None
    before, text, after = names.hide_around(answer.text, start, start + len(driver.quote))
    added = driver.source == DriverSource.STAFF and driver.as_read is None
    labels = {name: getattr(driver, name) for name in LABELLED}
    guide = _guide_of(interview_request)
    return {
        "language": main_language(answer.text, names.language),
        "question": names.hide(question.text),
        **{"before": before, "text": text, "after": after},
        "label": None if driver.review == Review.REJECTED else _label(labels, guide, names),
        "read": None if added else _label({**labels, **(driver.as_read or {})}, guide, names),
        **{"source": driver.source, "review": driver.review or None},
    }


def _label(values: dict[str, Any], guide: Guide | None, names: HiddenNames) -> Record:
    speaks = values["direction"] if values["direction"] in (Direction.FOR, Direction.AGAINST) else ""
    about = ABOUT.get(values["about"], values["about"])
    return {"topic": _topic(values, guide, names), "speaks": speaks, "about": about, "decisive": values["is_decisive"]}


def _topic(values: dict[str, Any], guide: Guide | None, names: HiddenNames) -> Record:
    """As in guides.jsonl. Only key and title if the guide no longer has it."""
    topic = next((each for each in guide.every_topic if each.key == values["topic"]), None) if guide else None
    texts = {name: getattr(topic, name, "") for name in ("title", "question", "about")}
    texts["title"] = texts["title"] or values["title"]
    return {"key": values["topic"], **{name: names.hide_stored(text) for name, text in texts.items()}}


def _guide_of(interview_request: Any) -> Guide | None:
    try:
        return guides_of(interview_request)[0]
    except GuideError:  # such as one of an older format
        return None


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
