from collections.abc import Collection, Mapping

from django.db import connection, transaction

from contacts.models import Contact
from contacts.text import Name, Notes
from hindsight.db.statements import retried
from hindsight.db.versions import StaleVersionError
from interviews.models import InterviewRequest, RowVersions, Versions
from interviews.services.update_sql import Patched, TextUpdate, overwrite_in_one_statement
from interviews.text import Objective
from orgs.actors import Actor
from orgs.audit import overwrite
from orgs.authentication import verify_key

# The fields of the PATCH by name: the model and its column. The models declare everything else: what the audit keeps,
# what is searched, and what another text clears.
PATCHED: Mapping[str, tuple[Patched, str]] = {
    "contact_name": (Contact, "name"),
    "contact_context": (Contact, "notes"),
    "objective": (InterviewRequest, "objective"),
}
PatchedText = Name | Notes | Objective


@retried
def update_interview_request(
    *,
    org_id: int,
    interview_request_id: int,
    actor: Actor,
    if_versions: Collection[RowVersions] | None = None,
    digest: str | None = None,
    **texts: PatchedText | None,
) -> Versions:
    """Writes `texts`, which have the names of PATCHED. None keeps a text. Records the replaced ones in the audit, all
    or none.

    With `if_versions`, only if the rows have one of these versions. With `digest`, only while this API key is valid.
    Raises StaleVersionError, and InterviewRequest.DoesNotExist, also for another org's row and an invalid key.
    """
    update = TextUpdate(org_id, interview_request_id, by_column(texts), actor, if_versions, digest)
    return overwrite_in_one_statement(update) if connection.vendor == "postgresql" else _overwrite_on_sqlite(update)


def by_column(texts: Mapping[str, str | None]) -> Mapping[Patched, Mapping[str, str]]:
    """By model and column, in the order of PATCHED, which is that of the audit. Leaves None out."""
    found: dict[Patched, dict[str, str]] = {Contact: {}, InterviewRequest: {}}
    for name in sorted(texts, key=[*PATCHED].index):
        model, column = PATCHED[name]
        if (text := texts[name]) is not None:
            found[model][column] = text
    return found


@transaction.atomic
def _overwrite_on_sqlite(update: TextUpdate) -> Versions:
    """The transaction locks the database, so no row can change in between."""
    if update.digest is not None and verify_key(update.digest) is None:
        raise InterviewRequest.DoesNotExist
    rows = InterviewRequest.objects.for_org(update.org_id).select_related("contact", "interview_type", "conversation")
    row = rows.get(pk=update.interview_request_id)
    require_versions(row, update.if_versions)
    overwrite(*((each, update.texts[type(each)]) for each in (row.contact, row)), actor=update.actor)
    return row.versions


def require_versions(row: InterviewRequest, if_versions: Collection[RowVersions] | None) -> None:
    """Raises StaleVersionError unless the row and its contact have one of these versions. None accepts any."""
    if if_versions is not None and RowVersions(row.version, row.contact.version) not in if_versions:
        raise StaleVersionError
