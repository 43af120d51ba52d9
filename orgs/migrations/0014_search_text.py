from typing import Any

import hindsight.db.search
from django.db import migrations


UPDATE = 'UPDATE orgs_org SET search_text = %s WHERE id = %s'


def fill(apps: Any, schema_editor: Any) -> None:
    hindsight.db.search.fill_search_text(apps.get_model('orgs', 'Org'), UPDATE)


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0013_second_factor_events'),
    ]

    operations = [
        migrations.AddField(
            model_name='org',
            name='search_text',
            field=hindsight.db.search.SearchTextField(blank=True, db_default='', default='', editable=False, of=('name', 'slug')),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
