from django.db import migrations

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    dependencies = [
        ('interviews', '0037_indexes_of_home'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='interviewrequest',
            name='interview_request_sent_has_time',
        ),
    ]
