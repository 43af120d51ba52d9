"""Adds rows about transcripts that a server of the release before has written, which does not know their table."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from hindsight.db.keyset import pk_batches
from interviews.models import Transcript

BATCH = 500
# At most, between `migrate` and the restart of the last server.
LONGEST_UPGRADE = timedelta(days=30)

Step = Callable[[Transcript], object]


def add_missing_rows(
    model: type[models.Model], add: Step, *, of: QuerySet[Transcript], dry_run: bool, is_due: Step = bool
) -> Counter[str]:
    """`model` has a row or more for each transcript in `of` that `is_due`. Returns the number of transcripts by org."""
    counts: Counter[str] = Counter()
    rows = model._default_manager.filter(interview_request=OuterRef("interview_request"))
    recent = of.filter(interview_request__completed_at__gte=timezone.now() - LONGEST_UPGRADE)
    missing = recent.exclude(Exists(rows))
    related = missing.select_related("org", "interview_request__conversation", "interview_request__interview_type")
    for pks in pk_batches(missing, BATCH):
        for pk in pks:
            with transaction.atomic():
                transcript = related.select_for_update(of=("self",)).filter(pk=pk).first()
                if transcript and is_due(transcript):
                    counts[transcript.org.slug] += 1
                    if not dry_run:
                        add(transcript)
    return counts
