"""Each step that begins, resumes or ends a conversation writes `InterviewRequest.progress`."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from hindsight.db.keyset import pk_batches
from interviews.lifecycle import ABANDONED_AFTER, Progress, Stage, Status
from interviews.models import Conversation, InterviewRequest
from interviews.models.conversation import UNFINISHED
from interviews.services.conversations import locked_conversation
from interviews.services.transitions import change_progress

BATCH = 2_000


@contextmanager
def active_conversation(interview_request: InterviewRequest) -> Iterator[Conversation]:
    """`locked_conversation()` for a step after which an abandoned interview goes on."""
    with locked_conversation(interview_request) as conversation:
        yield conversation
        is_running = conversation.stage in UNFINISHED and not conversation.is_abandoned
        if is_running and conversation.progress != Progress.STARTED:
            change_progress(interview_request, Progress.STARTED, "interview.started")


def mark_abandoned(*, dry_run: bool = False) -> Counter[str]:
    """Returns the number of interview requests by the org's slug.

    Also corrects what servers of the release before wrote during a rolling upgrade: they do not know the column.
    """
    counts: Counter[str] = Counter()
    for pks in pk_batches(_outdated(), BATCH):
        for row in _outdated().filter(pk__in=pks).select_related("org").order_by("pk"):
            counts[row.org.slug] += dry_run or correct_progress(row)
    return +counts


def _outdated() -> QuerySet[Any]:
    """Adds `current`. Nobody is expected to answer cancelled ones."""
    quiet = Q(conversation__last_activity_at__lt=timezone.now() - ABANDONED_AFTER)
    current = Case(
        When(status=Status.COMPLETED, then=Value(Progress.COMPLETED)),
        When(conversation__stage=Stage.DECLINED, then=Value(Progress.DECLINED)),
        When(quiet, then=Value(Progress.ABANDONED)),
        default=Value(Progress.STARTED),
    )
    begun = InterviewRequest.objects.filter(conversation__isnull=False, cancelled_at=None)
    return begun.annotate(current=current).exclude(progress=F("current"))


def correct_progress(row: InterviewRequest) -> bool:
    """Returns whether it was outdated."""
    with locked_conversation(row):
        for outdated in _outdated().filter(pk=row.pk):
            if outdated.current == Progress.ABANDONED:
                change_progress(outdated, Progress.ABANDONED, "interview.abandoned")
            else:
                InterviewRequest.objects.filter(pk=row.pk).update(progress=outdated.current)
            return True
    return False
