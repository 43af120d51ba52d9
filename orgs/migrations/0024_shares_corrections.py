from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    dependencies = [
        ('orgs', '0023_kinds_of_events'),
    ]

    operations = [
        migrations.AddField(
            model_name='org',
            name='shares_corrections',
            field=models.BooleanField(db_default=False, default=False, help_text="Quotes whose drivers staff have corrected leave the org, with question and answer, to train the reader. Names, email addresses and phone numbers are replaced; names that are stored nowhere, such as a colleague's, can remain. Only if the org's privacy notice allows it."),
        ),
    ]
