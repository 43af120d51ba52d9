"""The update as one PostgreSQL statement, which is its own transaction. The same tests cover both paths.

If another transaction has locked a row, a second try waits for it.
"""

from django.db import connection, transaction

from hindsight.api.errors import PreconditionFailed
from hindsight.db.search import SEPARATOR, search_text_of
from interviews.models import InterviewRequest, Versions
from interviews.services.text_update import TextUpdate
from orgs.audit import count_bytes
from orgs.live_keys import KEY_IS_LIVE

# NULL keeps a text. Writes and records only texts that differ. Without `request_versions` every version is current.
UPDATE_INTERVIEW_REQUEST = f"""
WITH target AS MATERIALIZED (
    -- FOR NO KEY UPDATE waits for concurrent updates and returns the newest row, so `before` is what is replaced.
    SELECT request.id, request.org_id, request.objective, request.picks, request.version, request.contact_id,
           request.interview_type_id, contact.name, contact.notes, contact.version AS contact_version
    FROM interviews_interviewrequest AS request
    JOIN contacts_contact AS contact ON contact.id = request.contact_id
    WHERE request.id = %(interview_request_id)s AND request.org_id = %(org_id)s
      AND (%(digest)s::text IS NULL OR {KEY_IS_LIVE})
    FOR NO KEY UPDATE
),
current AS (
    SELECT * FROM target
    WHERE %(request_versions)s::int[] IS NULL
       OR (version, contact_version) IN (
           SELECT * FROM unnest(%(request_versions)s::int[], %(contact_versions)s::int[])
       )
),
written_contact AS (
    UPDATE contacts_contact AS contact
    SET name = coalesce(%(name)s::text, current.name),
        notes = coalesce(%(notes)s::text, current.notes),
        -- SearchTextField: the address stays, the name follows.
        search_text = coalesce(
            split_part(contact.search_text, %(separator)s, 1) || %(separator)s || %(name_to_search)s::text,
            contact.search_text
        ),
        version = current.contact_version + 1,
        updated_at = clock_timestamp()
    FROM current
    WHERE contact.id = current.contact_id
      AND (current.name <> %(name)s::text OR current.notes <> %(notes)s::text)
    RETURNING contact.version
),
written_request AS (
    UPDATE interviews_interviewrequest AS request
    SET objective = %(objective)s::text,
        picks = '',  -- InterviewRequest.cleared_by
        version = current.version + 1,
        updated_at = clock_timestamp()
    FROM current
    WHERE request.id = current.id
      AND current.objective <> %(objective)s::text
    RETURNING request.version
),
audit AS (
    INSERT INTO orgs_change (
        org_id, object_type, object_id, field, before, actor_kind, actor, request_id, created_at
    )
    SELECT current.org_id, edit.object_type, edit.object_id, edit.field, edit.before,
           %(actor_kind)s, %(actor)s, %(request_id)s, %(now)s
    FROM current
    CROSS JOIN LATERAL (VALUES
        (1, 'contact', current.contact_id, 'name', current.name, %(name)s::text),
        (2, 'contact', current.contact_id, 'notes', current.notes, %(notes)s::text),
        (3, 'interviewrequest', current.id, 'objective', current.objective, %(objective)s::text),
        (4, 'interviewrequest', current.id, 'picks', current.picks,
         CASE WHEN current.objective <> %(objective)s::text THEN '' END)
    ) AS edit (position, object_type, object_id, field, before, after)
    WHERE edit.before <> edit.after
    ORDER BY edit.position
    RETURNING octet_length(before) AS bytes
)
SELECT EXISTS (SELECT FROM current),
       coalesce(written_request.version, target.version),
       coalesce(written_contact.version, target.contact_version),
       coalesce(
           (SELECT guide_version FROM interviews_conversation WHERE interview_request_id = target.id),
           (SELECT guide_version FROM interviews_interviewtype WHERE id = target.interview_type_id)
       ),
       (SELECT coalesce(sum(bytes), 0) FROM audit)
FROM target
LEFT JOIN written_request ON true
LEFT JOIN written_contact ON true
"""  # noqa: S608

# Finds no row if another transaction has locked one of the two.
UPDATE_WITHOUT_WAITING = UPDATE_INTERVIEW_REQUEST.replace("FOR NO KEY UPDATE\n", "FOR NO KEY UPDATE SKIP LOCKED\n")

# lock_timeout applies to each lock, and the statement may wait for several. Commands have no limit: '0'.
LIMIT_WAIT = "SELECT set_config('statement_timeout', current_setting('lock_timeout'), true)"


def overwrite_in_one_statement(update: TextUpdate) -> Versions:
    """Raises InterviewRequest.DoesNotExist and PreconditionFailed."""
    name, if_versions, actor = update.contact_texts["name"], update.if_versions, update.actor
    values = {
        **update.row_parameters,
        "name": name,
        "notes": update.contact_texts["notes"],
        "name_to_search": None if name is None else search_text_of(name),
        "separator": SEPARATOR,
        "objective": update.objective,
        "request_versions": None if if_versions is None else [versions.interview_request for versions in if_versions],
        "contact_versions": None if if_versions is None else [versions.contact for versions in if_versions],
        "actor_kind": actor.kind,
        "actor": actor.name,
        "request_id": actor.request_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_WITHOUT_WAITING, values)
        row = cursor.fetchone()
        if row is None:  # locked, or missing
            with transaction.atomic():
                cursor.execute(LIMIT_WAIT)
                cursor.execute(UPDATE_INTERVIEW_REQUEST, values)
                row = cursor.fetchone()
    if row is None:
        raise InterviewRequest.DoesNotExist
    is_current, *versions, audited_bytes = row
    if not is_current:
        raise PreconditionFailed
    count_bytes(int(audited_bytes), org_id=update.org_id, actor=actor)
    return Versions(*versions)
