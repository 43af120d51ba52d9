from typing import Any

from django.db import migrations, models
from django.db.models import F


def fill(apps: Any, schema_editor: Any) -> None:
    """Sets the time until expiry. The real lifetime may have been longer: rotation shortened `expires_at`."""
    keys = apps.get_model("orgs", "ApiKey").objects.using(schema_editor.connection.alias)
    keys.filter(expires_at__isnull=False).update(lifetime=F("expires_at") - F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="lifetime",
            field=models.DurationField(editable=False, help_text='From issue to expiry. Empty: the key does not expire.', null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
