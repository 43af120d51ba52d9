"""Hands the model over to the app "limits"; the table stays."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("api", "0002_idempotency"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="RateLimitCounter")]),
    ]
