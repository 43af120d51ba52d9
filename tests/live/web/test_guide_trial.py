"""Staff try a guide as an interview, with the number of clicks."""

from harness.browser import Browser
from interviews.models import Conversation, InterviewRequest
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import work_as


def test_try_a_guide_as_interview(browser: Browser, interview_request: InterviewRequest) -> None:
    kind, page = interview_request.interview_type, BrowserPage(browser)
    path = f"/admin/interviews/interviewtype/{kind.pk}/"
    work_as(browser, "support")
    browser.open(f"{path}change/")
    browser.clicks = 0
    browser.follow("Try it")
    browser.type("#id_contact_name", "Kim")
    browser.type("#id_objective", "Find out about pricing.")
    browser.follow("Start the interview")
    browser.type("#id_answer", "We lost weekends to invoices.")
    browser.follow("Send answer")
    assert "We lost weekends to invoices." in browser.text
    assert "in the objective" in browser.text
    assert browser.path == f"{path}try/"
    assert page.run("return location.search") == ""
    browser.click(".trial details summary")
    assert "Find out about pricing." in browser.find(".trial details").text
    assert browser.clicks == 4
    assert not Conversation.objects.filter(org=kind.org).exists()
