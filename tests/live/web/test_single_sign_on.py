"""A person of staff links their account at the identity provider, and logs in with it."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from orgs.models import SecurityEvent
from staff.login.single_sign_on import links
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, identity_provider
from tests.live.conftest import Serve
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import PASSWORD, PHONE_AND_DESKTOP, new_staff, problems_at_each_width, work_as
from tools.harness.processes import eventually


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        yield provider


@pytest.fixture
def browser(browser: Browser, serve: Serve, provider: IdentityProvider) -> Iterator[Browser]:
    client = {"OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET, "OIDC_SERVER_URL": provider.url}
    with serve(workers=1, OIDC_NAME="Acme ID", **client) as server:
        yield Browser(browser.driver, f"http://127.0.0.1:{server.port}")


def test_a_person_links_an_account_and_logs_in_with_it(browser: Browser, provider: IdentityProvider) -> None:
    page, user = BrowserPage(browser), new_staff("support", PASSWORD)
    provider.claims = {"sub": user.username}
    browser.log_in(user.username, PASSWORD)
    browser.follow("Single sign-on")
    browser.follow("Link your account at Acme ID")
    assert eventually(lambda: "Your account at Acme ID is linked." in browser.text)
    assert browser.path == "/admin/single-sign-on/"
    assert problems_at_each_width(page, browser.path, PHONE_AND_DESKTOP) == []
    browser.follow("Log out")
    browser.open("/admin/login/")
    browser.follow("Log in with Acme ID")
    assert eventually(lambda: browser.path == "/admin/")
    assert SecurityEvent.objects.filter(kind="link_used", subject=user.username).count() == 1


def test_a_superuser_links_the_account_whose_id_the_refusal_shows(browser: Browser, provider: IdentityProvider) -> None:
    page, user = BrowserPage(browser), new_staff("support")
    provider.claims = {"sub": f"{user.username}-at-the-provider"}
    browser.open("/admin/login/")
    browser.follow("Log in with Acme ID")
    assert eventually(lambda: "is not linked to a login here" in browser.text)
    shown = browser.find("code").text
    assert page.problems() == []
    page.browser.console_messages()  # of axe
    work_as(browser, "superuser")
    path = reverse("admin:auth_user_single-sign-on", args=[user.pk])
    browser.open(path)
    browser.type("#id_subject", shown)
    browser.follow("Link")
    assert problems_at_each_width(page, path, PHONE_AND_DESKTOP) == []
    assert [link.uid for link in links.links_of(user)] == [provider.claims["sub"]]
