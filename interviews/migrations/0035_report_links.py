import django.core.serializers.json
import django.db.models.deletion
import hindsight.db.ids
from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = "A new table. Old servers cannot delete an org that has a report link, which seldom happens."

    dependencies = [
        ('interviews', '0034_wishes'),
        ('orgs', '0025_report_link_events'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('filters', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, help_text='What the report counts, as the page has read it.')),
                ('with_names', models.BooleanField(default=False)),
                ('created_by', models.CharField(help_text='The staff login.', max_length=150)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('opened_count', models.PositiveIntegerField(default=0)),
                ('last_opened_at', models.DateTimeField(null=True)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='report_links', to='orgs.org')),
            ],
            options={
                'ordering': ('-id',),
                'permissions': (('add_own_reportlink', 'Can make report links for orgs that they manage'),),
                'default_permissions': ('add',),
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='report_link_expires_later'), models.CheckConstraint(condition=models.Q(models.Q(('last_opened_at', None), ('opened_count', 0)), models.Q(('last_opened_at__isnull', False), ('opened_count__gt', 0)), _connector='OR'), name='report_link_opened_has_time')],
            },
            bases=(hindsight.db.ids.PublicId, models.Model),
        ),
    ]
