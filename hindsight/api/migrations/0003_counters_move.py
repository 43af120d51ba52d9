"""Moves the model RateLimitCounter to the app "limits". The table does not change."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("api", "0002_idempotency"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="RateLimitCounter")]),
    ]
