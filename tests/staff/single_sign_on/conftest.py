"""What a browser does to log in with the identity provider."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from orgs.models import SecurityEvent
from staff.login.single_sign_on import links
from staff.login.single_sign_on import provider as calls
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, identity_provider
from tests.hindsight.test_settings import PRODUCTION, settings_of

PAGE = "/admin/auth/user/"


def configure(settings: Settings, provider: IdentityProvider, **more: str) -> None:
    """As the environment variables would."""
    variables = {
        "OIDC_SERVER_URL": provider.url,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "OIDC_SECOND_FACTOR": "always",
        **more,
    }
    read = settings_of(**PRODUCTION, **variables)
    for name in (*variables, "OIDC_NAME", "OIDC_TRUST_EMAIL", "OIDC_LINK_BY_EMAIL"):
        setattr(settings, name, read[name])


def begin(client: Client, login_page: str = f"/admin/login/?next={PAGE}") -> Any:
    """The response to the button of the login page."""
    shown = client.get(login_page).context
    return client.post(shown["single_sign_on"]["url"], {"next": shown["next"]})


def come_back(client: Client, begun: Any) -> Any:
    """From the page that leads to the provider to the response after the callback."""
    back = requests.get(begun.context["url"], allow_redirects=False, timeout=10).headers["Location"]
    return client.get(back)


def sign_on(client: Client) -> Any:
    return come_back(client, begin(client))


def is_open(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def events(*kinds: str) -> list[tuple[str, str, str]]:
    found = SecurityEvent.objects.filter(kind__in=kinds).order_by("pk")
    return [(event.actor, event.subject, event.detail) for event in found]


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann", "ann@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def linked(ann: User) -> User:
    """Ann, whose account a1 at the provider is linked."""
    links.make(ann, "a1")
    return ann


@pytest.fixture
def provider(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityProvider]:
    monkeypatch.setattr(calls, "_documents", {})
    with identity_provider() as provider:
        provider.claims = {"sub": "a1", "email": "Ann@example.com", "email_verified": True}
        configure(settings, provider)
        settings.SECOND_FACTOR_REQUIRED = True
        yield provider
