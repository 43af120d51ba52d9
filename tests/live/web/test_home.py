"""The first page of the admin in a real browser."""

from django.utils import timezone
from selenium.webdriver.support.ui import Select

from interviews.lifecycle import Stage
from interviews.models import InterviewRequest
from tests.interviews.reports.test_interview_statistics import add_interview
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import work_as
from tools.harness.browser import Browser

OPEN_THE_TABLE = "document.querySelector('.home details').open = true"
# The heights of the rectangles in pixels, by chart.
HEIGHTS = """
return [...document.querySelectorAll(".chart")].map(
  chart => [...chart.querySelectorAll("rect")].map(part => Math.round(part.getBoundingClientRect().height)))
"""


def test_the_numbers_of_an_org_lead_to_its_interviews(browser: Browser, interview_request: InterviewRequest) -> None:
    org, page = interview_request.org, BrowserPage(browser)
    for stage, topic in ((Stage.COMPLETED, ""), (Stage.DECLINED, "pricing"), (Stage.IN_PROGRESS, "vendor")):
        add_interview(org, stage, begun=timezone.now(), topic=topic, flags="declined" if topic == "pricing" else "")
    work_as(browser, "read only")
    browser.open("/admin/")
    Select(browser.find("#home-org")).select_by_value(org.slug)
    browser.follow("Show")
    assert browser.path == f"/admin/?org={org.slug}"
    for width, scheme in ((1280, "light"), (1280, "dark"), (400, "light"), (400, "dark")):
        page.use_width(width)
        page.use_scheme(scheme)
        browser.driver.refresh()
        page.run(OPEN_THE_TABLE)
        [requests], begun = page.run(HEIGHTS)
        assert requests > 100
        assert len({*begun}) == 1, "one interview of each kind"
        assert page.problems() == []
    assert browser.texts(".bars th[scope=row]") == ["How price and packaging came into it"]
    browser.find(".bars td a").click()
    assert "1 interview request" in browser.text
    assert "Declined" in browser.text
