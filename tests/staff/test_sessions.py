"""Sessions and passwords of staff: what ends a session, and which passwords are accepted."""

import pytest
from django.conf import global_settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from tests.hindsight.test_settings import PRODUCTION, settings_of

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann", password=PASSWORD, is_staff=True)


@pytest.fixture
def browser(ann: User) -> Client:
    return logged_in()


def logged_in() -> Client:
    browser = Client()
    assert browser.post("/admin/login/", {"username": "ann", "password": PASSWORD}).status_code == 302
    return browser


def is_open(browser: Client) -> bool:
    return browser.get("/admin/").status_code == 200


def change_password(browser: Client, new: str) -> int:
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    return browser.post("/admin/password_change/", data).status_code


@pytest.mark.usefixtures("ann")
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
    assert change_password(browser, "battery staple horse") == 302
    assert is_open(browser)
    assert not is_open(other)


@pytest.mark.parametrize(
    ("password", "is_accepted"),
    [
        ("eleven char", False),
        ("123456789012", False),  # digits only
        ("qwerty123456", False),  # in Django's list of common passwords
        ("four plain words", True),
        ("ä" * 12, True),
        ("  spaces at both ends  ", True),
        ("long " * 25, True),
    ],
)
def test_which_passwords_are_accepted(browser: Client, ann: User, password: str, is_accepted: bool) -> None:
    assert change_password(browser, password) == (302 if is_accepted else 200)
    assert (authenticate(username="ann", password=password) == ann) == is_accepted
    assert authenticate(username="ann", password=f"{password}x") is None


def test_every_common_password_of_the_list_is_refused() -> None:
    """docs/security.md names both numbers."""
    common = CommonPasswordValidator().passwords
    long = [password for password in common if len(password) >= 12]
    assert (len(common), len(long)) == (19_640, 190)
    for password in long:
        with pytest.raises(ValidationError, match="too common"):
            validate_password(password)


def test_passwords_are_hashed_slowly(settings: Settings) -> None:
    assert "PASSWORD_HASHERS" not in settings_of(**PRODUCTION)  # Django's default
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    algorithm, iterations, *_ = make_password(PASSWORD).split("$")
    assert algorithm == "pbkdf2_sha256"
    assert int(iterations) >= 600_000
