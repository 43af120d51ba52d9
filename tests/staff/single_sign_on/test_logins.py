"""Logins with an identity provider that runs on the loopback interface."""

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from orgs.models import SecurityEvent
from staff.login.single_sign_on import FAILED, NO_LINK, UNAVAILABLE, views
from tests.fakes.identity_provider import IdentityProvider, identity_provider
from tests.staff.authenticator import add_app
from tests.staff.single_sign_on.conftest import PAGE, begin, come_back, configure, events, is_open, sign_on

pytestmark = pytest.mark.django_db

CALLBACK = "/admin/sso/sso/callback/"


@pytest.mark.usefixtures("provider", "linked")
def test_the_account_of_a_link_logs_in() -> None:
    client = Client()
    assert sign_on(client).headers["Location"] == PAGE
    assert is_open(client)
    assert events("login") == [("ann", "", "socialaccount, provider")]
    assert events("link_used") == [("ann", "ann", "Account a1.")]
    sign_on(Client())
    assert len(events("login")) == 2
    assert len(events("link_used")) == 1, "only of the first login"


@pytest.mark.usefixtures("ann")
def test_an_account_without_a_link_logs_nobody_in_and_creates_no_login(provider: IdentityProvider) -> None:
    client = Client()
    page = sign_on(client)
    assert page.status_code == 403
    assert NO_LINK in page.content.decode()
    assert "<code>a1</code>" in page.content.decode(), "which a superuser needs to link it"
    assert not is_open(client)
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)
    assert events("login_failed") == [("", "", "Single sign-on: no link for account a1.")]


def test_a_login_that_is_not_staff_is_refused(provider: IdentityProvider, linked: User) -> None:
    for lost in ({"is_staff": False}, {"is_active": False}):
        User.objects.filter(pk=linked.pk).update(**{"is_staff": True, "is_active": True, **lost})
        client = Client()
        assert sign_on(client).headers["Location"] == "/admin/login/"
        assert "This login is not staff" in client.get("/admin/login/").content.decode()
        assert not is_open(client)
    assert events("link_used") == []


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
    provider: IdentityProvider, settings: Settings, linked: User, trust: str, amr: list[str], is_enough: bool
) -> None:
    configure(settings, provider, OIDC_SECOND_FACTOR=trust)
    provider.claims["amr"] = amr
    client = Client()
    sign_on(client)
    assert is_open(client) == is_enough
    if not is_enough:
        assert client.get("/admin/login/").headers["Location"] == "/admin/second-factor/"
    add_app(linked)
    asked = sign_on(Client()).headers["Location"]
    assert asked == (PAGE if is_enough else "/admin/login/code/")


@pytest.mark.parametrize("query", ["error=access_denied", "code=1&state=forged", "", "code=code-0"])
@pytest.mark.usefixtures("linked")
def test_a_failed_or_forged_answer_is_refused_without_asking_the_provider(
    provider: IdentityProvider, query: str
) -> None:
    page = Client().get(f"{CALLBACK}?{query}")
    assert page.status_code == 400
    assert FAILED in page.content.decode()
    assert provider.paths == []
    assert Session.objects.count() == 0
    assert events("login_failed") == [("", "", "Single sign-on failed.")]


@pytest.mark.usefixtures("provider", "linked")
def test_an_answer_works_once_and_only_in_the_browser_that_has_asked() -> None:
    client = Client()
    back = requests.get(begin(client).context["url"], allow_redirects=False, timeout=10).headers["Location"]
    stranger = Client()
    assert stranger.get(back).status_code == 400
    assert not is_open(stranger)
    assert client.get(back).headers["Location"] == PAGE
    assert client.get(back).status_code == 400


@pytest.mark.usefixtures("provider", "linked")
def test_the_page_after_the_login_is_on_this_server() -> None:
    client = Client()
    begun = client.post("/admin/sso/sso/", {"next": "https://elsewhere.example/"})
    assert come_back(client, begun).headers["Location"] == "/admin/"


def test_only_the_button_begins_a_login(provider: IdentityProvider) -> None:
    client = Client()
    assert client.get("/admin/sso/sso/").headers["Location"] == "/admin/login/"
    assert Client(enforce_csrf_checks=True).post("/admin/sso/sso/").status_code == 403
    assert provider.paths == []
    assert Session.objects.count() == 0
    assert begin(client).status_code == 200
    assert Session.objects.count() == 1


def test_logins_of_one_address_are_limited(provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "ATTEMPTS", (2, 5))
    assert [Client().post("/admin/sso/sso/").status_code for _ in range(3)] == [200, 200, 429]
    refused = Client().post("/admin/sso/sso/")
    assert 1 <= int(refused.headers["Retry-After"]) <= 301
    assert Session.objects.count() == 2
    assert Client(REMOTE_ADDR="203.0.113.9").post("/admin/sso/sso/").status_code == 200
    assert SecurityEvent.objects.filter(kind="lock_out").exists()


def test_configuration_and_keys_are_fetched_once(provider: IdentityProvider, linked: User) -> None:
    for _ in range(3):
        assert sign_on(Client()).headers["Location"] == PAGE
    own = [path for path in provider.paths if path != "/authorize"]
    assert own == ["/.well-known/openid-configuration", "/token", "/keys", "/token", "/token"]


def test_an_unavailable_provider_is_a_503_at_once(settings: Settings) -> None:
    with identity_provider() as provider:
        configure(settings, provider)
    page = begin(Client())
    assert page.status_code == 503
    assert UNAVAILABLE in page.content.decode()
    assert page.headers["Retry-After"] == "5"
    assert Session.objects.count() == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://login.elsewhere.example"},
        {"issuer": None},
        {"issuer": ["x"]},
        {"authorization_endpoint": "http://login.elsewhere.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": 5},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"jwks_uri": "https://[/keys"},
        {"jwks_uri": None},
    ],
)
@pytest.mark.usefixtures("linked")
def test_a_configuration_that_is_not_valid_logs_nobody_in(
    provider: IdentityProvider, changed: dict[str, object]
) -> None:
    provider.more_configuration = changed
    client = Client()
    begun = begin(client)
    last = come_back(client, begun) if begun.status_code == 200 else begun
    assert last.status_code == 503
    assert not is_open(client)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("response", "status"),
    [
        (b"", 503),
        (b"SSH-2.0-x\r\n", 503),
        (OK + b"Content-Length: 100\r\n\r\n{", 403),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", 503),
        (OK + b"Content-Length: 300000\r\n\r\n" + b" " * 300_000, 503),
        (b"HTTP/1.1 500 Oops\r\n\r\n", 503),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", 403),
        (OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08", 403),
        (OK + b"\r\n", 403),
        (OK + b"\r\n\xff", 403),
        (OK + b"\r\n[]", 403),
        (OK + b"\r\n" + b"[" * 100_000, 403),
        (OK + b'\r\n{"access_token": NaN}', 403),
    ],
    ids=lambda value: repr(value)[:50],
)
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.usefixtures("linked")
def test_a_broken_response_of_the_provider_is_refused(
    provider: IdentityProvider, path: str, response: bytes, status: int
) -> None:
    provider.raw_responses[path] = response
    client = Client()
    begun = begin(client)
    last = come_back(client, begun) if begun.status_code == 200 else begun
    assert last.status_code == status
    assert not is_open(client)


def test_without_a_provider_there_is_no_button() -> None:
    assert Client().get("/admin/login/").context["single_sign_on"] is None
    assert Client().post("/admin/sso/sso/").status_code == 404
    assert Client().get(CALLBACK).status_code == 404
