"""Everyday tasks of staff in a browser, with the number of clicks."""

from interviews.models import InterviewRequest
from interviews.services.transitions import mark_sent
from orgs.models import SecurityEvent
from tests.completed import complete
from tests.factories import InterviewRequestFactory
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import begin_as, filter_by_org, problems_at_each_width, shows
from tools.harness.browser import Browser
from tools.harness.processes import eventually

PRICE = "Acme was too *expensive*."
VISIBLE = "return document.querySelector('{}').checkVisibility()"


def test_read_a_completed_transcript_and_put_the_key_answers_into_a_mail(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    complete(interview_request, [("pricing", PRICE)])
    page = BrowserPage(browser)
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": browser.base}
    browser.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    begin_as(browser, "support")
    browser.follow("Interview requests")
    browser.follow(str(interview_request.pk))
    browser.press("Copy key answers")
    assert eventually(lambda: browser.texts("[data-copy='key-answers']") == ["Copied"])
    assert browser.clicks == 3
    copied = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert "Contact: Alice <alice@example.com>" in copied
    assert f"“{PRICE}” (turn 2)" in copied
    [event] = SecurityEvent.objects.filter(kind="transcript_read", subject=str(interview_request.pk))
    assert event.actor.startswith("support")

    top = "return document.querySelector('{}').getBoundingClientRect().top"
    assert page.run(top.format("#turn-1")) < page.run(top.format("#interviewrequest_form"))
    assert abs(page.run(top.format(".interview section")) - page.run(top.format(".findings"))) < 5, "next to each other"
    page.emulate("setEmulatedMedia", media="print")
    shown = {css: page.run(VISIBLE.format(css)) for css in ("#turn-2", ".quotes dd", "#header", "#nav-sidebar", "form")}
    assert shown == {"#turn-2": True, ".quotes dd": True, "#header": False, "#nav-sidebar": False, "form": False}
    page.emulate("setEmulatedMedia", media="")
    assert problems_at_each_width(page, browser.path) == []

    page.emulate("setScriptExecutionDisabled", value=True)
    browser.open(browser.path)
    assert "Copy key answers" not in browser.text
    browser.click(".interview summary")
    assert PRICE in (browser.find("#key-answers").get_attribute("value") or "")


def test_copy_a_survey_link_and_mark_as_sent(browser: Browser, interview_request: InterviewRequest) -> None:
    path = f"/admin/interviews/interviewrequest/{interview_request.pk}/change/"
    begin_as(browser, "support")
    browser.follow("Interview requests")
    browser.follow(str(interview_request.pk))
    browser.press("Copy")
    assert eventually(lambda: browser.texts("[data-copy='survey-link']") == ["Copied"])
    browser.follow("Mark as sent")
    assert browser.clicks == 4
    assert "1 marked as sent." in browser.text
    assert browser.path == path
    assert browser.texts(".field-displayed_status .readonly") == ["Sent"]
    interview_request.refresh_from_db()
    assert (interview_request.status, interview_request.email_sent_at is None) == ("sent", False)
    assert problems_at_each_width(BrowserPage(browser), path) == []


def test_act_on_50_requests_at_once(browser: Browser, interview_request: InterviewRequest) -> None:
    page, org = BrowserPage(browser), interview_request.org
    rows = InterviewRequestFactory.create_batch(
        59, org=org, contact=interview_request.contact, interview_type=interview_request.interview_type
    )
    mark_sent(rows[-1])
    begin_as(browser, "support")
    browser.follow("Interview requests")
    filter_by_org(browser, org.slug)
    path = browser.path
    browser.click("#action-toggle")
    assert browser.texts(".action-counter") == ["50 of 50 selected"]
    browser.follow("Mark as sent")
    assert "50 interview requests selected. 49 will be marked as sent." in browser.text
    assert browser.text.count("1 already sent") == 1
    assert page.problems() == []
    browser.console_messages()  # of axe
    browser.follow("Mark as sent")
    assert browser.clicks == 4
    assert "49 marked as sent, 1 was not: 1 already sent." in browser.text
    assert browser.path == path
    assert InterviewRequest.objects.filter(org=org, status="sent").count() == 50
    assert problems_at_each_width(page, path) == []

    page.emulate("setScriptExecutionDisabled", value=True)
    browser.open(path)
    browser.clicks = 0
    browser.click(".whole-list input")
    browser.click("button[name=index][value='1']")
    assert shows(browser, "60 interview requests selected. 60 will be archived.")
    browser.click("input[type=submit][value=Archive]")
    assert shows(browser, "60 archived.")
    assert browser.clicks == 3
    assert not InterviewRequest.objects.filter(org=org, archived_at=None).exists()
    assert SecurityEvent.objects.filter(kind="request_changed", detail="Archived.", org=org.slug).count() == 60
