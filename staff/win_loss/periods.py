"""Calendar periods in UTC, each with the one before, which it is compared with."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils import timezone

from interviews.reports.win_loss import Span
from staff.lists.date_ranges import midnight

MONTHS_OF_A_QUARTER = 3


@dataclass(frozen=True)
class Period:
    span: Span
    before: Span

    @property
    def is_running(self) -> bool:
        return self.span.until > timezone.now()


class PeriodChoice(models.TextChoices):
    THIS_MONTH = "this_month", "This month"
    LAST_MONTH = "last_month", "Last month"
    THIS_QUARTER = "this_quarter", "This quarter"
    LAST_QUARTER = "last_quarter", "Last quarter"
    CUSTOM = "custom", "From … to …"


# The months of the period, and how many periods ago it was.
CALENDAR = {
    PeriodChoice.THIS_MONTH: (1, 0),
    PeriodChoice.LAST_MONTH: (1, 1),
    PeriodChoice.THIS_QUARTER: (MONTHS_OF_A_QUARTER, 0),
    PeriodChoice.LAST_QUARTER: (MONTHS_OF_A_QUARTER, 1),
}


def calendar_period(choice: PeriodChoice, today: date) -> Period:
    months, ago = CALENDAR[choice]
    first = first_day(today, months)
    return _period(*(month_after(first, months * (number - ago)) for number in (0, 1, -1)))


def custom_period(first: date, last: date) -> Period:
    """Includes both days. Compared with as many days before."""
    until = last + timedelta(days=1)
    return _period(first, until, first - (until - first))


def _period(since: date, until: date, before: date) -> Period:
    return Period(Span(midnight(since), midnight(until)), Span(midnight(before), midnight(since)))


def first_day(day: date, months: int) -> date:
    """Of the month, or of the quarter."""
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def month_after(first: date, months: int) -> date:
    """The first day of a month."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
