"""What a job of each kind does. Rooms above register their kinds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from jobs.models import Job


@dataclass(frozen=True)
class Progress:
    """What a step adds to the job's row and to its output."""

    done: int
    output: bytes = b""
    counts: Mapping[str, int] = field(default_factory=dict)


# A step reads and writes in the transaction that stores its progress.
Step = Callable[[], Progress]
# Yields the steps after `Job.done`, so that a job goes on where a killed worker stopped.
Runner = Callable[[Job], Iterator[Step]]

RUNNERS: dict[str, Runner] = {}
