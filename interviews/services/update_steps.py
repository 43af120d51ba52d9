"""The update in steps, for SQLite, where the transaction locks the database. The same tests cover both paths."""

from typing import Any, NamedTuple

from django.db import connection, transaction

from hindsight.api.errors import PreconditionFailed
from hindsight.db.search import search_text_of
from interviews.models import InterviewRequest, RowVersions, Versions
from interviews.services.text_update import TextUpdate
from orgs.audit import Texts, count_bytes
from orgs.live_keys import KEY_IS_LIVE


class Stored(NamedTuple):
    """The columns of READ."""

    id: int
    contact_id: int
    email: str
    name: str
    notes: str
    objective: str
    picks: str
    version: int
    contact_version: int
    guide_version: int


READ = f"""
SELECT request.id, contact.id, contact.email, contact.name, contact.notes, request.objective, request.picks,
       request.version, contact.version, coalesce(conversation.guide_version, type.guide_version)
FROM interviews_interviewrequest AS request
JOIN contacts_contact AS contact ON contact.id = request.contact_id
JOIN interviews_interviewtype AS type ON type.id = request.interview_type_id
LEFT JOIN interviews_conversation AS conversation ON conversation.interview_request_id = request.id
WHERE request.id = %(interview_request_id)s AND request.org_id = %(org_id)s
  AND (%(digest)s IS NULL OR {KEY_IS_LIVE})
"""  # noqa: S608

WRITE_CONTACT = """
UPDATE contacts_contact
SET name = %(name)s, notes = %(notes)s, search_text = %(search_text)s,
    version = version + 1, updated_at = clock_timestamp()
WHERE id = %(contact_id)s
"""

# InterviewRequest.cleared_by: a new objective clears the picks.
WRITE_REQUEST = """
UPDATE interviews_interviewrequest
SET objective = %(objective)s, picks = '', version = version + 1, updated_at = clock_timestamp()
WHERE id = %(id)s
"""

AUDIT = """
INSERT INTO orgs_change (org_id, object_type, object_id, field, before, actor_kind, actor, request_id, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@transaction.atomic
def overwrite_in_steps(update: TextUpdate) -> Versions:
    """Raises InterviewRequest.DoesNotExist and PreconditionFailed."""
    values, actor = update.row_parameters, update.actor
    with connection.cursor() as cursor:
        cursor.execute(READ, values)
        row = cursor.fetchone()
        if row is None:
            raise InterviewRequest.DoesNotExist
        stored = Stored._make(row)
        current = RowVersions(stored.version, stored.contact_version)
        if update.if_versions is not None and current not in update.if_versions:
            raise PreconditionFailed
        texts: dict[str, Any] = update.texts
        contact = _replaced(stored, texts, "name", "notes")
        request = _replaced(stored, texts, "objective")
        new = stored._replace(**texts)._asdict()
        if contact:
            cursor.execute(WRITE_CONTACT, {**new, "search_text": search_text_of(new["email"], new["name"])})
        if request:
            request |= _replaced(stored, {"picks": ""}, "picks")
            cursor.execute(WRITE_REQUEST, new)
        changes = [("contact", stored.contact_id, *change) for change in contact.items()]
        changes += [("interviewrequest", stored.id, *change) for change in request.items()]
        by = (actor.kind, actor.name, actor.request_id, values["now"])
        cursor.executemany(AUDIT, [(update.org_id, *change, *by) for change in changes])
    replaced = (*contact.values(), *request.values())
    count_bytes(sum(len(before.encode()) for before in replaced), org_id=update.org_id, actor=actor)
    return Versions(stored.version + bool(request), stored.contact_version + bool(contact), stored.guide_version)


def _replaced(stored: Stored, texts: Texts, *fields: str) -> dict[str, str]:
    """The stored texts that differ from those sent, by field."""
    return {field: before for field in fields if field in texts and (before := getattr(stored, field)) != texts[field]}
