import django.db.models.functions.math
from django.db import migrations, models

from hindsight.db.operations import AddIndexWithoutBlocking
from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    atomic = False

    replaces = [
        ('interviews', '0039_cancelled_index'),
        ('interviews', '0044_queue_indexes'),
    ]

    dependencies = [
        ('interviews', '0031_fill_new_tables'),
    ]

    operations = [
        AddIndexWithoutBlocking(
            model_name='interviewrequest',
            index=models.Index(models.F('org'), models.F('progress'), django.db.models.functions.math.Abs('id'), name='interview_request_by_progress'),
        ),
        AddIndexWithoutBlocking(
            model_name='interviewrequest',
            index=models.Index(models.F('org'), django.db.models.functions.math.Abs('id'), condition=models.Q(('cancelled_at__isnull', False)), name='interview_request_cancelled'),
        ),
        AddIndexWithoutBlocking(
            model_name='driver',
            index=models.Index(fields=['org', 'completed_at', 'id'], name='driver_of_org_newest'),
        ),
        AddIndexWithoutBlocking(
            model_name='driverchoice',
            index=models.Index(fields=['org', 'due_at'], name='driverchoice_lane'),
        ),
        AddIndexWithoutBlocking(
            model_name='driverchoice',
            index=models.Index(condition=models.Q(('leased_until__isnull', False)), fields=['leased_until'], name='driverchoice_leased'),
        ),
        AddIndexWithoutBlocking(
            model_name='scriptedinterview',
            index=models.Index(fields=['org', 'due_at'], name='scriptedinterview_lane'),
        ),
        AddIndexWithoutBlocking(
            model_name='scriptedinterview',
            index=models.Index(condition=models.Q(('leased_until__isnull', False)), fields=['leased_until'], name='scriptedinterview_leased'),
        ),
    ]
