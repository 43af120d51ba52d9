from django.db import migrations

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    dependencies = [
        ('jobs', '0003_due_at'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='job',
            options={'default_permissions': ('view',), 'ordering': ('-id',), 'permissions': (('export_lists', 'Can export lists'), ('import_contacts', 'Can import contacts'), ('import_deals', 'Can import deals')), 'verbose_name': 'export or import', 'verbose_name_plural': 'exports and imports'},
        ),
    ]
