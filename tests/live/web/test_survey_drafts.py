"""Texts that the server has not stored stay on the contact's device, and only those."""

from collections.abc import Callable

from selenium.webdriver.support.expected_conditions import staleness_of

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import correct_answers, give_consent, next_question, submit_answer
from orgs.models import Org
from tests.factories import InterviewRequestFactory
from tests.live.web.browser import Browser
from tests.live.web.survey_page import BrowserSurveyPage, answers

STILL_HERE = "Your text is still here."
# The request is sent, and the response is lost.
LOSE_RESPONSES = "const real = fetch; window.fetch = async (...request) => { await real(...request); throw Error(); };"


def start(browser: Browser, interview_request: InterviewRequest, *given: str) -> BrowserSurveyPage:
    """Opens the interview after the given answers."""
    give_consent(interview_request)
    for text in given:
        question = next_question(interview_request).question
        assert question
        submit_answer(interview_request, number=question.number, text=text)
    page = BrowserSurveyPage(browser, str(interview_request.survey_url))
    page.open()
    return page


def refusals(page: BrowserSurveyPage) -> dict[str, tuple[str, Callable[[bool], object]]]:
    """What stops the server from storing an answer: message, and how to switch it on and off."""

    def suspend(suspended: bool) -> None:
        Org.objects.filter(name="Acme").update(is_active=not suspended)

    token = page.path.partition("=")[2]
    interview_request = InterviewRequest.objects.filter(pk=InterviewRequest.objects.get(survey_token=token).pk)

    def remove_link(removed: bool) -> None:
        interview_request.update(survey_token=None if removed else token)

    def answer_with(status: int) -> Callable[[bool], object]:
        refusal = f"new Response('<p>A proxy.</p>', {{status: {status}, headers: {{'Retry-After': '7'}}}})"
        script = f"window.real ??= fetch; window.fetch = async () => {refusal}"
        return lambda refused: page.run(script if refused else "window.fetch = window.real")

    return {
        "offline": ("The server could not be reached", page.go_offline),
        "suspended": ("Interviews of Acme are paused at the moment.", suspend),
        "gone": ("The link may be incomplete, or it is no longer valid.", remove_link),
        "a proxy that says yes": ("Something went wrong on our side.", answer_with(200)),
        "too many requests": ("Too many requests from your network. Try again in 7 seconds.", answer_with(429)),
        "an error": ("Something went wrong on our side.", answer_with(500)),
        "unreadable": ("The server could not read your data.", answer_with(400)),
        "too large": ("Your text is too large to send.", answer_with(413)),
        "unavailable": ("Something went wrong on our side.", answer_with(503)),
    }


