"""The update as one PostgreSQL statement, which is its own transaction.

If another transaction has locked a row, a second try waits for it.
"""

from collections.abc import Iterable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple

from django.db import transaction

from contacts.models import Contact
from hindsight.api.errors import PreconditionFailed
from hindsight.db.prepared_statements import fetch_row
from hindsight.db.search import SEPARATOR, search_text_of
from interviews.models import InterviewRequest, Versions, activity_of
from interviews.models.interview_request import READING_DIGEST_LENGTH
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
    "request.reading",
]

CURRENT = """
current AS (
    SELECT * FROM target
    WHERE (version, contact_version) IN (SELECT * FROM unnest(%(request_versions)s::int[], %(contact_versions)s::int[]))
)"""

WRITTEN = """
written_{row} AS (
    UPDATE {table} AS {row}
    SET {assignments}, version = {rows}.{version} + 1, updated_at = clock_timestamp()
    FROM {rows}
    WHERE {row}.id = {rows}.{id} AND ({is_new})
)"""

# SearchTextField: keeps the address and replaces the name.
SEARCH_TEXT = "split_part(contact.search_text, %(separator)s, 1) || %(separator)s || %(name_to_search)s::text"

AUDIT = """
audit AS (
    INSERT INTO orgs_change (org_id, object_type, object_id, field, before, actor_kind, actor, request_id, created_at)
    SELECT org_id, edit.object_type, edit.object_id, edit.field, edit.before,
           %(actor_kind)s, %(actor)s, %(request_id)s, %(now)s
    FROM {rows}
    CROSS JOIN LATERAL (VALUES {edits}) AS edit (object_type, object_id, field, before, is_new)
    WHERE edit.is_new
)"""

# Those whose objective a worker is to read again: see interviews/services/readings.py. In the order of `put()`.
QUEUE = """
queued AS (
    INSERT INTO interviews_unreadobjective (org_id, interview_request_id)
    {interview_requests}
    ORDER BY 2
    ON CONFLICT (interview_request_id, for_model) DO UPDATE SET leased_until = NULL
)"""
QUEUED_BY = {
    "objective": "SELECT org_id, id FROM {rows} WHERE {is_new}",
    "notes": """
    SELECT request.org_id, request.id FROM {rows}
    JOIN interviews_interviewrequest AS request
      ON request.org_id = {rows}.org_id AND request.contact_id = {rows}.contact_id
    WHERE {is_new}""",
}

# By alias: the table, the type in the audit, and the names of id and version among the columns of `target`.
ROWS = {
    "contact": ("contacts_contact", "contact", "contact_id", "contact_version"),
    "request": ("interviews_interviewrequest", "interviewrequest", "id", "version"),
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
       CASE WHEN target.reading = '' THEN '' ELSE left(md5(target.reading), {reading_digest_length}) END,
       {audited_bytes}
FROM target
LEFT JOIN interviews_conversation AS conversation ON conversation.interview_request_id = target.id
"""


class Edit(NamedTuple):
    """`row`: the alias. `is_new` and `value` are SQL."""

    row: str
    field: str
    is_new: str
    value: str

    @property
    def assignment(self) -> str:
        search_text = f", search_text = {SEARCH_TEXT}" if self.field == "name" else ""
        return f"{self.field} = {self.value}{search_text}"

    @property
    def audited(self) -> str:
        _, object_type, object_id, _ = ROWS[self.row]
        return f"('{object_type}', {object_id}, '{self.field}', {self.field}, new_{self.field})"


def _edits(fields: Iterable[str]) -> Iterator[Edit]:
    for field in fields:
        row = "contact" if field in Contact.audited else "request"
        is_new = f"{row}.{field} <> %({field})s::text"
        yield Edit(row, field, is_new, f"%({field})s::text")
        for cleared in InterviewRequest.cleared_by.get(field, ()):
            yield Edit(row, cleared, f"{row}.{cleared} <> '' AND {is_new}", "''")


@cache
def update_statement(fields: tuple[str, ...], *, verify: bool, if_match: bool, wait: bool) -> str:
    """`verify`: only while the API key is valid. `if_match`: only if the rows have one of the given versions. Without
    `wait`, finds no row if another transaction has locked one of the two. Omits parts that are not needed, because
    PostgreSQL starts and ends each node of a plan.
    """
    edits = list(_edits(fields))
    rows = "current" if if_match else "target"
    parts = [
        TARGET.format(
            columns=", ".join([*COLUMNS, *(f"{e.row}.{e.field}, {e.is_new} AS new_{e.field}" for e in edits)]),
            key_is_valid=KEY_IS_VALID if verify else "true",
            skip_locked="" if wait else "SKIP LOCKED",
        )
    ]
    if if_match:
        parts.append(CURRENT)
    for row, (table, _, id_column, version) in ROWS.items():
        if assignments := ", ".join(edit.assignment for edit in edits if edit.row == row):
            names = {"row": row, "rows": rows, "table": table, "id": id_column, "version": version}
            parts.append(WRITTEN.format(**names, assignments=assignments, is_new=_any_new(edits, row)))
    if edits:
        parts.append(AUDIT.format(rows=rows, edits=", ".join(edit.audited for edit in edits)))
    if queued := [QUEUED_BY[field].format(rows=rows, is_new=f"new_{field}") for field in fields if field in QUEUED_BY]:
        parts.append(QUEUE.format(interview_requests=" UNION ".join(queued)))
    result = RESULT.format(
        is_current="EXISTS (SELECT FROM current)" if if_match else "true",
        is_new_request=_any_new(edits, "request"),
        is_new_contact=_any_new(edits, "contact"),
        reading_digest_length=READING_DIGEST_LENGTH,
        audited_bytes=" + ".join(f"new_{e.field}::int * octet_length({e.field})" for e in edits) or "0",
    )
    return f"WITH {','.join(parts)}{result}"


def _any_new(edits: Iterable[Edit], row: str) -> str:
    return " OR ".join(f"new_{edit.field}" for edit in edits if edit.row == row) or "false"


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
    is_current, request, contact, guide, last_activity_at, reading, audited_bytes = row
    if not is_current:
        raise PreconditionFailed
    count_bytes(audited_bytes, org_id=update.org_id, actor=actor)
    return Versions(request, contact, guide, activity_of(last_activity_at), reading)
