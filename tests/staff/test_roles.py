"""What each role may and may not do, page by page and row by row, and the groups of Django."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from contacts.models import Contact
from orgs.models import ApiKey, EventKind, Org, SecurityEvent
from orgs.services import create_api_key
from staff.base import OrgRowsAdmin
from staff.people.roles import ROLES
from tests.hindsight.test_settings import manage
from tests.staff.admin_pages import all_paths, make_rows
from tests.staff.conftest import Staff, log_in, staff_of
from tests.staff.role_outcomes import World, outcomes
from tests.staff.role_table import COLUMNS, OUTCOMES, Column

SUPPORT, READER, AUDITOR, _, MANAGER, _, MANAGER_AND_READER = COLUMNS  # of the same person: the other org


def person_of(column: Column, own_org: Org) -> Staff:
    staff = log_in("+".join(column.roles))
    staff.user.groups.set(Group.objects.filter(name__in=column.roles))
    own_org.account_managers.add(staff.user)
    return staff


@pytest.fixture
def manager(acme: Org) -> Staff:
    """Of Acme."""
    return person_of(MANAGER, acme)


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_role_performs_only_its_actions(column: Column, acme: Org, globex: Org) -> None:
    """Also fails for a page that is not in the table."""
    staff, world = person_of(column, acme), World(acme if column.is_own else globex)
    assert outcomes(staff, world) == OUTCOMES[column]


def is_allowed(*args: Any) -> bool:
    return True


def all_rows(model_admin: OrgRowsAdmin, request: Any) -> Any:
    return super(OrgRowsAdmin, model_admin).get_queryset(request)


def all_orgs(request: Any) -> Any:
    return Org.objects.all()


# Each check, what stands for its removal, and a page that then opens for somebody else, or writes.
CHECKS: list[tuple[str, Any, Column, str]] = [
    ("staff.base.OrgRowsAdmin.has_view_permission", is_allowed, AUDITOR, "orgs_apikey_changelist"),
    ("staff.base.OrgRowsAdmin.get_queryset", all_rows, MANAGER, "orgs_apikey_change"),
    ("staff.lists.search.visible_orgs", all_orgs, MANAGER, "org_names"),
    ("staff.home.visible_orgs", all_orgs, MANAGER, "index"),
    ("staff.orgs.pages.OrgAdmin.has_change_permission", is_allowed, MANAGER_AND_READER, "orgs_org_suspend"),
    ("staff.orgs.pages.may_issue_keys", is_allowed, MANAGER_AND_READER, "orgs_org_issue-key"),
    ("staff.orgs.pages.may_add_webhooks", is_allowed, MANAGER_AND_READER, "orgs_org_add-webhook"),
    ("staff.orgs.pages.may_assign", is_allowed, MANAGER_AND_READER, "orgs_org_account-managers"),
    ("staff.orgs.api_keys.may_revoke", is_allowed, MANAGER_AND_READER, "orgs_apikey_revoke"),
    ("staff.orgs.api_keys.may_rotate", is_allowed, MANAGER_AND_READER, "orgs_apikey_rotate"),
    ("staff.orgs.webhooks.may_change", is_allowed, MANAGER_AND_READER, "webhooks_endpoint_rotate"),
    ("staff.orgs.webhooks.may_replay", is_allowed, MANAGER_AND_READER, "webhooks_delivery_cancel"),
    ("staff.confirmation.RemovalAdmin.has_delete_permission", is_allowed, SUPPORT, "contacts_contact_erase"),
    ("staff.lists.exports.ExportableAdmin.has_export_permission", is_allowed, READER, "contacts_contact_export"),
    ("staff.lists.imports.ImportingAdmin.may_import", is_allowed, READER, "contacts_contact_import"),
    ("staff.interviews.new_requests.may_create", is_allowed, READER, "interviews_interviewrequest_add"),
    ("staff.guides.pages.GuidePages.may_edit_guide", is_allowed, READER, "interviews_interviewtype_guide"),
    (
        "staff.interviews.pages.InterviewRequestAdmin.may_preview",
        *(is_allowed, AUDITOR, "interviews_interviewrequest_prompt"),
    ),
]


def test_the_table_fails_without_any_of_the_checks(acme: Org, globex: Org) -> None:
    people = {column: person_of(column, acme) for column in {column for _, _, column, _ in CHECKS}}
    world = World(globex)
    for check, stand_in, column, page in CHECKS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(check, stand_in)
            assert outcomes(people[column], world, [page]) != {page: OUTCOMES[column][page]}, check


def test_no_page_names_another_org(manager: Staff, acme: Org, globex: Org) -> None:
    make_rows(globex)
    paths = all_paths(make_rows(acme))
    opened = 0
    for name, path in paths.items():
        for query in ("", "?org=glob", "?q=glob"):
            page = manager.client.get(path + query)
            assert "globex" not in page.content.decode().lower(), (name, query)
            opened += page.status_code == 200
    assert opened > 60


def test_a_pasted_key_of_another_org_is_not_found(manager: Staff, acme: Org, globex: Org) -> None:
    _, own = create_api_key(org=acme, name="CRM")
    _, other = create_api_key(org=globex, name="CRM")
    assert manager.post("search", q=own).status_code == 302
    assert "No API key matches." in manager.post("search", q=other).content.decode()


def test_account_managers_manage_the_orgs_that_they_create(manager: Staff, acme: Org) -> None:
    manager.post("orgs_org_add", name="Initech", plan="growth")
    created = Org.objects.get(name="Initech")
    assert list(created.account_managers.all()) == [manager.user]
    assert manager.get("orgs_org_change", created.pk).status_code == 200
    event = SecurityEvent.objects.filter(kind=EventKind.ROLES_CHANGED, org=created.slug).get()
    assert event.detail == f"Account managers: {manager.user.username}."


def test_somebody_who_sees_every_org_does_not_manage_the_ones_that_they_create(root: Staff, acme: Org) -> None:
    root.post("orgs_org_add", name="Initech", plan="growth")
    assert not Org.objects.get(name="Initech").account_managers.exists()


def test_an_assignment_that_ends_ends_everything(manager: Staff, acme: Org) -> None:
    key, _ = create_api_key(org=acme, name="CRM")
    assert manager.get("orgs_apikey_revoke", key.pk).status_code == 200
    acme.account_managers.clear()
    assert manager.post("orgs_apikey_revoke", key.pk).status_code == 404
    assert manager.post("orgs_org_issue-key", acme.pk, name="Mine").status_code == 404
    assert [row.revoked_at for row in ApiKey.objects.all()] == [None]


def test_account_managers_change_no_period_after_which_rows_are_deleted(manager: Staff, acme: Org) -> None:
    days = dict.fromkeys(("audit_days", "transcript_days", "contact_days"), "1")
    form = manager.form("orgs_org_change", acme.pk)
    assert 'name="audit_days"' not in manager.get("orgs_org_change", acme.pk).content.decode()
    assert manager.post("orgs_org_change", acme.pk, **{**form, **days, "plan": "enterprise"}).status_code == 302
    acme.refresh_from_db()
    assert (acme.plan, acme.audit_days, acme.transcript_days, acme.contact_days) == ("enterprise", None, None, None)


def test_a_role_without_permission_gets_no_form(acme: Org) -> None:
    contact = make_rows(acme)[Contact]
    page = staff_of("read only").get("contacts_contact_change", contact.pk).content.decode()
    assert "Asks about pricing." in page
    assert "<textarea" not in page
    assert 'name="_save"' not in page
    history = staff_of("support").get("contacts_contact_history", contact.pk).content.decode()
    assert "Restore" in history


def test_support_sees_no_keys(acme: Org) -> None:
    api_key, _ = create_api_key(org=acme, name="CRM")
    page = staff_of("support").get("orgs_org_change", acme.pk).content.decode()
    assert api_key.prefix not in page
    assert "Issue a key" not in page


def test_users_who_are_not_staff_get_the_login_page(acme: Org) -> None:
    visitor = log_in("visitor")
    visitor.user.is_staff = False
    visitor.user.save()
    paths = all_paths(make_rows(acme))
    statuses = {name: visitor.client.get(path).status_code for name, path in paths.items()}
    assert {name: status for name, status in statuses.items() if status != 302} == {"login": 200, "logout": 405}


def permissions_of(role: str) -> set[str]:
    permissions = Permission.objects.filter(group__name=role).select_related("content_type")
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions}


@pytest.mark.django_db
def test_migrate_restores_groups_that_were_changed_or_deleted() -> None:
    assert {role: permissions_of(role) for role in ROLES} == {role: {*given} for role, given in ROLES.items()}
    Group.objects.get(name="support").permissions.add(Permission.objects.get(codename="delete_contact"))
    Group.objects.get(name="read only").delete()
    call_command("migrate", verbosity=0)
    assert {role: permissions_of(role) for role in ROLES} == {role: {*given} for role, given in ROLES.items()}


@pytest.mark.django_db
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
