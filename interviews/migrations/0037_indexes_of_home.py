from django.db import migrations, models

from hindsight.db.operations import AddIndexWithoutBlocking
from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    atomic = False

    dependencies = [
        ('interviews', '0036_guide_drafts'),
    ]

    operations = [
        AddIndexWithoutBlocking(
            model_name='interviewrequest',
            index=models.Index(fields=['created_at', 'org', 'status'], name='request_by_creation'),
        ),
        migrations.RemoveIndex(
            model_name='interviewrequest',
            name='request_by_time',
        ),
        migrations.RemoveIndex(
            model_name='interviewrequest',
            name='request_by_flags',
        ),
    ]
