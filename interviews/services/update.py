from collections.abc import Collection

from django.db import connection, transaction

from contacts.text import Name, Notes
from hindsight.api.errors import PreconditionFailed
from hindsight.db.retries import retried
from interviews.models import InterviewRequest, RowVersions, Versions
from interviews.services.patched_fields import PATCHED, TextUpdate
from interviews.services.update_sql import overwrite_in_one_statement
from interviews.text import Objective
from orgs.actors import Actor
from orgs.audit import overwrite
from orgs.key_verification import verify_key


@retried
def update_interview_request(
    *,
    org_id: int,
    interview_request_id: int,
    actor: Actor,
    if_versions: Collection[RowVersions] | None = None,
    digest: str | None = None,
    **texts: Name | Notes | Objective | None,
) -> Versions:
    """Writes `texts`, which have the names of PATCHED. None keeps a text. Records the replaced ones in the audit, all
    or none.

    With `if_versions`, only if the rows have one of these versions. With `digest`, only while this API key is valid.
    Raises PreconditionFailed, and InterviewRequest.DoesNotExist, also for another org's row and an invalid key.
    """
    order = [*PATCHED]  # of the changes in the audit
    in_order = sorted(texts.items(), key=lambda each: order.index(each[0]))
    sent = {field: text for field, text in in_order if text is not None}
    update = TextUpdate(org_id, interview_request_id, sent, actor, if_versions, digest)
    return overwrite_in_one_statement(update) if connection.vendor == "postgresql" else _overwrite_on_sqlite(update)


@transaction.atomic
def _overwrite_on_sqlite(update: TextUpdate) -> Versions:
    """The transaction locks the database, so no row can change in between."""
    if update.digest is not None and verify_key(update.digest) is None:
        raise InterviewRequest.DoesNotExist
    rows = InterviewRequest.objects.for_org(update.org_id).select_related("contact", "interview_type", "conversation")
    row = rows.get(pk=update.interview_request_id)
    require_versions(row, update.if_versions)
    overwrite(*((each, update.columns_of(type(each))) for each in (row.contact, row)), actor=update.actor)
    return row.versions


def require_versions(row: InterviewRequest, if_versions: Collection[RowVersions] | None) -> None:
    """Raises PreconditionFailed unless the row and its contact have one of these versions. None accepts any."""
    if if_versions is not None and RowVersions(row.version, row.contact.version) not in if_versions:
        raise PreconditionFailed
