"""Deals in a file. An imported row writes the values that it has, by the rules of the API, and keeps the others.

Each `…_in` function reads what spreadsheets write for a value, and returns it as the API takes it. It raises
ValidationError with what to write instead.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework import serializers

from deals.api.bodies import DealOfInterviewRequest, DealSerializer, values_of
from deals.models import FIELDS, Deal, DealValues, Outcome
from deals.services import write_deals
from deals.text import CURRENCY, DealId
from hindsight.api.errors import BadRequest
from hindsight.api.handlers import invalid_fields
from hindsight.api.json_bodies import body_of
from hindsight.db.keyset import in_pages
from hindsight.text.csv_layouts import FileFields, Layout, shortened
from hindsight.text.record_files import Record
from orgs.actors import Actor
from orgs.imports import Batch, Importer

COLUMNS = ("deal_id", "org", *FIELDS, "created_at", "updated_at")


def export_deals(selected: QuerySet[Deal]) -> Iterator[Record]:
    """Oldest first."""
    return map(record_of, in_pages(selected.select_related("org"), 500))


def record_of(deal: Deal) -> Record:
    return {"deal_id": deal.deal_id, "org": deal.org.slug, **body_of(DealSerializer, deal)}


def shown_values(deal: Deal) -> Record:
    """As the API shows them."""
    shown = body_of(DealSerializer, deal)
    return {field: shown[field] for field in FIELDS}


OUTCOMES = {
    **{outcome.label: outcome for outcome in Outcome},
    **{"closed won": Outcome.WON, "closedwon": Outcome.WON, "gewonnen": Outcome.WON},
    **{"closed lost": Outcome.LOST, "closedlost": Outcome.LOST, "verloren": Outcome.LOST},
    "keine entscheidung": Outcome.NO_DECISION,
}

NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?", re.ASCII)
# "120.000" is 120 in one country, and 120000 in another.
AMBIGUOUS_NUMBER = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
THOUSANDS = re.compile(r"-?[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d+)?", re.ASCII)
SPACE_OF_THOUSANDS = re.compile(r"(?<=\d)[\s'\u2019](?=\d{3}(?!\d))")

TIME = r"(?:[Tt ](?P<time>\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(?P<offset>[Zz]|[+-]\d\d:\d\d)?)?"
DATES = [
    re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d){TIME}", re.ASCII),
    re.compile(rf"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{{4}}){TIME}", re.ASCII),
    re.compile(rf"(?P<month>\d\d?)/(?P<day>\d\d?)/(?P<year>\d{{4}}){TIME}", re.ASCII),
]


def outcome_in(cell: str) -> str:
    outcome = OUTCOMES.get(re.sub(r"[\s_-]+", " ", cell).strip().lower())
    if outcome is None:
        known = f"{', '.join(Outcome.labels[:-1])} or {Outcome.labels[-1]}"
        raise ValidationError(f"Write {known}, not “{shortened(cell)}”.")
    return outcome.value


def amount_in(cell: str) -> float:
    """With a comma or a point before the decimals, if one can tell it from one between thousands."""
    text = SPACE_OF_THOUSANDS.sub("", cell.strip())
    if AMBIGUOUS_NUMBER.fullmatch(text):
        whole, decimals = re.split("[.,]", text)
        raise ValidationError(f"“{text}” can be {whole}{decimals} or {whole}.{decimals}0. Write one of these.")
    if found := THOUSANDS.fullmatch(text):
        text = text.replace(found[1], "")
    elif not NUMBER.fullmatch(text):
        raise ValidationError(f"Write the amount as a number, such as 120000.50, not “{shortened(cell)}”.")
    return float(text.replace(",", "."))


def exported_amount_in(cell: str) -> float:
    """In an export, a point is always before decimals."""
    return float(cell) if re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", cell) else amount_in(cell)


def currency_in(cell: str) -> str:
    currency = cell.strip().upper()
    if not re.fullmatch(CURRENCY, currency):
        raise ValidationError(f"Write the currency as a code of three letters, such as EUR, not “{shortened(cell)}”.")
    return currency


def time_in(cell: str) -> str:
    """Without a time of day, midnight. Without an offset, UTC."""
    try:
        found = next(filter(None, (pattern.fullmatch(cell.strip()) for pattern in DATES)))
        day = _day(*(int(found[part]) for part in ("year", "month", "day")), is_american="/" in cell)
        time = datetime.fromisoformat(f"{day}T{found['time'] or '00:00'}{(found['offset'] or 'Z').upper()}")
        return time.astimezone(UTC).isoformat()
    except (StopIteration, ValueError, OverflowError):
        raise ValidationError(f"Write the date as 2026-11-12, not “{shortened(cell)}”.") from None


def _day(year: int, month: int, day: int, *, is_american: bool) -> date:
    """Raises ValueError, or ValidationError if month and day could be the other way round."""
    if is_american and month > 12:
        month, day = day, month
    elif is_american and day <= 12 and month != day:
        dates = f"{date(year, month, day)} or {date(year, day, month)}"
        raise ValidationError(f"“{month}/{day}/{year}” can be {dates}. Write one of these.")
    return date(year, month, day)


READ_CELL: Mapping[str, Callable[[str], Any]] = {
    "outcome": outcome_in,
    "amount": amount_in,
    "currency": currency_in,
    "closed_at": time_in,
}


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
            "owner": "owner dealowner opportunityowner ownername",
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
