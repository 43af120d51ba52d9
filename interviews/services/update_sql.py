"""The update as one PostgreSQL statement, which is its own transaction. The same tests cover both paths."""

from django.db import connection
from django.utils import timezone

from interviews.models import InterviewRequest
from orgs.actors import Actor
from orgs.audit import Texts

# NULL keeps a text. Writes and records only texts that differ.
UPDATE_INTERVIEW_REQUEST = """
WITH target AS MATERIALIZED (
    -- FOR NO KEY UPDATE waits for concurrent updates and returns the newest row, so `before` is what is replaced.
    SELECT request.id, request.org_id, request.objective, request.contact_id, contact.name, contact.notes
    FROM interviews_interviewrequest AS request
    JOIN contacts_contact AS contact ON contact.id = request.contact_id
    WHERE request.id = %(interview_request_id)s AND request.org_id = %(org_id)s
    FOR NO KEY UPDATE
),
written_contact AS (
    UPDATE contacts_contact AS contact
    SET name = coalesce(%(name)s::text, target.name),
        notes = coalesce(%(notes)s::text, target.notes),
        updated_at = %(now)s
    FROM target
    WHERE contact.id = target.contact_id
      AND (target.name <> %(name)s::text OR target.notes <> %(notes)s::text)
),
written_request AS (
    UPDATE interviews_interviewrequest AS request
    SET objective = %(objective)s::text,
        updated_at = %(now)s
    FROM target
    WHERE request.id = target.id
      AND target.objective <> %(objective)s::text
),
audit AS (
    INSERT INTO orgs_change (
        org_id, object_type, object_id, field, before, actor_kind, actor, request_id, created_at
    )
    SELECT target.org_id, edit.object_type, edit.object_id, edit.field, edit.before,
           %(actor_kind)s, %(actor)s, %(request_id)s, %(now)s
    FROM target
    CROSS JOIN LATERAL (VALUES
        (1, 'contact', target.contact_id, 'name', target.name, %(name)s::text),
        (2, 'contact', target.contact_id, 'notes', target.notes, %(notes)s::text),
        (3, 'interviewrequest', target.id, 'objective', target.objective, %(objective)s::text)
    ) AS edit (position, object_type, object_id, field, before, after)
    WHERE edit.before <> edit.after
    ORDER BY edit.position
)
SELECT FROM target
"""


def overwrite_in_one_statement(
    *, org_id: int, interview_request_id: int, contact_texts: Texts, objective: str | None, actor: Actor
) -> None:
    """Raises InterviewRequest.DoesNotExist."""
    values = {
        "org_id": org_id,
        "interview_request_id": interview_request_id,
        "name": contact_texts["name"],
        "notes": contact_texts["notes"],
        "objective": objective,
        "actor_kind": actor.kind,
        "actor": actor.name,
        "request_id": actor.request_id,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_INTERVIEW_REQUEST, values)
        if cursor.rowcount == 0:
            raise InterviewRequest.DoesNotExist
