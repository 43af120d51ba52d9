from django.db import transaction

from contacts.models import Contact
from contacts.services import upsert_contact
from contacts.text import Email, ExternalId
from deals.models import DealValues
from deals.services import write_deal
from deals.text import DealId
from hindsight.db.statements import retried
from interviews.lifecycle import Status
from interviews.models import InterviewRequest, InterviewType, UnreadObjective
from interviews.paige.guide.guide import shipped_guide
from interviews.services.interview_types import ArchivedTypeError, copy_to_test_room, create_interview_type
from interviews.services.scripted_buyer import queue_scripted_interview
from interviews.services.update import PatchedText, by_column
from orgs.actors import Actor
from orgs.models import Org
from orgs.services import create_org, create_test_room
from sequences.models import Sequence
from sequences.services.enrolments import enrol
from sequences.services.sequences import copy_to_test_room as copy_sequence


@transaction.atomic
def onboard_org(*, name: str, plan: str, own_rate_limit: int | None = None) -> Org:
    """Also creates the win-loss interview type. Raises ValidationError."""
    org = create_org(name=name, plan=plan, own_rate_limit=own_rate_limit)
    create_interview_type(org=org, guide=shipped_guide("win_loss_buyer"))
    return org


@transaction.atomic
def open_test_room(*, org_id: int) -> Org:
    """Returns the org's test room, with a copy of each interview type and sequence that it lacks. A test room is its
    own.

    Raises Org.DoesNotExist.
    """
    org: Org = Org.objects.select_for_update(no_key=True).get(pk=org_id)
    if org.is_test_room:
        return org
    room = Org.objects.filter(test_room_of=org).first() or create_test_room(org)
    known = set(room.interview_types.values_list("name", flat=True))
    for interview_type in org.interview_types.filter(archived_at=None).exclude(name__in=known).order_by("pk"):
        copy_to_test_room(interview_type=interview_type, room=room)
    copied = {each.name: each for each in room.interview_types.filter(archived_at=None)}
    missing = org.sequences.active().exclude(name__in=room.sequences.values("name")).select_related("interview_type")
    for sequence in missing.order_by("pk"):
        if kind := copied.get(sequence.interview_type.name):
            copy_sequence(sequence=sequence, room=room, interview_type=kind)
    return room


@retried
@transaction.atomic
def create_interview_request(
    *,
    interview_type: InterviewType,
    actor: Actor,
    contact_email: Email,
    contact_external_id: ExternalId | None = None,
    deal_id: DealId | None = None,
    deal: DealValues | None = None,
    sequence: Sequence | None = None,
    is_scripted: bool = False,
    **texts: PatchedText | None,
) -> InterviewRequest:
    """Also creates the contact if the org has none with this email. `deal`: the values of the deal `deal_id` to write.
    `sequence`: of the interview type; the contact gets its mails. `is_scripted`: the scripted buyer answers it. `texts`
    have the names of PATCHED; None is as if it was not sent.

    Raises ArchivedTypeError, ExternalIdTakenError, and EnrolmentError if the contact cannot get mails of the sequence.
    """
    if interview_type.archived_at is not None:
        raise ArchivedTypeError
    columns = by_column(texts)
    contact_texts = {**columns[Contact], "external_id": contact_external_id}
    contact = upsert_contact(org_id=interview_type.org_id, email=contact_email, actor=actor, **contact_texts)
    if deal and deal_id:
        write_deal(org_id=interview_type.org_id, deal_id=deal_id, values=deal, actor=actor)
    row: InterviewRequest = InterviewRequest.objects.create(
        org_id=interview_type.org_id,
        contact=contact,
        interview_type=interview_type,
        deal_id=deal_id or "",
        status=Status.SENT if sequence else Status.CREATED,
        **columns[InterviewRequest],
    )
    if sequence:
        enrol(sequence=sequence, interview_request=row)
    if row.objective or contact.notes:
        UnreadObjective.objects.put([(row.pk, row.org_id)])
    if is_scripted:
        queue_scripted_interview(row)
    return row
