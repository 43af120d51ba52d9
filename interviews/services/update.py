from collections.abc import Collection

from django.db import connection, transaction

from contacts.text import Name, Notes
from hindsight.api.errors import PreconditionFailed
from hindsight.db.retries import retried_once
from interviews.models import InterviewRequest, RowVersions, Versions
from interviews.services.update_sql import overwrite_in_one_statement
from interviews.text import Objective
from orgs.actors import Actor
from orgs.audit import Texts, overwrite
from orgs.live_keys import is_live


@retried_once
def update_interview_request(
    *,
    org_id: int,
    interview_request_id: int,
    actor: Actor,
    contact_context: Notes | None = None,
    contact_name: Name | None = None,
    objective: Objective | None = None,
    if_versions: Collection[RowVersions] | None = None,
    digest: str | None = None,
) -> Versions:
    """Overwrites the given texts, and records the replaced texts in the audit, all or none. None keeps a text.

    With `if_versions`, only if the rows have one of these versions. With `digest`, only while this API key is valid.
    Returns the versions after the update. Raises PreconditionFailed, and InterviewRequest.DoesNotExist, also for
    another org's row and for a key that is not valid.
    """
    overwrite_texts = overwrite_in_one_statement if connection.vendor == "postgresql" else overwrite_row_by_row
    return overwrite_texts(
        org_id=org_id,
        interview_request_id=interview_request_id,
        contact_texts={"name": contact_name, "notes": contact_context},
        objective=objective,
        actor=actor,
        if_versions=if_versions,
        digest=digest,
    )


@transaction.atomic
def overwrite_row_by_row(
    *,
    org_id: int,
    interview_request_id: int,
    contact_texts: Texts,
    objective: str | None,
    actor: Actor,
    if_versions: Collection[RowVersions] | None,
    digest: str | None,
) -> Versions:
    """For SQLite, where the transaction locks the database."""
    if digest is not None and not is_live(digest):
        raise InterviewRequest.DoesNotExist
    interview_requests = InterviewRequest.objects.for_org(org_id).with_versions()
    interview_request: InterviewRequest = interview_requests.get(pk=interview_request_id)
    if if_versions is not None and interview_request.versions.rows not in if_versions:
        raise PreconditionFailed
    overwrite((interview_request.contact, contact_texts), (interview_request, {"objective": objective}), actor=actor)
    return interview_request.versions
