import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
import orgs.tenancy
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('interviews', '0003_conversation'),
        ('interviews', '0004_staff_search'),
        ('interviews', '0005_roles'),
        ('interviews', '0006_conversations_of_staff'),
        ('interviews', '0007_support_edits_guides'),
        ('interviews', '0008_help_texts'),
        ('interviews', '0009_no_survey_link_after_erasure'),
        ('interviews', '0010_version'),
        ('interviews', '0011_moves'),
        ('interviews', '0012_move_constraints'),
        ('interviews', '0013_time_indexes'),
        ('interviews', '0014_flags'),
        ('interviews', '0015_picks'),
        ('interviews', '0016_guide_version'),
        ('interviews', '0017_turns_by_engine'),
        ('interviews', '0018_findings'),
        ('interviews', '0019_what_contacts_tell'),
        ('interviews', '0020_home_statistics'),
        ('interviews', '0021_archive'),
        ('interviews', '0022_account_managers'),
        ('interviews', '0023_flags_of_the_unarchived'),
        ('interviews', '0024_interview_names'),
        ('interviews', '0025_interview_type_archived'),
        ('interviews', '0026_survey_token_like'),
    ]

    dependencies = [
        ('interviews', '0001_squashed_0002_list_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Transcript',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.TextField(help_text='Markdown: **Paige:** and **Name:** blocks.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('interview_request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='transcript', to='interviews.interviewrequest')),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='transcripts', to='orgs.org')),
                ('key_answers', models.JSONField(default=list, help_text="Verbatim excerpts of the contact's answers, by topic.")),
                ('coverage', models.JSONField(default=list, help_text='What of the objective was answered when it was completed.')),
                ('drivers', models.JSONField(default=list, help_text='What spoke for the vendor or against it, in verbatim quotes.')),
            ],
            options={
                'constraints': [orgs.tenancy.SameOrg('interview_request', name='transcript_request_is_of_org')],
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('speaker', models.CharField(choices=[('paige', 'Paige'), ('contact', 'Contact')], max_length=10)),
                ('move', models.CharField(choices=[('question', 'Question'), ('follow_up', 'follow-up'), ('covered', 'Covered'), ('repeat', 'Repeat'), ('rephrase', 'Rephrase'), ('closing', 'Closing'), ('answer', 'Answer'), ('skip', 'Skip')], max_length=10)),
                ('topic', models.CharField(help_text='The key of a topic of the guide.', max_length=40)),
                ('text', models.TextField(blank=True)),
                ('engine', models.CharField(blank=True, choices=[('rules', 'Rules'), ('model', 'Model'), ('fallback', 'Fallback')], max_length=10)),
                ('guide_version', models.PositiveIntegerField()),
                ('latency_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('prompt_tokens', models.PositiveIntegerField(blank=True, null=True)),
                ('completion_tokens', models.PositiveIntegerField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('corrected_at', models.DateTimeField(blank=True, help_text='When the contact corrected the answer.', null=True)),
                ('interview_request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='interviews.interviewrequest')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='orgs.org')),
                ('follow_up', models.PositiveSmallIntegerField(blank=True, help_text='The index of the follow-up that Paige put, among those of the topic.', null=True)),
            ],
            options={
                'ordering': ('number',),
                'indexes': [models.Index(fields=['engine', 'created_at', 'latency_ms'], name='turn_of_any_org_by_engine')],
                'constraints': [orgs.tenancy.SameOrg('interview_request', name='turn_request_is_of_org'), models.UniqueConstraint(fields=('org', 'interview_request', 'number'), name='turn_number_is_unique_in_interview'), models.CheckConstraint(condition=models.Q(models.Q(('move', 'skip'), ('text', '')), models.Q(models.Q(('move', 'skip'), _negated=True), models.Q(('text', ''), _negated=True)), _connector='OR'), name='turn_only_a_skip_is_empty'), models.CheckConstraint(condition=models.Q(models.Q(('move__in', ('question', 'follow_up', 'covered', 'repeat', 'rephrase', 'closing')), ('speaker', 'paige')), models.Q(('move__in', ('answer', 'skip')), ('speaker', 'contact')), _connector='OR'), name='turn_move_is_its_speakers'), models.CheckConstraint(condition=models.Q(models.Q(('engine__in', ['rules', 'model', 'fallback']), ('speaker', 'paige')), models.Q(('engine', ''), ('speaker', 'contact')), _connector='OR'), name='turn_engine_is_paiges')],
            },
        ),
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('interview_request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='conversation', serialize=False, to='interviews.interviewrequest')),
                ('stage', models.CharField(choices=[('invited', 'invited'), ('consented', 'consented'), ('in_progress', 'in progress'), ('recap', 'recap'), ('completed', 'completed'), ('declined', 'declined')], default='consented', max_length=20)),
                ('guide', models.JSONField()),
                ('consented_at', models.DateTimeField(help_text='Empty if the contact declined without it.', null=True)),
                ('started_at', models.DateTimeField(blank=True, help_text='When Paige asked the first question.', null=True)),
                ('finished_at', models.DateTimeField(blank=True, help_text='When the questions were finished.', null=True)),
                ('last_activity_at', models.DateTimeField()),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='conversations', to='orgs.org')),
                ('guide_version', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('version', 'guide'), models.IntegerField()), 0), output_field=models.IntegerField())),
                ('decline_comment', models.TextField(blank=True, db_default='', default='', help_text="Why the contact declined, in the contact's words.", max_length=2000)),
                ('decline_reason', models.CharField(blank=True, choices=[('no_time', 'I have no time'), ('not_involved', 'I was not involved in the decision'), ('confidential', 'I may not talk about it'), ('no_ai', 'I do not want to talk with an AI')], db_default='', default='', max_length=20)),
                ('declined_at', models.DateTimeField(blank=True, null=True)),
                ('rating', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Not at all'), (2, 'In part'), (3, 'Mostly'), (4, 'Fully')], null=True)),
                ('last_topic', models.CharField(blank=True, db_default='', default='', help_text="The key of the topic of Paige's last question.", max_length=40)),
                ('guide_name', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce(django.db.models.fields.json.KeyTextTransform('name', 'guide'), models.Value(''), output_field=models.TextField()), output_field=models.TextField())),
            ],
            options={
                'indexes': [models.Index(fields=['org', 'stage', 'last_activity_at'], name='conversation_of_org_by_stage'), models.Index(fields=['stage', 'last_activity_at'], name='conversation_of_any_by_stage'), models.Index(condition=models.Q(('rating__isnull', False)), fields=['org'], name='conversation_of_org_rated'), models.Index(fields=['consented_at', 'org', 'stage', 'last_activity_at', 'last_topic'], name='conversation_by_consent')],
                'constraints': [orgs.tenancy.SameOrg('interview_request', name='conversation_request_is_of_org'), models.CheckConstraint(condition=models.Q(('stage__in', ['consented', 'in_progress', 'recap', 'completed', 'declined'])), name='conversation_stage_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('stage__in', ['recap', 'completed'])), models.Q(('finished_at__isnull', True), ('stage__in', ['consented', 'in_progress', 'declined'])), _connector='OR'), name='conversation_finished_has_time'), models.CheckConstraint(condition=models.Q(('stage', 'declined'), ('consented_at__isnull', False), _connector='OR'), name='conversation_consent_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('declined_at__isnull', False), ('stage', 'declined')), models.Q(models.Q(('stage', 'declined'), _negated=True), ('decline_comment', ''), ('decline_reason', ''), ('declined_at', None)), _connector='OR'), name='conversation_decline_has_time'), models.CheckConstraint(condition=models.Q(('decline_reason__in', ['', 'no_time', 'not_involved', 'confidential', 'no_ai'])), name='conversation_decline_reason_is_known'), models.CheckConstraint(condition=models.Q(('rating', None), models.Q(('rating__in', [1, 2, 3, 4]), ('stage', 'completed')), _connector='OR'), name='conversation_rating_is_of_the_completed')],
            },
        ),
    ]
