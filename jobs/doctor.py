from django.db import Error as DatabaseError
from django.utils import timezone

from hindsight.doctor import Fault, not_checked
from hindsight.queue.heartbeats import running_workers
from hindsight.queue.models import OVERDUE_AFTER, is_due
from jobs.models import Job


def exports_and_imports() -> str:
    try:
        unfinished = Job.objects.unfinished().count()
        now = timezone.now()
        late = Job.objects.unfinished().filter(is_due(now), due_at__lt=now - OVERDUE_AFTER).count()
        workers = running_workers()
    except DatabaseError as error:
        raise not_checked(error) from None
    if unfinished and not workers:
        raise Fault(f"No worker is running, and {unfinished:,} wait. Start `manage.py run_worker`.")
    if late:
        raise Fault(f"No worker has taken {late:,} of {unfinished:,} for long. Start more workers.")
    return f"{unfinished:,} unfinished"
