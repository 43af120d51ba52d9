from django.db import migrations

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    dependencies = [("contacts", "0006_search_indexes")]

    operations = [migrations.RunSQL("ALTER TABLE contacts_contact ADD COLUMN mood varchar(8)", migrations.RunSQL.noop)]
