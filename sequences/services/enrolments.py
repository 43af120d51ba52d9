from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from hindsight.db.statements import retried
from orgs.actors import Actor
from orgs.models import EventKind
from orgs.security_events import record_security_event, record_security_events
from sequences.models import Enrolment, Mail, MailState, Sequence, Step, StopReason, Suppression
from sequences.models.enrolment import UNSENT
from sequences.schedule import APPROVED_WITHIN
from sequences.services.stopping import finish, reason_to_stop

ARCHIVED = "This sequence is archived. GET /sequences lists those that take new contacts."


class EnrolmentError(Exception):
    """`field`: what the API calls the cause."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class AlreadyEnrolledError(EnrolmentError):
    """The contact gets mails of another enrolment."""


def enrol(*, sequence: Sequence, interview_request: Any) -> Enrolment:
    """The invitation waits for its time, or for a person. Call it in the transaction that creates the interview
    request, which has locked the contact.

    Raises EnrolmentError.
    """
    if sequence.archived_at is not None:
        raise EnrolmentError("sequence_id", ARCHIVED)
    contact = interview_request.contact
    _require_address(contact)
    _require_no_other(contact)
    enrolment: Enrolment = Enrolment.objects.create(
        org_id=sequence.org_id, sequence=sequence, interview_request=interview_request, contact=contact
    )
    state = MailState.TO_APPROVE if sequence.needs_approval else MailState.WAITING
    put_mail(enrolment, step=0, state=state, after=timezone.now())
    return enrolment


def put_mail(enrolment: Enrolment, *, step: int, state: MailState, after: datetime) -> bool:
    """Returns False if the sequence has no such step."""
    found = enrolment.sequence.steps.filter(number=step).first()
    if found is None:
        return False
    due_at = enrolment.sequence.window.after_business_days(after, found.delay)
    Mail.objects.create(
        org_id=enrolment.org_id,
        sequence=enrolment.sequence,
        enrolment=enrolment,
        step=step,
        state=state,
        due_at=due_at,
    )
    return True


def begin_again(interview_request: Any) -> bool:
    """The contact's address was mistyped: the invitation leaves again, to the corrected one. For a transaction that has
    locked the interview request.

    Returns False if no mail is to leave, such as because the contact has opted out or a person has stopped it.
    """
    enrolment = Enrolment.objects.filter(interview_request=interview_request).with_related().first()
    if enrolment is None or enrolment.stop_reason not in ("", StopReason.BOUNCED):
        return False
    others = Enrolment.objects.active().filter(contact=enrolment.contact_id).exclude(pk=enrolment.pk)
    if others.exists() or reason_to_stop(enrolment):
        return False
    Mail.objects.unsent().filter(enrolment=enrolment).update(state=MailState.STOPPED, leased_until=None)
    Enrolment.objects.filter(pk=enrolment.pk).update(finished_at=None, stop_reason="")
    is_approved = enrolment.approved_at or not enrolment.sequence.needs_approval
    state = MailState.WAITING if is_approved else MailState.TO_APPROVE
    return put_mail(enrolment, step=0, state=state, after=timezone.now())


def _require_address(contact: Any) -> None:
    if contact.email == contact.erased_email:
        raise EnrolmentError("contact_email", "This contact was erased, and has no address.")
    if found := Suppression.objects.of(contact.email, contact.org_id).first():
        raise EnrolmentError(
            "contact_email",
            f"This address gets no mails: {found.get_reason_display()}. Nothing was created. Send interview_type_id "
            "instead, and only use the link if the contact agrees.",
        )


def _require_no_other(contact: Any) -> None:
    """An enrolment that has to stop does so now, instead of at its next mail."""
    active = Enrolment.objects.active().with_related().filter(org=contact.org_id, contact=contact).first()
    if active is None:
        return
    if reason := reason_to_stop(active):
        finish(active, reason)
        return
    raise AlreadyEnrolledError(
        "contact_email",
        f"This contact already gets the mails of sequence {active.sequence.public_id}, for interview request "
        f"{active.interview_request_id}. Nothing was created. Cancel that interview request first, or wait until the "
        "last mail has left.",
    )


@retried
@transaction.atomic
def approve(*, org_id: int, enrolment_ids: Collection[int], actor: Actor) -> int:
    """Also approves the reminders that follow. Stops those that have to stop. Returns how many were approved."""
    now, approved = timezone.now(), []
    for enrolment in _to_approve(org_id, enrolment_ids):
        if reason := reason_to_stop(enrolment):
            finish(enrolment, reason)
            continue
        Enrolment.objects.filter(pk=enrolment.pk).update(approved_at=now, approved_by=actor.name)
        due_at = enrolment.sequence.window.next_open(now)
        Mail.objects.unsent().filter(enrolment=enrolment).update(state=MailState.WAITING, due_at=due_at)
        approved.append(enrolment.interview_request)
    record_security_events(EventKind.REQUEST_CHANGED, actor, approved, detail="Mails approved.")
    return len(approved)


@retried
@transaction.atomic
def reject(*, org_id: int, enrolment_ids: Collection[int], actor: Actor) -> int:
    """Returns how many were rejected: they get no mail."""
    rejected = [row for row in _to_approve(org_id, enrolment_ids) if finish(row, StopReason.PERSON)]
    requests = [row.interview_request for row in rejected]
    record_security_events(EventKind.REQUEST_CHANGED, actor, requests, detail="Mails rejected.")
    return len(rejected)


def _to_approve(org_id: int, enrolment_ids: Collection[int]) -> Any:
    waiting = Enrolment.objects.for_org(org_id).active().filter(mails__state=MailState.TO_APPROVE)
    return waiting.filter(pk__in=enrolment_ids).locked()


def record_opening(*, interview_request_id: int) -> None:
    """The survey page is shown before the consent, after a mail has left. Keeps the time of the first opening."""
    Enrolment.objects.filter(interview_request=interview_request_id, opened_at=None).update(opened_at=timezone.now())


@retried
@transaction.atomic
def edit_mail(*, org_id: int, mail_id: int, subject: str, text: str, actor: Actor) -> None:
    """Replaces what the step says, for this mail. Both may have placeholders.

    Raises ValidationError, by field and also if the mail is leaving or has left, and Mail.DoesNotExist.
    """
    enrolment = Enrolment.objects.for_org(org_id).filter(mails=mail_id).locked().first()
    mail: Mail = Mail.objects.for_org(org_id).get(pk=mail_id)
    if enrolment is None or mail.state not in UNSENT or mail.leased_until is not None:
        raise ValidationError("This mail has left or was stopped.")
    step = Step(number=mail.step, subject=subject, text=text)
    step.full_clean(exclude=["org", "sequence"], validate_constraints=False)
    mail.subject, mail.text = subject, text
    mail.save(update_fields=["subject", "text"])
    detail = f"Mail {mail.step} edited."
    record_security_event(EventKind.REQUEST_CHANGED, actor, about=enrolment.interview_request, detail=detail)


def expire_unapproved(*, dry_run: bool = False) -> int:
    """Stops what nobody has approved for APPROVED_WITHIN. Returns the number."""
    before = timezone.now() - APPROVED_WITHIN
    old = Enrolment.objects.active().filter(mails__state=MailState.TO_APPROVE, created_at__lt=before)
    if dry_run:
        return old.count()
    count = 0
    for pk in list(old.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            count += sum([finish(row, StopReason.EXPIRED) for row in Enrolment.objects.filter(pk=pk).locked()])
    return count
