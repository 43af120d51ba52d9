"""The groups of Django follow the table of roles after each migrate."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from staff.people.roles import ROLES
from tests.hindsight.test_settings import manage

pytestmark = pytest.mark.django_db


def permissions_of(role: str) -> set[str]:
    permissions = Permission.objects.filter(group__name=role).select_related("content_type")
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions}


def test_migrate_restores_groups_that_were_changed_or_deleted() -> None:
    assert {role: permissions_of(role) for role in ROLES} == {role: {*given} for role, given in ROLES.items()}
    Group.objects.get(name="support").permissions.add(Permission.objects.get(codename="delete_contact"))
    Group.objects.get(name="read only").delete()
    call_command("migrate", verbosity=0)
    assert {role: permissions_of(role) for role in ROLES} == {role: {*given} for role, given in ROLES.items()}


def test_roles_can_be_restored_before_the_table_of_events_exists(tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite3"
    environment = {"HINDSIGHT_ENV": "development", "DATABASE_URL": f"sqlite:///{file}"}
    assert manage("migrate", "interviews", **environment).returncode == 0
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("DELETE FROM auth_group_permissions")
    done = manage("migrate", "contacts", **environment)
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT count(*) FROM auth_group_permissions").fetchone() != (0,)
