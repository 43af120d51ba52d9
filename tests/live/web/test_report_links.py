"""Staff hand on a report in the browser, and somebody without a login reads it. tests/staff/ tests who may do so."""

from orgs.models import Org
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import PHONE_AND_DESKTOP, problems_at_each_width, shows, work_as
from tests.staff.admin_pages import new_completed_request


def test_a_report_is_handed_on_and_read_without_a_login(browser: Browser, acme: Org) -> None:
    page = BrowserPage(browser)
    new_completed_request(acme)
    work_as(browser, "account manager")
    browser.open(f"/admin/win-loss/?org={acme.slug}")
    browser.follow("Hand on this report")
    browser.follow("Make the link")
    link = browser.find("#report-link").get_attribute("value") or ""
    browser.press("Copy")
    assert shows(browser, "Copied")
    browser.clear_data()
    path = link[link.index("/reports/") :]
    assert problems_at_each_width(page, path, PHONE_AND_DESKTOP) == []
    assert "Acme was too expensive." in browser.driver.page_source
    assert browser.driver.get_cookies() == []
