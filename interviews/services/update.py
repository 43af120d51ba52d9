from collections.abc import Collection

from django.db import connection

from contacts.text import Name, Notes
from hindsight.db.retries import retried
from interviews.models import RowVersions, Versions
from interviews.services.text_update import TextUpdate
from interviews.services.update_sql import overwrite_in_one_statement
from interviews.services.update_steps import overwrite_in_steps
from interviews.text import Objective
from orgs.actors import Actor


@retried
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
    overwrite_texts = overwrite_in_one_statement if connection.vendor == "postgresql" else overwrite_in_steps
    contact_texts = {"name": contact_name, "notes": contact_context}
    update = TextUpdate(org_id, interview_request_id, contact_texts, objective, actor, if_versions, digest)
    return overwrite_texts(update)
