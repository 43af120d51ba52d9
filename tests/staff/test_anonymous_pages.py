"""Pages before the login store no session, however often they are opened."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from pytest_django import Settings

from hindsight.environment import mail_server
from staff import urls

pytestmark = pytest.mark.django_db

# The test of single sign-on is about these.
SINGLE_SIGN_ON = ("single_sign_on", "single_sign_on_link", "openid_connect_callback")
ARGUMENTS: dict[str, list[Any]] = {
    "password_reset_confirm": ["MQ", "set-password"],
    "mfa_edit_webauthn": [1],
    "mfa_remove_webauthn": [1],
}


@pytest.fixture(autouse=True)
def mail(settings: Settings) -> None:
    settings.EMAIL_URL = mail_server("smtp://127.0.0.1:2525")


@pytest.mark.parametrize("name", [pattern.name for pattern in urls.urlpatterns if pattern.name not in SINGLE_SIGN_ON])
def test_a_hundred_anonymous_reads_store_no_session(name: str) -> None:
    url = reverse(name, args=ARGUMENTS.get(name, []))
    for accept in ("text/html", "application/json"):
        for _ in range(50):
            assert Client().get(url, headers={"accept": accept}).status_code in (200, 302, 405)
    assert not Session.objects.exists()


@pytest.mark.parametrize("path", ["/admin/", "/admin/contacts/contact/", "/admin/sessions/", "/admin/nothing/"])
def test_nor_do_reads_of_the_pages_behind_the_login(path: str) -> None:
    for _ in range(100):
        assert Client().get(path).status_code == 302
    assert not Session.objects.exists()


def test_links_to_set_a_password_store_a_session_only_if_they_are_valid() -> None:
    ann = User.objects.create_user("ann", is_staff=True)
    uid = urlsafe_base64_encode(force_bytes(ann.pk))
    for token in ("set-password", "x", "cb8n3e-0123456789abcdef0123456789abcdef"):
        for _ in range(10):
            assert Client().get(reverse("password_reset_confirm", args=[uid, token])).status_code == 200
    assert not Session.objects.exists()
    link = reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(ann)])
    assert Client().get(link).status_code == 302
    assert Session.objects.count() == 1
