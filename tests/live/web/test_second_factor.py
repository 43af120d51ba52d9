"""A person of staff changes their password, and sets up, uses and removes second factors, with the clicks counted."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from orgs.models import SecurityEvent
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import PASSWORD, PHONE_AND_DESKTOP, new_staff, problems_at_each_width
from tests.staff.authenticator import code_of
from tools.harness.processes import eventually
from tools.harness.web import Server

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
    assert browser.clicks == 9  # three in the menu of the login
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


def test_a_login_whose_only_factor_is_a_passkey_is_asked_for_it_first(browser: Browser) -> None:
    page, user = BrowserPage(browser), new_staff("support", PASSWORD)
    browser.log_in(user.username, PASSWORD)
    browser.open("/admin/second-factor/passkeys/add/")
    browser.find("#mfa_webauthn_add").click()
    assert eventually(lambda: browser.path == "/admin/second-factor/codes/")
    codes = (browser.find("#recovery_codes").get_attribute("value") or "").split()
    browser.follow("Log out")

    browser.log_in(user.username, PASSWORD)
    assert browser.path == "/admin/login/code/"
    assert browser.texts("#content button")[0] == "Use a passkey"
    assert "Without your passkey, enter a recovery code." in browser.text
    assert "authenticator app" not in browser.text
    assert problems_at_each_width(page, browser.path, PHONE_AND_DESKTOP) == []
    browser.press("Use a passkey")
    assert eventually(lambda: browser.path == "/admin/")
    browser.follow("Log out")

    browser.log_in(user.username, PASSWORD)
    browser.type("#id_code", codes[0])
    browser.follow("Log in")
    assert browser.path == "/admin/"
    browser.follow("Log out")

    browser.open("/admin/login/")
    browser.press("Log in with a passkey")
    assert eventually(lambda: "No passkey was used" in browser.text or "second factor" in browser.text)
    assert browser.path == "/admin/login/"


def test_at_an_ip_address_the_pages_say_that_browsers_accept_no_passkeys(one_browser: Browser) -> None:
    browser, user = one_browser, new_staff("support", PASSWORD)
    reason = "Browsers accept no passkeys at an IP address such as 127.0.0.1."
    browser.open("/admin/login/")
    browser.press("Log in with a passkey")
    assert eventually(lambda: reason in browser.text)
    assert browser.find("#passkey-refused").get_attribute("role") == "alert"
    browser.log_in(user.username, PASSWORD)
    browser.open("/admin/second-factor/passkeys/add/")
    browser.find("#mfa_webauthn_add").click()
    assert eventually(lambda: reason in browser.text)
    browser.clear_data()
