"""A person at the browser, whose steps are counted: a click, a key, or a text typed at once."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from harness.browser import Browser


class Person:
    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.steps = 0

    def start_at(self, path: str) -> None:
        self.browser.open(path)
        self.steps = 0

    def follow(self, text: str) -> None:
        self.steps += 1
        self.browser.follow(text)

    def click(self, css: str) -> None:
        self.steps += 1
        self.browser.find(css).click()

    def click_summary(self, text: str) -> None:
        self.steps += 1
        self.browser.driver.find_element(By.XPATH, f'//summary[starts-with(normalize-space(), "{text}")]').click()

    def press(self, key: str) -> None:
        self.steps += 1
        ActionChains(self.browser.driver).send_keys(key).perform()

    def type(self, text: str) -> None:
        """Into the field that has the focus."""
        self.steps += 1
        ActionChains(self.browser.driver).send_keys(text).perform()

    def submit(self) -> None:
        self.steps += 1
        self.browser.leave(lambda: ActionChains(self.browser.driver).send_keys(Keys.ENTER).perform())
