from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from interviews.models import InterviewRequest
from interviews.services.marks import Mark, announce

MAX_ROWS = 500


@dataclass(frozen=True)
class BulkOutcome:
    written: Collection[InterviewRequest]
    refused: Counter[str]


def mark_many(mark: Mark, ids: Collection[int]) -> BulkOutcome:
    """Locks the rows until the caller's transaction ends."""
    if len(ids) > MAX_ROWS:
        raise ValueError(f"Write at most {MAX_ROWS} rows in one transaction.")
    with transaction.atomic():
        # By id, to avoid deadlocks.
        rows = _rows(ids).order_by("pk").select_for_update(of=("self",), no_key=True)
        outcome = _outcome(mark, ids, rows)
        InterviewRequest.objects.filter(pk__in=[row.pk for row in outcome.written]).update(**mark.values())
        announce(mark, outcome.written)
        return outcome


def foresee(mark: Mark, ids: Collection[int]) -> BulkOutcome:
    return _outcome(mark, ids, _rows(ids))


def _rows(ids: Collection[int]) -> Any:
    rows = InterviewRequest.objects.filter(pk__in=ids).select_related("org")
    return rows.only("org__slug", "deal_id", "status", "survey_token", "archived_at", "cancelled_at")


def _outcome(mark: Mark, ids: Collection[int], rows: Collection[InterviewRequest]) -> BulkOutcome:
    refusals = {row: mark.why_not(row) for row in rows}
    refused = Counter(filter(None, refusals.values()))
    refused["deleted"] = len({*ids}) - len(refusals)
    return BulkOutcome([row for row, refusal in refusals.items() if not refusal], +refused)
