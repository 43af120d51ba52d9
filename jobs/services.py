from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from jobs.models import Chunk, Job


@transaction.atomic
def delete_jobs(rows: QuerySet[Job]) -> int:
    """With their files. Locks the jobs first: a worker of the release before locks a job before it writes a file."""
    ids = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
    Chunk.objects.filter(job__in=ids).delete()
    Job.objects.filter(pk__in=ids).delete()
    return len(ids)


def withdraw_jobs(*, org_id: int) -> None:
    """Deletes files that may have texts of the org. Call it before anything else is locked."""
    delete_jobs(Job.objects.filter(Q(org=org_id) | Q(org=None)))


def purge_jobs(*, dry_run: bool = False) -> int:
    expired = Job.objects.filter(expires_at__lte=timezone.now())
    return expired.count() if dry_run else delete_jobs(expired)
