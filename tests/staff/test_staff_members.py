"""Staff logins: roles, invitations, forgotten passwords and lost second factors. Mail goes to a real SMTP server."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.mail.backends.smtp import EmailBackend
from django.test import Client
from pytest_django import Settings

from hindsight.environment import mail_server
from orgs.models import SecurityEvent
from tests.fakes.mail_server import MailServer, serving
from tests.staff.authenticator import add_app
from tests.staff.conftest import Staff, is_open, log_in
from tools.harness.processes import eventually, free_port

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
FORGOTTEN = "/admin/forgotten-password/"


@pytest.fixture
def inbox(settings: Settings) -> Iterator[MailServer]:
    """A running SMTP server, set up as EMAIL_URL does."""
    with serving() as server:
        use_mail(settings, server.port)
        yield server


def next_link(inbox: MailServer, address: str) -> str:
    """In the oldest mail, which is removed."""
    assert eventually(lambda: inbox.mails != [])
    mail = inbox.mails.pop(0)
    assert (mail["To"], mail["From"]) == (address, "hindsight@example.com")
    return path_in(mail.get_content())


def use_mail(settings: Settings, port: int) -> None:
    settings.EMAIL_URL = mail_server(f"smtp://127.0.0.1:{port}")
    for name, value in (settings.EMAIL_URL or {}).items():
        setattr(settings, name, value)
    settings.EMAIL_BACKEND = f"{EmailBackend.__module__}.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "hindsight@example.com"


def path_in(text: Any) -> str:
    pattern = rf"{settings.PUBLIC_BASE_URL}(/admin/set-password/[\w/-]+)"
    return re.search(pattern, str(text))[1]  # type: ignore[index]


def group(name: str) -> Group:
    return Group.objects.get(name=name)


def add(root: Staff, **changed: Any) -> Any:
    sent = {"username": "bo", "first_name": "Bo", "email": "bo@example.com", "groups": [group("support").pk]}
    return root.post("auth_user_add", **{**sent, **changed})


def set_password(link: str, password: str = PASSWORD) -> Any:
    client = Client()
    page = client.get(link)
    if page.status_code != 302:
        return page
    return client.post(page.headers["Location"], {"new_password1": password, "new_password2": password})


def can_log_in(username: str, password: str = PASSWORD) -> bool:
    client = Client()
    client.post("/admin/login/", {"username": username, "password": password})
    return is_open(client)


def test_a_new_person_gets_a_role_and_a_link_that_works_once(root: Staff) -> None:
    page = add(root).headers["Location"]
    assert page.endswith("/password-link/")
    bo = User.objects.get(username="bo")
    assert (bo.is_staff, bo.has_usable_password()) == (True, False)
    assert [role.name for role in bo.groups.all()] == ["support"]
    link = path_in(root.client.post(page).content.decode())
    assert "Django administration" not in Client().get(link, follow=True).content.decode()
    assert set_password(link).headers["Location"] == "/admin/login/"
    assert "This link does not work" in set_password(link, "another long password").content.decode()
    assert can_log_in("bo")
    events = SecurityEvent.objects.filter(subject="bo").order_by("pk").values_list("kind", "actor", "detail")
    assert list(events)[-2:] == [("password_link", "root", "Shown."), ("password_changed", "bo", "")]


def test_an_invitation_is_mailed_and_expires_after_three_days(root: Staff, inbox: MailServer) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        page = root.client.post(add(root).headers["Location"])
        assert page.status_code == 302, "the link is not shown"
        link = next_link(inbox, "bo@example.com")
    with time_machine.travel("2026-03-04T12:00:01Z", tick=False):
        assert "This link does not work" in set_password(link).content.decode()
    with time_machine.travel("2026-03-04T11:59:00Z", tick=False):
        assert set_password(link).status_code == 302


@pytest.mark.django_db(transaction=True)  # the mail of a forgotten password is sent in a thread
@pytest.mark.parametrize("host", ["testserver:6666", "127.0.0.1", "[::1]:8000"])
def test_links_do_not_follow_the_host_header(root: Staff, inbox: MailServer, settings: Settings, host: str) -> None:
    settings.PUBLIC_BASE_URL = "https://hindsight.example.com"
    settings.ALLOWED_HOSTS = ["*"]
    root.client.post(add(root).headers["Location"], headers={"host": host})
    next_link(inbox, "bo@example.com")
    assert Client(headers={"host": host}).post(FORGOTTEN, {"email": "bo@example.com"}).status_code == 302
    next_link(inbox, "bo@example.com")
    settings.EMAIL_URL = None
    bo = User.objects.get(username="bo")
    shown = root.client.post(f"/admin/auth/user/{bo.pk}/password-link/", headers={"host": host}).content.decode()
    assert path_in(shown)
    assert host not in shown


def test_without_the_mail_server_the_link_is_shown(root: Staff, settings: Settings) -> None:
    assert Client().get(FORGOTTEN).status_code == 404
    assert FORGOTTEN not in Client().get("/admin/login/").content.decode()
    use_mail(settings, free_port())
    shown = root.client.post(add(root).headers["Location"])
    assert path_in(shown.content.decode())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"groups": []}, "Choose at least one role."),
        ({"email": ""}, "This field is required."),
        ({"email": "ANN@example.com"}, "Another login has this address."),
    ],
)
def test_an_incomplete_person_is_not_created(root: Staff, changed: dict[str, Any], message: str) -> None:
    log_in("ann", email="ann@example.com")
    assert message in add(root, **changed).content.decode()
    assert not User.objects.filter(username="bo").exists()


def test_who_loses_all_roles_is_no_longer_staff(root: Staff) -> None:
    add(root, groups=[group("support").pk, group("auditor").pk])
    bo = User.objects.get(username="bo")
    for roles in (["auditor"], [], ["support"]):
        bo.groups.set(Group.objects.filter(name__in=roles))
        bo.refresh_from_db()
        assert bo.is_staff == bool(roles)
    group("support").user_set.remove(bo)
    bo.refresh_from_db()
    assert not bo.is_staff
    for flag in ({"is_superuser": "on"}, {}):
        sent = {"username": "bo", "email": "bo@example.com", "is_active": "on", **flag}
        assert root.post("auth_user_change", bo.pk, **sent).status_code == 302
        bo.refresh_from_db()
        assert bo.is_staff == bo.is_superuser == bool(flag)


@pytest.mark.django_db(transaction=True)  # a thread reads the login
def test_a_forgotten_password_is_set_with_a_mailed_link(inbox: MailServer) -> None:
    User.objects.create_user("ann", "ann@example.com", "the old password", is_staff=True)
    assert FORGOTTEN in Client().get("/admin/login/").content.decode()
    for address in ("nobody@example.com", "Ann@example.com"):
        answer = Client().post(FORGOTTEN, {"email": address}, follow=True)
        assert "If this address belongs to a login" in answer.content.decode()
    link = next_link(inbox, "ann@example.com")
    assert inbox.mails == []
    assert can_log_in("ann", "the old password")  # which makes the link invalid
    assert "This link does not work" in set_password(link).content.decode()
    Client().post(FORGOTTEN, {"email": "ann@example.com"})
    assert set_password(next_link(inbox, "ann@example.com")).status_code == 302
    assert can_log_in("ann")
    assert not can_log_in("ann", "the old password")
    assert SecurityEvent.objects.filter(kind="password_link", actor="ann", detail="Forgotten.").count() == 2


@pytest.mark.django_db(transaction=True)
@time_machine.travel("2026-03-01T12:00:30Z", tick=False)
def test_mails_to_one_address_are_limited(inbox: MailServer) -> None:
    User.objects.create_user("ann", "ann@example.com", is_staff=True)
    for number in range(3):
        assert Client(REMOTE_ADDR=f"192.0.2.{number}").post(FORGOTTEN, {"email": "ann@example.com"}).status_code == 302
        next_link(inbox, "ann@example.com")
    refused = Client(REMOTE_ADDR="192.0.2.9").post(FORGOTTEN, {"email": "ann@example.com"})
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
    assert inbox.mails == []


def test_a_superuser_removes_the_second_factor_of_somebody_else(root: Staff) -> None:
    ann = log_in("ann").user
    add_app(ann)
    assert "TOTP Authenticator" in root.text("auth_user_reset-second-factor", ann.pk)
    assert Authenticator.objects.filter(user=ann).exists()
    root.post("auth_user_reset-second-factor", ann.pk)
    assert not Authenticator.objects.filter(user=ann).exists()
    assert SecurityEvent.objects.filter(kind="factor_removed", actor="root", subject="ann").count() == 1
