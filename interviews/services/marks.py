from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from hindsight.db.statements import retried
from interviews.lifecycle import NEXT_STATUSES, Status
from interviews.models import InterviewRequest, RowVersions
from interviews.services.transitions import record_interview_event
from interviews.services.update import require_versions
from orgs.actors import Actor
from orgs.models import EventKind
from orgs.security_events import record_security_event

MAX_ROWS = 500

# Customers do not see these writes, so the row keeps its version.
UNSEEN = {"version": F("version"), "updated_at": F("updated_at")}


@dataclass(frozen=True)
class Mark:
    """`done`: in messages, after the number of interview requests. `event`: the webhook event, or empty.

    `has` returns a text if the row has the mark already. `refusal` returns the reason if the row cannot get the mark.
    """

    done: str
    has: Callable[[InterviewRequest], str]
    values: Callable[[], Mapping[str, Any]]
    refusal: Callable[[InterviewRequest], str] = lambda row: ""
    event: str = ""

    def why_not(self, row: InterviewRequest) -> str:
        return self.has(row) or self.refusal(row)


def _why_not_sent(row: InterviewRequest) -> str:
    if row.status != Status.SENT and Status.SENT not in NEXT_STATUSES[row.status]:
        return f"already {Status(row.status).label}"
    if row.is_cancelled:
        return "cancelled"
    return "" if row.survey_token else "contact erased"


SENT = Mark(
    "marked as sent",
    has=lambda row: "already sent" if row.status == Status.SENT and row.email_sent_at else "",
    refusal=_why_not_sent,
    values=lambda: {"status": Status.SENT, "email_sent_at": timezone.now()},
)
CANCELLED = Mark(
    "cancelled",
    has=lambda row: "already cancelled" if row.is_cancelled else "",
    refusal=lambda row: "already completed" if row.is_completed else "",
    values=lambda: {"cancelled_at": timezone.now()},
    event="interview.cancelled",
)
NOT_CANCELLED = Mark(
    "no longer cancelled",
    has=lambda row: "" if row.is_cancelled else "not cancelled",
    values=lambda: {"cancelled_at": None},
    event="interview.cancelled",
)
ARCHIVED = Mark(
    "archived",
    has=lambda row: "already archived" if row.archived_at else "",
    values=lambda: {"archived_at": timezone.now(), **UNSEEN},
)
NOT_ARCHIVED = Mark(
    "unarchived",
    has=lambda row: "" if row.archived_at else "not archived",
    values=lambda: {"archived_at": None, **UNSEEN},
)


@retried
@transaction.atomic
def mark_one(
    mark: Mark,
    *,
    org_id: int,
    interview_request_id: int,
    actor: Actor,
    if_versions: Collection[RowVersions] | None = None,
) -> InterviewRequest:
    """Writes nothing if the row has the mark.

    With `if_versions`, only if the rows have one of these versions. Raises InterviewRequest.DoesNotExist (also for
    another org's row), StaleVersionError and ValidationError.
    """
    rows = InterviewRequest.objects.for_org(org_id).select_for_update(of=("self",), no_key=True)
    row: InterviewRequest = rows.with_versions().select_related("org").get(pk=interview_request_id)
    require_versions(row, if_versions)
    if not mark.has(row):
        if refusal := mark.refusal(row):
            raise ValidationError(f"Nothing was changed: {refusal}. GET the interview request to see its status.")
        values = mark.values()
        for field, value in values.items():
            setattr(row, field, value)
        row.save(update_fields=[*values])
        _announce(mark, [row])
        record_security_event(EventKind.REQUEST_CHANGED, actor, about=row, detail=f"{mark.done.capitalize()}.")
    return row


def _announce(mark: Mark, rows: Collection[InterviewRequest]) -> None:
    if mark.event:
        for row in rows:
            record_interview_event(mark.event, row)


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
        _announce(mark, outcome.written)
        return outcome


def foresee(mark: Mark, ids: Collection[int]) -> BulkOutcome:
    """What `mark_many()` would do."""
    return _outcome(mark, ids, _rows(ids))


def _rows(ids: Collection[int]) -> Any:
    rows = InterviewRequest.objects.filter(pk__in=ids).select_related("org")
    return rows.only("org__slug", "deal_id", "status", "survey_token", "archived_at", "cancelled_at", "email_sent_at")


def _outcome(mark: Mark, ids: Collection[int], rows: Collection[InterviewRequest]) -> BulkOutcome:
    refusals = {row: mark.why_not(row) for row in rows}
    refused = Counter(filter(None, refusals.values()))
    refused["deleted"] = len({*ids}) - len(refusals)
    return BulkOutcome([row for row, refusal in refusals.items() if not refusal], +refused)
