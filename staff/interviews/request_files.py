"""Interview requests from a CSV file. Each valid row creates one, with its contact and the outcome of its deal."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from contacts.files import FIELDS as CONTACT_FIELDS
from contacts.files import Fields, Row, read_csv
from contacts.layouts import FIELDS as CONTACTS
from contacts.models import Contact
from contacts.text import Email
from deals.cells import outcome_in
from deals.layouts import FIELDS as DEALS
from deals.models import Deal, DealValues
from deals.text import clean_deal_id
from hindsight.text.csv_layouts import Layout
from hindsight.text.import_files import BadRow, CsvRows, Effect
from hindsight.text.record_files import Record
from hindsight.text.repeated_rows import reject_repeated
from interviews.models import InterviewRequest, InterviewType
from interviews.services.create import create_interview_request
from interviews.text import clean_objective
from orgs.actors import Actor

ROWS_PER_BATCH = 100
CREATED_COLUMNS = ("email", "interview_request_id", "survey_url")
UNANSWERED = "The contact can still answer interview request {} of this type and deal."
ARCHIVED = "The interview type is archived."


FIELDS: Fields = {
    **CONTACT_FIELDS,
    "objective": (str, "a string", clean_objective),
    "deal_id": (str, "a string", clean_deal_id),
    "outcome": (str, "a string", outcome_in),
}
FILE_FIELDS = replace(
    CONTACTS,
    names={
        **CONTACTS.names,
        "objective": "objective goal ziel",
        "deal_id": DEALS.names["deal_id"] + " | deal opportunity",
        "outcome": DEALS.names["outcome"],
    },
)

COLUMNS = ("line", *CREATED_COLUMNS, "reason")
REPEATED = "email: Line {line:,} has the same address and deal."


@dataclass
class Batch:
    """`created`: the file of the job has them. `effects`: what was written."""

    valid: list[Row] = field(default_factory=list)
    rejected: list[BadRow] = field(default_factory=list)
    created: list[Record] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.valid) + len(self.rejected)

    def reject(self, row: Row, reason: str) -> None:
        self.valid.remove(row)
        self.rejected.append(BadRow(row.line, reason))


def read(rows: CsvRows, layout: Layout) -> Iterator[Row | BadRow]:
    return map(_with_deal, read_csv(rows, layout, FIELDS))


def reject_duplicates(rows: Iterable[Row | BadRow]) -> Iterator[Row | BadRow]:
    return reject_repeated(rows, lambda row: json.dumps([row.email, row.texts.get("deal_id") or ""]), REPEATED)


def _with_deal(row: Row | BadRow) -> Row | BadRow:
    if isinstance(row, Row) and row.texts.get("outcome") and not row.texts.get("deal_id"):
        return BadRow(row.line, "deal_id: Send the deal whose outcome this is.")
    return row


def batches(rows: Iterable[Row | BadRow]) -> Iterator[Batch]:
    batch = Batch()
    for row in rows:
        if isinstance(row, Row):
            batch.valid.append(row)
        else:
            batch.rejected.append(row)
        if len(batch) == ROWS_PER_BATCH:
            yield batch
            batch = Batch()
    if batch:
        yield batch


@transaction.atomic
def store(*, org_id: int, batch: Batch, actor: Actor, dry_run: bool, interview_type: int) -> Counter[str]:
    """`interview_type`: its id. Rejects rows whose contact can still answer an earlier interview request."""
    types = InterviewType.objects.for_org(org_id).filter(archived_at=None).defer("guide")
    kind = types.filter(pk=interview_type).first()
    for row in list(batch.valid):
        if refusal := _refusal(kind, row):
            batch.reject(row, refusal)
    batch.effects = list(_effects(org_id, batch.valid))
    batch.created = [_created(kind, row, actor) for row in batch.valid]
    if dry_run:
        transaction.set_rollback(True)
    return Counter(created=len(batch.created), rejected=len(batch.rejected))


def _effects(org_id: int, rows: Sequence[Row]) -> Iterator[Effect]:
    """Reads the stored values, so call it before anything is written."""
    emails, deal_ids = [row.email for row in rows], [row.texts.get("deal_id") for row in rows]
    contacts = {each.email: each for each in Contact.objects.for_org(org_id).filter(email__in=emails)}
    deals = {each.deal_id: each for each in Deal.objects.for_org(org_id).filter(deal_id__in=deal_ids)}
    for row in rows:
        deal_id = row.texts.get("deal_id")
        stored = {
            "name": contacts.get(row.email),
            "notes": contacts.get(row.email),
            "outcome": deals.get(deal_id or ""),
        }
        for name, text in {"email": row.email, **row.texts}.items():
            before = getattr(stored.get(name), name, None)
            if text and text != before:
                yield Effect(", ".join(filter(None, (row.email, deal_id))), name, before, text)


def _refusal(interview_type: InterviewType | None, row: Row) -> str:
    """So that an import which is run again sends nobody a second link."""
    if interview_type is None:
        return ARCHIVED
    deal_id = row.texts.get("deal_id") or ""
    earlier = InterviewRequest.objects.unanswered(interview_type, email=row.email, deal_id=deal_id).first()
    return UNANSWERED.format(earlier.pk) if earlier else ""


def _created(interview_type: Any, row: Row, actor: Actor) -> Record:
    texts: dict[str, Any] = {**row.texts}
    created = create_interview_request(
        interview_type=interview_type,
        actor=actor,
        contact_email=Email(row.email),
        contact_name=texts.get("name"),
        contact_context=texts.get("notes"),
        objective=texts.get("objective"),
        deal_id=texts.get("deal_id"),
        deal=texts.get("outcome") and DealValues(outcome=texts["outcome"]),
    )
    values = (row.email, str(created.pk), created.survey_url)
    return {"line": str(row.line), **dict(zip(CREATED_COLUMNS, values, strict=True))}
