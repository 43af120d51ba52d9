from typing import Any

from django.db import migrations, models


def mark_erased(apps: Any, schema_editor: Any) -> None:
    """The texts of other changes always differ."""
    apps.get_model("orgs", "Change").objects.filter(before="", after="").update(before=None)


class Migration(migrations.Migration):
    """Not reversible: the texts of `after` would have to be computed. The old version needs the column."""

    dependencies = [("orgs", "0004_security_events")]

    operations = [
        migrations.AlterField(
            "change", "before", models.TextField(null=True, help_text="None: erased.")
        ),
        migrations.RunPython(mark_erased),
        migrations.RemoveField("change", "after"),
    ]
