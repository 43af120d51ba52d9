from typing import Any

from django.conf import settings
from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


def delete_views_without_user(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model("auth", "User").objects.all()
    apps.get_model("staff", "SavedView").objects.exclude(user__in=users).delete()


class Migration(migrations.Migration):
    """Servers of 0.1.0 read the table. Its foreign key ends, because new servers do not delete its rows with a user."""

    upgrade = ROLLING
    rolling_because = "Forwards, it changes no row."

    dependencies = [("staff", "0002_addresses_of_links")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterField(
                    "savedview",
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=models.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.RunPython(migrations.RunPython.noop, delete_views_without_user),
            ],
            state_operations=[migrations.DeleteModel("SavedView")],
        ),
    ]
