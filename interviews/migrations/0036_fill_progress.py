from datetime import timedelta

import django.db.models.functions.math
from django.db import migrations, models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from hindsight.db.keyset import pk_batches
from hindsight.db.operations import AddIndexWithoutBlocking
from hindsight.db.upgrades import ROLLING

BATCH = 2_000


def fill_progress(apps, schema_editor):
    """Without events, and without a new version of the rows."""
    rows = apps.get_model('interviews', 'InterviewRequest').objects
    conversations = apps.get_model('interviews', 'Conversation').objects.filter(interview_request=OuterRef('pk'))
    unfinished = conversations.filter(stage__in=['consented', 'in_progress', 'recap'])
    quiet = unfinished.filter(last_activity_at__lt=timezone.now() - timedelta(days=7))
    progress = Case(
        When(status='completed', then=Value('completed')),
        When(flags__contains='declined', then=Value('declined')),
        When(Exists(quiet), then=Value('abandoned')),
        When(Exists(unfinished), then=Value('started')),
        default=Value('not_started'),
    )
    begun = Q(status='completed') | Q(flags__contains='declined') | Exists(unfinished)
    for pks in pk_batches(rows.all(), BATCH):
        rows.filter(begun, pk__in=pks).update(progress=progress)


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = (
        "In batches, so that a PATCH waits for milliseconds. Old servers do not write the column: for interviews that they "
        "begin or end meanwhile, `manage.py purge` does."
    )
    atomic = False

    dependencies = [
        ('interviews', '0035_progress'),
    ]

    operations = [
        migrations.RunPython(fill_progress, migrations.RunPython.noop),
        AddIndexWithoutBlocking(
            model_name='interviewrequest',
            index=models.Index(models.F('org'), models.F('progress'), django.db.models.functions.math.Abs('id'), name='interview_request_by_progress'),
        ),
    ]
