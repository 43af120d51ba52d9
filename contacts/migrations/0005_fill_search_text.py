from typing import Any

from django.db import migrations

from hindsight.db.search import fill_search_text


UPDATE = 'UPDATE contacts_contact SET search_text = %s WHERE id = %s'


def fill(apps: Any, schema_editor: Any) -> None:
    fill_search_text(apps.get_model('contacts', 'Contact'), UPDATE)


def create_extension(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('contacts', '0004_search_text'),
    ]

    operations = [
        migrations.RunPython(create_extension, migrations.RunPython.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
