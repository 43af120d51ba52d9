from typing import Any

from django.conf import settings
from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


def keep_only_addresses(apps: Any, schema_editor: Any) -> None:
    """Earlier versions stored all claims of the ID token."""
    links = apps.get_model("socialaccount", "SocialAccount").objects
    for link in links.filter(extra_data__has_key="id_token"):
        email = (link.extra_data["id_token"] or {}).get("email")
        link.extra_data = {"email": email if isinstance(email, str) else ""}
        link.save(update_fields=["extra_data"])


def delete_views_without_user(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model("auth", "User").objects.all()
    apps.get_model("staff", "SavedView").objects.exclude(user__in=users).delete()


class Migration(migrations.Migration):
    """Servers of 0.1.0 read saved views. Their foreign key ends, because new servers do not delete them with a user."""

    upgrade = ROLLING
    rolling_because = (
        "Old servers read the claims of the login that is under way, not those that are stored. The rest changes no row."
    )

    replaces = [
        ('staff', '0002_addresses_of_links'),
        ('staff', '0003_delete_saved_views'),
    ]

    dependencies = [
        ('socialaccount', '0006_alter_socialaccount_extra_data'),
        ('staff', '0001_saved_views'),
    ]

    operations = [
        migrations.RunPython(keep_only_addresses, migrations.RunPython.noop),
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
