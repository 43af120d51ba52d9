"""The update as one PostgreSQL statement, which is its own transaction.

If another transaction has locked a row, a second try waits for it.
"""

from collections.abc import Iterable
from functools import cache, partial
from typing import Any

from django.db import transaction

from hindsight.api.errors import PreconditionFailed
from hindsight.db.prepared_statements import fetch_row
from hindsight.db.search import SEPARATOR, search_text_of
from interviews.models import InterviewRequest, Versions, activity_of
from interviews.services.text_update import TextUpdate
from orgs.audit import count_bytes
from orgs.key_verification import KEY_IS_VALID

# FOR NO KEY UPDATE waits for concurrent updates and returns the newest row, so its texts are those that are replaced.
TARGET = """
target AS (
    SELECT {columns}
    FROM interviews_interviewrequest AS request
    JOIN contacts_contact AS contact ON contact.id = request.contact_id
    WHERE request.id = %(interview_request_id)s AND request.org_id = %(org_id)s
      AND {key_is_valid}
    FOR NO KEY UPDATE {skip_locked}
)"""

COLUMNS = [
    *("request.id", "request.org_id", "request.contact_id", "request.interview_type_id", "request.version"),
    "contact.version AS contact_version",
]

COLUMNS_OF = {
    "name": ["contact.name", "contact.name <> %(name)s::text AS new_name"],
    "notes": ["contact.notes", "contact.notes <> %(notes)s::text AS new_notes"],
    "objective": [
        *("request.objective", "request.objective <> %(objective)s::text AS new_objective"),
        *("request.picks", "request.picks <> '' AND request.objective <> %(objective)s::text AS new_picks"),
        *("request.subjects", "request.subjects <> '' AND request.objective <> %(objective)s::text AS new_subjects"),
    ],
}

CURRENT = """
current AS (
    SELECT * FROM target
    WHERE (version, contact_version) IN (SELECT * FROM unnest(%(request_versions)s::int[], %(contact_versions)s::int[]))
)"""

WRITTEN_CONTACT = """
written_contact AS (
    UPDATE contacts_contact AS contact
    SET {assignments}, version = {rows}.contact_version + 1, updated_at = clock_timestamp()
    FROM {rows}
    WHERE contact.id = {rows}.contact_id AND ({is_new})
)"""

ASSIGNMENTS_OF = {
    # SearchTextField: keeps the address and replaces the name.
    "name": """name = %(name)s::text,
        search_text = split_part(contact.search_text, %(separator)s, 1) || %(separator)s || %(name_to_search)s::text""",
    "notes": "notes = %(notes)s::text",
}

# `picks`, `subjects`: InterviewRequest.cleared_by.
WRITTEN_REQUEST = """
written_request AS (
    UPDATE interviews_interviewrequest AS request
    SET objective = %(objective)s::text, picks = '', subjects = '', version = {rows}.version + 1,
        updated_at = clock_timestamp()
    FROM {rows}
    WHERE request.id = {rows}.id AND new_objective
)"""

AUDIT = """
audit AS (
    INSERT INTO orgs_change (org_id, object_type, object_id, field, before, actor_kind, actor, request_id, created_at)
    SELECT org_id, edit.object_type, edit.object_id, edit.field, edit.before,
           %(actor_kind)s, %(actor)s, %(request_id)s, %(now)s
    FROM {rows}
    CROSS JOIN LATERAL (VALUES {edits}) AS edit (object_type, object_id, field, before, is_new)
    WHERE edit.is_new
)"""

EDIT_OF = {
    "name": "('contact', contact_id, 'name', name, new_name)",
    "notes": "('contact', contact_id, 'notes', notes, new_notes)",
    "objective": "('interviewrequest', id, 'objective', objective, new_objective)",
    "picks": "('interviewrequest', id, 'picks', picks, new_picks)",
    "subjects": "('interviewrequest', id, 'subjects', subjects, new_subjects)",
}

