"""Adds the model Heartbeat, moved from the app "webhooks". Its table exists: webhooks.0001_initial creates it."""

from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    initial = True

    dependencies = [
        ("webhooks", "0002_columns_of_deliveries"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Heartbeat",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("name", models.CharField(help_text="Random, for each process.", max_length=80, unique=True)),
                        ("seen_at", models.DateTimeField()),
                    ],
                    options={"db_table": "webhooks_worker", "ordering": ("name",)},
                ),
            ],
        ),
    ]
