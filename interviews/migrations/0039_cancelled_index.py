import django.db.models.functions.math
from django.db import migrations, models

from hindsight.db.operations import AddIndexWithoutBlocking
from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    atomic = False

    dependencies = [
        ('interviews', '0038_fill_drivers'),
    ]

    operations = [
        AddIndexWithoutBlocking(
            model_name='interviewrequest',
            index=models.Index(models.F('org'), django.db.models.functions.math.Abs('id'), condition=models.Q(('cancelled_at__isnull', False)), name='interview_request_cancelled'),
        ),
    ]
