from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    dependencies = [
        ('interviews', '0038_sent_without_time'),
    ]

    operations = [
        migrations.AlterField(
            model_name='interviewrequest',
            name='picks',
            field=models.TextField(blank=True, db_default='', default='', help_text='The topics that staff have picked, until the objective changes: see paige/objective.py.'),
        ),
        migrations.AlterField(
            model_name='interviewrequest',
            name='subjects',
            field=models.TextField(blank=True, db_default='', default='', help_text='The subjects as staff have corrected them, until the objective changes: see paige/objective.py.'),
        ),
    ]
