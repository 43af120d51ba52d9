"""Sessions of staff: where somebody is logged in, and how sessions begin and end."""

from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession, UserSessionManager
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orgs.models import SecurityEvent
from staff.login.sessions import browser_of
from tests.staff.conftest import Staff, is_open

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
PAGE = "/admin/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
EDGE = f"{CHROME} Edg/140.0.0.0"


@pytest.fixture(autouse=True)
def ann(db: None) -> User:
    cache.clear()
    return User.objects.create_user("ann", password=PASSWORD, is_staff=True)


def logged_in(address: str = "192.0.2.1", agent: str = FIREFOX, username: str = "ann") -> Client:
    client = Client(REMOTE_ADDR=address, headers={"user-agent": agent})
    assert client.post("/admin/login/", {"username": username, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def browser() -> Client:
    return logged_in()


def rows(client: Client) -> list[Any]:
    return client.get(PAGE).context["sessions"]  # type: ignore[no-any-return]


def test_the_page_lists_where_somebody_is_logged_in(ann: User) -> None:
    User.objects.create_user("bo", password=PASSWORD, is_staff=True)
    logged_in(username="bo")
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        logged_in("198.51.100.7", IPHONE)
    with time_machine.travel("2026-03-01T13:00:00Z", tick=False):
        shown = logged_in().get(PAGE)
    text = shown.content.decode()
    for part in ("1 Mar 2026, 12:00", "192.0.2.1", "198.51.100.7", "Firefox on Linux", "Safari on iPhone"):
        assert part in text
    assert [(row.session.ip, row.is_this) for row in shown.context["sessions"]] == [
        ("192.0.2.1", True),
        ("198.51.100.7", False),
    ]
    assert not [session for session in Session.objects.all() if session.session_key in text]


def test_sessions_are_ended_one_by_one(ann: User) -> None:
    phone, desk = logged_in("198.51.100.7"), logged_in()
    this, other = sorted(rows(desk), key=lambda row: not row.is_this)
    assert desk.post(PAGE, {"session": other.session.pk}).headers["Location"] == PAGE
    assert (is_open(phone), is_open(desk)) == (False, True)
    assert Session.objects.count() == UserSession.objects.count() == 1
    event = SecurityEvent.objects.filter(kind="logout").get()
    assert (event.actor, event.subject, event.detail) == ("ann", "ann", "One session.")
    assert desk.post(PAGE, {"session": this.session.pk}).headers["Location"] == "/admin/login/"
    assert not is_open(desk)
    assert not Session.objects.exists()


def test_log_out_everywhere_also_ends_this_session_and_those_that_were_not_recorded(ann: User) -> None:
    phone, desk, tablet = logged_in("198.51.100.7"), logged_in(), logged_in()
    UserSession.objects.filter(session_key=tablet.session.session_key).delete()
    User.objects.create_user("bo", password=PASSWORD, is_staff=True)
    other = logged_in(username="bo")
    assert desk.post(PAGE, {"everywhere": ""}).headers["Location"] == "/admin/login/"
    assert [is_open(client) for client in (phone, desk, tablet, other)] == [False, False, False, True]
    assert [row.user.username for row in UserSession.objects.all()] == ["bo"]
    assert SecurityEvent.objects.filter(kind="logout", subject="ann", detail="Everywhere: 3.").count() == 1


@pytest.mark.parametrize("sent", [{}, {"session": ""}, {"session": "x"}, {"session": "9" * 30}])
def test_nobody_ends_the_session_of_somebody_else(sent: dict[str, str]) -> None:
    User.objects.create_user("bo", password=PASSWORD, is_staff=True)
    bo, ann = logged_in(username="bo"), logged_in()
    [row] = rows(bo)
    for data in (sent, {"session": str(row.session.pk)}):
        assert ann.post(PAGE, data).status_code == 302
    assert (is_open(bo), is_open(ann)) == (True, True)


def test_a_superuser_sees_and_ends_the_sessions_of_others(root: Staff, ann: User) -> None:
    phone, desk = logged_in("198.51.100.7"), logged_in(agent=CHROME)
    shown = root.get("auth_user_sessions", ann.pk)
    assert "Chrome on Windows" in shown.content.decode()
    first = shown.context["sessions"][0].session
    assert root.post("auth_user_sessions", ann.pk, session=first.pk).status_code == 302
    assert sorted((is_open(phone), is_open(desk))) == [False, True]
    root.post("auth_user_sessions", ann.pk, everywhere="")
    assert (is_open(phone), is_open(desk), is_open(root.client)) == (False, False, True)
    events = SecurityEvent.objects.filter(kind="logout", actor="root").order_by("pk")
    assert list(events.values_list("subject", "detail")) == [("ann", "One session."), ("ann", "Everywhere: 1.")]


def test_last_used_is_written_at_most_once_a_minute(ann: User) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        client = logged_in()
        client.get(PAGE)
    for time, minute in (("12:00:40", 0), ("12:01:01", 1), ("12:01:30", 1), ("12:02:30", 2)):
        with time_machine.travel(f"2026-03-01T{time}Z", tick=False), CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        assert UserSession.objects.get().last_seen_at.minute == minute, time
        writes = [one for one in queries if one["sql"].startswith("UPDATE")]
        assert len(writes) == (1 if time in ("12:01:01", "12:02:30") else 0), time
    with time_machine.travel("2026-03-01T12:02:59Z", tick=False):
        cache.clear()  # as in another process
        client.get(PAGE)
    assert UserSession.objects.get().last_seen_at.second == 30


def test_a_session_without_a_record_gets_one_when_it_is_used_and_opens_pages_if_that_fails() -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("database is read-only")

    client = logged_in()
    UserSession.objects.all().delete()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UserSessionManager, "create_from_request", fail)
        assert is_open(client)
    assert not UserSession.objects.exists()
    cache.clear()
    assert [row.is_this for row in rows(client)] == [True]


def test_a_logout_and_purge_remove_the_record() -> None:
    client, other = logged_in(), logged_in()
    client.post("/admin/logout/")
    assert [row.session_key for row in UserSession.objects.all()] == [other.session.session_key]
    Session.objects.update(expire_date="2026-01-01T00:00:00Z")
    call_command("purge", "--dry-run")
    assert UserSession.objects.exists()
    call_command("purge")
    assert not UserSession.objects.exists()


def test_a_login_starts_a_new_session() -> None:
    anonymous = SessionStore()
    anonymous.create()
    browser = Client()
    browser.cookies["sessionid"] = str(anonymous.session_key)
    assert browser.post("/admin/login/", {"username": "ann", "password": PASSWORD}).status_code == 302
    after = browser.cookies["sessionid"].value
    assert after != anonymous.session_key
    assert [session.session_key for session in Session.objects.all()] == [after]


def test_a_logout_deletes_the_session(browser: Client) -> None:
    stolen = Client()
    stolen.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert is_open(stolen)
    browser.post("/admin/logout/")
    assert not Session.objects.exists()
    assert not is_open(stolen)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_the_login_page_does_not_log_out(browser: Client, method: str) -> None:
    assert browser.generic(method, "/admin/login/").headers["Location"] == "/admin/"
    assert is_open(browser)


def test_a_deactivated_login_loses_its_sessions(browser: Client, ann: User) -> None:
    assert is_open(browser)
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert not is_open(browser)


def test_a_new_password_ends_all_other_sessions(browser: Client) -> None:
    other = logged_in()
    new = "battery staple horse"
    sent = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert browser.post("/admin/password_change/", sent).status_code == 302
    assert is_open(browser)
    assert not is_open(other)


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        (EDGE, "Edge on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("curl/8.0", "curl/8.0"),
        ("x" * 99, "x" * 40),
        ("", "unknown"),
    ],
)
def test_a_browser_is_named_in_a_few_words(agent: str, shown: str) -> None:
    assert browser_of(agent) == shown
