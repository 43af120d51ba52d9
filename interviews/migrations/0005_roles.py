"""What staff of each role may do, as groups. Superusers may do everything, and they alone erase and delete."""

from django.db import migrations

ROLES = {
    "support": [
        "orgs.view_org",
        "contacts.view_contact",
        "contacts.change_contact",
        "interviews.view_interviewtype",
        "interviews.view_interviewrequest",
        "interviews.change_interviewrequest",
    ],
    "account manager": [
        "orgs.view_org",
        "orgs.add_org",
        "orgs.change_org",
        "orgs.view_apikey",
        "orgs.add_apikey",  # issue
        "orgs.change_apikey",  # revoke
    ],
    "read only": [
        "orgs.view_org",
        "orgs.view_apikey",
        "contacts.view_contact",
        "interviews.view_interviewtype",
        "interviews.view_interviewrequest",
    ],
}


def permission(apps, name):
    """The permission of this name. Django makes them when all migrations have run, and keeps those that it finds."""
    app_label, codename = name.split(".")
    action, model = codename.split("_")
    verbose_name = apps.get_model(app_label, model)._meta.verbose_name
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": f"Can {action} {verbose_name}"}
    )
    return found


def make(apps, schema_editor):
    for role, names in ROLES.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.add(*(permission(apps, name) for name in names))


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("orgs", "0001_initial"),
        ("contacts", "0002_staff_search"),
        ("interviews", "0004_staff_search"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
