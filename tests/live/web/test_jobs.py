"""Exports and imports of staff in a browser, with a worker, and the number of clicks."""

from pathlib import Path

from selenium.webdriver.support.select import Select

from contacts.models import Contact
from jobs.models import Job
from orgs.models import Org
from tests.factories import InterviewRequestFactory
from tests.live.conftest import StartWorker
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import begin_as, filter_by_org, problems_at_each_width, shows
from tools.harness.browser import Browser
from tools.harness.processes import eventually

SECONDS = 60  # for a worker


def test_export_an_orgs_interviews(browser: Browser, acme: Org, start_worker: StartWorker, tmp_path: Path) -> None:
    start_worker()
    InterviewRequestFactory.create_batch(3, org=acme, objective="=1+1")
    behavior = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", behavior)
    begin_as(browser, "support")
    browser.follow("Interview requests")
    filter_by_org(browser, acme.slug)
    browser.follow("Export this list")
    problems = problems_at_each_width(BrowserPage(browser), browser.path)
    browser.follow("Export as CSV")
    assert shows(browser, "Finished", SECONDS), "without a reload"
    browser.press("Download")
    assert browser.clicks == 4
    job = Job.objects.latest("pk")
    file = tmp_path / f"export_interviews-{job.pk}.csv"
    assert eventually(file.exists)
    assert file.stat().st_size == job.output_bytes
    assert file.read_text(encoding="utf-8-sig").count(",'=1+1,") == 3
    problems += problems_at_each_width(BrowserPage(browser), browser.path)
    assert problems == []


def test_import_500_contacts(browser: Browser, acme: Org, start_worker: StartWorker, tmp_path: Path) -> None:
    """The file is larger than a request may be."""
    start_worker()
    rows = [f"c{number}@example.com;Jane;Smith {number};{'Met in May. ' * 250}" for number in range(500)]
    file = tmp_path / "contacts.csv"
    file.write_text("\n".join(["E-Mail;First name;Last name;Remarks", *rows, "no address;x;y;z"]))
    assert file.stat().st_size > 2**20
    page = BrowserPage(browser)
    begin_as(browser, "support")
    browser.follow("Contacts")
    browser.follow("Import contacts")
    problems = problems_at_each_width(page, browser.path)
    browser.type("#id_org", acme.slug)
    browser.find("#id_file").send_keys(str(file))
    browser.leave(lambda: browser.press("Upload"))
    assert shows(browser, "Not imported: Remarks.", SECONDS)
    assert [Select(browser.find(f"#column-{number}")).first_selected_option.text for number in range(1, 5)] == [
        *("email", "name", "name", "do not import")
    ]
    problems += problems_at_each_width(page, browser.path)
    Select(browser.find("#column-4")).select_by_visible_text("notes")
    browser.follow("Check these columns")
    assert shows(browser, "Import 500 contacts", SECONDS)
    assert browser.texts(".import-counts td") == ["500", "0", "0", "1"]
    assert "Send an email address" in browser.text
    assert "… and 400 more contacts." in browser.text
    problems += problems_at_each_width(page, browser.path)
    browser.follow("Import 500 contacts")
    assert shows(browser, "Imported", SECONDS)
    assert browser.clicks == 5
    assert Contact.objects.for_org(acme.pk).count() == 500
    assert Contact.objects.for_org(acme.pk).get(email="c7@example.com").name == "Jane Smith 7"
    problems += problems_at_each_width(page, browser.path)
    assert problems == []
