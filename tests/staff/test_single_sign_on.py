"""Single sign-on with an identity provider that runs on the loopback interface."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from contacts.models import Contact
from orgs.models import SecurityEvent
from staff.drafts import NOT_SAVED
from staff.single_sign_on import FAILED, NO_LOGIN
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, identity_provider
from tests.hindsight.test_settings import PRODUCTION, settings_of
from tests.staff.authenticator import add_app
from tests.staff.conftest import Fields

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

ANN = {"sub": "a1", "email": "Ann@example.com", "email_verified": True}
PAGE = "/admin/auth/user/"


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann", "ann@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def provider(settings: Settings) -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        provider.claims = dict(ANN)
        configure(settings, provider)
        settings.SECOND_FACTOR_REQUIRED = True
        yield provider


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
    for name in (*variables, "OIDC_NAME", "OIDC_TRUST_EMAIL", "SOCIALACCOUNT_PROVIDERS"):
        setattr(settings, name, read[name])


def sign_on(client: Client) -> Any:
    """From the button of the login page to the redirect after the callback."""
    button = client.get(f"/admin/login/?next={PAGE}").context["single_sign_on"]["url"]
    authorize = client.get(button).headers["Location"]
    back = requests.get(authorize, allow_redirects=False, timeout=10).headers["Location"]
    return client.get(back)


def is_open(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


@pytest.mark.usefixtures("provider")
def test_a_verified_address_logs_in_and_stays_connected(ann: User) -> None:
    client = Client()
    assert sign_on(client).headers["Location"] == PAGE
    assert is_open(client)
    assert SocialAccount.objects.get().uid == "a1"
    event = SecurityEvent.objects.get(kind="login")
    assert (event.actor, event.detail) == ("ann", "provider, socialaccount")
    User.objects.filter(pk=ann.pk).update(email="new@example.com")
    assert sign_on(Client()).headers["Location"] == PAGE, "the provider's subject decides, no longer the address"


@pytest.mark.usefixtures("provider", "ann")
def test_a_text_that_was_sent_after_the_session_had_ended_is_shown_after_the_login(alice: Contact) -> None:
    client = Client()
    sign_on(client)
    url = f"/admin/contacts/contact/{alice.pk}/change/"
    sent = {**Fields(client.get(url)).data, "notes": "Two hours of work."}
    client.session.flush()
    page = client.post(url, sent)
    assert page.status_code == 403
    button = page.context["single_sign_on"]["url"]
    assert "Two" not in button
    back = requests.get(client.get(button).headers["Location"], allow_redirects=False, timeout=10)
    assert client.get(back.headers["Location"]).headers["Location"] == url
    shown = client.get(url)
    assert NOT_SAVED in shown.content.decode()
    assert shown.context["adminform"].form["notes"].value() == "Two hours of work."
    alice.refresh_from_db()
    assert alice.notes == "Old notes"


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@example.com"},
        {"email_verified": False},
        {"email": None},
    ],
)
@pytest.mark.usefixtures("ann")
def test_nobody_else_gets_in_and_no_login_is_created(provider: IdentityProvider, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    client = Client()
    assert sign_on(client).headers["Location"] == "/admin/login/"
    assert NO_LOGIN in client.get("/admin/login/").content.decode()
    assert not is_open(client)
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)
    assert SecurityEvent.objects.filter(kind="login_failed", actor="").count() == 1


@pytest.mark.usefixtures("ann")
def test_addresses_of_a_trusted_provider_are_verified(provider: IdentityProvider, settings: Settings) -> None:
    del provider.claims["email_verified"]
    assert sign_on(Client()).headers["Location"] == "/admin/login/"
    configure(settings, provider, OIDC_TRUST_EMAIL="true")
    assert sign_on(Client()).headers["Location"] == PAGE


@pytest.mark.parametrize(
    ("trust", "amr", "is_enough"),
    [
        ("always", [], True),
        ("amr", ["pwd", "mfa"], True),
        ("amr", ["pwd"], False),
        ("never", ["pwd", "mfa"], False),
    ],
)
def test_when_the_providers_login_is_a_second_factor(
    provider: IdentityProvider, settings: Settings, ann: User, trust: str, amr: list[str], is_enough: bool
) -> None:
    configure(settings, provider, OIDC_SECOND_FACTOR=trust)
    provider.claims["amr"] = amr
    client = Client()
    sign_on(client)
    assert is_open(client) == is_enough
    if not is_enough:
        assert client.get("/admin/login/").headers["Location"] == "/admin/second-factor/"
    add_app(ann)
    asked = sign_on(Client()).headers["Location"]
    assert asked == (PAGE if is_enough else "/admin/login/code/")


def test_a_login_that_is_not_staff_is_refused(provider: IdentityProvider, ann: User) -> None:
    sign_on(Client())
    User.objects.filter(pk=ann.pk).update(is_staff=False)
    client = Client()
    assert sign_on(client).headers["Location"] == "/admin/login/"
    assert "This login is not staff" in client.get("/admin/login/").content.decode()
    User.objects.filter(pk=ann.pk).update(is_staff=True, is_active=False)
    assert not is_open(client)


@pytest.mark.parametrize("query", ["error=access_denied", "code=1&state=forged", "", "code=code-9"])
@pytest.mark.usefixtures("provider", "ann")
def test_a_failed_or_forged_answer_leads_back_to_the_login(query: str) -> None:
    client = Client()
    assert client.get(f"/admin/sso/sso/callback/?{query}").headers["Location"] == "/admin/login/"
    assert FAILED in client.get("/admin/login/").content.decode()


@pytest.mark.usefixtures("ann")
def test_a_token_for_another_client_is_refused(provider: IdentityProvider) -> None:
    provider.claims["aud"] = "somebody else"
    assert sign_on(Client()).headers["Location"] == "/admin/login/"


def test_an_unavailable_provider_leads_back_to_the_login(settings: Settings) -> None:
    with identity_provider() as provider:
        configure(settings, provider)
    client = Client()
    button = client.get("/admin/login/").context["single_sign_on"]["url"]
    assert client.get(button).headers["Location"] == "/admin/login/"
    assert FAILED in client.get("/admin/login/").content.decode()


def test_without_a_provider_there_is_no_button() -> None:
    assert Client().get("/admin/login/").context["single_sign_on"] is None
    assert Client().get("/admin/sso/sso/").status_code == 404
