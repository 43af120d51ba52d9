"""Why no further mail leaves. One function asks the table right before each mail; `stop()` records the others."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from contacts.models import Contact
from hindsight.db.statements import retried
from sequences.models import Enrolment, Mail, MailState, StopReason, Suppression
from webhooks.services.events import record_event


class Stop(NamedTuple):
    """`holds`: whether the enrolment has to stop, by the reason of the address's suppression, or "". None: `stop()`
    records it.
    """

    comes_from: str
    holds: Callable[[Enrolment, str], bool] | None = None


STOPS: Mapping[StopReason, Stop] = {
    StopReason.ERASED: Stop("the erasure", lambda row, _: row.interview_request.survey_token is None),
    StopReason.COMPLETED: Stop("the survey page", lambda row, _: row.interview_request.is_completed),
    StopReason.DECLINED: Stop("the survey page", lambda row, _: row.interview_request.progress == "declined"),
    StopReason.OPTED_OUT: Stop("the opt-out page", lambda _, reason: reason == StopReason.OPTED_OUT),
    StopReason.COMPLAINED: Stop("the provider", lambda _, reason: reason == StopReason.COMPLAINED),
    StopReason.BOUNCED: Stop("the mail server or the provider", lambda _, reason: reason == StopReason.BOUNCED),
    StopReason.CANCELLED: Stop("the API or staff", lambda row, _: row.interview_request.is_cancelled),
    StopReason.SUSPENDED: Stop("staff", lambda row, _: not row.interview_request.org.is_active),
    StopReason.ARCHIVED: Stop(
        "staff", lambda row, _: bool(row.interview_request.archived_at or row.sequence.archived_at)
    ),
    StopReason.REPLIED: Stop("the reply to a mail"),
    StopReason.PERSON: Stop("staff, who stop or reject it"),
    StopReason.EXPIRED: Stop("`purge`, or the worker after five days without success"),
}
"""In the order in which they are asked."""

EVENTS = {StopReason.BOUNCED: "interview.bounced", StopReason.OPTED_OUT: "interview.opted_out"}
"""The webhook events of reasons."""


def reason_to_stop(enrolment: Enrolment) -> StopReason | None:
    """For a row of `locked()`, which stays as it is until the transaction ends."""
    suppressed = Suppression.objects.of(enrolment.interview_request.contact.email, enrolment.org_id)
    reason = suppressed.values_list("reason", flat=True).first() or ""
    return next((each for each, stop in STOPS.items() if stop.holds and stop.holds(enrolment, reason)), None)


def finish(enrolment: Enrolment, reason: StopReason | str) -> bool:
    """Stops the unsent mail. `reason`: "" if all have left. Returns whether it was active.

    A mail that a mail server is receiving is not called back; it counts as sent once the server has accepted it.
    """
    active = Enrolment.objects.active().filter(pk=enrolment.pk)
    if not active.update(finished_at=timezone.now(), stop_reason=reason):
        return False
    Mail.objects.unsent().filter(enrolment=enrolment).update(state=MailState.STOPPED, leased_until=None)
    if event := EVENTS.get(StopReason(reason)) if reason else None:
        announce(event, enrolment)
    return True


def conclude(enrolment: Enrolment, reason: StopReason) -> bool:
    """As `finish()`. If every mail has left, it only keeps the reason, once. For a row of `locked()`."""
    if finish(enrolment, reason):
        return True
    if not Enrolment.objects.filter(pk=enrolment.pk, stop_reason="").update(stop_reason=reason):
        return False
    if event := EVENTS.get(reason):
        announce(event, enrolment)
    return True


@retried
@transaction.atomic
def stop(*, org_id: int, enrolment_ids: Collection[int], reason: StopReason) -> int:
    """Returns how many were active."""
    rows = Enrolment.objects.for_org(org_id).active().filter(pk__in=enrolment_ids).locked()
    return sum([finish(row, reason) for row in rows])


def erase_mails(contact: Contact) -> None:
    """Stops what is active, and deletes edited texts. A suppression of the address stays. For an erasure, which has
    locked the interview requests.
    """
    for row in Enrolment.objects.active().filter(contact=contact).with_related():
        finish(row, StopReason.ERASED)
    Mail.objects.filter(enrolment__contact=contact).update(subject="", text="", last_error="")


def announce(event_type: str, enrolment: Enrolment) -> None:
    """Call it in the transaction of the change."""
    row = enrolment.interview_request
    data = {"deal_id": row.deal_id or None, "status": row.status}
    record_event(org_id=row.org_id, event_type=event_type, interview_request_id=row.pk, data=data)
