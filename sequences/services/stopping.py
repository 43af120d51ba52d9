"""Why no further mail leaves. One function asks the table right before each mail; `stop()` and `receive()` record the
reasons that are stored nowhere else.
"""

from collections.abc import Callable, Collection, Mapping

from django.db import transaction
from django.utils import timezone

from contacts.models import Contact
from hindsight.db.statements import retried
from sequences.mail import OptOutLink
from sequences.models import Enrolment, Mail, MailState, StopReason, Suppression
from sequences.models.enrolment import SUPPRESSING
from sequences.models.suppression import digests_of
from sequences.received import News
from webhooks.services.events import record_event

STOPS: Mapping[StopReason, Callable[[Enrolment, str], bool]] = {
    StopReason.ERASED: lambda row, _: row.interview_request.survey_token is None,
    StopReason.COMPLETED: lambda row, _: row.interview_request.is_completed,
    StopReason.DECLINED: lambda row, _: row.interview_request.progress == "declined",
    StopReason.OPTED_OUT: lambda _, suppressed: suppressed == StopReason.OPTED_OUT,
    StopReason.COMPLAINED: lambda _, suppressed: suppressed == StopReason.COMPLAINED,
    StopReason.BOUNCED: lambda _, suppressed: suppressed == StopReason.BOUNCED,
    StopReason.CANCELLED: lambda row, _: row.interview_request.is_cancelled,
    StopReason.SUSPENDED: lambda row, _: not row.interview_request.org.is_active,
    StopReason.ARCHIVED: lambda row, _: bool(row.interview_request.archived_at or row.sequence.archived_at),
    # Only the enrolment stores these: of a received mail, by staff, and by `purge` or the worker after five days.
    **dict.fromkeys((StopReason.REPLIED, StopReason.PERSON, StopReason.EXPIRED), lambda *_: False),
}
"""Whether the enrolment has to stop, by the reason why its address is suppressed, or "". Asked in this order."""

EVENTS: Mapping[str, str] = {StopReason.BOUNCED: "interview.bounced", StopReason.OPTED_OUT: "interview.opted_out"}
"""The webhook events of reasons."""


def reason_to_stop(enrolment: Enrolment) -> StopReason | None:
    """For a row of `locked()`, which stays as it is until the transaction ends."""
    suppressed = Suppression.objects.of(enrolment.interview_request.contact.email, enrolment.org_id)
    reason = suppressed.values_list("reason", flat=True).first() or ""
    return next((each for each, holds in STOPS.items() if holds(enrolment, reason)), None)


def finish(enrolment: Enrolment, reason: StopReason | str) -> bool:
    """Stops the unsent mail. `reason`: "" if all have left. Returns whether the reason is new: if every mail had left,
    it is kept once.

    A mail that a mail server is receiving is not called back; it counts as sent once the server has accepted it.
    """
    rows = Enrolment.objects.filter(pk=enrolment.pk, stop_reason="")
    if rows.active().update(finished_at=timezone.now(), stop_reason=reason):
        Mail.objects.unsent().filter(enrolment=enrolment).update(state=MailState.STOPPED, leased_until=None)
    elif not (reason and rows.update(stop_reason=reason)):
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


@retried
@transaction.atomic
def suppress(*, email: str, org_id: int | None, reason: StopReason) -> None:
    """The address gets no further mail of the org, or of any with None. Stops what is active.

    Keeps the reason of an earlier suppression.
    """
    _put(digests_of(email)[0], org_id, reason)
    active = Enrolment.objects.active().filter(contact__email=email)
    for row in (active if org_id is None else active.for_org(org_id)).locked():
        finish(row, reason)


def _put(digest: str, org_id: int | None, reason: StopReason) -> None:
    row = Suppression(org_id=org_id, digest=digest, reason=reason)
    Suppression.objects.bulk_create([row], ignore_conflicts=True)


def unsuppress(*, email: str, org_id: int | None) -> bool:
    """Undoes `suppress()` with the same `org_id`. What was stopped stays so. Returns whether there was one."""
    return bool(Suppression.objects.filter(org=org_id, digest__in=digests_of(email)).delete()[0])


@retried
@transaction.atomic
def opt_out(link: OptOutLink, *, everywhere: bool) -> None:
    """Suppresses the address that the mail went to, also if the contact was erased, deleted or has another one now."""
    org_id = None if everywhere else link.org_id
    for enrolment in Enrolment.objects.for_org(link.org_id).filter(pk=link.enrolment_id).locked():
        email = enrolment.interview_request.contact.email
        if link.digest in digests_of(email):
            suppress(email=email, org_id=org_id, reason=StopReason.OPTED_OUT)
        finish(enrolment, StopReason.OPTED_OUT)
    _put(link.digest, org_id, StopReason.OPTED_OUT)


@transaction.atomic
def opt_in(link: OptOutLink, *, everywhere: bool) -> None:
    """What was stopped stays so."""
    org_id = None if everywhere else link.org_id
    Suppression.objects.filter(org=org_id, digest=link.digest).delete()
    enrolments = Enrolment.objects.for_org(link.org_id).filter(pk=link.enrolment_id)
    for email in enrolments.values_list("contact__email", flat=True):
        if link.digest in digests_of(email):
            unsuppress(email=email, org_id=org_id)


@retried
@transaction.atomic
def receive(news: News) -> int:
    """Stops the enrolments of the mails, and suppresses their address unless it is a reply: for the org, or after a
    complaint for all. Returns for how many enrolments the news is new.

    News about another address than the contact has is late: the address was corrected meanwhile.
    """
    mails, count = Mail.objects.filter(uuid__in=news.mail_ids), 0
    for row in Enrolment.objects.filter(pk__in=mails.values("enrolment")).locked():
        email, org_id = row.interview_request.contact.email, row.org_id
        if news.address and digests_of(news.address) != digests_of(email):
            continue
        count += finish(row, news.reason)
        if news.reason in SUPPRESSING:
            suppress(email=email, org_id=None if news.reason == StopReason.COMPLAINED else org_id, reason=news.reason)
    return count


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
