"""Erasing keeps the rows, so that the customer's references stay valid. Deleting removes them."""

from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from contacts.models import Contact
from deals.services import erase_reasons
from hindsight.api.models import IdempotencyRecord
from hindsight.db.keyset import pk_batches
from hindsight.db.statements import retried
from interviews.lifecycle import Progress
from interviews.models import Conversation, Driver, InterviewRequest, Transcript, Turn, Wish
from interviews.services.drivers import erase_audit
from interviews.services.readings import forget_reasons
from jobs.services import withdraw_jobs
from orgs.actors import Actor
from orgs.audit import overwrite_values
from orgs.audit_removal import delete_changes_of, erase_changes
from orgs.models import Org
from sequences.services.stopping import erase_mails
from webhooks.services.deliveries import delete_webhooks, forget_interview_requests

BATCH = 2_000
TOKENS_PER_QUERY = 100


@retried
@transaction.atomic
def erase_contact(
    *, org_id: int, contact_id: int, actor: Actor, deal_ids: bool = False, among: QuerySet[Contact] | None = None
) -> Contact:
    """Erases name, email, external id, notes, objectives, picks, subjects, answers, transcripts, edited mails, audit
    texts, responses and events.

    Also the reported reasons of its deals, which can name the contact, with their audit texts. Survey links stop
    working. Exports and imports of the org lose their files. Records the erasure. Raises Contact.DoesNotExist, also if
    the contact is not in `among` once it is locked.
    """
    withdraw_jobs(org_id=org_id)
    contact = locked_contact(org_id, contact_id)
    if among is not None:
        among.get(pk=contact_id)
    interview_requests = list(InterviewRequest.objects.filter(contact=contact))
    erase_audit(Driver.objects.filter(interview_request__contact=contact), actor=actor)
    for model in (Transcript, Turn, Conversation):
        model._default_manager.filter(interview_request__contact=contact).delete()
    forget_interview_requests(org_id=org_id, interview_request_ids=[row.pk for row in interview_requests])
    deals = {row.deal_id for row in interview_requests if row.deal_id}
    forget_reasons(org_id=org_id, deal_ids=erase_reasons(org_id=org_id, deal_ids=deals, actor=actor))
    tokens = [interview_request.survey_token for interview_request in interview_requests]
    _delete_stored_responses(org_id, [token for token in tokens if token is not None])
    erased = (*InterviewRequest.audited, "flags", "reading", *(["deal_id"] if deal_ids else []))
    progress = Case(When(progress=Progress.STARTED, then=Value(Progress.ABANDONED)), default=F("progress"))
    rows = InterviewRequest.objects.filter(contact=contact)
    rows.update(**dict.fromkeys(erased, ""), survey_token=None, progress=progress)
    erase_mails(contact)
    for wish in Wish.objects.open().filter(interview_request__contact=contact):
        overwrite_values(wish, {"done_at": timezone.now()}, actor=actor)
    for field in Contact.audited:
        setattr(contact, field, contact.erased_email if field == "email" else "")
    contact.save(update_fields=Contact.audited)
    erase_changes(contact, *interview_requests, actor=actor)
    return contact


@retried
@transaction.atomic
def delete_contact(*, org_id: int, contact_id: int, actor: Actor) -> None:
    """Also deletes its interview requests. Raises Contact.DoesNotExist."""
    erase_contact(org_id=org_id, contact_id=contact_id, actor=actor)
    Contact.objects.get(pk=contact_id).delete()


@transaction.atomic
def delete_org(*, org_id: int, actor: Actor) -> None:
    """Deletes all rows of the org and of its test room, including the audit. Records it. Raises Org.DoesNotExist."""
    for room in Org.objects.filter(test_room_of=org_id):
        delete_org(org_id=room.pk, actor=actor)
    withdraw_jobs(org_id=org_id)
    org = Org.objects.select_for_update().get(pk=org_id)
    # In batches, because Django loads the rows that it deletes. Interview requests first, because of PROTECT.
    for batch in pk_batches(InterviewRequest.objects.for_org(org.pk), BATCH):
        InterviewRequest.objects.filter(pk__in=batch).delete()
    delete_webhooks(org_id=org.pk)
    IdempotencyRecord.objects.filter(org_id=org.pk).delete()  # contain survey tokens
    org.delete()
    delete_changes_of(org, org_id=org_id, actor=actor)


def _delete_stored_responses(org_id: int, survey_tokens: list[str]) -> None:
    for start in range(0, len(survey_tokens), TOKENS_PER_QUERY):
        tokens = survey_tokens[start : start + TOKENS_PER_QUERY]
        contains = reduce(or_, (Q(response__contains=token) for token in tokens))
        IdempotencyRecord.objects.filter(contains, org_id=org_id).delete()


def locked_contact(org_id: int, contact_id: int) -> Contact:
    """Locks rows in the same order as the other services, to avoid deadlocks."""
    conversations = Conversation.objects.for_org(org_id).filter(interview_request__contact=contact_id)
    list(conversations.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    interview_requests = InterviewRequest.objects.for_org(org_id).filter(contact=contact_id)
    interview_requests.lock()
    contact: Contact = Contact.objects.for_org(org_id).select_for_update().get(pk=contact_id)
    return contact
