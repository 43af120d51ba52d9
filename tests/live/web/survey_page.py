"""The survey page in headless Chromium."""

import json
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from interviews.lifecycle import Speaker
from interviews.models import InterviewRequest
from tests.live.web.browser import SECONDS, Browser
from tests.live.web.browser_page import BrowserPage

FIRST = "what was happening at your company that set off this search?"
LONG = "In March we lost an order because nobody trusted the numbers of our spreadsheets. " * 3


def answers(interview_request: InterviewRequest) -> list[str]:
    return [turn.text for turn in interview_request.turns.filter(speaker=Speaker.CONTACT)]


class BrowserSurveyPage(BrowserPage):
    def __init__(self, browser: Browser, survey_url: str) -> None:
        super().__init__(browser)
        self.path = survey_url[survey_url.index("/survey") :]

    def open(self) -> None:
        self.browser.open(self.path)

    @property
    def heading(self) -> str:
        return self.browser.find("h1").text

    @property
    def text(self) -> str:
        return self.browser.find("main").text

    @property
    def status(self) -> str:
        """The status message of the current step."""
        return self.browser.find(".status").text

    @property
    def box(self) -> WebElement:
        return self.browser.find("textarea[name]")

    @property
    def written(self) -> str:
        return self.box.get_attribute("value") or ""

    @property
    def description(self) -> str:
        """The texts that aria-describedby refers to."""
        ids = (self.box.get_attribute("aria-describedby") or "").split()
        return " ".join(self.browser.find(f"#{id_}").text for id_ in ids)

    @property
    def focused(self) -> str:
        """The element that has the focus, as tag and id."""
        element = self.browser.driver.switch_to.active_element
        return f"{element.tag_name}#{element.get_attribute('id')}"

    def press(self, button: str) -> None:
        """Presses a button, and waits for the next page; with JavaScript, for the next <main>."""
        main = self.browser.find("main")
        self.browser.press(button)
        self.wait_for_replacement_of(main)

    def paste(self, text: str) -> None:
        """Faster than typing."""
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))"
        self.browser.driver.execute_script(script, self.box, text)

    def edit(self, number: int = 1) -> None:
        """Opens the box of an answer in the recap."""
        self.browser.click(f"#exchange-{number} summary")

    def answer(self, text: str) -> None:
        self.box.send_keys(text)
        self.press("Send answer")

    def wait_for(self, condition: Any) -> None:
        # The driver raises WebDriverException while a page is loading.
        wait = WebDriverWait(self.browser.driver, SECONDS, 0.05, ignored_exceptions=[WebDriverException])
        wait.until(condition)

    def wait_for_replacement_of(self, main: WebElement) -> None:
        self.wait_for(staleness_of(main))
        self.wait_for(lambda driver: driver.execute_script("return document.readyState") == "complete")

    def shows(self, *elements: WebElement) -> bool:
        """Whether all elements are in the part of the window that a keyboard leaves free."""
        top, height = self.run("return [visualViewport.offsetTop, visualViewport.height]")
        return all(top <= self.top(each) and self.top(each) + each.size["height"] <= top + height for each in elements)

    def top(self, element: WebElement) -> float:
        """CSS pixels from the top of the window."""
        return float(self.browser.driver.execute_script("return arguments[0].getBoundingClientRect().top", element))

    def count(self, css: str) -> int:
        """Does not wait for an element, unlike find()."""
        return int(self.run(f"return document.querySelectorAll('{css}').length"))

    def button(self, text: str) -> WebElement:
        return self.browser.driver.find_element(By.XPATH, f'//button[normalize-space()="{text}"]')

    def drafts(self) -> dict[str, str]:
        """The texts of all drafts in localStorage, by the ids of their boxes."""
        script = "return Object.entries(localStorage).filter(([name]) => name.startsWith('draft '))"
        return {name.split()[-1]: json.loads(draft)["text"] for name, draft in self.run(script)}

    def go_offline(self, offline: bool) -> None:
        conditions = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.browser.driver.execute_cdp_cmd("Network.enable", {})
        self.browser.driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)
