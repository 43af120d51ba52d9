"""The editor of a guide, with JavaScript and without."""

from selenium.webdriver import ActionChains

from interviews.models import InterviewRequest
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import PHONE_AND_DESKTOP, problems_at_each_width, shows, work_as
from tools.harness.processes import eventually

TITLES = "return [...document.querySelectorAll('.guide-part [name$=-title]')].map(title => title.value)"
SHOWN = "return [...document.querySelectorAll('.guide-part, #parts')].filter(e => e.checkVisibility()).map(e => e.id)"


def arrange(browser: Browser, css: str) -> None:
    """Presses a button of a menu, and waits until the form has changed."""
    browser.driver.execute_script("document.querySelector('#guide_form > *').dataset.isOld = 'true'")
    menu = f"document.querySelector(`{css}`).closest('details').open = true"
    browser.driver.execute_script(menu)
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
    browser.click("#parts [href='#topics-2']")
    assert page.run(SHOWN) == ["parts", "topics-2"]
    arrange(browser, "[name=do][value='topics-2:up']")
    assert page.run("return document.activeElement.closest('section').id") == "topics-1"
    assert page.run(SHOWN) == ["parts", "topics-1"]
    assert page.run(TITLES) == [titles[0], titles[2], titles[1], *titles[3:]]
    browser.type("#id_topics-1-question", "What mattered most about {vendor} to you?")
    assert browser.texts("#topics-1 [data-vendor]") == [f"What mattered most about {kind.org.name} to you?"]
    browser.follow("Publish")
    assert "Version 2 is published." in browser.text
    kind.refresh_from_db()
    assert kind.guide["topics"][1]["question"] == "What mattered most about {vendor} to you?"
    assert [topic["title"] for topic in kind.guide["topics"]][:3] == [titles[0], titles[2], titles[1]]

    browser.open(path)
    drag = ActionChains(browser.driver).click_and_hold(browser.find("[data-drag=topics-4] > .guide-grip"))
    drag.move_to_element_with_offset(browser.find("[data-drag=topics-6]"), 0, 5).release().perform()
    assert eventually(lambda: page.run(TITLES)[4:7] == [titles[5], titles[6], titles[4]])


def test_a_draft_is_kept_without_javascript(browser: Browser, interview_request: InterviewRequest) -> None:
    kind, page = interview_request.interview_type, BrowserPage(browser)
    titles = [topic["title"] for topic in kind.guide["topics"]]
    path = f"/admin/interviews/interviewtype/{kind.pk}/guide/"
    work_as(browser, "support")
    page.use_width(400)
    page.emulate("setScriptExecutionDisabled", value=True)
    browser.open(path)
    browser.click("#parts [href='#topics-1']")
    assert not browser.find("#parts").is_displayed()
    browser.click("#topics-1 > header summary")
    browser.find("[name=do][value='topics-1:up']").click()
    assert shows(browser, "not saved yet")
    assert browser.find("#topics-0").is_displayed()
    browser.find("[name=save]").click()
    assert shows(browser, "The draft is saved.")
    kind.refresh_from_db()
    assert kind.draft is not None
    assert [topic["title"] for topic in kind.draft["topics"]][:2] == [titles[1], titles[0]]
    assert kind.guide["version"] == 1
    page.emulate("setScriptExecutionDisabled", value=False)
    found = problems_at_each_width(page, f"{path}#topics-0", PHONE_AND_DESKTOP)
    assert found == []
