import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    replaces = [
        ('jobs', '0003_due_at'),
        ('jobs', '0004_import_deals'),
    ]

    dependencies = [
        ('jobs', '0001_squashed_0002_drafts'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='due_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='No worker takes it before this time.'),
        ),
        migrations.AlterField(
            model_name='job',
            name='leased_until',
            field=models.DateTimeField(help_text='Until then a worker has it. If the worker was killed, another one takes it after that.', null=True),
        ),
        migrations.AlterModelOptions(
            name='job',
            options={'default_permissions': ('view',), 'ordering': ('-id',), 'permissions': (('export_lists', 'Can export lists'), ('import_contacts', 'Can import contacts'), ('import_deals', 'Can import deals')), 'verbose_name': 'export or import', 'verbose_name_plural': 'exports and imports'},
        ),
    ]
