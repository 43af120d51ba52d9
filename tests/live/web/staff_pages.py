"""Staff at the browser: their logins, and the problems of their pages."""

import secrets
from contextlib import suppress

from django.contrib.auth.models import Group, User
from django.test import Client
from selenium.common.exceptions import WebDriverException

from orgs.models import Org
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tools.harness.processes import eventually

PASSWORD = "correct horse"

PHONE_AND_LAPTOP, PHONE_AND_DESKTOP = (400, 1024), (360, 1400)
"""Widths in pixels."""


def unexpected_messages(browser: Browser) -> list[str]:
    expected = ("status of 403", "/favicon.ico")
    return [line for line in browser.console_messages() if not any(part in line for part in expected)]


def new_staff(role: str, password: str | None = None) -> User:
    """Creates a login with a role, or a superuser. Hashing a password is slow, so the default has none.

    An account manager manages every org that exists.
    """
    name = f"{role.replace(' ', '-')}-{secrets.token_hex(4)}"
    user = User.objects.create_user(name, password=password, is_staff=True, is_superuser=role == "superuser")
    user.groups.set(Group.objects.filter(name=role))
    user.managed_orgs.set(Org.objects.all() if role == "account manager" else [])
    return user


def work_as(browser: Browser, role: str) -> None:
    """Continues with the session of a new login of that role."""
    client = Client()
    client.force_login(new_staff(role))
    browser.continue_session(client.cookies["sessionid"].value)


def shows(browser: Browser, text: str, seconds: float = 10) -> bool:
    """Waits for a text. Between two pages, none can be read."""

    def is_shown() -> bool:
        with suppress(WebDriverException):
            return text in browser.text
        return False

    return eventually(is_shown, seconds=seconds)


def problems_at_each_width(page: BrowserPage, path: str, widths: tuple[int, ...] = PHONE_AND_LAPTOP) -> list[str]:
    """In both schemes. Drops the console messages that axe causes."""
    found = []
    for width in widths:
        for scheme in ("light", "dark"):
            page.use_width(width)
            page.use_scheme(scheme)
            page.browser.open(path)
            assert unexpected_messages(page.browser) == []
            found += [f"{problem} ({width}, {scheme})" for problem in page.problems()]
            page.browser.console_messages()
    page.emulate("clearDeviceMetricsOverride")
    page.use_scheme("")
    return found
