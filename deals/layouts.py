from collections.abc import Sequence
from dataclasses import replace

from django.core.exceptions import ValidationError

from deals.export import COLUMNS as EXPORTED_COLUMNS
from deals.models import FIELDS as VALUES
from hindsight.text.csv_layouts import Layout, guess_columns, plain_names, read_header

FIELDS = ("deal_id", *VALUES)

# Also the names of the exports of Salesforce and HubSpot.
GUESSES = {
    "deal_id": ("dealid", "recordid", "opportunityid"),
    "outcome": ("outcome", "result"),
    "reported_reason": ("reportedreason", "reason", "closedlostreason", "lossreason"),
    "competitor": ("competitor", "competitors", "maincompetitor", "maincompetitors"),
    "segment": ("segment",),
    "amount": ("amount", "dealamount"),
    "currency": ("currency", "currencycode", "amountcurrency"),
    "closed_at": ("closedat", "closedate"),
}


def layout_of(header: Sequence[str]) -> Layout:
    """Raises ValidationError if a column has another name than a field."""
    if is_exported(header):
        return Layout(tuple(name if name in FIELDS else "" for name in header), is_exported=True)
    columns = tuple(cell.strip().lower() for cell in header)
    if "deal_id" not in columns or len(set(columns)) < len(columns) or not set(columns) <= set(FIELDS):
        raise ValidationError(
            f"The first line must name the columns: deal_id, and one or more of {', '.join(VALUES)}, each once."
        )
    return Layout(columns)


def guess_layout(line: str) -> tuple[list[str], Layout]:
    """`line`: the first line of the file. Raises ValidationError."""
    header, delimiter = read_header(line)
    if is_exported(header):
        return header, replace(layout_of(header), delimiter=delimiter)
    return header, Layout(guess_columns(plain_names(header), GUESSES), delimiter)


def is_exported(header: Sequence[str]) -> bool:
    return tuple(header) == EXPORTED_COLUMNS
