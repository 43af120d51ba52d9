"""Back and Forward, what is in view on a phone, and the recap, also printed."""

import re
from base64 import b64decode

import pytest
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.support.expected_conditions import staleness_of

from interviews.models import InterviewRequest, InterviewType
from interviews.paige.guide.guide import shipped_guide
from interviews.services.conversation_steps import submit_answer
from tests.live.web.survey_page import FIRST, LONG, BrowserSurveyPage, answers

KEYBOARD_LEAVES = 400  # CSS pixels of 740


def go(page: BrowserSurveyPage, steps: int) -> None:
    main = page.browser.find("main")
    page.run(f"history.go({steps})")
    page.wait_for_replacement_of(main)


def test_back_and_forward_stay_in_the_interview_and_lose_no_text(
    page: BrowserSurveyPage, interview_request: InterviewRequest
) -> None:
    document = page.browser.find("html")
    page.press("I agree, start the interview")
    page.answer("It was slow.")
    page.press("Skip this question")
    third = page.heading
    page.box.send_keys("Not sent yet.")
    go(page, -1)
    assert "You skipped this question." in page.text
    go(page, -1)
    assert page.heading.endswith(FIRST)
    assert "It was slow." in page.text
    assert (page.problems(), page.count(".notice")) == ([], 0)
    go(page, +2)
    assert (page.heading, page.written) == (third, "Not sent yet.")
    assert not staleness_of(document)(page.browser.driver)
    go(page, -2)
    page.press("Continue")
    assert (page.heading, page.written) == (third, "Not sent yet.")
    page.press("Send answer")
    assert answers(interview_request) == ["It was slow.", "", "Not sent yet."]


