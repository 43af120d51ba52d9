"""Runs jobs, one slice at a time, so that no job waits until a long one is finished. Rooms above register runners."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from hindsight.queue.kinds import Kind
from hindsight.queue.lease import put
from hindsight.queue.models import is_due
from hindsight.queue.shares import Lane, Shares
from jobs.models import Job, Part, State

SLICE_SECONDS = 10
# The time before the first step must be shorter, and each step too.
LEASE = timedelta(minutes=3)
MAX_CRASHES = 3


@dataclass(frozen=True)
class StepResult:
    done: int
    output: bytes = b""
    counts: Mapping[str, int] = field(default_factory=dict)


# A step reads and writes in the transaction that stores its progress.
Step = Callable[[], StepResult]
# Yields the steps after `Job.done`, so that a job goes on where a killed worker stopped.
Runner = Callable[[Job], Iterator[Step]]

RUNNERS: dict[str, Runner] = {}


class Jobs(Kind[Job]):
    """A lane is an org. Jobs of several orgs have a lane of their own."""

    name = "exports and imports"
    threads = 2
    shares = Shares(org=1)
    lease_time = LEASE
    written = ("state", "runs", "crashes")

    def rows(self) -> QuerySet[Job]:
        return Job.objects.unfinished()

    def due_lanes(self, now: datetime) -> list[Lane]:
        """Reads all unfinished jobs, which are few: people start them."""
        due = self.rows().filter(is_due(now)).order_by().values_list("org_id")
        return [Lane(org_id, org_id) for org_id, _ in due.annotate(oldest=Min("due_at")).order_by("oldest")]

    def begin(self, row: Job, now: datetime) -> bool:
        """A running job that is due was running in a worker that was killed."""
        row.crashes += row.state == State.RUNNING
        row.state = State.FAILED if row.crashes >= MAX_CRASHES else State.RUNNING
        row.runs += 1
        return row.state == State.RUNNING

    def run(self, row: Job) -> None:
        run_job(row)


def run_job(job: Job) -> None:
    try:
        _run_slice(job)
    except DatabaseError:  # goes on when the lease has expired
        raise
    except Exception:
        if _finish(job, State.FAILED):  # otherwise it was withdrawn, and its chunks are missing
            raise


def _run_slice(job: Job) -> None:
    end = None
    for step in RUNNERS[job.kind](job):
        # A resumed import first reads the rows that it has done already. The slice begins after that.
        end = end or monotonic() + SLICE_SECONDS
        if not _advance(job, step):
            return
        if monotonic() > end:
            put(_still_mine(job), state=State.WAITING)
            return
    with transaction.atomic():
        if _finish(job, State.FINISHED) and not job.options.get("keeps_input"):
            job.chunks.filter(part=Part.INPUT).delete()


@transaction.atomic
def _advance(job: Job, step: Step) -> bool:
    """False if the job is no longer this worker's: it was withdrawn, or its lease had expired.

    The job is locked before the step reads anything, as in `withdraw_jobs()`.
    """
    if not _locked(job):
        return False
    result = step()
    job.append(Part.OUTPUT, result.output)
    job.done += result.done
    job.counts = dict(Counter(job.counts) + Counter(result.counts))
    job.output_bytes += len(result.output)
    job.leased_until = timezone.now() + LEASE
    job.save(update_fields=["done", "counts", "output_bytes", "leased_until"])
    return True


def _finish(job: Job, state: State) -> bool:
    return bool(_still_mine(job).update(state=state, leased_until=None))


def _locked(job: Job) -> bool:
    return bool(_still_mine(job).select_for_update().values_list("pk"))


def _still_mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, runs=job.runs, state=State.RUNNING)
