"""When mails may leave, in time zones with daylight saving time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sequences.schedule import GIVE_UP_AFTER, LONGEST_RETRY, SHORTEST_RETRY, Window, retry_after

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def window(zone: str, start: str = "09:00", end: str = "17:00") -> Window:
    return Window(zone, time.fromisoformat(start), time.fromisoformat(end))


def at(zone: str, local: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, "Asia/Kolkata", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-03-02T09:00", "2026-03-02T09:00"),
        ("2026-03-02T16:59:59", "2026-03-02T16:59:59"),
        ("2026-03-02T08:59:59", "2026-03-02T09:00"),
        ("2026-03-02T17:00", "2026-03-03T09:00"),
        ("2026-03-06T17:00", "2026-03-09T09:00"),  # a Friday
        ("2026-03-07T12:00", "2026-03-09T09:00"),
        ("2026-03-08T23:59", "2026-03-09T09:00"),
    ],
)
def test_mails_leave_from_monday_to_friday_within_the_window(zone: str, moment: str, opens: str) -> None:
    assert window(zone).next_open(at(zone, moment)) == at(zone, opens)


@pytest.mark.parametrize(
    ("zone", "before", "after", "hours"),
    [
        (BERLIN, "2026-03-27T09:30", "2026-03-30T09:30", 71),  # clocks go forward on 29 March
        (BERLIN, "2026-10-23T09:30", "2026-10-26T09:30", 73),
        (NEW_YORK, "2026-03-06T09:30", "2026-03-09T09:30", 71),
        (NEW_YORK, "2026-10-30T09:30", "2026-11-02T09:30", 73),
    ],
)
def test_a_business_day_later_has_the_same_local_time_across_a_change_of_the_clock(
    zone: str, before: str, after: str, hours: int
) -> None:
    moment = at(zone, before)
    found = window(zone).after_business_days(moment, 1)
    assert (found, found - moment) == (at(zone, after), timedelta(hours=hours))


@pytest.mark.parametrize(
    ("moment", "days", "due"),
    [
        ("2026-03-02T10:00", 0, "2026-03-02T10:00"),
        ("2026-03-02T10:00", 5, "2026-03-09T10:00"),
        ("2026-03-06T10:00", 1, "2026-03-09T10:00"),
        ("2026-03-07T10:00", 1, "2026-03-09T10:00"),  # a Saturday
        ("2026-03-02T20:00", 1, "2026-03-04T09:00"),
        ("2026-03-02T10:00", 60, "2026-05-25T10:00"),
    ],
)
def test_reminders_are_due_after_business_days(moment: str, days: int, due: str) -> None:
    assert window(BERLIN).after_business_days(at(BERLIN, moment), days) == at(BERLIN, due)


def test_an_hour_that_the_clock_skips_is_no_window_on_that_day() -> None:
    """Jerusalem's clocks go from 2:00 to 3:00 on Friday, 27 March 2026."""
    zone = "Asia/Jerusalem"
    narrow, wide = window(zone, "02:15", "02:45"), window(zone, "02:15", "04:00")
    thursday_night = at(zone, "2026-03-26T03:30")
    assert narrow.next_open(thursday_night) == at(zone, "2026-03-30T02:15")
    assert wide.next_open(at(zone, "2026-03-26T05:00")) == at(zone, "2026-03-27T03:15")


def test_an_hour_that_the_clock_repeats_is_open_twice() -> None:
    """Cairo's clocks go from 24:00 back to 23:00 on Thursday, 29 October 2026."""
    zone = "Africa/Cairo"
    late = window(zone, "23:00", "23:59")
    first, second = at(zone, "2026-10-29T23:30"), at(zone, "2026-10-29T23:30", fold=1)
    assert second - first == timedelta(hours=1)
    assert late.is_open(first)
    assert late.is_open(second)


def test_the_next_day_begins_at_local_midnight() -> None:
    whole_day = window(NEW_YORK, "00:00", "23:59")
    assert whole_day.day_of(at(NEW_YORK, "2026-03-02T23:00")).isoformat() == "2026-03-02"
    assert whole_day.tomorrow(at(NEW_YORK, "2026-03-02T23:00")) == at(NEW_YORK, "2026-03-03T00:00")
    assert whole_day.tomorrow(at(NEW_YORK, "2026-03-06T23:00")) == at(NEW_YORK, "2026-03-09T00:00")


def test_the_longer_a_mail_fails_the_less_often_it_is_tried() -> None:
    failing, attempts = timedelta(), 0
    while delay := retry_after(failing):
        assert SHORTEST_RETRY <= delay <= LONGEST_RETRY
        failing, attempts = failing + delay, attempts + 1
    assert failing >= GIVE_UP_AFTER
    assert attempts < 60
