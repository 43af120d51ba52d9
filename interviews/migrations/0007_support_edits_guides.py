"""Support may edit what an interview type asks."""

from importlib import import_module

from django.db import migrations

permission = import_module("interviews.migrations.0005_roles").permission


def grant(apps, schema_editor):
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="support")
    group.permissions.add(permission(apps, "interviews.change_interviewtype"))


class Migration(migrations.Migration):

    dependencies = [("interviews", "0006_conversations_of_staff"), ("interviews", "0005_roles")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
