from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from hindsight.queue.lease import put
from jobs.models import Chunk, Job, Part, State
from orgs.models import Org

KEPT = timedelta(days=7)


def create_job(*, kind: str, owner: User, org: Org | None, options: dict[str, Any]) -> Job:
    """`org`: of all rows; None if they belong to several."""
    expires_at = timezone.now() + KEPT
    return Job.objects.create(kind=kind, owner=owner, org=org, options=options, expires_at=expires_at)


def start_job(job: Job, *, total: int, **options: Any) -> None:
    """The caller has locked or just created the job."""
    job.chunks.filter(part=Part.OUTPUT).delete()
    job.options |= options
    job.done, job.total, job.crashes, job.output_bytes, job.counts = 0, total, 0, 0, {}
    job.save(update_fields=["options", "done", "total", "crashes", "output_bytes", "counts"])
    put(Job.objects.filter(pk=job.pk), state=State.WAITING)


def continue_job(*, job_id: int) -> bool:
    """A failed job goes on after its last step."""
    return bool(put(Job.objects.filter(pk=job_id, state=State.FAILED), state=State.WAITING, crashes=0))


def withdraw_jobs(*, org_id: int) -> None:
    """Deletes files that may have texts of the org, and stops their jobs. Call it before anything else is locked.

    Does so again after the transaction: a job that is created meanwhile reads texts that are not removed yet.
    """
    _withdraw(org_id)
    transaction.on_commit(partial(_withdraw, org_id))


@transaction.atomic
def _withdraw(org_id: int) -> None:
    jobs = Job.objects.with_rows_of(org_id)
    ids = list(jobs.with_files().order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    # The options of an import have the first line of its file, which can be a contact instead of a header.
    Job.objects.filter(pk__in=ids).update(state=State.WITHDRAWN, leased_until=None, output_bytes=0, options={})
    Chunk.objects.filter(job__in=ids).delete()
    jobs.filter(state=State.FINISHED).update(options={})


def purge_jobs(*, dry_run: bool = False) -> int:
    expired = Job.objects.filter(expires_at__lte=timezone.now())
    count = expired.count()
    if not dry_run:
        for pk in expired.values_list("pk", flat=True):
            _delete_job(pk)
    return count


@transaction.atomic
def _delete_job(pk: int) -> None:
    """Locks it first: a step that is running may still write chunks."""
    for job in Job.objects.select_for_update().filter(pk=pk).only("pk"):
        job.delete()
