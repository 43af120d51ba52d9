"""Adds the model RateLimitCounter, moved from the app "api". Its table exists: api.0001_initial creates it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("api", "0003_counters_move"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="RateLimitCounter",
                    fields=[
                        ("key", models.CharField(max_length=100, primary_key=True, serialize=False)),
                        ("count", models.PositiveIntegerField()),
                        ("expires_at", models.PositiveBigIntegerField(db_index=True, help_text="Unix seconds")),
                    ],
                    options={"db_table": "rate_limit_counter"},
                ),
            ],
        ),
    ]
