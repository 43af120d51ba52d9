from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from itertools import islice

Job = Callable[[], object]

MAX_WAITING = 100
"""Of one caller, in one process. More threads than this would not help an honest client."""

IS_REFUSED = "hindsight.is_refused"
"""A key of the WSGI environment of a request that found MAX_WAITING others before it."""


class TooManyWaiting(Exception): ...


class FairQueue:
    """Jobs by caller. Not thread-safe.

    A caller runs at most half of what runs at once. The next job is one of the caller that runs the fewest, and of
    those, of the one whose last turn was first.
    """

    def __init__(self, size: int) -> None:
        """`size`: how many jobs run at once."""
        self._size, self._share = size, max(1, size // 2)
        self._running: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[Job]] = OrderedDict()

    def put(self, caller: str, job: Job, *, limit: int | None = None) -> None:
        """Raises TooManyWaiting if `limit` jobs of the caller wait."""
        jobs = self._waiting.get(caller)
        if jobs is None:
            self._waiting[caller] = deque([job])
        elif limit is not None and len(jobs) >= limit:
            raise TooManyWaiting
        else:
            jobs.append(job)

    def take(self) -> tuple[str, Job] | None:
        """Returns None if no job may run now. Call `end()` after the job."""
        # At most `size` callers run jobs, so one of these runs none, or they are all.
        caller = min(islice(self._waiting, self._size + 1), key=self._running.__getitem__, default=None)
        if caller is None or self._running[caller] >= self._share:
            return None
        jobs = self._waiting[caller]
        job = jobs.popleft()
        if jobs:
            self._waiting.move_to_end(caller)
        else:
            del self._waiting[caller]
        self.begin(caller)
        return caller, job

    def begin(self, caller: str) -> None:
        self._running[caller] += 1

    def end(self, caller: str) -> None:
        self._running[caller] -= 1
        if not self._running[caller]:
            del self._running[caller]
