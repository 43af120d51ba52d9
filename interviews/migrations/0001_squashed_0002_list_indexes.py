import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
import django.db.models.functions.math
import hindsight.db.versions
import interviews.models.interview_request
import orgs.tenancy
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('interviews', '0001_initial'),
        ('interviews', '0002_list_indexes'),
    ]

    dependencies = [
        ('contacts', '0001_squashed_0006_search_indexes'),
        ('orgs', '0020_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='InterviewType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('guide', models.JSONField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='interview_types', to='orgs.org')),
                ('guide_version', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('version', 'guide'), models.IntegerField()), 0), output_field=models.IntegerField())),
                ('archived_at', models.DateTimeField(blank=True, editable=False, help_text='No new interview request may have an archived type.', null=True)),
            ],
            options={
                'ordering': ('-id',),
                'constraints': [models.UniqueConstraint(fields=('org', 'name'), name='interview_type_name_is_unique_in_org'), models.UniqueConstraint(fields=('org', 'id'), name='interview_type_of_org')],
            },
        ),
        migrations.CreateModel(
            name='InterviewRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deal_id', models.CharField(blank=True, help_text="The customer's own id of the deal.", max_length=255)),
                ('objective', models.TextField(blank=True)),
                ('status', models.CharField(choices=[('created', 'created'), ('sent', 'sent'), ('completed', 'completed')], default='created', max_length=20)),
                ('survey_token', models.CharField(blank=True, default=interviews.models.interview_request.new_survey_token, editable=False, help_text='Null once the contact is erased.', max_length=43, null=True, unique=True)),
                ('email_sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('completed_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', hindsight.db.versions.UpdatedAtField(blank=True, editable=False)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='interview_requests', to='contacts.contact')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='interview_requests', to='orgs.org')),
                ('interview_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interview_requests', to='interviews.interviewtype')),
                ('version', hindsight.db.versions.VersionField(db_default=1, default=1, editable=False)),
                ('flags', models.CharField(blank=True, db_default='', default='', editable=False, help_text='What the contact wants: values of Flag, separated by spaces.', max_length=60)),
                ('picks', models.TextField(blank=True, db_default='', default='', help_text='The topics that staff have picked, until the objective changes: see paige/objective/steering.py.')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, help_text='Staff have taken it off their list. Customers do not see it.', null=True)),
            ],
            options={
                'ordering': ('-id',),
                'permissions': (('view_own_interviewrequest', 'Can view interview requests of orgs that they manage'),),
                'indexes': [models.Index(models.F('org'), django.db.models.functions.math.Abs('id'), name='interview_request_newest'), models.Index(models.F('org'), models.F('status'), django.db.models.functions.math.Abs('id'), name='interview_request_by_status'), models.Index(models.F('org'), models.F('deal_id'), django.db.models.functions.math.Abs('id'), name='interview_request_by_deal'), models.Index(fields=['deal_id'], name='request_of_any_org_by_deal', opclasses=('varchar_pattern_ops',)), models.Index(fields=['status', 'id'], name='request_of_any_org_by_status'), models.Index(fields=['org', 'updated_at', 'id'], name='interview_request_updated'), models.Index(condition=models.Q(('completed_at__isnull', False)), fields=['org', 'completed_at', 'id'], name='interview_request_completed'), models.Index(condition=models.Q(('flags', ''), _negated=True), fields=['id'], name='request_of_any_org_flagged'), models.Index(fields=['created_at', 'org'], name='request_by_time'), models.Index(condition=models.Q(('completed_at__isnull', False)), fields=['completed_at', 'org'], name='request_by_completion'), models.Index(condition=models.Q(('archived_at__isnull', False)), fields=['id'], name='request_of_any_org_archived'), models.Index(condition=models.Q(models.Q(('flags', ''), _negated=True), ('archived_at__isnull', True)), fields=['flags', 'org', 'updated_at'], name='request_by_flags')],
                'constraints': [orgs.tenancy.SameOrg('contact', name='interview_request_contact_is_of_org'), orgs.tenancy.SameOrg('interview_type', name='interview_request_type_is_of_org'), models.UniqueConstraint(fields=('org', 'id'), name='interview_request_of_org'), models.CheckConstraint(condition=models.Q(('status__in', ['created', 'sent', 'completed'])), name='interview_request_status_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'sent'), _negated=True), ('email_sent_at__isnull', False), _connector='OR'), name='interview_request_sent_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('completed_at__isnull', False), ('status', 'completed')), models.Q(models.Q(('status', 'completed'), _negated=True), ('completed_at__isnull', True)), _connector='OR'), name='interview_request_completed_has_time')],
            },
        ),
    ]
