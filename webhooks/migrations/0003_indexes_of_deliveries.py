from django.db import migrations, models

from hindsight.db.operations import AddIndexWithoutBlocking
from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    atomic = False

    replaces = [
        ('webhooks', '0003_indexes_of_the_queue'),
        ('webhooks', '0007_index_of_answers'),
    ]

    dependencies = [
        ('webhooks', '0002_columns_of_deliveries'),
    ]

    operations = [
        AddIndexWithoutBlocking(
            model_name='delivery',
            index=models.Index(condition=models.Q(('status', 'pending')), fields=['endpoint', 'due_at'], name='webhook_delivery_lane'),
        ),
        migrations.RemoveIndex(model_name='delivery', name='webhook_delivery_due'),
        AddIndexWithoutBlocking(
            model_name='delivery',
            index=models.Index(condition=models.Q(('leased_until__isnull', False), ('status', 'pending')), fields=['leased_until'], name='webhook_delivery_leased'),
        ),
        AddIndexWithoutBlocking(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("answer_headers", ""), _negated=True),
                fields=["last_attempt_at"],
                name="webhook_delivery_answered",
            ),
        ),
    ]
