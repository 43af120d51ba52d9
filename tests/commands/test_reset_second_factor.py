import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.test import Client
from pytest_django import Settings

from orgs.models import SecurityEvent
from tests.commands.running import run
from tests.staff.authenticator import add_app

pytestmark = pytest.mark.django_db


def test_the_next_login_sets_up_a_new_one(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    ann, bob = (User.objects.create_user(name, password="correct horse", is_staff=True) for name in ("ann", "bob"))
    for user in (ann, bob):
        add_app(user)
    Authenticator.objects.create(user=ann, type="recovery_codes", data={"seed": "ab", "used_mask": 0})
    assert run("reset_second_factor", "Ann") == "Removed: 2.\n"
    assert [authenticator.user for authenticator in Authenticator.objects.all()] == [bob]
    events = SecurityEvent.objects.filter(kind="factor_removed", subject="ann")
    *removed, command = events.order_by("pk")
    assert sorted(event.detail for event in removed) == ["Recovery codes.", "TOTP Authenticator."]
    assert command.actor == "reset_second_factor"
    client = Client()
    client.post("/admin/login/", {"username": "ann", "password": "correct horse"})
    assert client.get("/admin/login/").headers["Location"] == "/admin/second-factor/"


def test_an_unknown_login_is_an_error() -> None:
    with pytest.raises(CommandError, match="There is no staff login 'nobody'"):
        run("reset_second_factor", "nobody")
