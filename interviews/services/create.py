from django.db import transaction

from contacts.services import upsert_contact
from contacts.text import Email, Name, Notes
from deals.models import DealValues
from deals.services import write_deal
from deals.text import DealId
from hindsight.db.prepared_statements import fetch_row
from hindsight.db.retries import retried
from hindsight.db.versions import mark_inserted
from interviews.models import InterviewRequest, InterviewType, UnreadObjective
from interviews.paige.guide.guide import shipped_guide
from interviews.services.interview_types import ArchivedTypeError, create_interview_type, duplicate_interview_type
from interviews.services.scripted_buyer import queue_scripted_interview
from interviews.text import Objective
from orgs.actors import Actor
from orgs.models import Org
from orgs.services import create_org, create_test_room


@transaction.atomic
def onboard_org(*, name: str, plan: str, own_rate_limit: int | None = None) -> Org:
    """Also creates the win-loss interview type. Raises ValidationError."""
    org = create_org(name=name, plan=plan, own_rate_limit=own_rate_limit)
    create_interview_type(org=org, guide=shipped_guide("win_loss_buyer"))
    return org


@transaction.atomic
def open_test_room(*, org_id: int) -> Org:
    """Returns the org's test room, with a copy of each interview type that it lacks. A test room is its own.

    Raises Org.DoesNotExist.
    """
    org: Org = Org.objects.select_for_update(no_key=True).get(pk=org_id)
    if org.is_test_room:
        return org
    room = Org.objects.filter(test_room_of=org).first() or create_test_room(org)
    known = set(room.interview_types.values_list("name", flat=True))
    for interview_type in org.interview_types.filter(archived_at=None).exclude(name__in=known).order_by("pk"):
        duplicate_interview_type(interview_type=interview_type, org=room, name=interview_type.name)
    return room


@retried
@transaction.atomic
def create_interview_request(
    *,
    interview_type: InterviewType,
    actor: Actor,
    contact_email: Email,
    contact_name: Name | None = None,
    contact_context: Notes | None = None,
    deal_id: DealId | None = None,
    objective: Objective | None = None,
    deal: DealValues | None = None,
    is_scripted: bool = False,
) -> InterviewRequest:
    """Also creates the contact if the org has none with this email. `deal`: the values of the deal `deal_id` to write.
    `is_scripted`: the scripted buyer answers it.

    Raises ArchivedTypeError.
    """
    if interview_type.archived_at is not None:
        raise ArchivedTypeError
    contact = upsert_contact(
        org_id=interview_type.org_id, email=contact_email, actor=actor, name=contact_name, notes=contact_context
    )
    if deal and deal_id:
        write_deal(org_id=interview_type.org_id, deal_id=deal_id, values=deal, actor=actor)
    row = InterviewRequest(
        org_id=interview_type.org_id,
        contact=contact,
        interview_type=interview_type,
        deal_id=deal_id or "",
        objective=objective or "",
    )
    [pk] = fetch_row(INSERT_INTERVIEW_REQUEST, {column: getattr(row, column) for column in INSERTED})
    mark_inserted(row, pk)
    if row.objective or contact.notes:
        UnreadObjective.objects.put([(pk, row.org_id)])
    if is_scripted:
        queue_scripted_interview(row)
    return row


INSERTED = ("org_id", "contact_id", "interview_type_id", "deal_id", "objective", "status", "survey_token")
# The ORM takes 200 µs more. The other columns have defaults in the database.
INSERT_INTERVIEW_REQUEST = f"""
INSERT INTO interviews_interviewrequest ({", ".join(INSERTED)}, created_at, updated_at)
VALUES ({", ".join(f"%({column})s" for column in INSERTED)}, clock_timestamp(), clock_timestamp())
RETURNING id
"""  # noqa: S608
