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
from sequences.services.stopping import finish, reason_to_stop, stop

ARCHIVED = "This sequence is archived. GET /sequences lists those that take new contacts."
SUPPRESSED = (
    "This address gets no mails: {}. Nothing was created. Send interview_type_id instead, and only use the link if the "
    "contact agrees."
)
ENROLLED = (
    "This contact already gets the mails of sequence {}, for interview request {}. Nothing was created. Cancel that "
    "interview request first, or wait until the last mail has left."
)


class EnrolmentError(ValidationError):
    """By the field of the API that is the cause."""


class AlreadyEnrolledError(Exception):
    """The contact gets mails of another enrolment."""


def enrol(*, sequence: Sequence, interview_request: Any) -> None:
    """The invitation waits for its time, or for a person. Call it in the transaction that creates the interview
    request, which has locked the contact.

    Raises EnrolmentError and AlreadyEnrolledError.
    """
    contact = interview_request.contact
    if sequence.archived_at is not None:
        raise EnrolmentError({"sequence_id": ARCHIVED})
    if contact.email == contact.erased_email:
        raise EnrolmentError({"contact_email": "This contact was erased, and has no address."})
    if found := Suppression.objects.of(contact.email, contact.org_id).first():
        raise EnrolmentError({"contact_email": SUPPRESSED.format(found.get_reason_display())})
    for active in Enrolment.objects.active().with_related().filter(org=contact.org_id, contact=contact):
        reason = reason_to_stop(active)  # it stops now, instead of at its next mail
        if reason is None:
            raise AlreadyEnrolledError(ENROLLED.format(active.sequence.public_id, active.interview_request_id))
        finish(active, reason)
    enrolment = Enrolment.objects.create(
        org_id=sequence.org_id, sequence=sequence, interview_request=interview_request, contact=contact
    )
    state = MailState.TO_APPROVE if sequence.needs_approval else MailState.WAITING
    put_mail(enrolment, step=0, state=state, after=timezone.now())


def put_mail(enrolment: Enrolment, *, step: int, state: MailState, after: datetime) -> bool:
    """Returns False if the sequence has no such step."""
    found = enrolment.sequence.steps.filter(number=step).first()
    if found is None:
        return False
    own = {"org_id": enrolment.org_id, "sequence": enrolment.sequence, "enrolment": enrolment}
    due_at = enrolment.sequence.window.after_business_days(after, found.delay)
    Mail.objects.create(**own, step=step, state=state, due_at=due_at)
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


@retried
@transaction.atomic
def decide(*, org_id: int, enrolment_ids: Collection[int], is_approved: bool, actor: Actor) -> int:
    """Approves the invitation with the reminders that follow, or rejects all. What has to stop is not approved. Returns
    how many were decided as asked.
    """
    now, decided = timezone.now(), []
    for enrolment in Enrolment.objects.for_org(org_id).to_approve().filter(pk__in=enrolment_ids).locked():
        if reason := reason_to_stop(enrolment) if is_approved else StopReason.PERSON:
            finish(enrolment, reason)
        else:
            Enrolment.objects.filter(pk=enrolment.pk).update(approved_at=now, approved_by=actor.name)
            due_at = enrolment.sequence.window.next_open(now)
            Mail.objects.unsent().filter(enrolment=enrolment).update(state=MailState.WAITING, due_at=due_at)
        if reason is None or not is_approved:
            decided.append(enrolment.interview_request)
    detail = "Mails approved." if is_approved else "Mails rejected."
    record_security_events(EventKind.REQUEST_CHANGED, actor, decided, detail=detail)
    return len(decided)


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
    old = Enrolment.objects.to_approve().filter(created_at__lt=before)
    rows = [*old.order_by("pk").values_list("org_id", "pk")]
    if dry_run:
        return len(rows)
    return sum([stop(org_id=org_id, enrolment_ids=[pk], reason=StopReason.EXPIRED) for org_id, pk in rows])
