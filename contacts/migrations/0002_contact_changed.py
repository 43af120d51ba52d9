from django.db import migrations, models

from hindsight.db.operations import AddIndexWithoutBlocking
from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    atomic = False

    dependencies = [
        ('contacts', '0001_squashed_0006_search_indexes'),
    ]

    operations = [
        AddIndexWithoutBlocking(
            model_name='contact',
            index=models.Index(
                fields=['org', 'updated_at'], condition=models.Q(('version__gt', 1)), name='contact_changed'
            ),
        ),
    ]
