"""Deals in a file. An imported row writes the values that it has, by the rules of the API, and keeps the others."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework import serializers

from deals.api.bodies import DealOfInterviewRequest, values_of
from deals.cells import READ_CELL, exported_amount_in
from deals.models import FIELDS, Deal, DealValues
from deals.services import write_deals
from deals.text import DealId, shown_amount
from hindsight.api.errors import BadRequest
from hindsight.api.handlers import invalid_fields
from hindsight.db.keyset import in_pages
from hindsight.text.csv_layouts import FileFields, Layout
from hindsight.text.record_files import Record
from hindsight.text.timestamps import utc_text
from orgs.actors import Actor
from orgs.imports import Batch, Importer

PAGE = 500
COLUMNS = ("deal_id", "org", *FIELDS, "created_at", "updated_at")


def export_deals(selected: QuerySet[Deal]) -> Iterator[Record]:
    """Oldest first."""
    yield from map(record_of, in_pages(selected.select_related("org"), PAGE))


def record_of(deal: Deal) -> Record:
    return {
        "deal_id": deal.deal_id,
        "org": deal.org.slug,
        **shown_values(deal),
        "created_at": utc_text(deal.created_at),
        "updated_at": utc_text(deal.updated_at),
    }


def shown_values(deal: Deal) -> Record:
    """As the API shows them."""
    values: Record = {field: getattr(deal, field) or None for field in FIELDS}
    values["amount"] = None if deal.amount is None else shown_amount(deal.amount)
    values["closed_at"] = None if deal.closed_at is None else utc_text(deal.closed_at)
    return values


DEAL = DealOfInterviewRequest()


class DealImporter(Importer):
    # Also the names of the exports of Salesforce and HubSpot.
    fields = FileFields(
        key="deal_id",
        names={
            "deal_id": "dealid | recordid opportunityid",
            "outcome": "outcome | result ergebnis | stage dealstage stagename phase",
            "reported_reason": "reportedreason | reason closedlostreason lossreason grund",
            "competitor": "competitor competitors maincompetitor maincompetitors wettbewerber",
            "segment": "segment",
            "amount": "amount dealamount betrag",
            "currency": "currency currencycode amountcurrency währung",
            "closed_at": "closedat closedate closingdate abschlussdatum",
        },
        exported=COLUMNS,
    )
    repeated = "deal_id: Line {line:,} has the same id."

    def record_of(self, texts: dict[str, str], layout: Layout) -> Mapping[str, Any]:
        is_unchanged = layout.is_exported and layout.delimiter == ","  # spreadsheets may write other separators
        readers = {**READ_CELL, "amount": exported_amount_in} if is_unchanged else READ_CELL
        record, errors = {}, []
        for name, text in texts.items():
            try:
                record[name] = readers.get(name, str)(text)
            except ValidationError as error:
                errors.append(f"{name}: {' '.join(error.messages)}")
        if not texts.keys() - {"deal_id"}:
            errors.append("The cells of the chosen columns are empty.")
        if errors:
            raise ValidationError(errors)
        return record

    def clean(self, record: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        try:
            deal = DEAL.run_validation(record)
        except serializers.ValidationError as error:
            raise ValidationError(invalid_fields(error.detail).message) from None
        except BadRequest as error:
            raise ValidationError(error.message) from None
        return deal["deal_id"], {name: value for name, value in values_of(deal).items() if name in deal}

    def write(self, batch: Batch, *, org_id: int, actor: Actor, dry_run: bool, **options: Any) -> None:
        deals = {DealId(row.key): cast(DealValues, row.values) for row in batch.valid}
        batch.effects = write_deals(org_id=org_id, deals=deals, actor=actor, dry_run=dry_run)
