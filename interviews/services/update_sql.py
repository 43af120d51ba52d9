"""The update as one PostgreSQL statement, which is its own transaction.

If another transaction has locked a row, a second try waits for it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from functools import cache, partial
from typing import Any, NamedTuple

from django.db import transaction

from contacts.models import Contact
from hindsight.db.search import SEPARATOR, search_fields, search_text_of
from hindsight.db.statements import fetch_row
from hindsight.db.versions import StaleVersionError
from hindsight.text.timestamps import utc_text_of
from interviews.models import InterviewRequest, RowVersions, Versions
from interviews.models.interview_request import READING_DIGEST_LENGTH
from interviews.services.readings import QUEUED_BY
from orgs.actors import Actor
from orgs.audit import count_bytes
from orgs.authentication import KEY_IS_VALID, key_parameters

Patched = type[Contact] | type[InterviewRequest]


class TextUpdate(NamedTuple):
    """`texts`: by model and column."""

    org_id: int
    interview_request_id: int
    texts: Mapping[Patched, Mapping[str, str]]
    actor: Actor
    if_versions: Collection[RowVersions] | None
    digest: str | None


# FOR NO KEY UPDATE waits for concurrent updates and returns the newest row, so its texts are those that are replaced.
TARGET = """
target AS (
    SELECT request.id, request.org_id, request.contact_id, request.interview_type_id, request.version,
           contact.version AS contact_version, request.reading{edited}
    FROM interviews_interviewrequest AS request
    JOIN contacts_contact AS contact ON contact.id = request.contact_id
    WHERE request.id = %(interview_request_id)s AND request.org_id = %(org_id)s
      AND {key_is_valid}
    FOR NO KEY UPDATE {skip_locked}
)"""

CURRENT = """
current AS (
    SELECT * FROM target
    WHERE (version, contact_version) IN (SELECT * FROM unnest(%(request_versions)s::int[], %(contact_versions)s::int[]))
)"""

WRITTEN = """
written_{alias} AS (
    UPDATE {table} AS {alias}
    SET {assignments}, version = {rows}.{version} + 1, updated_at = clock_timestamp()
    FROM {rows}
    WHERE {alias}.id = {rows}.{id} AND ({is_new})
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

# Those whose objective a worker is to read again: see interviews/services/readings.py. In the order of `put()`.
QUEUE = """
queued AS (
    INSERT INTO interviews_unreadobjective (org_id, interview_request_id)
    {interview_requests}
    ORDER BY 2
    ON CONFLICT (interview_request_id, for_model) DO UPDATE SET leased_until = NULL
)"""
QUEUED = {
    "request": "SELECT org_id, id FROM {rows} WHERE {is_new}",
    "contact": """
    SELECT request.org_id, request.id FROM {rows}
    JOIN interviews_interviewrequest AS request
      ON request.org_id = {rows}.org_id AND request.contact_id = {rows}.contact_id
    WHERE {is_new}""",
}
QUEUED_FIELDS = {(object_type, field) for object_type, field, *_ in QUEUED_BY}


class Row(NamedTuple):
    """`id` and `version` are columns of `target`."""

    alias: str
    id: str
    version: str


ROWS: Mapping[Patched, Row] = {
    Contact: Row("contact", "contact_id", "contact_version"),
    InterviewRequest: Row("request", "id", "version"),
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
    """Writes a column. `is_new` and `value` are SQL."""

    model: Patched
    column: str
    is_new: str
    value: str

    @property
    def alias(self) -> str:
        return ROWS[self.model].alias

    @property
    def audited(self) -> str:
        object_type, column = self.model._meta.model_name, self.column
        return f"('{object_type}', {ROWS[self.model].id}, '{column}', {column}, new_{column})"


def _edits(columns: Iterable[tuple[Patched, str]]) -> Iterator[Edit]:
    for model, column in columns:
        alias, value = ROWS[model].alias, f"%({column})s::text"
        is_new = f"{alias}.{column} <> {value}"
        yield Edit(model, column, is_new, value)
        for cleared in getattr(model, "cleared_by", {}).get(column, ()):
            yield Edit(model, cleared, f"{alias}.{cleared} <> '' AND {is_new}", "''")


@cache
def update_statement(columns: tuple[tuple[Patched, str], ...], *, verify: bool, if_match: bool, wait: bool) -> str:
    """Writes `columns`. `verify`: only while the API key is valid. `if_match`: only if the rows have one of the
    given versions. Without `wait`, finds no row if another transaction has locked one of the two. Omits parts that are
    not needed, because PostgreSQL starts and ends each node of a plan.
    """
    edits = list(_edits(columns))
    rows = "current" if if_match else "target"
    parts = [
        TARGET.format(
            edited="".join(f", {e.alias}.{e.column}, {e.is_new} AS new_{e.column}" for e in edits),
            key_is_valid=KEY_IS_VALID if verify else "true",
            skip_locked="" if wait else "SKIP LOCKED",
        )
    ]
    if if_match:
        parts.append(CURRENT)
    parts += _writes(edits, rows)
    if edits:
        parts.append(AUDIT.format(rows=rows, edits=", ".join(edit.audited for edit in edits)))
    if queued := [
        QUEUED[edit.alias].format(rows=rows, is_new=f"new_{edit.column}")
        for edit in edits
        if (edit.model._meta.model_name, edit.column) in QUEUED_FIELDS
    ]:
        parts.append(QUEUE.format(interview_requests=" UNION ".join(queued)))
    result = RESULT.format(
        is_current="EXISTS (SELECT FROM current)" if if_match else "true",
        is_new_request=_any_new(edits, InterviewRequest),
        is_new_contact=_any_new(edits, Contact),
        reading_digest_length=READING_DIGEST_LENGTH,
        audited_bytes=" + ".join(f"new_{e.column}::int * octet_length({e.column})" for e in edits) or "0",
    )
    return f"WITH {','.join(parts)}{result}"


def _writes(edits: Iterable[Edit], rows: str) -> Iterator[str]:
    for model, row in ROWS.items():
        values = {edit.column: edit.value for edit in edits if edit.model is model}
        if values:
            yield WRITTEN.format(
                **row._asdict(),
                rows=rows,
                table=model._meta.db_table,
                assignments=", ".join(
                    f"{column} = {value}" for column, value in {**values, **_searched(model, values.keys())}.items()
                ),
                is_new=_any_new(edits, model),
            )


def _searched(model: Patched, written: Set[str]) -> dict[str, str]:
    """The values of search texts, whose parts keep their place."""
    return {
        field.attname: " || %(separator)s || ".join(
            f"%({_parameter(part)})s::text"
            if part in written
            else f"split_part({ROWS[model].alias}.{field.attname}, %(separator)s, {place})"
            for place, part in enumerate(field.of, start=1)
        )
        for field in search_fields(model, written)
    }


def _parameter(column: str) -> str:
    """Of the column's part of a search text."""
    return f"{column}_to_search"


def _any_new(edits: Iterable[Edit], model: Patched) -> str:
    return " OR ".join(f"new_{edit.column}" for edit in edits if edit.model is model) or "false"


# lock_timeout applies to each lock, and the statement may wait for several. Commands have no limit: '0'.
LIMIT_WAIT = "SELECT set_config('statement_timeout', current_setting('lock_timeout'), true)"


def overwrite_in_one_statement(update: TextUpdate) -> Versions:
    """Raises InterviewRequest.DoesNotExist and StaleVersionError."""
    actor = update.actor
    values: dict[str, Any] = {
        "org_id": update.org_id,
        "interview_request_id": update.interview_request_id,
        **key_parameters(update.digest),
        "actor_kind": actor.kind,
        "actor": actor.name,
        "request_id": actor.request_id,
    }
    for model, texts in update.texts.items():
        values |= texts
        for field in search_fields(model, texts.keys()):
            searched = {_parameter(part): search_text_of(texts[part]) for part in field.of if part in texts}
            values |= {"separator": SEPARATOR, **searched}
    if update.if_versions is not None:
        values["request_versions"] = [versions.interview_request for versions in update.if_versions]
        values["contact_versions"] = [versions.contact for versions in update.if_versions]
    columns = tuple((model, column) for model, texts in update.texts.items() for column in texts)
    statement = partial(
        update_statement, columns, verify=update.digest is not None, if_match=update.if_versions is not None
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
        raise StaleVersionError
    count_bytes(audited_bytes, org_id=update.org_id, actor=actor)
    activity = utc_text_of(last_activity_at) if last_activity_at else ""  # empty before the conversation begins
    return Versions(request, contact, guide, activity, reading)
