"""Runs jobs, one slice at a time, so that webhooks do not wait until a long job is finished."""

import logging
from collections import Counter
from datetime import timedelta
from time import monotonic

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import task

from jobs.models import Job, Part, State
from jobs.runners import RUNNERS, Step
from webhooks.tasks import put

SLICE_SECONDS = 10
# If a worker is killed, another one continues its job after this time. The time before the first step must be shorter.
# Each step must be shorter too.
LEASE = timedelta(minutes=3)
# If no worker has started a queued job after this time, it is queued again. The older task then does nothing.
QUEUE_LEASE = timedelta(minutes=5)
MAX_CRASHES = 3

logger = logging.getLogger(__name__)


@task
def run_job(job_id: int, runs: int) -> None:
    """Does nothing if another task has taken the job since `runs`."""
    job = _claim(job_id, runs)
    if job is None:
        return
    try:
        _run_slice(job)
    except DatabaseError:  # goes on when the lease has expired
        raise
    except Exception:
        if _finish(job, State.FAILED):  # otherwise it was withdrawn, and its chunks are missing
            logger.exception("Job %d failed.", job_id)
            raise


def enqueue(job: Job) -> None:
    """Call it in the transaction that writes the job."""
    Job.objects.filter(pk=job.pk).update(state=State.WAITING, leased_until=timezone.now() + QUEUE_LEASE)
    put(run_job, job.pk, job.runs)


def _claim(job_id: int, runs: int) -> Job | None:
    """Compares and sets the number of runs, so that one of several workers wins."""
    waiting = Job.objects.filter(pk=job_id, runs=runs, state=State.WAITING)
    if not waiting.update(runs=runs + 1, state=State.RUNNING, leased_until=timezone.now() + LEASE):
        return None
    return Job.objects.filter(pk=job_id, runs=runs + 1).first()


def _run_slice(job: Job) -> None:
    end = None
    for step in RUNNERS[job.kind](job):
        # A resumed import first reads the rows that it has done already. The slice begins after that.
        end = end or monotonic() + SLICE_SECONDS
        if not _advance(job, step):
            return
        if monotonic() > end:
            with transaction.atomic():
                if _locked(job):
                    enqueue(job)
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
    progress = step()
    job.append(Part.OUTPUT, progress.output)
    job.done += progress.done
    job.counts = dict(Counter(job.counts) + Counter(progress.counts))
    job.output_bytes += len(progress.output)
    job.leased_until = timezone.now() + LEASE
    job.save(update_fields=["done", "counts", "output_bytes", "leased_until"])
    return True


def _finish(job: Job, state: State) -> bool:
    return bool(_still_mine(job).update(state=state, leased_until=None))


def _locked(job: Job) -> bool:
    return bool(_still_mine(job).select_for_update().values_list("pk"))


def _still_mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, runs=job.runs, state=State.RUNNING)
