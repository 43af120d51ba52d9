"""Everyday tasks of account managers with orgs and API keys, with the number of clicks."""

import secrets

from interviews.models import InterviewRequest
from orgs import keys
from orgs.models import ApiKey, Org, SecurityEvent
from orgs.plans import Plan
from tests.live.client import LiveClient
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import add, begin, begin_as, problems_at_each_width, search
from tools.harness.browser import Browser
from tools.harness.processes import eventually
from tools.harness.web import Server


def shown_key(browser: Browser) -> str:
    return browser.find("#api-key").get_attribute("value") or ""


def kinds_about(org: Org) -> list[str]:
    """Of its security events, the oldest first."""
    return list(SecurityEvent.objects.filter(org=org.slug).order_by("pk").values_list("kind", flat=True))


def create_org(browser: Browser, name: str) -> Org:
    """Three clicks."""
    add(browser, "org")
    browser.type("#id_name", name)
    browser.click("#id_plan option[value=growth]")
    browser.follow("Save")
    org: Org = Org.objects.get(name=name)
    assert browser.path == f"/admin/orgs/org/{org.pk}/change/"
    return org


def issue_key(browser: Browser) -> str:
    """Three clicks."""
    browser.follow("Issue a key")
    browser.type("#id_name", "Warehouse")
    browser.follow("Issue the key")
    browser.press("Copy")
    assert eventually(lambda: browser.texts("[data-copy]") == ["Copied"])
    return shown_key(browser)


def rotate_key(browser: Browser) -> str:
    """Two clicks."""
    browser.follow("Rotate")
    assert problems_at_each_width(BrowserPage(browser), browser.path) == []
    browser.type("#id_grace_days", "1")
    browser.follow("Rotate the key")
    assert "works until" in browser.text
    return shown_key(browser)


def statuses(*clients: LiveClient) -> list[int]:
    return [client.get("/interview-types").status_code for client in clients]


def test_an_org_is_created_and_its_keys_are_issued_rotated_and_revoked(browser: Browser, server: Server) -> None:
    name = f"Initech {secrets.token_hex(4)}"
    begin_as(browser, "account manager")
    org = create_org(browser, name)
    key = issue_key(browser)
    assert browser.clicks == 6
    first = LiveClient(server, key)
    assert statuses(first) == [200]
    browser.driver.refresh()
    assert browser.path == f"/admin/orgs/org/{org.pk}/change/"
    assert key not in browser.driver.page_source
    old = ApiKey.objects.get(org=org)
    assert (old.name, old.digest) == ("Warehouse", keys.digest_of(key))

    second = LiveClient(server, rotate_key(browser))
    assert browser.clicks == 8
    assert statuses(first, second) == [200, 200]
    browser.driver.refresh()
    assert browser.path == f"/admin/orgs/apikey/{old.pk}/change/"
    browser.follow("Revoke")
    assert "This cannot be undone." in browser.text
    assert statuses(first) == [200]
    browser.follow("Revoke the key")
    assert browser.clicks == 10
    assert "The key was revoked." in browser.text
    assert statuses(first, second) == [401, 200]
    assert kinds_about(org) == ["org_created", "roles_changed", "key_issued", "key_rotated", "key_revoked"]

    begin(browser)
    search(browser, org.slug)
    browser.follow(name)
    assert browser.clicks == 1
    assert sorted(browser.texts("tr.revoked td:nth-child(2), tr.live td:nth-child(2)")) == ["live", "revoked"]
    assert "never" not in browser.texts("aside td:nth-child(3)")
    [last_day, last_month] = browser.texts(".use tbody tr:first-of-type td")
    assert 1 <= int(last_day) == int(last_month) <= 5, "a process counts every five seconds"
    assert browser.texts(".use p") == ["The limit is 300 requests per minute."]


def test_the_plan_of_an_org_is_changed_and_the_org_is_suspended_and_reactivated(
    browser: Browser, api: LiveClient, interview_request: InterviewRequest
) -> None:
    path, org, page = f"/interviews/{interview_request.pk}", interview_request.org, BrowserPage(browser)
    org.own_rate_limit = None
    org.save()
    begin_as(browser, "account manager")
    search(browser, org.slug)
    browser.follow(org.name)
    browser.click("#id_plan option[value=enterprise]")
    browser.follow("Save")
    assert browser.clicks == 3
    org.refresh_from_db()
    assert org.plan == Plan.ENTERPRISE
    assert api.get(path).headers["X-RateLimit-Limit"] == "1000", "no process remembers the limit from before"

    browser.follow("Suspend")
    assert "1 live API key:" in browser.text
    assert problems_at_each_width(page, browser.path) == []
    assert api.get(path).status_code == 200
    browser.type("#id_reason", "Invoice unpaid")
    browser.follow("Suspend")
    assert browser.clicks == 5
    assert "This org is suspended. Reason: Invoice unpaid" in browser.text
    assert api.get(path).status_code == 401
    org.refresh_from_db()
    assert (org.is_active, org.suspension_reason) == (False, "Invoice unpaid")
    browser.open(f"/survey?token={interview_request.survey_token}")
    assert "paused" in browser.text

    browser.open(f"/admin/orgs/org/{org.pk}/change/")
    browser.follow("Reactivate")
    browser.follow("Reactivate")
    assert browser.clicks == 7
    assert "Reactivated." in browser.text
    assert "This org is suspended." not in browser.text
    assert api.get(path).status_code == 200
    assert kinds_about(org) == ["org_changed", "org_suspended", "org_reactivated"]
