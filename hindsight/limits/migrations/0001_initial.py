"""Takes the model over from the app "api", whose first migration has created the table."""

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
