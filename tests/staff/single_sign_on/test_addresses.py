"""Links by address, which an operator turns on with OIDC_LINK_BY_EMAIL."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from tests.fakes.identity_provider import IdentityProvider
from tests.staff.conftest import Staff
from tests.staff.single_sign_on.conftest import PAGE, configure, events, is_open, sign_on

pytestmark = pytest.mark.django_db

MIKE = "mike@corp.example"


@pytest.fixture
def mike() -> User:
    return User.objects.create_user("mike", MIKE, is_staff=True, is_superuser=True)


@pytest.fixture
def by_address(provider: IdentityProvider, settings: Settings) -> IdentityProvider:
    configure(settings, provider, OIDC_LINK_BY_EMAIL="true")
    return provider


@pytest.mark.parametrize("address", [MIKE, "Mike@Corp.Example"])
@pytest.mark.usefixtures("mike")
def test_the_first_login_links_the_account_with_the_same_address(by_address: IdentityProvider, address: str) -> None:
    by_address.claims["email"] = address
    client = Client()
    assert sign_on(client).headers["Location"] == PAGE
    assert is_open(client)
    assert events("link_made", "link_used") == [("mike", "mike", "Account a1.")] * 2
    assert SocialAccount.objects.get().extra_data == {"email": address}


@pytest.mark.usefixtures("mike")
def test_by_default_the_address_links_nothing(provider: IdentityProvider) -> None:
    provider.claims["email"] = MIKE
    client = Client()
    assert sign_on(client).status_code == 403
    assert not is_open(client)
    assert SocialAccount.objects.count() == 0


@pytest.mark.parametrize(
    "address",
    [
        "m\u0131ke@corp.example",  # dotless i: PostgreSQL's UPPER makes I of it
        "M\u0130KE@corp.example",  # I with a dot
        "mi\u212ae@corp.example",  # Kelvin sign: casefold() makes k of it
        "\uff4dike@corp.example",  # fullwidth m: NFKC makes m of it
        "mike@c\u043erp.example",  # Cyrillic o
        "mike@corp\uff0eexample",  # fullwidth full stop
        "mi\u200bke@corp.example",
        " mike@corp.example",
        "nobody@corp.example",
    ],
)
@pytest.mark.usefixtures("mike")
def test_an_address_that_only_looks_the_same_links_nothing(by_address: IdentityProvider, address: str) -> None:
    by_address.claims["email"] = address
    client = Client()
    assert sign_on(client).status_code == 403
    assert not is_open(client)
    assert SocialAccount.objects.count() == 0
    assert events("login_failed") == [("", "", "Single sign-on: no link for account a1.")]


def test_a_stored_address_that_is_not_ascii_is_compared_exactly(by_address: IdentityProvider) -> None:
    User.objects.create_user("kelvin", "mi\u212ae@corp.example", is_staff=True)
    by_address.claims["email"] = MIKE
    assert sign_on(Client()).status_code == 403
    by_address.claims["email"] = "mi\u212ae@corp.example"
    assert sign_on(Client()).headers["Location"] == PAGE


@pytest.mark.parametrize("other", [MIKE, "MIKE@corp.example", "mi\u212ae@corp.example"])
def test_an_address_that_two_logins_could_mean_links_nothing(
    by_address: IdentityProvider, mike: User, other: str
) -> None:
    second = User.objects.create_user("mike2", is_staff=True)
    User.objects.filter(pk=second.pk).update(email=other)
    by_address.claims["email"] = MIKE
    assert sign_on(Client()).status_code == 403
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert sign_on(Client()).headers["Location"] == PAGE


@pytest.mark.parametrize("verified", [False, "false", "true", 1, None, [True], {"value": True}])
@pytest.mark.parametrize("trust", ["false", "true"])
@pytest.mark.usefixtures("mike")
def test_only_true_itself_verifies_an_address(
    by_address: IdentityProvider, settings: Settings, verified: object, trust: str
) -> None:
    configure(settings, by_address, OIDC_LINK_BY_EMAIL="true", OIDC_TRUST_EMAIL=trust)
    by_address.claims |= {"email": MIKE, "email_verified": verified}
    assert sign_on(Client()).status_code == 403
    assert SocialAccount.objects.count() == 0


@pytest.mark.usefixtures("mike")
def test_a_trusted_provider_need_not_say_that_an_address_is_verified(
    by_address: IdentityProvider, settings: Settings
) -> None:
    by_address.claims["email"] = MIKE
    by_address.left_out = {"email_verified"}
    assert sign_on(Client()).status_code == 403
    configure(settings, by_address, OIDC_LINK_BY_EMAIL="true", OIDC_TRUST_EMAIL="true")
    assert sign_on(Client()).headers["Location"] == PAGE


def test_no_login_gets_an_address_that_could_be_confused(root: Staff, mike: User) -> None:
    form = {"username": "eve", "email": "mike@c\uff4frp.example", "is_superuser": "on"}
    page = root.post("auth_user_add", **form)
    assert "Another login has this address." in page.content.decode()
    assert not User.objects.filter(username="eve").exists()
