"""Interview requests from a file. Each valid row creates one, with its contact and the outcome of its deal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.files import RULES as CONTACT_RULES
from contacts.files import ContactImporter, Rules, cleaned
from contacts.models import Contact
from contacts.text import Email
from deals.files import DealImporter, outcome_in
from deals.models import Deal, DealValues
from deals.text import clean_deal_id
from hindsight.text.import_files import BadRow
from hindsight.text.record_files import Record
from interviews.models import InterviewRequest, InterviewType
from interviews.services.create import create_interview_request
from interviews.text import clean_objective
from orgs.actors import Actor
from orgs.imports import Batch, Effect, Importer, Row

CREATED_COLUMNS = ("email", "interview_request_id", "survey_url")
UNANSWERED = "The contact can still answer interview request {} of this type and deal."
ARCHIVED = "The interview type is archived."

RULES: Rules = {
    **CONTACT_RULES,
    "objective": (str, "a string", clean_objective),
    "deal_id": (str, "a string", clean_deal_id),
    "outcome": (str, "a string", outcome_in),
}
DEAL_NAMES = DealImporter.fields.names


class RequestImporter(Importer):
    fields = replace(
        ContactImporter.fields,
        names={
            **ContactImporter.fields.names,
            "objective": "objective goal ziel",
            "deal_id": DEAL_NAMES["deal_id"] + " | deal opportunity",
            "outcome": DEAL_NAMES["outcome"],
        },
    )
    repeated = "email: Line {line:,} has the same address and deal."
    batch_rows = 100

    def clean(self, record: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        texts = cleaned(record, RULES)
        if texts.get("outcome") and not texts.get("deal_id"):
            raise ValidationError("deal_id: Send the deal whose outcome this is.")
        return f"{texts['email']}\n{texts.get('deal_id') or ''}", texts

    @transaction.atomic
    def write(
        self, batch: Batch, *, org_id: int, actor: Actor, dry_run: bool, interview_type: int = 0, **options: Any
    ) -> None:
        """`interview_type`: its id. Rejects rows whose contact can still answer an earlier interview request."""
        types = InterviewType.objects.for_org(org_id).filter(archived_at=None).defer("guide")
        kind = types.filter(pk=interview_type).first()
        for row in list(batch.valid):
            if refusal := _refusal(kind, row):
                batch.valid.remove(row)
                batch.rejected.append(BadRow(row.line, refusal))
        batch.effects = list(_effects(org_id, batch.valid))
        batch.created = [_created(kind, row, actor) for row in batch.valid]
        if dry_run:
            transaction.set_rollback(True)


def _effects(org_id: int, rows: Sequence[Row]) -> Iterator[Effect]:
    """Reads the stored values, so call it before anything is written."""
    emails, deal_ids = [row.values["email"] for row in rows], [row.values.get("deal_id") for row in rows]
    contacts = {each.email: each for each in Contact.objects.for_org(org_id).filter(email__in=emails)}
    deals = {each.deal_id: each for each in Deal.objects.for_org(org_id).filter(deal_id__in=deal_ids)}
    for row in rows:
        email, deal_id = row.values["email"], row.values.get("deal_id")
        stored = {"name": contacts.get(email), "notes": contacts.get(email), "outcome": deals.get(deal_id or "")}
        for name, text in row.values.items():
            before = getattr(stored.get(name), name, None)
            if text and text != before:
                yield Effect(", ".join(filter(None, (email, deal_id))), name, before, text)


def _refusal(interview_type: InterviewType | None, row: Row) -> str:
    """So that an import which is run again sends nobody a second link."""
    if interview_type is None:
        return ARCHIVED
    email, deal_id = row.values["email"], row.values.get("deal_id") or ""
    earlier = InterviewRequest.objects.unanswered(interview_type, email=email, deal_id=deal_id).first()
    return UNANSWERED.format(earlier.pk) if earlier else ""


def _created(interview_type: Any, row: Row, actor: Actor) -> Record:
    texts = row.values
    created = create_interview_request(
        interview_type=interview_type,
        actor=actor,
        contact_email=Email(texts["email"]),
        contact_name=texts.get("name"),
        contact_context=texts.get("notes"),
        objective=texts.get("objective"),
        deal_id=texts.get("deal_id"),
        deal=texts.get("outcome") and DealValues(outcome=texts["outcome"]),
    )
    values = (texts["email"], str(created.pk), created.survey_url)
    return {"line": str(row.line), **dict(zip(CREATED_COLUMNS, values, strict=True))}
