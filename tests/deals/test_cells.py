"""What spreadsheets write for outcomes, amounts and dates, and what staff read about the rest."""

import pytest
from django.core.exceptions import ValidationError

from deals.files import amount_in, currency_in, outcome_in, time_in


@pytest.mark.parametrize(
    ("cells", "outcome"),
    [
        (("won", " Won ", "Closed Won", "closedwon", "gewonnen"), "won"),
        (("lost", "LOST", "Closed  Lost", "Verloren"), "lost"),
        (("no_decision", "no decision", "No Decision", "no-decision", "Keine Entscheidung"), "no_decision"),
    ],
)
def test_outcomes(cells: tuple[str, ...], outcome: str) -> None:
    assert [outcome_in(cell) for cell in cells] == [outcome] * len(cells)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("12", 12),
        ("-3", -3),
        ("48000.5", 48000.5),
        ("48000,50", 48000.5),
        ("120.000,50", 120000.5),
        ("120,000.50", 120000.5),
        ("1.234.567", 1234567),
        ("1,234,567.8", 1234567.8),
        ("120 000,50", 120000.5),
        ("120\N{NO-BREAK SPACE}000", 120000),
        ("120\N{NARROW NO-BREAK SPACE}000,5", 120000.5),
        ("1'234'567.50", 1234567.5),
        ("0.125", 0.125),
        ("0,125", 0.125),
        ("1234.567", 1234.567),
        # What the message about an ambiguous amount proposes:
        *(("120000", 120000), ("120.0000", 120), ("-1.2340", -1.234)),
    ],
)
def test_amounts(cell: str, amount: float) -> None:
    assert amount_in(cell) == amount


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("120.000", "“120.000” can be 120000 or 120.0000. Write one of these."),
        ("1,234", "“1,234” can be 1234 or 1.2340. Write one of these."),
        ("-1.234", "“-1.234” can be -1234 or -1.2340. Write one of these."),
        *((cell, "Write the amount as a number, such as 120000.50") for cell in ("1.2.3", "1,23,456", "12,345.678,9")),
        *((cell, "Write the amount as a number") for cell in ("EUR 1", "1e3", "nan", "1 2", "0.125.000", "\u0661", "")),
    ],
)
def test_no_amount_is_wrong_by_a_factor_of_a_thousand(cell: str, message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        amount_in(cell)
    assert message in raised.value.messages[0]


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2026-11-12", "2026-11-12T00:00:00+00:00"),
        ("2026-11-12 17:30", "2026-11-12T17:30:00+00:00"),
        ("2026-11-12T17:30:00.5+01:00", "2026-11-12T16:30:00.500000+00:00"),
        ("2026-11-12t17:30:00z", "2026-11-12T17:30:00+00:00"),
        ("12.11.2026", "2026-11-12T00:00:00+00:00"),
        ("1.2.2026 08:05:09", "2026-02-01T08:05:09+00:00"),
        ("11/13/2026", "2026-11-13T00:00:00+00:00"),
        ("13/11/2026", "2026-11-13T00:00:00+00:00"),
        ("11/11/2026", "2026-11-11T00:00:00+00:00"),
    ],
)
def test_dates(cell: str, time: str) -> None:
    assert time_in(cell) == time


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("11/12/2026", "“11/12/2026” can be 2026-11-12 or 2026-12-11. Write one of these."),
        *((cell, "Write the date as 2026-11-12, not “") for cell in ("yesterday", "31.11.2026", "12.11.26", "46338")),
        *((cell, "Write the date as 2026-11-12") for cell in ("0001-01-01T00:00:00+23:00", "2026-11-12 25:00", "")),
    ],
)
def test_a_date_that_can_be_two_or_is_none_is_refused(cell: str, message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        time_in(cell)
    assert message in raised.value.messages[0]


def test_currencies() -> None:
    assert currency_in(" eur ") == "EUR"
    with pytest.raises(ValidationError, match="Write the currency as a code of three letters, such as EUR, not “€”"):
        currency_in("€")
