"""Exports and imports of staff in a browser."""

from pathlib import Path

from selenium.webdriver.support.select import Select

from contacts.models import Contact
from orgs.models import Org
from tests.factories import InterviewRequestFactory
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import (
    PHONE_AND_LAPTOP,
    problems_at_each_width,
    shows,
    unexpected_messages,
    work_as,
)
from tools.harness.processes import eventually

SECONDS = 60


def downloads_to(browser: Browser, folder: Path) -> None:
    behavior = {"behavior": "allow", "downloadPath": str(folder)}
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", behavior)


def problems_here(page: BrowserPage) -> list[str]:
    """Without opening the page again, which would lose the file."""
    assert unexpected_messages(page.browser) == []
    found = []
    for width in PHONE_AND_LAPTOP:
        page.use_width(width)
        found += [f"{problem} ({width})" for problem in page.problems()]
    page.browser.console_messages()  # axe causes some
    page.emulate("clearDeviceMetricsOverride")
    return found


def test_export_an_orgs_interviews(browser: Browser, acme: Org, tmp_path: Path) -> None:
    InterviewRequestFactory.create_batch(3, org=acme, objective="=1+1")
    downloads_to(browser, tmp_path)
    work_as(browser, "support")
    browser.open(f"/admin/interviews/interviewrequest/?org={acme.slug}")
    browser.follow("Export this list")
    assert problems_at_each_width(BrowserPage(browser), browser.path) == []
    browser.press("Export as CSV")
    file = tmp_path / "interviews.csv"
    assert eventually(file.exists, seconds=SECONDS)
    assert file.read_text(encoding="utf-8-sig").count(",'=1+1,") == 3


def test_import_500_contacts(browser: Browser, acme: Org, tmp_path: Path) -> None:
    rows = [f"c{number}@example.com;Jane;Smith {number};{'Met in May. ' * 100}" for number in range(500)]
    file, downloads = tmp_path / "upload.csv", tmp_path / "downloads"
    file.write_text("\n".join(["E-Mail;First name;Last name;Remarks", *rows, "no address;x;y;z"]))
    downloads_to(browser, downloads)
    page = BrowserPage(browser)
    work_as(browser, "support")
    browser.open("/admin/")
    browser.follow("Customers")
    browser.follow("Contacts")
    browser.follow("Import contacts")
    problems = problems_at_each_width(page, browser.path)
    browser.type("#id_org", acme.slug)
    browser.find("#id_file").send_keys(str(file))
    browser.press("Check")
    assert shows(browser, "Not imported: Remarks.", SECONDS)
    assert [Select(browser.find(f"#column-{number}")).first_selected_option.text for number in range(1, 5)] == [
        *("email", "name", "name", "do not import")
    ]
    problems += problems_here(page)
    Select(browser.find("#column-4")).select_by_visible_text("notes")
    browser.press("Check again")
    assert shows(browser, "… and 400 more contacts.", SECONDS)
    assert browser.texts(".import-counts td") == ["500", "0", "0", "1"]
    assert "Send an email address" in browser.text
    assert eventually(lambda: "Not imported" not in browser.text, seconds=SECONDS)
    browser.press("Download the rejected rows")
    assert eventually((downloads / "contacts.csv").exists, seconds=SECONDS)
    browser.follow("Import 500 contacts")
    assert shows(browser, "Imported", SECONDS)
    assert Contact.objects.for_org(acme.pk).count() == 500
    assert Contact.objects.for_org(acme.pk).get(email="c7@example.com").name == "Jane Smith 7"
    problems += problems_here(page)
    assert problems == []


def test_a_file_that_is_too_large_is_not_sent(browser: Browser, acme: Org, tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("email,notes\n" + f"c@example.com,{'x' * 99}\n" * 11_000)
    work_as(browser, "support")
    browser.open("/admin/")
    browser.follow("Customers")
    browser.follow("Contacts")
    browser.follow("Import contacts")
    browser.type("#id_org", acme.slug)
    browser.find("#id_file").send_keys(str(file))
    browser.press("Check")
    assert shows(browser, "The file is larger than 1 MiB.", SECONDS)
