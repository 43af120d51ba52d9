from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


# Django adds this index to every unique text column of PostgreSQL, for LIKE. No query compares survey tokens with LIKE.
DROP = 'DROP INDEX IF EXISTS interviews_interviewrequest_survey_token_c628b183_like'


def drop_like_index(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = (
        "Old servers do not write the columns, so they cannot violate the constraint. They have no index to drop. Readings have "
        "digests of their texts: what old servers write counts as not read, until a worker starts."
    )

    replaces = [
        ('interviews', '0028_subjects'),
        ('interviews', '0033_cancelled_at'),
        ('interviews', '0035_progress'),
        ('interviews', '0045_readings'),
    ]

    dependencies = [
        ('interviews', '0027_new_tables'),
    ]

    operations = [
        migrations.RunPython(drop_like_index, migrations.RunPython.noop),
        migrations.AddField(
            model_name='interviewrequest',
            name='subjects',
            field=models.TextField(blank=True, db_default='', default='', help_text='The subjects as staff have corrected them, until the objective changes: see paige/objective/subjects.py.'),
        ),
        migrations.AddField(
            model_name='interviewrequest',
            name='cancelled_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='Nobody is to answer it: its survey link says so.', null=True),
        ),
        migrations.AddField(
            model_name='interviewrequest',
            name='progress',
            field=models.CharField(choices=[('not_started', 'not started'), ('started', 'started'), ('abandoned', 'abandoned'), ('completed', 'completed'), ('declined', 'declined')], db_default='not_started', default='not_started', editable=False, max_length=20),
        ),
        migrations.AddConstraint(
            model_name='interviewrequest',
            constraint=models.CheckConstraint(condition=models.Q(('progress__in', ['not_started', 'started', 'abandoned', 'completed', 'declined'])), name='interview_request_progress_is_known'),
        ),
        migrations.AddField(
            model_name='interviewrequest',
            name='reading',
            field=models.TextField(blank=True, db_default='', default='', editable=False, help_text='Of objective, notes and reported reason, as JSON with their digests. Empty: not read yet.'),
        ),
    ]
