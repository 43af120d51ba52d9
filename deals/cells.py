"""What spreadsheets write for the values of a deal. The results are as the API takes them.

Each function raises ValidationError with what to write instead.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import ValidationError

from deals.models import Outcome
from deals.text import CURRENCY
from hindsight.text.csv_layouts import shortened

OUTCOMES = {
    **{outcome.label: outcome for outcome in Outcome},
    **{"closed won": Outcome.WON, "closedwon": Outcome.WON, "gewonnen": Outcome.WON},
    **{"closed lost": Outcome.LOST, "closedlost": Outcome.LOST, "verloren": Outcome.LOST},
    "keine entscheidung": Outcome.NO_DECISION,
}

KNOWN_OUTCOMES = f"{', '.join(Outcome.labels[:-1])} or {Outcome.labels[-1]}"

EXPORTED_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
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
        raise ValidationError(f"Write {KNOWN_OUTCOMES}, not “{shortened(cell)}”.")
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
    return float(cell) if EXPORTED_NUMBER.fullmatch(cell) else amount_in(cell)


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
