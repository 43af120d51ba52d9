"""When mails may leave: from Monday to Friday, within a sequence's window and time zone. The caller gives the time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MAX_DELAY = 60  # business days

# From a failed attempt to the next one: as long as the mail has been failing, within these limits. Greylisting servers
# accept a mail after some minutes.
SHORTEST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=4)
# A mail is given up if the mail server has not accepted it for this long, as mail servers do.
GIVE_UP_AFTER = timedelta(days=5)
# Nobody has approved the invitation: what it says is out of date.
APPROVED_WITHIN = timedelta(days=30)

SATURDAY = 5
A_DAY = timedelta(days=1)
FAR = 14  # days, among which each window opens


@dataclass(frozen=True)
class Window:
    time_zone: str
    start: time
    end: time

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        return local.weekday() < SATURDAY and self.start <= local.time() < self.end

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself if the window is open, else when it next opens.

        On a day whose clock skips the whole window, it does not open.
        """
        if self.is_open(moment):
            return moment
        today = self.day_of(moment)
        openings = (self._at(today + number * A_DAY, self.start) for number in range(FAR))
        return next(opening for opening in openings if opening > moment and self.is_open(opening))

    def tomorrow(self, moment: datetime) -> datetime:
        """When the window opens after the day of the moment."""
        return self.next_open(self._at(self.day_of(moment) + A_DAY, time()))

    def after_business_days(self, moment: datetime, days: int) -> datetime:
        """At the same local time, or when the window next opens."""
        local = moment.astimezone(self.zone)
        day = local.date()
        while days:
            day += A_DAY
            days -= day.weekday() < SATURDAY
        return self.next_open(self._at(day, local.time()))

    def _at(self, day: date, local: time) -> datetime:
        return datetime.combine(day, local, self.zone).astimezone(UTC)


def retry_after(failing_for: timedelta) -> timedelta | None:
    """Returns None if the mail is given up."""
    if failing_for >= GIVE_UP_AFTER:
        return None
    return min(max(failing_for, SHORTEST_RETRY), LONGEST_RETRY)
