from django.db import migrations, models

from hindsight.db.operations import AddIndexWithoutBlocking
from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    atomic = False

    dependencies = [
        ('webhooks', '0003_indexes_of_deliveries'),
    ]

    operations = [
        AddIndexWithoutBlocking(
            model_name='event',
            index=models.Index(fields=['org', 'created_at', 'id'], name='webhook_event_by_time'),
        ),
    ]