def test_a_page_from_the_back_forward_cache_is_brought_up_to_date(
    page: BrowserSurveyPage, interview_request: InterviewRequest
) -> None:
    page.press("I agree, start the interview")
    page.box.send_keys("Not sent yet.")
    submit_answer(interview_request, number=1, text="From another device.")
    main = page.browser.find("main")
    page.run("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.wait_for_replacement_of(main)
    assert "From another device." in page.text
    page.wait_for(lambda _: "You wrote this earlier" in page.text)
    assert page.browser.find(".notice textarea").get_attribute("value") == "Not sent yet."


def test_back_without_a_connection_keeps_the_page(page: BrowserSurveyPage) -> None:
    page.press("I agree, start the interview")
    page.answer(LONG)
    page.box.send_keys("Not sent yet.")
    page.go_offline(True)
    page.run("history.back()")
    page.wait_for(lambda _: "could not be reached" in page.status)
    assert page.written == "Not sent yet."
    page.go_offline(False)
    page.press("Send answer")
    assert "Question 3 " in page.text


def test_the_start_button_and_the_disclosures_are_in_view_on_a_phone(
    page: BrowserSurveyPage, interview_request: InterviewRequest
) -> None:
    """In German, whose texts are the longest."""
    guide = "win_loss_buyer_de"
    InterviewType.objects.filter(pk=interview_request.interview_type_id).update(guide=shipped_guide(guide))
    page.use_width(360)
    page.open()
    assert page.run("return scrollY") == 0
    assert page.shows(page.browser.find("button[value=consent]"), page.browser.find("button[value=decline]"))
    disclosures = page.browser.driver.find_elements("css selector", "h1, .lead, dt, dd, summary")
    assert len(disclosures) == 11
    free = page.top(page.browser.find(".sticky"))
    assert [each.text for each in disclosures if page.top(each) + each.size["height"] > free] == []


def test_status_and_errors_are_in_view_beside_the_button_while_a_keyboard_is_open(page: BrowserSurveyPage) -> None:
    page.emulate("setDeviceMetricsOverride", width=360, height=KEYBOARD_LEAVES, deviceScaleFactor=1, mobile=True)
    page.open()
    page.go_offline(True)
    page.browser.press("I agree, start the interview")
    page.wait_for(lambda _: "could not be reached" in page.status)
    status, start = page.browser.find(".status"), page.browser.find(".primary")
    assert page.shows(status, start)
    assert page.top(status) + status.size["height"] <= page.top(start), "the sticky button does not cover the status"
    page.go_offline(False)

    page.press("I agree, start the interview")
    page.press("Send answer")
    error, send, skip = page.browser.find(".error"), page.button("Send answer"), page.button("Skip this question")
    assert page.shows(error, send, skip)
    assert page.focused == "textarea#text-1"

    page.paste("x" * 3000)
    for button in ("Send answer", "Skip this question", "Finish here"):
        page.go_offline(True)
        page.browser.press(button)
        page.wait_for(lambda _: "could not be reached" in page.status)
        assert page.shows(page.browser.find(".status"), page.button(button)), button
        page.go_offline(False)

    page.press("Skip this question")
    assert page.shows(page.browser.find(".asks"), page.button("Send answer"), page.button("Skip without my text"))
    page.press("Skip without my text")
    assert (page.written, page.drafts()) == ("", {})

    page.press("Finish here")
    page.edit()
    page.go_offline(True)
    save = page.button("Save")
    save.click()
    page.wait_for(lambda _: "could not be reached" in page.browser.find(".edit .status").text)
    assert page.shows(page.browser.find(".edit .status"), save)
    page.go_offline(False)
    page.run("document.querySelector('textarea[name]').value = 'x'.repeat(10001)")
    page.press("Send my answers")
    assert page.shows(page.browser.find(".error"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_the_confirmation_to_end_is_in_view_on_a_phone_and_keeps_the_text(
    page: BrowserSurveyPage, interview_request: InterviewRequest, scripts: bool
) -> None:
    page.emulate("setDeviceMetricsOverride", width=360, height=640, deviceScaleFactor=1, mobile=True)
    page.emulate("setScriptExecutionDisabled", value=not scripts)
    page.open()
    page.press("I agree, start the interview")
    page.answer(LONG)
    page.box.send_keys("Not sent yet.")
    page.press("End without sending")
    assert page.shows(page.browser.find("#asks"), page.button("End without sending"))
    page.browser.press("No, go on")
    assert page.shows(page.browser.find("h1"))
    assert page.written == "Not sent yet."
    page.press("Send answer")
    assert answers(interview_request) == [LONG.strip(), "Not sent yet."]


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_one_answer_of_the_recap_is_changed_in_its_place(
    page: BrowserSurveyPage, interview_request: InterviewRequest, scripts: bool
) -> None:
    page.use_width(360)
    page.emulate("setScriptExecutionDisabled", value=not scripts)
    page.open()
    page.press("I agree, start the interview")
    for text in (LONG, LONG, "It was slow."):
        page.answer(text)
    page.press("Finish here")
    assert page.count("details[open]") == 0
    page.edit(5)
    said, box = page.browser.find("#exchange-5 .said"), page.browser.find("#answer-5")
    assert (said.is_displayed(), box.is_displayed()) == (False, True)
    box.send_keys(" Very slow.")
    main = page.browser.find("main")
    page.browser.click("#exchange-5 [value=correct]")
    page.wait_for_replacement_of(main)
    said = page.browser.find("#exchange-5 .said")
    assert (said.text, page.shows(said), page.count("details[open]")) == ("It was slow. Very slow.", True, 0)
    assert answers(interview_request)[2] == "It was slow. Very slow."


def test_a_change_is_begun_and_discarded_by_keyboard(
    page: BrowserSurveyPage, interview_request: InterviewRequest
) -> None:
    def press(*keys: str) -> None:
        ActionChains(page.browser.driver).send_keys(*keys).perform()

    page.press("I agree, start the interview")
    page.answer("It was slow.")
    page.press("Finish here")
    press(Keys.TAB, Keys.ENTER)
    assert page.focused == "textarea#answer-1"
    press(" Never mind.")
    assert page.drafts() == {"answer-1": "It was slow. Never mind."}
    press(Keys.TAB, Keys.TAB, Keys.ENTER)
    assert (page.focused, page.box.is_displayed(), page.written) == ("summary#", False, "It was slow.")
    assert page.drafts() == {}
    page.press("Send my answers")
    assert answers(interview_request) == ["It was slow."]


def test_the_recap_is_printed_with_whole_answers_and_without_buttons(page: BrowserSurveyPage) -> None:
    page.press("I agree, start the interview")
    page.paste(LONG * 30)
    page.press("Send answer")
    page.press("Finish here")
    page.edit()
    page.box.send_keys(" And it was slow.")
    page.run("window.print = () => { window.isPrinted = true; }")
    page.browser.press("Print or save your answers")
    assert page.run("return window.isPrinted")
    page.run("dispatchEvent(new Event('beforeprint'))")
    page.emulate("setEmulatedMedia", media="print")
    printed = page.browser.find("#printed-answer-1").text
    assert printed == f"{(LONG * 30).strip()} And it was slow."
    assert not page.button("Send my answers").is_displayed()
    assert not page.box.is_displayed()
    assert page.browser.find(".title").is_displayed()
    file = b64decode(page.browser.driver.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert len(re.findall(rb"/Type */Page\b", file)) > 1, "a long answer continues on the next page"
