"""The form of a guide, with JavaScript and without."""

from selenium.webdriver import ActionChains

from interviews.models import InterviewRequest
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import shows, work_as
from tools.harness.processes import eventually

TITLES = "return [...document.querySelectorAll('.guide-topic [name$=-title]')].map(title => title.value)"


def arrange(browser: Browser, css: str) -> None:
    """Presses a button of the guide's form, and waits until the form has changed."""
    browser.driver.execute_script("document.querySelector('#guide_form > *').dataset.isOld = 'true'")
    browser.click(css)
    arranged = "return document.querySelector('#guide_form:not([inert]) > *:not([data-is-old])') !== null"
    gone = "return document.querySelector('[data-is-old]') === null"
    assert eventually(lambda: browser.driver.execute_script(gone) and browser.driver.execute_script(arranged))


def test_topics_are_reordered_and_a_typo_is_mended(browser: Browser, interview_request: InterviewRequest) -> None:
    kind = interview_request.interview_type
    titles = [topic["title"] for topic in kind.guide["topics"]]
    page = BrowserPage(browser)
    path = f"/admin/interviews/interviewtype/{kind.pk}/guide/"
    work_as(browser, "support")
    browser.open(path)
    arrange(browser, "[name=do][value='topics-2:up']")
    assert browser.driver.switch_to.active_element.get_attribute("value") == "topics-1:up"
    assert page.run(TITLES) == [titles[0], titles[2], titles[1], *titles[3:]]
    browser.type("#id_topics-1-question", "What mattered most to you and your colleagues?")
    browser.follow("Save as a new version")
    assert "The guide is at version 2." in browser.text
    kind.refresh_from_db()
    assert kind.guide["topics"][1]["question"] == "What mattered most to you and your colleagues?"
    assert [topic["title"] for topic in kind.guide["topics"]][:3] == [titles[0], titles[2], titles[1]]

    browser.open(path)
    page.run("document.querySelector('#topics-4').scrollIntoView()")
    below_the_middle = browser.find("#topics-6 > .guide-buttons")
    drag = ActionChains(browser.driver).click_and_hold(browser.find("#topics-4 > .guide-grip"))
    drag.move_to_element(below_the_middle).release().perform()
    assert eventually(lambda: page.run(TITLES)[4:7] == [titles[5], titles[6], titles[4]])

    page.emulate("setScriptExecutionDisabled", value=True)
    browser.open(path)
    browser.find("[name=do][value='topics-1:up']").click()
    assert shows(browser, "not saved yet")
    browser.find("input[type=submit]").click()
    assert shows(browser, "The guide is at version 3.")
    kind.refresh_from_db()
    assert [topic["title"] for topic in kind.guide["topics"]][:3] == [titles[2], titles[0], titles[1]]
