"""Breaks each server that runs, for tests of `manage.py migrate`."""

from django.db import migrations

from hindsight.db.upgrades import STOP_FIRST


class Migration(migrations.Migration):
    upgrade = STOP_FIRST

    dependencies = [("contacts", "0006_search_indexes")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE contacts_contact RENAME COLUMN notes TO renamed_notes",
            "ALTER TABLE contacts_contact RENAME COLUMN renamed_notes TO notes",
        )
    ]
