"""What the mails of sequences lead to, without tracking pixels.

An opening, a start, a completion and an opt-out each count for the last mail that had left before it.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Count, F, Q

from interviews.reports.proportions import Share
from sequences.models import Enrolment, Mail, MailState, Sequence, StopReason

_REQUEST = "enrolment__interview_request"
# When it happened, and what else has to hold.
_EVENTS: Mapping[str, tuple[str, Q]] = {
    "opened": ("enrolment__opened_at", Q()),
    "started": (f"{_REQUEST}__conversation__consented_at", Q()),
    "completed": (f"{_REQUEST}__completed_at", Q()),
    "opted_out": ("enrolment__finished_at", Q(enrolment__stop_reason=StopReason.OPTED_OUT)),
}


def followed_by(event: str) -> Count:
    """Counts sent mails after which the event happened, also if a later mail had left before it."""
    column, condition = _EVENTS[event]
    return Count("pk", filter=condition & Q(**{f"{column}__gte": F("sent_at")}))


class MailFigures(NamedTuple):
    """`shares`: of the mails that were sent, as many as _EVENTS."""

    sent: int
    shares: list[Share]


def figures_by_sequence(
    sequence_ids: Collection[int], newest: int | None = None
) -> dict[int, dict[int | None, MailFigures]]:
    """By id, then by the number of the mail; under None those of the contacts who got a mail.

    Sequences and mails that have sent nothing are left out.
    `newest`: only this number of the newest enrolments is counted, of all the sequences together. None counts all.
    """
    sent = Mail.objects.filter(sequence__in=sequence_ids, state=MailState.SENT).order_by("sequence", "step")
    if newest is not None:
        enrolments = Enrolment.objects.filter(sequence__in=sequence_ids).order_by("-pk")
        oldest = enrolments.values_list("pk", flat=True)[newest - 1 : newest]
        sent = sent.filter(enrolment__gte=next(iter(oldest), 0))
    counts = {event: followed_by(event) for event in _EVENTS}
    rows = sent.values("sequence", "step").annotate(sent=Count("pk"), **counts)
    return {pk: _figures([*steps]) for pk, steps in groupby(rows, itemgetter("sequence"))}


def _figures(rows: list[Any]) -> dict[int | None, MailFigures]:
    """A mail leaves after the one before it, so what happened after it happened after all earlier ones, too."""
    parts = [(None, rows[0], {}), *((row["step"], row, after) for row, after in pairwise([*rows, {}]))]
    return {
        number: MailFigures(row["sent"], [Share(row[event] - after.get(event, 0), row["sent"]) for event in _EVENTS])
        for number, row, after in parts
    }


def completed_after_mail(since: datetime, org_ids: Collection[int] | None) -> Share:
    """Of the contacts whom sequences have reached from `since` on. `org_ids`: None for all orgs without test rooms."""
    first = Mail.objects.filter(state=MailState.SENT, step=0, sent_at__gte=since)
    first = first.without_test_rooms() if org_ids is None else first.filter(org__in=org_ids)
    counts = first.aggregate(sent=Count("pk"), completed=followed_by("completed"))
    return Share(counts["completed"], counts["sent"])


COLUMNS = (
    *("org", "sequence_id", "sequence", "mail", "sent"),
    *(f"{event}.{part}" for event in _EVENTS for part in ("number", "percent", "low", "high")),
)


def export_figures(selected: Any) -> Iterator[dict[str, Any]]:
    """Yields a record for each sequence, with `mail` empty, then one for each of its mails."""
    sequences: list[Sequence] = list(selected.select_related("org").order_by("pk"))
    found = figures_by_sequence([sequence.pk for sequence in sequences])
    for sequence in sequences:
        about = {"org": sequence.org.slug, "sequence_id": sequence.public_id, "sequence": sequence.name}
        for number, (sent, shares) in found.get(sequence.pk, {}).items():
            events = zip(_EVENTS, map(_numbers, shares), strict=True)
            yield {**about, "mail": number, "sent": sent, **dict(events)}


def _numbers(share: Share) -> dict[str, int | None]:
    low, high = share.interval or (None, None)
    return {"number": share.number, "percent": share.percent, "low": low, "high": high}
