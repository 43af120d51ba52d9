import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import hindsight.db.search
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('orgs', '0001_initial'),
        ('orgs', '0002_api_key_lifetime'),
        ('orgs', '0003_scopes_and_key_days'),
        ('orgs', '0004_security_events'),
        ('orgs', '0005_change_without_after'),
        ('orgs', '0007_audit_days'),
        ('orgs', '0008_contact_address'),
        ('orgs', '0009_webhook_events'),
        ('orgs', '0010_transcript_and_contact_days'),
        ('orgs', '0011_privacy_url'),
        ('orgs', '0012_suspension'),
        ('orgs', '0013_second_factor_events'),
        ('orgs', '0014_search_text'),
        ('orgs', '0015_request_changed'),
        ('orgs', '0016_account_managers'),
        ('orgs', '0017_import_events'),
        ('orgs', '0018_interview_type_events'),
        ('orgs', '0019_change_by_time'),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Org',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('plan', models.CharField(choices=[('essentials', 'Essentials'), ('growth', 'Growth'), ('enterprise', 'Enterprise')], max_length=20)),
                ('own_rate_limit', models.PositiveIntegerField(blank=True, help_text="Requests per minute granted by this org's contract. Leave empty to use the plan's limit.", null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('is_active', models.BooleanField(default=True, help_text='Inactive orgs are suspended: their API keys are rejected.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('key_days', models.PositiveIntegerField(blank=True, help_text='Days until a new API key expires, unless it is issued for fewer. Empty: keys do not expire.', null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('audit_days', models.PositiveIntegerField(blank=True, help_text="Days until a change of the audit is deleted. Empty: the operator's setting applies.", null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(36500)])),
                ('contact_address', models.CharField(blank=True, db_default='', default='', help_text='An email address, page or phone number. The survey page shows it, and Paige to contacts who want to reach a person.', max_length=200)),
                ('contact_days', models.PositiveIntegerField(blank=True, help_text="Days without activity until a contact's personal data are erased. Empty: they are kept.", null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(36500)])),
                ('transcript_days', models.PositiveIntegerField(blank=True, help_text='Days until the transcript and answers of an interview are deleted. Empty: they are kept.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(36500)])),
                ('privacy_url', models.CharField(blank=True, db_default='', default='', help_text="The org's privacy notice, https://…. The survey page links to it.", max_length=500, validators=[django.core.validators.URLValidator(message='Enter a URL that begins with https://.', schemes=['https'])])),
                ('suspension_reason', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('search_text', hindsight.db.search.SearchTextField(blank=True, db_default='', default='', editable=False, of=('name', 'slug'))),
                ('account_managers', models.ManyToManyField(blank=True, help_text='Logins with the role account manager who see the interviews of this org.', related_name='managed_orgs', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('name',),
                'constraints': [models.CheckConstraint(condition=models.Q(('plan__in', ['essentials', 'growth', 'enterprise'])), name='org_plan_is_known'), models.CheckConstraint(condition=models.Q(('own_rate_limit__isnull', True), ('own_rate_limit__gte', 1), _connector='OR'), name='org_own_rate_limit_is_positive'), models.CheckConstraint(condition=models.Q(('is_active', False), ('suspension_reason', ''), _connector='OR'), name='org_active_has_no_suspension_reason')],
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(max_length=40)),
                ('object_id', models.BigIntegerField()),
                ('field', models.CharField(max_length=40)),
                ('before', models.TextField(help_text='None: erased.', null=True)),
                ('actor_kind', models.CharField(choices=[('api_key', 'API key'), ('staff', 'staff login'), ('command', 'command')], max_length=20)),
                ('actor', models.CharField(help_text='The prefix of the API key, the staff login, or the command.', max_length=150)),
                ('request_id', models.CharField(blank=True, max_length=128)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='changes', to='orgs.org')),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['org', 'object_type', 'object_id', '-id'], name='change_of_object'), django.contrib.postgres.indexes.BrinIndex(fields=['created_at'], name='change_by_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('actor_kind__in', ['api_key', 'staff', 'command'])), name='change_actor_kind_is_known')],
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The system or person that uses this key.', max_length=100)),
                ('prefix', models.CharField(editable=False, max_length=20, unique=True)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to='orgs.org')),
                ('lifetime', models.DurationField(editable=False, help_text='From issue to expiry. Empty: the key does not expire.', null=True)),
                ('scopes', models.CharField(choices=[('read write', 'read and write'), ('read', 'read'), ('write', 'write')], default='read write', max_length=20)),
            ],
            options={
                'verbose_name': 'API key',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('scopes__in', ['read write', 'read', 'write'])), name='api_key_scopes_are_known')],
            },
        ),
        migrations.CreateModel(
            name='SecurityEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('login', 'login'), ('login_failed', 'failed login'), ('lock_out', 'lock-out'), ('logout', 'logout'), ('password_changed', 'password change'), ('password_link', 'link to set a password'), ('factor_added', 'second factor set up'), ('factor_removed', 'second factor removed'), ('staff_created', 'staff login created'), ('staff_deleted', 'staff login deleted'), ('roles_changed', 'role change'), ('key_issued', 'API key issued'), ('key_rotated', 'API key rotated'), ('key_revoked', 'API key revoked'), ('org_created', 'org created'), ('org_changed', 'org or plan change'), ('org_suspended', 'org suspended'), ('org_reactivated', 'org reactivated'), ('type_created', 'interview type created'), ('type_archived', 'interview type archived'), ('type_unarchived', 'interview type unarchived'), ('guide_changed', 'guide change'), ('webhook_created', 'webhook endpoint created'), ('webhook_rotated', 'webhook secret rotated'), ('webhook_changed', 'webhook endpoint change'), ('webhook_sent', 'webhook test, replay or cancellation'), ('request_changed', 'interview request change'), ('transcript_read', 'transcript read'), ('prompt_read', 'prompt read'), ('export', 'export'), ('import', 'import'), ('erasure', 'erasure'), ('deletion', 'deletion'), ('command', 'command')], max_length=20)),
                ('actor_kind', models.CharField(choices=[('api_key', 'API key'), ('staff', 'staff login'), ('command', 'command')], max_length=20)),
                ('actor', models.CharField(blank=True, help_text='The staff login or the command. Empty: a login that does not exist.', max_length=150)),
                ('org', models.CharField(blank=True, help_text='The slug.', max_length=60)),
                ('subject_type', models.CharField(blank=True, max_length=40)),
                ('subject', models.CharField(blank=True, help_text='The id, slug, prefix or login.', max_length=150)),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('request_id', models.CharField(blank=True, max_length=128)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('-created_at', '-id'),
                'indexes': [models.Index(fields=['created_at', 'id'], name='event_by_time'), models.Index(fields=['kind', 'created_at', 'id'], name='event_by_kind'), models.Index(fields=['actor', 'created_at', 'id'], name='event_by_actor'), models.Index(fields=['subject', 'created_at', 'id'], name='event_by_subject'), models.Index(fields=['org', 'created_at', 'id'], name='event_by_org')],
                'constraints': [models.CheckConstraint(condition=models.Q(('actor_kind__in', ['api_key', 'staff', 'command'])), name='event_actor_kind_is_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['login', 'login_failed', 'lock_out', 'logout', 'password_changed', 'password_link', 'factor_added', 'factor_removed', 'staff_created', 'staff_deleted', 'roles_changed', 'key_issued', 'key_rotated', 'key_revoked', 'org_created', 'org_changed', 'org_suspended', 'org_reactivated', 'type_created', 'type_archived', 'type_unarchived', 'guide_changed', 'webhook_created', 'webhook_rotated', 'webhook_changed', 'webhook_sent', 'request_changed', 'transcript_read', 'prompt_read', 'export', 'import', 'erasure', 'deletion', 'command'])), name='event_kind_is_known')],
            },
        ),
    ]
