"""A person of staff changes their password, and sets up, uses and removes second factors, with the clicks counted."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from harness.browser import Browser
from harness.processes import eventually
from harness.web import Server
from orgs.models import SecurityEvent
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import PASSWORD, PHONE_AND_DESKTOP, new_staff, problems_at_each_width
from tests.staff.authenticator import code_of

NEW_PASSWORD = "correct horse battery"


@pytest.fixture
def browser(browser: Browser, server: Server) -> Iterator[Browser]:
    """By name: browsers accept no passkeys for IP addresses."""
    base = f"http://localhost:{server.port}"
    browser.driver.add_virtual_authenticator(passkey_device())
    yield Browser(browser.driver, base)
    browser.driver.remove_virtual_authenticator()


def passkey_device() -> VirtualAuthenticatorOptions:
    return VirtualAuthenticatorOptions(has_resident_key=True, has_user_verification=True, is_user_verified=True)


def change_password(browser: Browser, old: str, new: str) -> None:
    browser.follow("Change password")
    for field, text in (("old_password", old), ("new_password1", new), ("new_password2", new)):
        browser.type(f"#id_{field}", text)
    browser.follow("Change my password")
    assert "Your password was changed." in browser.text


def test_password_app_recovery_code_and_passkey(browser: Browser) -> None:
    page, user = BrowserPage(browser), new_staff("support", PASSWORD)
    browser.log_in(user.username, PASSWORD)
    assert browser.path == "/admin/"
    browser.clicks = 0
    change_password(browser, PASSWORD, NEW_PASSWORD)
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    browser.follow("Second factor")
    browser.follow("Set up an authenticator app")
    assert problems_at_each_width(page, browser.path, PHONE_AND_DESKTOP) == []
    secret = browser.find("#authenticator_secret").get_attribute("value") or ""
    browser.type("#id_code", code_of(secret))
    browser.follow("Activate")
    codes = (browser.find("#recovery_codes").get_attribute("value") or "").split()
    assert len(codes) == 10
    assert problems_at_each_width(page, browser.path, PHONE_AND_DESKTOP) == []
    browser.follow("Log out")
    assert browser.clicks == 6
    kinds = SecurityEvent.objects.filter(actor=user.username).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["login", "password_changed", *["factor_added"] * 2, "logout"]

    browser.log_in(user.username, NEW_PASSWORD)
    assert browser.path == "/admin/login/code/"
    assert problems_at_each_width(page, browser.path, PHONE_AND_DESKTOP) == []
    browser.type("#id_code", codes[0])
    browser.follow("Log in")
    assert browser.path == "/admin/"

    browser.follow("Second factor")
    browser.follow("Add a passkey")
    assert problems_at_each_width(page, browser.path, PHONE_AND_DESKTOP) == []
    browser.find("#id_passwordless").click()
    browser.find("#mfa_webauthn_add").click()
    assert eventually(lambda: browser.path == "/admin/second-factor/")
    assert problems_at_each_width(page, browser.path, PHONE_AND_DESKTOP) == []
    passkey = Authenticator.objects.get(user=user, type=Authenticator.Type.WEBAUTHN)
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert problems_at_each_width(page, reverse(name, args=[passkey.pk]), PHONE_AND_DESKTOP) == []
    browser.follow("Log out")

    browser.open("/admin/login/?next=/admin/contacts/contact/")
    assert problems_at_each_width(page, browser.path, PHONE_AND_DESKTOP) == []
    browser.press("Log in with a passkey")
    assert eventually(lambda: browser.path == "/admin/contacts/contact/")
