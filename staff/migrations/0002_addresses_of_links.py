from typing import Any

from django.db import migrations

from hindsight.db.upgrades import ROLLING


def keep_only_addresses(apps: Any, schema_editor: Any) -> None:
    """Earlier versions stored all claims of the ID token."""
    links = apps.get_model("socialaccount", "SocialAccount").objects
    for link in links.filter(extra_data__has_key="id_token"):
        email = (link.extra_data["id_token"] or {}).get("email")
        link.extra_data = {"email": email if isinstance(email, str) else ""}
        link.save(update_fields=["extra_data"])


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = "Old servers read the claims of the login that is under way, not those that are stored."

    dependencies = [
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("staff", "0001_saved_views"),
    ]

    operations = [migrations.RunPython(keep_only_addresses, migrations.RunPython.noop)]
