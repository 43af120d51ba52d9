import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    replaces = [
        ('webhooks', '0002_slow_since'),
        ('webhooks', '0004_own_orgs'),
        ('webhooks', '0005_worker_moves'),
        ('webhooks', '0006_answers'),
    ]

    dependencies = [
        ('webhooks', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='endpoint',
            name='slow_since',
            field=models.DateTimeField(editable=False, help_text='The first slow answer after the last quick one. Its deliveries are spaced.', null=True),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='due_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='No worker takes it before this time.'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='leased_until',
            field=models.DateTimeField(help_text='Until then a worker has it. If the worker was killed, another one takes it after that.', null=True),
        ),
        migrations.AlterField(
            model_name='endpoint',
            name='paused_until',
            field=models.DateTimeField(editable=False, help_text='After a slow answer.', null=True),
        ),
        migrations.AddField(
            model_name='delivery',
            name='answer_body',
            field=models.TextField(blank=True, db_default='', default='', help_text='The first 2 kB of the last answer. Empty after 7 days.'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='answer_headers',
            field=models.TextField(blank=True, db_default='', default='', help_text='Of the last answer, without secrets. Empty after 7 days.'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='earlier_attempts',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text='Before the last replay.'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, help_text='Since the last replay: the schedule counts them.'),
        ),
        migrations.AlterModelOptions(
            name='delivery',
            options={'ordering': ('-id',), 'permissions': (('view_own_delivery', 'Can view webhook deliveries of orgs that they manage'), ('change_own_delivery', 'Can change webhook deliveries of orgs that they manage')), 'verbose_name': 'webhook delivery', 'verbose_name_plural': 'webhook deliveries'},
        ),
        migrations.AlterModelOptions(
            name='endpoint',
            options={'ordering': ('-id',), 'permissions': (('view_own_endpoint', 'Can view webhook endpoints of orgs that they manage'), ('add_own_endpoint', 'Can add webhook endpoints of orgs that they manage'), ('change_own_endpoint', 'Can change webhook endpoints of orgs that they manage')), 'verbose_name': 'webhook endpoint'},
        ),
        # The queue's Heartbeat: the table does not change.
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="Worker")]),
    ]
