import django.db.models.deletion
import django.utils.timezone
import orgs.tenancy
import webhooks.models.event
import webhooks.signing
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0020_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='Worker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=500)),
                ('event_types', models.JSONField()),
                ('state', models.CharField(choices=[('active', 'active'), ('disabled', 'disabled by staff'), ('gone', 'disabled: it answered 410 Gone'), ('failing', 'disabled: it failed for five days')], default='active', editable=False, max_length=20)),
                ('secret', models.CharField(default=webhooks.signing.new_secret, editable=False, max_length=80)),
                ('previous_secret', models.CharField(blank=True, editable=False, max_length=80)),
                ('previous_secret_until', models.DateTimeField(editable=False, null=True)),
                ('failing_since', models.DateTimeField(editable=False, help_text='The first failure after the last success.', null=True)),
                ('paused_until', models.DateTimeField(editable=False, help_text='After a failure that took long.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='webhook_endpoints', to='orgs.org')),
            ],
            options={
                'verbose_name': 'webhook endpoint',
                'ordering': ('-id',),
                'constraints': [models.UniqueConstraint(fields=('org', 'id'), name='webhook_endpoint_of_org'), models.UniqueConstraint(fields=('org', 'url'), name='webhook_endpoint_url_is_unique', violation_error_message='This org already has a webhook endpoint with this URL.'), models.CheckConstraint(condition=models.Q(('state__in', ['active', 'disabled', 'gone', 'failing'])), name='webhook_endpoint_state_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(default=webhooks.models.event.new_message_id, editable=False, max_length=40, unique=True)),
                ('type', models.CharField(max_length=40)),
                ('interview_request_id', models.BigIntegerField(help_text='Empty for a test event. No foreign key, because interviews are above webhooks.', null=True)),
                ('body', models.TextField(help_text='JSON.')),
                ('created_at', models.DateTimeField()),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='webhook_events', to='orgs.org')),
            ],
            options={
                'verbose_name': 'webhook event',
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['org', 'interview_request_id'], name='webhook_event_of_request')],
                'constraints': [models.UniqueConstraint(fields=('org', 'id'), name='webhook_event_of_org')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('delivered', 'Delivered'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='pending', max_length=20)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now, help_text='The time of the next attempt, while it is pending.')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('leased_until', models.DateTimeField(help_text='Until then a queue or a worker has it. After that, it is queued again.', null=True)),
                ('last_outcome', models.CharField(blank=True, choices=[('accepted', 'accepted'), ('refused', 'the endpoint answered with an error'), ('redirected', 'the endpoint redirects, and redirects are not followed'), ('timed_out', 'no complete answer in time'), ('unreachable', 'the connection failed'), ('unknown_host', 'the host name does not resolve'), ('forbidden', 'the address is not public'), ('not_trusted', 'the TLS certificate is not valid')], max_length=20)),
                ('last_status', models.PositiveSmallIntegerField(help_text='The HTTP status of the last answer.', null=True)),
                ('last_attempt_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='webhook_deliveries', to='orgs.org')),
                ('endpoint', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='webhooks.endpoint')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='webhooks.event')),
            ],
            options={
                'verbose_name': 'webhook delivery',
                'verbose_name_plural': 'webhook deliveries',
                'ordering': ('-id',),
                'indexes': [models.Index(condition=models.Q(('status', 'pending')), fields=['due_at'], name='webhook_delivery_due'), models.Index(fields=['endpoint', 'id'], name='webhook_delivery_of_endpoint'), models.Index(fields=['org', 'id'], name='webhook_delivery_of_org'), models.Index(fields=['status', 'id'], name='webhook_delivery_by_status'), models.Index(fields=['created_at'], name='webhook_delivery_by_time')],
                'constraints': [orgs.tenancy.SameOrg('endpoint', name='webhook_delivery_endpoint_is_of_org'), orgs.tenancy.SameOrg('event', name='webhook_delivery_event_is_of_org'), models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'delivered', 'failed', 'cancelled'])), name='webhook_delivery_status_known'), models.CheckConstraint(condition=models.Q(('last_outcome__in', ['', 'accepted', 'refused', 'redirected', 'timed_out', 'unreachable', 'unknown_host', 'forbidden', 'not_trusted'])), name='webhook_delivery_outcome_known')],
            },
        ),
    ]
