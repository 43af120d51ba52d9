import random
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

# From the failure of an attempt to the next one. After the last, the delivery has failed.
DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(DELAYS) + 1
# Of a delay, added at random, so that deliveries that failed together do not return together.
JITTER = 0.1

# An endpoint fails if its attempts have failed for this long. Before that, retries may help.
FAILING_AFTER = timedelta(hours=1)

# An endpoint is disabled if every attempt has failed for this long.
GIVE_UP_AFTER = timedelta(days=5)

# After a slow answer, no request is sent to the endpoint for this many times as long, or, if the attempt has failed,
# for as long as the endpoint has been failing, within these limits.
SLOW = timedelta(seconds=2)
PAUSE_FACTOR = 3
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)

# Equal events of one interview request become one if less time is between them.
COALESCED_WITHIN = timedelta(seconds=5)

MAX_RETRY_AFTER = timedelta(hours=24)


def delay_after(attempts: int, retry_after: timedelta | None) -> timedelta | None:
    """Returns None after the last attempt. `attempts`: how many have failed."""
    if attempts >= MAX_ATTEMPTS:
        return None
    delay = max(DELAYS[attempts - 1], retry_after or timedelta())
    return delay * (1 + random.uniform(0, JITTER))  # noqa: S311


def pause_after(duration: timedelta, failing_for: timedelta = timedelta()) -> timedelta:
    """`duration`: of a slow attempt. `failing_for`: 0 if it has succeeded."""
    return min(max(duration * PAUSE_FACTOR, failing_for, SHORTEST_PAUSE), LONGEST_PAUSE)


def parse_retry_after(header: str, now: datetime) -> timedelta | None:
    """Accepts seconds and HTTP dates. Returns at most MAX_RETRY_AFTER, or None if the header is not valid."""
    if header.isascii() and header.isdigit() and len(header) <= 9:
        return min(timedelta(seconds=int(header)), MAX_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(header)
        return min(max(until - now, timedelta()), MAX_RETRY_AFTER)
    except (TypeError, ValueError, OverflowError):
        return None
