from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contacts.models import Contact
from contacts.text import Email
from hindsight.db.statements import retried
from interviews.lifecycle import Stage, Status
from interviews.models import InterviewRequest, RowVersions
from interviews.models.interview_request import new_survey_token
from interviews.services.erasure import locked_contact
from interviews.services.state import conversation_of, stage_of
from interviews.services.update import require_versions
from interviews.services.wishes import withdraw_decline
from orgs.actors import Actor
from orgs.audit import overwrite
from sequences.services.enrolments import begin_again


@retried
@transaction.atomic
def correct_address(
    *,
    org_id: int,
    interview_request_id: int,
    email: Email,
    actor: Actor,
    if_versions: Collection[RowVersions] | None = None,
) -> InterviewRequest:
    """Corrects a mistyped address of the contact, and so for all of its interview requests. Nobody may have consented.

    Their survey links are replaced, because somebody else may have got them, and those that were sent are to be sent
    again: a sequence does so itself. A decline by that person is withdrawn.

    Raises InterviewRequest.DoesNotExist (also for another org's row), StaleVersionError and ValidationError.
    """
    found = InterviewRequest.objects.for_org(org_id).only("contact_id").get(pk=interview_request_id)
    try:
        contact = locked_contact(org_id, found.contact_id)
    except Contact.DoesNotExist:  # deleted meanwhile
        raise InterviewRequest.DoesNotExist from None
    rows = {row.pk: row for row in contact.interview_requests.with_versions()}
    row: InterviewRequest = rows[interview_request_id]
    require_versions(row, if_versions)
    if contact.email != email:
        _require_mistyped(contact, rows.values())
        _overwrite(contact, email, actor)
        for each in rows.values():
            _replace_link(each)
    return InterviewRequest.objects.with_versions().select_related("org").get(pk=row.pk)


def _require_mistyped(contact: Contact, rows: Collection[InterviewRequest]) -> None:
    if contact.email == contact.erased_email:
        raise ValidationError(
            "Nothing was changed. The contact was erased. Create an interview request for the new address."
        )
    begun = (conversation_of(row) for row in rows)
    # Retention deletes conversations, but not those of completed interviews.
    if any(row.is_completed for row in rows) or any(each and each.consented_at for each in begun):
        raise ValidationError(
            "Nothing was changed. The contact has begun an interview under this address, so it is not a mistyped one. "
            "Create an interview request for the new address."
        )


def _overwrite(contact: Contact, email: Email, actor: Actor) -> None:
    try:
        with transaction.atomic():  # an error ends a transaction of PostgreSQL
            overwrite((contact, {"email": email}), actor=actor)
    except IntegrityError:
        raise ValidationError(
            "Nothing was changed. Your organization has another contact with this address. Cancel this interview "
            "request, and create one for that address."
        ) from None


def _replace_link(row: InterviewRequest) -> None:
    if stage_of(row) == Stage.DECLINED:
        withdraw_decline(row)
    row.survey_token = new_survey_token()
    row.save(update_fields=["survey_token"])
    if row.status == Status.SENT and begin_again(row):
        row.email_sent_at = None
        row.save(update_fields=["email_sent_at"])
    elif row.status == Status.SENT:
        row.transition_to(Status.CREATED, email_sent_at=None)
