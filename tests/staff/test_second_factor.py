"""The second factor of staff: set-up, login, limits on guesses, recovery codes and removal."""

import re
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from orgs.models import SecurityEvent
from staff.login.attempts import CODE_ATTEMPTS
from tests.staff.authenticator import SECRET, add_app, code_of, shown_secret
from tests.staff.conftest import is_open

pytestmark = pytest.mark.django_db

NOON = "2026-03-01T12:00:01Z"
PASSWORD = "correct horse battery"
SET_UP = "/admin/second-factor/"


@pytest.fixture(autouse=True)
def required(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    cache.clear()  # allauth keeps used codes there


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann", password=PASSWORD, is_staff=True)


@pytest.fixture
def app(ann: User) -> Authenticator:
    """Ann has set up an authenticator app."""
    return add_app(ann)


def enter_password() -> tuple[Client, Any]:
    client = Client(REMOTE_ADDR="192.0.2.1")
    return client, client.post("/admin/login/", {"username": "ann", "password": PASSWORD, "next": "/admin/"})


def enter_code(client: Client, code: str) -> Any:
    return client.post("/admin/login/code/", {"code": code})


def log_in() -> Client:
    client, _ = enter_password()
    assert enter_code(client, code_of(SECRET)).headers["Location"] == "/admin/"
    return client


def events() -> list[tuple[str, str, str]]:
    return list(SecurityEvent.objects.order_by("pk").values_list("kind", "actor", "detail"))


@pytest.mark.usefixtures("ann")
def test_after_the_password_the_second_factor_is_set_up_before_anything_opens() -> None:
    client, _ = enter_password()
    for page in ("/admin/", "/admin/contacts/contact/", "/admin/password_change/"):
        assert client.get(page).headers["Location"] == f"/admin/login/?next={page}"
    assert client.get("/admin/login/").headers["Location"] == SET_UP
    assert "Set up a second factor to open the admin" in client.get(SET_UP).content.decode()

    secret = shown_secret(client.get(f"{SET_UP}app/"))
    assert "Incorrect code." in client.post(f"{SET_UP}app/", {"code": "000000"}).content.decode()
    assert not is_open(client)
    done = client.post(f"{SET_UP}app/", {"code": code_of(secret)})
    assert done.headers["Location"] == f"{SET_UP}codes/"
    assert len(re.findall(r"^\d{8}$|>\d{8}$|^\d{8}<", client.get(f"{SET_UP}codes/").content.decode(), re.M)) == 10
    assert is_open(client)
    assert events()[-3:] == [
        ("login", "ann", "password"),
        ("factor_added", "ann", "TOTP Authenticator."),
        ("factor_added", "ann", "Recovery codes."),
    ]


@pytest.mark.usefixtures("app")
@time_machine.travel(NOON, tick=False)
def test_a_login_asks_for_a_code_that_works_once() -> None:
    client, answer = enter_password()
    assert answer.headers["Location"] == "/admin/login/code/"
    assert not is_open(client)
    refused = enter_code(client, "000000")
    assert (refused.status_code, "Incorrect code." in refused.content.decode()) == (200, True)
    assert not is_open(client)
    assert enter_code(client, code_of(SECRET)).headers["Location"] == "/admin/"
    assert is_open(client)
    assert [event for event in events() if event[0].startswith("login")] == [
        ("login_failed", "ann", "Wrong code."),
        ("login", "ann", "password, totp"),
    ]
    other, _ = enter_password()
    with time_machine.travel("2026-03-01T12:00:40Z", tick=False):  # the code is still valid
        assert "Incorrect code." in enter_code(other, used_code()).content.decode()
        assert not is_open(other)
        assert enter_code(other, code_of(SECRET)).headers["Location"] == "/admin/"


@time_machine.travel(NOON, tick=False)
def test_the_code_that_activates_the_app_does_not_log_in(ann: User) -> None:
    client, _ = enter_password()
    secret = shown_secret(client.get(f"{SET_UP}app/"))
    assert client.post(f"{SET_UP}app/", {"code": code_of(secret)}).headers["Location"] == f"{SET_UP}codes/"
    other, _ = enter_password()
    assert "Incorrect code." in enter_code(other, code_of(secret)).content.decode()
    assert not is_open(other)
    with time_machine.travel("2026-03-01T12:00:31Z", tick=False):
        assert enter_code(other, code_of(secret)).headers["Location"] == "/admin/"
    assert Authenticator.objects.get(user=ann, type="totp").last_used_at is not None


def test_an_app_that_is_activated_twice_at_the_same_time_is_stored_once(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = enter_password()
    secret = shown_secret(client.get(f"{SET_UP}app/"))
    checked = ActivateTOTPForm.clean_code

    def with_the_other_request(form: ActivateTOTPForm) -> str:
        code: str = checked(form)
        add_app(ann)
        return code

    monkeypatch.setattr(ActivateTOTPForm, "clean_code", with_the_other_request)
    assert client.post(f"{SET_UP}app/", {"code": code_of(secret)}).headers["Location"] == SET_UP
    assert [app.data["secret"] for app in Authenticator.objects.all()] == [SECRET]


def test_a_new_password_ends_a_login_that_waits_for_the_code(ann: User, app: Authenticator) -> None:
    client, _ = enter_password()
    ann.set_password("a new password of ann")
    ann.save()
    assert enter_code(client, code_of(SECRET)).headers["Location"] == "/admin/login/"
    assert client.get("/admin/login/code/").headers["Location"] == "/admin/login/"
    assert not is_open(client)
    assert not SecurityEvent.objects.filter(kind="login").exists()
    app.refresh_from_db()
    assert "last_used_counter" not in app.data, "the code was not used"


def used_code() -> str:
    with time_machine.travel(NOON, tick=False):
        return code_of(SECRET)


@pytest.mark.usefixtures("app")
@time_machine.travel(NOON, tick=False)
def test_after_too_many_codes_the_right_one_is_refused_from_any_address() -> None:
    limit, _ = CODE_ATTEMPTS["login, for codes"]
    for number in range(limit):
        client, _ = enter_password()
        assert enter_code(client, f"00000{number}").status_code == 200
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.post("/admin/login/", {"username": "ann", "password": PASSWORD})
    refused = enter_code(client, code_of(SECRET))
    assert (refused.status_code, 1 <= int(refused.headers["Retry-After"]) <= 300) == (429, True)
    assert "Too many attempts. Wait" in refused.content.decode()
    assert not is_open(client)
    assert SecurityEvent.objects.filter(kind="lock_out", actor="ann").count() == 1
    with time_machine.travel("2026-03-01T12:06:00Z", tick=False):
        log_in()


@pytest.mark.usefixtures("app")
def test_a_recovery_code_works_once(ann: User) -> None:
    codes = Authenticator.objects.create(user=ann, type="recovery_codes", data={"seed": "ab" * 40, "used_mask": 0})
    code = codes.wrap().get_unused_codes()[0]
    client, _ = enter_password()
    assert enter_code(client, code).headers["Location"] == "/admin/"
    assert is_open(client)
    client, _ = enter_password()
    assert enter_code(client, code).status_code == 200
    assert not is_open(client)


def test_a_session_from_before_the_set_up_is_closed_by_it(ann: User) -> None:
    """Otherwise somebody with a stolen password could read the recovery codes or add an app."""
    thief, _ = enter_password()
    assert thief.get(f"{SET_UP}app/").status_code == 200
    add_app(ann)
    Authenticator.objects.create(user=ann, type="recovery_codes", data={"seed": "ab" * 40, "used_mask": 0})
    for page in ("", "codes/", "codes/file/", "app/", "passkeys/", "passkeys/add/"):
        assert thief.get(f"{SET_UP}{page}").headers["Location"].startswith("/admin/login/")
    assert thief.get("/admin/login/").status_code == 200
    assert "_auth_user_id" not in thief.session


def test_removing_it_asks_for_the_password_after_a_while_and_is_recorded(ann: User, app: Authenticator) -> None:
    with time_machine.travel(NOON, tick=False):
        client = log_in()
    with time_machine.travel("2026-03-01T12:30:00Z", tick=False):
        page = f"{SET_UP}app/remove/"
        asked = client.get(page).headers["Location"]
        assert asked.startswith("/admin/confirm/")
        assert "Incorrect password." in client.post(asked, {"password": "wrong"}).content.decode()
        assert client.get(page).headers["Location"].startswith("/admin/confirm/")
        assert client.post(asked, {"password": PASSWORD}).headers["Location"] == page
        assert client.post(page).headers["Location"] == SET_UP
    assert not Authenticator.objects.filter(user=ann).exists()
    assert ("factor_removed", "ann", "TOTP Authenticator.") in events()
    assert ("login_failed", "ann", "") in events()


@pytest.mark.usefixtures("app")
def test_confirming_with_a_password_has_the_limits_of_the_login() -> None:
    with time_machine.travel(NOON, tick=False):
        client = log_in()
    with time_machine.travel("2026-03-01T12:30:00Z", tick=False):
        for _ in range(10):
            assert client.post("/admin/confirm/", {"password": "wrong"}).status_code == 200
        assert client.post("/admin/confirm/", {"password": PASSWORD}).status_code == 429


@pytest.mark.usefixtures("app")
def test_a_login_ends_after_12_hours_although_its_session_was_written() -> None:
    with time_machine.travel(NOON, tick=False):
        client = log_in()
    with time_machine.travel("2026-03-01T23:00:00Z", tick=False):
        session = client.session
        session["written"] = True
        session.save()
        assert is_open(client)
    with time_machine.travel("2026-03-02T00:01:00Z", tick=False):
        assert not is_open(client)
        assert client.get("/admin/login/").status_code == 200


@pytest.mark.usefixtures("ann")
def test_where_it_is_not_required_one_password_is_enough(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    client, answer = enter_password()
    assert answer.headers["Location"] == "/admin/"
    assert is_open(client)
    add_app(User.objects.get())
    assert enter_password()[1].headers["Location"] == "/admin/login/code/", "who has one is asked for it"


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password", "socialaccount_signup"])
def test_there_is_no_sign_up_and_no_other_page_of_allauth(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)
