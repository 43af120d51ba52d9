from collections.abc import Callable

from django.db import connection, transaction

from contacts.text import Name, Notes
from hindsight.api.errors import PreconditionFailed
from hindsight.db.retries import retried_once
from interviews.models import InterviewRequest
from interviews.services.update_sql import overwrite_in_one_statement
from interviews.text import Objective
from orgs.actors import Actor
from orgs.audit import Texts, overwrite

Precondition = Callable[[InterviewRequest], bool]


@retried_once
def update_interview_request(
    *,
    org_id: int,
    interview_request_id: int,
    actor: Actor,
    contact_context: Notes | None = None,
    contact_name: Name | None = None,
    objective: Objective | None = None,
    precondition: Precondition | None = None,
) -> None:
    """Overwrites the given texts, and records the replaced texts in the audit, all or none. None keeps a text.

    `precondition` is checked while the rows are locked. Raises InterviewRequest.DoesNotExist (also for another org's
    row) and PreconditionFailed.
    """
    texts = {"name": contact_name, "notes": contact_context}
    if precondition is None and connection.vendor == "postgresql":
        overwrite_in_one_statement(
            org_id=org_id,
            interview_request_id=interview_request_id,
            contact_texts=texts,
            objective=objective,
            actor=actor,
        )
    else:
        overwrite_row_by_row(
            org_id=org_id,
            interview_request_id=interview_request_id,
            contact_texts=texts,
            objective=objective,
            actor=actor,
            precondition=precondition,
        )


@transaction.atomic
def overwrite_row_by_row(
    *,
    org_id: int,
    interview_request_id: int,
    contact_texts: Texts,
    objective: str | None,
    actor: Actor,
    precondition: Precondition | None,
) -> None:
    """For SQLite, and for updates with a precondition."""
    interview_request: InterviewRequest = (
        InterviewRequest.objects.for_org(org_id)
        .select_related("contact")
        .select_for_update(of=("self", "contact"), no_key=True)
        .get(pk=interview_request_id)
    )
    if precondition is not None and not precondition(interview_request):
        raise PreconditionFailed
    overwrite((interview_request.contact, contact_texts), (interview_request, {"objective": objective}), actor=actor)
