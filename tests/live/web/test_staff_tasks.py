"""Everyday tasks of staff in a browser, with the number of clicks."""

from harness.browser import Browser
from harness.processes import eventually
from interviews.models import InterviewRequest
from orgs.models import SecurityEvent
from tests.live.web.browser_page import BrowserPage
from tests.live.web.test_staff import unexpected_messages, work_as
from tests.staff.test_transcripts import PRICE, complete

VISIBLE = "return document.querySelector('{}').checkVisibility()"


def problems_at_each_width(page: BrowserPage, path: str) -> list[str]:
    """On a phone and on a small laptop, in both schemes. Drops the console messages that axe causes."""
    found = []
    for width in (400, 1024):
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


def test_read_a_completed_transcript_and_put_the_key_answers_into_a_mail(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    complete(interview_request, [PRICE])
    page = BrowserPage(browser)
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": browser.base}
    browser.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    work_as(browser, "support")
    browser.open("/admin/")
    browser.clicks = 0
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
