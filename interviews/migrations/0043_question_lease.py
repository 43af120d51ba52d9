from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    dependencies = [
        ("interviews", "0042_reported_deal"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="leased_until",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Until then, a request computes Paige's next question. After that, another one may.",
                null=True,
            ),
        ),
    ]
