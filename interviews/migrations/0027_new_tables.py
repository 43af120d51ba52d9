import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import hindsight.db.foreign_keys
import hindsight.db.full_text
import hindsight.db.ids
import orgs.tenancy
from django.db import migrations, models

from hindsight.db.full_text import create_full_text_index, drop_full_text_index
from hindsight.db.upgrades import ROLLING


def create_index(apps, schema_editor):
    create_full_text_index(
        schema_editor, table='interviews_indexedanswer', column='words', index='interviews_indexedanswer_words'
    )


def drop_index(apps, schema_editor):
    drop_full_text_index(schema_editor, index='interviews_indexedanswer_words')


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = (
        "Old servers write no rows: `manage.py purge` adds drivers and indexed answers, which the database deletes with their "
        "transcript. Rows of the queue live for some seconds: meanwhile an old server cannot delete their interview request or "
        "org; the deletion can be repeated. Unread objectives have no foreign key. The join of deals is not in the database."
    )

    replaces = [
        ('interviews', '0027_driver_choice'),
        ('interviews', '0034_scripted_interview'),
        ('interviews', '0037_drivers'),
        ('interviews', '0040_indexed_answers'),
        ('interviews', '0042_reported_deal'),
    ]

    dependencies = [
        ('deals', '0001_initial'),
        ('interviews', '0003_squashed_0026_survey_token_like'),
        ('orgs', '0023_kinds_of_events'),
    ]

    operations = [
        migrations.CreateModel(
            name='DriverChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='No worker takes it before this time.')),
                ('leased_until', models.DateTimeField(help_text='Until then a worker has it. If the worker was killed, another one takes it after that.', null=True)),
                ('interview_request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='driver_choice', to='interviews.interviewrequest')),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='driver_choices', to='orgs.org')),
            ],
            options={
                'default_permissions': (),
                'constraints': [orgs.tenancy.SameOrg('interview_request', name='driver_choice_request_is_of_org')],
            },
        ),
        migrations.CreateModel(
            name='ScriptedInterview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='No worker takes it before this time.')),
                ('leased_until', models.DateTimeField(help_text='Until then a worker has it. If the worker was killed, another one takes it after that.', null=True)),
                ('interview_request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='scripted_interview', to='interviews.interviewrequest')),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scripted_interviews', to='orgs.org')),
            ],
            options={
                'default_permissions': (),
                'constraints': [orgs.tenancy.SameOrg('interview_request', name='scripted_interview_request_is_of_org')],
            },
        ),
        migrations.CreateModel(
            name='Driver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('completed_at', models.DateTimeField(help_text='When the interview was completed.')),
                ('topic', models.CharField(help_text='The key of a topic of the guide.', max_length=40)),
                ('title', models.TextField(help_text="The topic's title in the guide.")),
                ('direction', models.CharField(choices=[('for', 'For'), ('against', 'Against'), ('neutral', 'Neutral'), ('unclear', 'Unclear')], max_length=10)),
                ('quote', models.TextField()),
                ('turn', models.PositiveSmallIntegerField()),
                ('start', models.PositiveIntegerField(help_text="In code points of the transcript's content, as is the end.")),
                ('end', models.PositiveIntegerField()),
                ('is_reason', models.BooleanField(help_text='Whether the contact gives it as a reason for the decision.')),
                ('review', models.CharField(blank=True, choices=[('confirmed', 'Confirmed'), ('rejected', 'Rejected')], default='', max_length=10)),
                ('is_counted', models.BooleanField(help_text='Whether it is the strongest one of its topic and direction in the interview, and not rejected.')),
                ('interview_request', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='drivers', to='interviews.interviewrequest')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='drivers', to='orgs.org')),
            ],
            options={
                'permissions': (('review_driver', 'Can confirm and reject drivers'), ('review_own_driver', 'Can confirm and reject drivers in orgs that they manage')),
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('is_counted', True)), fields=['org', 'completed_at', 'topic', 'direction', 'interview_request'], name='driver_of_org_counted'), models.Index(condition=models.Q(('is_counted', True)), fields=['completed_at', 'org', 'topic', 'direction', 'interview_request'], name='driver_of_any_org_counted')],
                'constraints': [orgs.tenancy.SameOrg('interview_request', name='driver_request_is_of_org'), hindsight.db.foreign_keys.DeletedWith('interview_request', name='driver_is_of_a_transcript', table='interviews_transcript'), models.UniqueConstraint(fields=('interview_request', 'start'), name='driver_place_is_unique'), models.UniqueConstraint(condition=models.Q(('is_counted', True)), fields=('interview_request', 'topic', 'direction'), name='driver_is_counted_once'), models.CheckConstraint(condition=models.Q(('direction__in', ['for', 'against', 'neutral', 'unclear'])), name='driver_direction_is_known'), models.CheckConstraint(condition=models.Q(('review__in', ['', 'confirmed', 'rejected'])), name='driver_review_is_known'), models.CheckConstraint(condition=models.Q(('is_counted', True), ('review', 'rejected'), _negated=True), name='driver_rejected_is_not_counted')],
            },
            bases=(hindsight.db.ids.PublicId, models.Model),
        ),
        migrations.CreateModel(
            name='IndexedAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('completed_at', models.DateTimeField(help_text='When the interview was completed.')),
                ('topic', models.CharField(blank=True, help_text='The key of the topic of the question.', max_length=40)),
                ('turn', models.PositiveSmallIntegerField()),
                ('start', models.PositiveIntegerField(help_text="In code points of the transcript's content, as is the end.")),
                ('end', models.PositiveIntegerField()),
                ('configuration', models.CharField(help_text='The text search configuration of PostgreSQL.', max_length=20)),
                ('words', hindsight.db.full_text.FullTextField()),
                ('interview_request', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='indexed_answers', to='interviews.interviewrequest')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='indexed_answers', to='orgs.org')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['org', 'completed_at', 'id'], name='indexed_answer_of_org_newest'), models.Index(fields=['completed_at', 'id'], name='indexed_answer_newest')],
                'constraints': [orgs.tenancy.SameOrg('interview_request', name='indexed_answer_request_is_of_org'), hindsight.db.foreign_keys.DeletedWith('interview_request', name='indexed_answer_has_a_transcript', table='interviews_transcript'), models.UniqueConstraint(fields=('interview_request', 'turn'), name='indexed_answer_turn_is_unique')],
            },
        ),
        migrations.RunPython(create_index, drop_index),
        migrations.CreateModel(
            name='UnreadObjective',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='No worker takes it before this time.')),
                ('leased_until', models.DateTimeField(help_text='Until then a worker has it. If the worker was killed, another one takes it after that.', null=True)),
                ('for_model', models.BooleanField(db_default=False, default=False, help_text='The encoder has read the objective, and a model is to read it too.')),
                ('interview_request', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='interviews.interviewrequest')),
                ('org', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orgs.org')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(fields=['org', 'for_model', 'due_at'], name='unreadobjective_lane'), models.Index(condition=models.Q(('leased_until__isnull', False)), fields=['leased_until'], name='unreadobjective_leased')],
                'constraints': [models.UniqueConstraint(fields=('interview_request', 'for_model'), name='unreadobjective_is_unique')],
            },
        ),
        # Not on the database: Django cannot take it back there on SQLite.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name='interviewrequest',
                    name='reported_deal',
                    field=models.ForeignObject(editable=False, from_fields=('org', 'deal_id'), help_text="What the customer's system says about the deal. None if it says nothing.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='deals.deal', to_fields=('org', 'deal_id')),
                ),
            ],
        ),
    ]
