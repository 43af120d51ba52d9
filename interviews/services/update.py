"""Updating context: the heart of the product."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from contacts.services import contact_texts
from contacts.text import clean_objective
from hindsight.api.errors import PreconditionFailed
from interviews.models import InterviewRequest
from orgs.actors import Actor
from orgs.audit import overwrite

Precondition = Callable[[InterviewRequest], bool]


@transaction.atomic
def update_interview_request(
    *,
    org_id: int,
    interview_request_id: int,
    actor: Actor,
    contact_context: str | Mapping[str, Any] | None = None,
    contact_name: str | None = None,
    objective: str | None = None,
    precondition: Precondition | None = None,
) -> InterviewRequest:
    """Overwrites what is given, on the request and on its contact, and keeps what was replaced in the audit.

    All or nothing. None leaves a text as it is. `precondition` judges the rows while they are locked. Raises
    InterviewRequest.DoesNotExist (also for another org's), PreconditionFailed, and ValidationError.
    """
    request: InterviewRequest = (
        InterviewRequest.objects.for_org(org_id)
        .select_related("contact")
        .select_for_update(of=("self", "contact"))
        .get(pk=interview_request_id)
    )
    if precondition is not None and not precondition(request):
        raise PreconditionFailed
    overwrite(
        (request.contact, contact_texts(contact_name, contact_context)),
        (request, {"objective": None if objective is None else clean_objective(objective)}),
        actor=actor,
    )
    return request
