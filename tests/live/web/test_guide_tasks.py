"""Everyday tasks with guides in the browser, with the number of clicks. Fields are reached with the Tab key."""

from selenium.webdriver import ActionChains

from interviews.models import Conversation, InterviewRequest, InterviewType
from orgs.models import Org, SecurityEvent
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import add, begin_as, problems_at_each_width, shows
from tools.harness.browser import Browser
from tools.harness.processes import eventually

TITLES = "return [...document.querySelectorAll('.guide-topic [name$=-title]')].map(title => title.value)"


def arrange(browser: Browser, css: str) -> None:
    """Presses a button of the guide's form, and waits until the form has changed."""
    browser.driver.execute_script("document.querySelector('#guide_form > *').dataset.isOld = 'true'")
    browser.click(css)
    arranged = "return document.querySelector('#guide_form:not([inert]) > *:not([data-is-old])') !== null"
    gone = "return document.querySelector('[data-is-old]') === null"
    assert eventually(lambda: browser.driver.execute_script(gone) and browser.driver.execute_script(arranged))


def type_topic(browser: Browser, number: int) -> None:
    prefix = f"#id_topics-{number}"
    browser.type(f"{prefix}-title", f"Topic {number}")
    browser.type(f"{prefix}-question", f"What did you think of part {number}?")
    browser.type(f"{prefix}-follow_ups-0-text", f"What is an example of part {number}?")


def test_a_new_interview_type_with_six_topics_is_made(browser: Browser, acme: Org) -> None:
    begin_as(browser, "support")
    add(browser, "interviewtype")
    browser.type("#id_org", acme.slug)
    browser.click("#id_start option[value=blank]")
    browser.follow("Continue")
    for field, text in (("name", "Renewals"), ("purpose", "How renewals went."), ("closing_question", "What else?")):
        browser.type(f"#id_{field}", text)
    for number in range(6):
        if number:
            arrange(browser, "[name=do][value='topics:add']")
            assert browser.driver.switch_to.active_element.get_attribute("id") == f"id_topics-{number}-title"
        type_topic(browser, number)
    assert not InterviewType.objects.for_org(acme.pk).exists()
    browser.follow("Create the interview type")
    assert browser.clicks == 9
    kind = InterviewType.objects.for_org(acme.pk).get()
    assert f"Created. Its id in the API: {kind.public_id}." in browser.text
    assert kind.name == "Renewals"
    assert [topic["title"] for topic in kind.guide["topics"]] == [f"Topic {number}" for number in range(6)]
    assert SecurityEvent.objects.filter(kind="type_created", org=acme.slug).count() == 1
    assert problems_at_each_width(BrowserPage(browser), browser.path) == []


def test_topics_are_reordered_and_a_typo_is_mended(browser: Browser, interview_request: InterviewRequest) -> None:
    kind = interview_request.interview_type
    titles = [topic["title"] for topic in kind.guide["topics"]]
    page = BrowserPage(browser)
    begin_as(browser, "support")
    browser.follow("Interview types")
    browser.follow(kind.name)
    browser.follow("Edit the guide")
    arrange(browser, "[name=do][value='topics-2:up']")
    assert browser.driver.switch_to.active_element.get_attribute("value") == "topics-1:up"
    assert page.run(TITLES) == [titles[0], titles[2], titles[1], *titles[3:]]
    browser.type("#id_topics-1-question", "What mattered most to you and your colleagues?")
    browser.follow("Save as a new version")
    assert "The guide is at version 2." in browser.text
    assert browser.clicks == 5
    kind.refresh_from_db()
    assert kind.guide["topics"][1]["question"] == "What mattered most to you and your colleagues?"
    assert [topic["title"] for topic in kind.guide["topics"]][:3] == [titles[0], titles[2], titles[1]]

    path = f"/admin/interviews/interviewtype/{kind.pk}/guide/"
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


def test_a_guide_is_tried_as_an_interview(browser: Browser, interview_request: InterviewRequest) -> None:
    kind, page = interview_request.interview_type, BrowserPage(browser)
    begin_as(browser, "support")
    browser.follow("Interview types")
    browser.follow(kind.name)
    browser.follow("Try it")
    browser.type("#id_contact_name", "Kim")
    browser.type("#id_objective", "Find out about pricing.")
    browser.follow("Start the interview")
    browser.type("#id_answer", "We lost weekends to invoices.")
    browser.follow("Send answer")
    assert "We lost weekends to invoices." in browser.text
    assert "in the objective" in browser.text
    assert browser.path == f"/admin/interviews/interviewtype/{kind.pk}/try/"
    assert page.run("return location.search") == ""
    browser.click(".trial details summary")
    assert "Find out about pricing." in browser.find(".trial details").text
    assert browser.clicks == 6
    assert not Conversation.objects.filter(org=kind.org).exists()
