from collections.abc import Collection

from django.db import transaction

from contacts.text import Email
from hindsight.db.statements import retried
from sequences.mail import OptOutLink
from sequences.models import Enrolment, StopReason, Suppression, SuppressionReason
from sequences.models.suppression import digests_of
from sequences.services.stopping import conclude, stop


@retried
@transaction.atomic
def suppress(*, email: Email | str, org_id: int | None, reason: SuppressionReason) -> bool:
    """The address gets no further mail of the org, or of any with None. Stops what is active.

    Keeps the reason of an earlier suppression. Returns whether there was none.
    """
    is_new = _put(digests_of(email), org_id, reason)
    active = Enrolment.objects.active().filter(contact__email=email)
    for each in active if org_id is None else active.for_org(org_id):
        stop(org_id=each.org_id, enrolment_ids=[each.pk], reason=StopReason(reason))
    return is_new


def unsuppress(*, email: Email | str, org_id: int | None) -> bool:
    """Undoes `suppress()` with the same `org_id`. What was stopped stays so. Returns whether there was one."""
    return _delete(digests_of(email), org_id)


@retried
@transaction.atomic
def opt_out(link: OptOutLink, *, everywhere: bool) -> None:
    """Suppresses the address that the mail went to, also if the contact was erased, deleted or has another one now."""
    org_id = None if everywhere else link.org_id
    enrolment = Enrolment.objects.for_org(link.org_id).filter(pk=link.enrolment_id).locked().first()
    _put([link.digest], org_id, SuppressionReason.OPTED_OUT)
    if enrolment is None:
        return
    email = enrolment.interview_request.contact.email
    if link.digest in digests_of(email):
        suppress(email=email, org_id=org_id, reason=SuppressionReason.OPTED_OUT)
    conclude(enrolment, StopReason.OPTED_OUT)


@transaction.atomic
def opt_in(link: OptOutLink, *, everywhere: bool) -> None:
    """What was stopped stays so."""
    org_id = None if everywhere else link.org_id
    enrolment = Enrolment.objects.for_org(link.org_id).filter(pk=link.enrolment_id).select_related("contact").first()
    digests = digests_of(enrolment.contact.email) if enrolment else []
    _delete({link.digest, *(digests if link.digest in digests else [])}, org_id)


def is_opted_out(link: OptOutLink, *, everywhere: bool) -> bool:
    return Suppression.objects.filter(org=None if everywhere else link.org_id, digest=link.digest).exists()


def _put(digests: list[str], org_id: int | None, reason: SuppressionReason) -> bool:
    if Suppression.objects.filter(org=org_id, digest__in=digests).exists():
        return False
    row = Suppression(org_id=org_id, digest=digests[0], reason=reason)
    Suppression.objects.bulk_create([row], ignore_conflicts=True)
    return True


def _delete(digests: Collection[str], org_id: int | None) -> bool:
    return bool(Suppression.objects.filter(org=org_id, digest__in=digests).delete()[0])
