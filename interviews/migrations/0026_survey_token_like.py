from django.db import migrations

# Django adds this index to every unique text column of PostgreSQL, for LIKE. No query compares survey tokens with LIKE.
NAME = 'interviews_interviewrequest_survey_token_c628b183_like'


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {NAME}')


def create(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute(
            f'CREATE INDEX CONCURRENTLY {NAME} ON interviews_interviewrequest (survey_token varchar_pattern_ops)'
        )


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('interviews', '0025_interview_type_archived'),
    ]

    operations = [migrations.RunPython(drop, create)]
