from django.db import migrations, models

from hindsight.db.operations import AddIndexWithoutBlocking
from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    atomic = False

    dependencies = [
        ("webhooks", "0006_answers"),
    ]

    operations = [
        AddIndexWithoutBlocking(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("answer_headers", ""), _negated=True),
                fields=["last_attempt_at"],
                name="webhook_delivery_answered",
            ),
        ),
    ]
