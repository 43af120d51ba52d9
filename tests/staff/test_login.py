"""The login of staff: limits on attempts, cookies, and which passwords are accepted."""

import pytest
import time_machine
from django.conf import global_settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client
from prometheus_client import REGISTRY
from pytest_django import Settings

from staff.login.attempts import ATTEMPTS
from tests.broken_store import make_counters_unavailable
from tests.hindsight.test_settings import PRODUCTION, settings_of
from tests.staff.conftest import attempt

pytestmark = pytest.mark.django_db

NOON = "2026-03-01T12:00:30Z"


@pytest.fixture(autouse=True)
def ann(db: None) -> User:
    return User.objects.create_user("ann", password="correct horse", is_staff=True)


def attempts_of(heading: str) -> int:
    return ATTEMPTS[heading][0]


@time_machine.travel(NOON, tick=False)
def test_after_too_many_attempts_the_right_password_is_refused_too() -> None:
    failed, locked_out = count("login_failed"), count("lock_out")
    limit = attempts_of("login and address")
    for _ in range(limit):
        assert attempt("ANN").status_code == 200
    refused = attempt("ann", "correct horse")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 300
    assert "Too many attempts." in refused.content.decode()
    assert (count("login_failed") - failed, count("lock_out") - locked_out) == (limit, 1)
    assert not Session.objects.exists()
    with time_machine.travel("2026-03-01T12:06:00Z", tick=False):
        assert attempt("ann", "correct horse").status_code == 302
    assert Session.objects.count() == 1


def count(kind: str) -> float:
    return REGISTRY.get_sample_value("hindsight_failed_logins_total", {"kind": kind}) or 0


@time_machine.travel(NOON, tick=False)
def test_attempts_are_limited_by_address() -> None:
    for number in range(attempts_of("address")):
        attempt(f"somebody{number}")
    assert attempt("ann", "correct horse").status_code == 429
    assert attempt("ann", "correct horse", address="192.0.2.2").status_code == 302


@time_machine.travel(NOON, tick=False)
def test_one_ipv6_network_shares_a_limit() -> None:
    for number in range(attempts_of("login and address")):
        attempt("ann", address=f"2001:db8::{number:x}")
    assert attempt("ann", "correct horse", address="2001:db8::ffff").status_code == 429
    assert attempt("ann", "correct horse", address="2001:db8:0:1::1").status_code == 302


@time_machine.travel(NOON, tick=False)
def test_one_address_cannot_lock_a_login_out_everywhere() -> None:
    for _ in range(attempts_of("login") + 10):
        attempt("ann", address="192.0.2.66")
    assert attempt("ann", "correct horse", address="192.0.2.1").status_code == 302


@time_machine.travel(NOON, tick=False)
def test_the_limit_holds_while_the_store_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    make_counters_unavailable(monkeypatch)
    for _ in range(attempts_of("login and address")):
        assert attempt("ann").status_code == 200
    refused = attempt("ann", "correct horse")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    with time_machine.travel("2026-03-01T12:06:00Z", tick=False):
        assert attempt("ann", "correct horse").status_code == 302


@time_machine.travel(NOON, tick=False)
def test_guessing_the_old_password_is_limited(ann: User) -> None:
    client = Client()
    client.force_login(ann)
    data = {"old_password": "wrong", "new_password1": "battery staple", "new_password2": "battery staple"}
    for _ in range(attempts_of("login and address")):
        assert client.post("/admin/password_change/", data).status_code == 200
    refused = client.post("/admin/password_change/", {**data, "old_password": "correct horse"})
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
    assert "Too many attempts." in refused.content.decode()
    ann.refresh_from_db()
    assert ann.check_password("correct horse")


@time_machine.travel(NOON, tick=False)
def test_attempts_are_limited_by_login() -> None:
    for number in range(attempts_of("login")):
        attempt("ann", address=f"198.51.100.{number}")
    assert attempt("ann", address="192.0.2.1").status_code == 429


def test_a_session_ends_with_the_browser_and_after_12_hours() -> None:
    cookie = attempt("ann", "correct horse").cookies["sessionid"]
    assert (cookie["max-age"], cookie["expires"], cookie["httponly"], cookie["samesite"]) == ("", "", True, "Lax")
    client = Client()
    with time_machine.travel(NOON, tick=False):
        client.post("/admin/login/", {"username": "ann", "password": "correct horse"})
        assert client.get("/admin/").status_code == 200
    with time_machine.travel("2026-03-02T00:00:31Z", tick=False):
        assert client.get("/admin/").status_code == 302


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
def test_which_passwords_are_accepted(ann: User, password: str, is_accepted: bool) -> None:
    client = Client()
    client.force_login(ann)
    data = {"old_password": "correct horse", "new_password1": password, "new_password2": password}
    assert client.post("/admin/password_change/", data).status_code == (302 if is_accepted else 200)
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
    algorithm, iterations, *_ = make_password("correct horse").split("$")
    assert algorithm == "pbkdf2_sha256"
    assert int(iterations) >= 600_000