def test_a_draft_is_kept_through_every_failure_until_the_answer_is_stored(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    page = start(browser, interview_request)
    page.box.send_keys("It was slow.")
    for message, switch in refusals(page).values():
        switch(True)
        page.browser.press("Send answer")
        page.wait_for(lambda _, text=message: page.status.startswith(text) and STILL_HERE in page.status)
        assert (page.written, page.box.get_attribute("readonly")) == ("It was slow.", None)
        assert page.drafts() == {"text-1": "It was slow."}
        switch(False)
    token = str(interview_request.survey_token)
    assert token not in page.run("return JSON.stringify(localStorage)")
    page.open()
    assert page.written == "It was slow."
    page.press("Send answer")
    assert (page.written, page.drafts(), answers(interview_request)) == ("", {}, ["It was slow."])


def test_a_draft_returns_after_the_interview_was_paused(browser: Browser, interview_request: InterviewRequest) -> None:
    page = start(browser, interview_request)
    page.box.send_keys("It was slow.")
    Org.objects.filter(name="Acme").update(is_active=False)
    page.open()
    assert page.count("textarea[name]") == 0
    page.wait_for(lambda _: "You wrote this earlier" in page.text)
    assert page.browser.find(".notice textarea").get_attribute("value") == "It was slow."
    assert page.problems() == []
    Org.objects.filter(name="Acme").update(is_active=True)
    page.open()
    assert page.written == "It was slow."


def test_an_answer_whose_response_was_lost_is_neither_doubled_nor_offered(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    page = start(browser, interview_request)
    page.box.send_keys("It was slow.")
    page.run(LOSE_RESPONSES)
    page.browser.press("Send answer")
    page.wait_for(lambda _: STILL_HERE in page.status)
    assert page.drafts() == {"text-1": "It was slow."}
    page.open()
    page.wait_for(lambda _: page.drafts() == {})
    assert "Question 2 " in page.text
    assert page.count(".notice") == 0
    assert answers(interview_request) == ["It was slow."]


def test_the_slower_of_two_tabs_gets_its_text_back_and_can_use_it(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    page = start(browser, interview_request)
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    try:
        page.open()
        page.answer("From the second tab.")
        browser.driver.close()
    finally:
        browser.driver.switch_to.window(first)
    page.answer("From the first tab.")
    assert page.browser.find(".notice textarea").get_attribute("value") == "From the first tab."
    assert page.focused.startswith("section#")
    page.open()
    page.wait_for(lambda _: "You wrote this earlier" in page.text)
    assert page.browser.find(".notice textarea").get_attribute("value") == "From the first tab."
    assert page.violations() == []
    page.browser.press("Add it to this answer")
    assert page.count(".notice") == 0
    assert (page.written, page.drafts()) == ("From the first tab.", {"text-3": "From the first tab."})
    page.press("Send answer")
    assert answers(interview_request) == ["From the second tab.", "From the first tab."]


def test_a_draft_that_is_discarded_is_not_offered_again(browser: Browser, interview_request: InterviewRequest) -> None:
    page = start(browser, interview_request)
    page.run("localStorage.setItem('draft of-another-interview text-1', JSON.stringify({text: 'Old.', saved: 1}))")
    page.box.send_keys("Never mind.")
    submit_answer(interview_request, number=1, text="From another device.")
    page.open()
    page.wait_for(lambda _: "You wrote this earlier" in page.text)
    page.browser.press("Discard it")
    assert page.drafts() == {}, "also none of another interview from more than 30 days ago"


def test_corrections_are_restored_in_their_interview_only_and_removed_at_the_end(
    browser: Browser, interview_request: InterviewRequest, acme: Org
) -> None:
    other = InterviewRequestFactory.create(
        org=acme, contact=interview_request.contact, interview_type=interview_request.interview_type
    )
    page = start(browser, interview_request, "It was slow.")
    page.press("Finish here")
    page.edit()
    page.box.send_keys(" Very slow.")
    elsewhere = start(browser, other, "It was slow.")
    elsewhere.press("Finish here")
    assert elsewhere.written == "It was slow."
    page.open()
    assert (page.written, page.box.is_displayed()) == ("It was slow. Very slow.", True)
    page.press("Send my answers")
    assert page.heading == "Thank you, Alice"
    assert page.drafts() == {}
    assert answers(interview_request) == ["It was slow. Very slow."]


def test_a_correction_of_an_answer_that_changed_meanwhile_is_offered_and_not_restored(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    page = start(browser, interview_request, "It was slow.")
    page.press("Finish here")
    page.edit()
    page.box.send_keys(" Very slow.")
    correct_answers(interview_request, corrections={1: "From another device."})
    page.open()
    page.wait_for(lambda _: "You wrote this earlier" in page.text)
    assert page.written == "From another device."
    assert page.browser.find(".notice textarea").get_attribute("value") == "It was slow. Very slow."
    page.browser.press("Add it to this answer")
    assert page.written == "From another device.\n\nIt was slow. Very slow."
    assert page.box.is_displayed()


def test_a_browser_that_blocks_storage_and_has_no_timeouts_conducts_an_interview(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    old = "delete AbortSignal.timeout; Object.defineProperty(window, 'localStorage', {get() { throw Error(); }});"
    script = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": old})
    try:
        page = start(browser, interview_request)
        document = browser.find("html")
        page.answer("It was slow.")
        page.press("Finish here")
        page.press("Send my answers")
        assert (page.heading, staleness_of(document)(browser.driver)) == ("Thank you, Alice", False)
    finally:
        browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
    assert answers(interview_request) == ["It was slow."]