RESULT = """
SELECT {is_current},
       target.version + ({is_new_request})::int,
       target.contact_version + ({is_new_contact})::int,
       coalesce(
           conversation.guide_version,
           (SELECT guide_version FROM interviews_interviewtype WHERE id = target.interview_type_id)
       ),
       CAST(conversation.last_activity_at AS text),
       {audited_bytes}
FROM target
LEFT JOIN interviews_conversation AS conversation ON conversation.interview_request_id = target.id
"""


@cache
def update_statement(fields: tuple[str, ...], *, verify: bool, if_match: bool, wait: bool) -> str:
    """`verify`: only while the API key is valid. `if_match`: only if the rows have one of the given versions. Without
    `wait`, finds no row if another transaction has locked one of the two. Omits parts that are not needed, because
    PostgreSQL starts and ends each node of a plan.
    """
    contact = [field for field in fields if field in ASSIGNMENTS_OF]
    request = [field for field in fields if field == "objective"]
    audited = [*fields, *InterviewRequest.cleared_by["objective"]] if request else fields
    rows = "current" if if_match else "target"
    parts = [
        TARGET.format(
            columns=", ".join(sum((COLUMNS_OF[field] for field in fields), COLUMNS)),
            key_is_valid=KEY_IS_VALID if verify else "true",
            skip_locked="" if wait else "SKIP LOCKED",
        )
    ]
    if if_match:
        parts.append(CURRENT)
    if contact:
        assignments = ", ".join(ASSIGNMENTS_OF[field] for field in contact)
        parts.append(WRITTEN_CONTACT.format(assignments=assignments, rows=rows, is_new=_any_new(contact)))
    if request:
        parts.append(WRITTEN_REQUEST.format(rows=rows))
    if audited:
        parts.append(AUDIT.format(rows=rows, edits=", ".join(EDIT_OF[field] for field in audited)))
    result = RESULT.format(
        is_current="EXISTS (SELECT FROM current)" if if_match else "true",
        is_new_request=_any_new(request),
        is_new_contact=_any_new(contact),
        audited_bytes=" + ".join(f"new_{field}::int * octet_length({field})" for field in audited) or "0",
    )
    return f"WITH {','.join(parts)}{result}"


def _any_new(fields: Iterable[str]) -> str:
    return " OR ".join(f"new_{field}" for field in fields) or "false"


# lock_timeout applies to each lock, and the statement may wait for several. Commands have no limit: '0'.
LIMIT_WAIT = "SELECT set_config('statement_timeout', current_setting('lock_timeout'), true)"


def overwrite_in_one_statement(update: TextUpdate) -> Versions:
    """Raises InterviewRequest.DoesNotExist and PreconditionFailed."""
    actor, texts = update.actor, update.texts
    values: dict[str, Any] = {
        **update.row_parameters,
        **texts,
        "actor_kind": actor.kind,
        "actor": actor.name,
        "request_id": actor.request_id,
    }
    if "name" in texts:
        values |= {"separator": SEPARATOR, "name_to_search": search_text_of(texts["name"])}
    if update.if_versions is not None:
        values["request_versions"] = [versions.interview_request for versions in update.if_versions]
        values["contact_versions"] = [versions.contact for versions in update.if_versions]
    statement = partial(
        update_statement, tuple(texts), verify=update.digest is not None, if_match=update.if_versions is not None
    )
    row = fetch_row(statement(wait=False), values)
    if row is None:  # locked, or missing
        with transaction.atomic():
            fetch_row(LIMIT_WAIT, {})
            row = fetch_row(statement(wait=True), values)
    if row is None:
        raise InterviewRequest.DoesNotExist
    is_current, request, contact, guide, last_activity_at, audited_bytes = row
    if not is_current:
        raise PreconditionFailed
    count_bytes(audited_bytes, org_id=update.org_id, actor=actor)
    return Versions(request, contact, guide, activity_of(last_activity_at))
