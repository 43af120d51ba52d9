"""Moves the model Worker to the app "queue", where it is Heartbeat. The table does not change."""

from django.db import migrations

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    dependencies = [
        ("webhooks", "0004_own_orgs"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="Worker")]),
    ]
