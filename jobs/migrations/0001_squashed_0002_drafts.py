import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('jobs', '0001_initial'),
        ('jobs', '0002_drafts'),
    ]

    dependencies = [
        ('orgs', '0020_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('options', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('draft', 'not started'), ('waiting', 'waiting for a worker'), ('running', 'running'), ('finished', 'finished'), ('failed', 'failed'), ('withdrawn', 'file deleted')], default='draft', max_length=20)),
                ('runs', models.PositiveIntegerField(default=0, help_text='How many times a worker has taken it.')),
                ('crashes', models.PositiveSmallIntegerField(default=0, help_text='How many times a worker ended while it ran.')),
                ('leased_until', models.DateTimeField(help_text='Until then a queue or a worker has it. After that, it is queued again.', null=True)),
                ('done', models.PositiveBigIntegerField(default=0, help_text='Rows.')),
                ('total', models.PositiveBigIntegerField(default=0, help_text='Rows.')),
                ('counts', models.JSONField(default=dict, help_text='Results by name.')),
                ('output_bytes', models.PositiveBigIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('org', models.ForeignKey(help_text='Empty: of several orgs.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='orgs.org')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'export or import',
                'verbose_name_plural': 'exports and imports',
                'ordering': ('-id',),
                'permissions': (('export_lists', 'Can export lists'), ('import_contacts', 'Can import contacts')),
                'default_permissions': ('view',),
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['leased_until'], name='job_unfinished'), models.Index(fields=['expires_at'], name='job_by_expiry')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'waiting', 'running', 'finished', 'failed', 'withdrawn'])), name='job_state_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Chunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(choices=[('input', 'Input'), ('output', 'Output')], max_length=10)),
                ('number', models.PositiveIntegerField(help_text='From 0.')),
                ('data', models.BinaryField()),
                ('job', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='jobs.job')),
            ],
            options={
                'ordering': ('number',),
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('job', 'part', 'number'), name='chunk_of_job')],
            },
        ),
    ]
