"""Everyday tasks with logins of staff, with the number of clicks."""

import secrets

from django.contrib.auth.models import Group, User

from orgs.models import SecurityEvent
from tests.live.web.staff_pages import PASSWORD, add, begin_as, lists_of
from tools.harness.browser import Browser


def test_a_login_with_a_role_is_made_for_a_colleague(browser: Browser) -> None:
    name = f"bo-{secrets.token_hex(4)}"
    begin_as(browser, "superuser")
    add(browser, "user")
    for field, text in (("username", name), ("first_name", "Bo"), ("email", f"{name}@example.com")):
        browser.type(f"#id_{field}", text)
    browser.click(f"#id_groups input[value='{Group.objects.get(name='support').pk}']")
    browser.follow("Save")
    browser.follow("Make the link")
    link = browser.find("#password-link").get_attribute("value") or ""
    browser.press("Copy")
    assert browser.clicks == 5
    bo = User.objects.get(username=name)
    assert (bo.first_name, bo.email, bo.is_staff, bo.is_superuser) == ("Bo", f"{name}@example.com", True, False)
    assert [group.name for group in bo.groups.all()] == ["support"]
    assert not bo.has_usable_password()

    browser.driver.delete_all_cookies()
    browser.driver.get(link)
    browser.clicks = 0
    for field in ("#id_new_password1", "#id_new_password2"):
        browser.type(field, PASSWORD)
    browser.follow("Set the password")
    assert f"Your password is set. Log in as {name}." in browser.text
    browser.type("#id_username", name)
    browser.type("#id_password", PASSWORD)
    browser.follow("Log in")
    assert browser.clicks == 2
    assert browser.path == "/admin/"
    assert "Interview requests" in lists_of(browser)
    assert "Users" not in lists_of(browser)
    kinds = SecurityEvent.objects.filter(subject=name).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["staff_created", *["roles_changed"] * 2, "password_link", "password_changed"]
