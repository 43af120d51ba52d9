from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from interviews.lifecycle import NEXT_STATUSES, Status
from interviews.models import InterviewRequest

MAX_ROWS = 500
"""One transaction locks all rows of a call."""

# Customers do not see these writes, so the row keeps its version.
UNSEEN = {"version": F("version"), "updated_at": F("updated_at")}


@dataclass(frozen=True)
class BulkWrite:
    """`refusal`: why a row cannot be written, or empty."""

    refusal: Callable[[InterviewRequest], str]
    values: Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class BulkOutcome:
    written: Collection[InterviewRequest]
    refused: Counter[str]


def _why_not_sent(row: InterviewRequest) -> str:
    if Status.SENT in NEXT_STATUSES[row.status]:
        return "" if row.survey_token else "contact erased"
    return f"already {Status(row.status).label}"


MARK_SENT = BulkWrite(_why_not_sent, lambda: {"status": Status.SENT, "email_sent_at": timezone.now()})
ARCHIVE = BulkWrite(
    lambda row: "already archived" if row.archived_at else "", lambda: {"archived_at": timezone.now(), **UNSEEN}
)
UNARCHIVE = BulkWrite(lambda row: "" if row.archived_at else "not archived", lambda: {"archived_at": None, **UNSEEN})


def write_many(write: BulkWrite, ids: Collection[int]) -> BulkOutcome:
    """Locks the rows until the caller's transaction ends. At most MAX_ROWS ids."""
    if len(ids) > MAX_ROWS:
        raise ValueError(f"Write at most {MAX_ROWS} rows in one transaction.")
    with transaction.atomic():
        # By id, to avoid deadlocks.
        rows = _rows(ids).order_by("pk").select_for_update(of=("self",), no_key=True)
        outcome = _outcome(write, ids, rows)
        InterviewRequest.objects.filter(pk__in=[row.pk for row in outcome.written]).update(**write.values())
        return outcome


def foresee(write: BulkWrite, ids: Collection[int]) -> BulkOutcome:
    return _outcome(write, ids, _rows(ids))


def _rows(ids: Collection[int]) -> Any:
    rows = InterviewRequest.objects.filter(pk__in=ids).select_related("org")
    return rows.only("org__slug", "status", "survey_token", "archived_at")


def _outcome(write: BulkWrite, ids: Collection[int], rows: Collection[InterviewRequest]) -> BulkOutcome:
    refusals = {row: write.refusal(row) for row in rows}
    refused = Counter(filter(None, refusals.values()))
    refused["deleted"] = len({*ids}) - len(refusals)
    return BulkOutcome([row for row, refusal in refusals.items() if not refusal], +refused)
