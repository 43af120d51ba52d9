"""A person at the browser, whose steps are counted: a click, a key, or a text typed at once."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tools.harness.browser import Browser


class Person:
    """The browser counts the clicks."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.typed = 0

    def start_at(self, path: str) -> None:
        self.browser.open(path)
        self.browser.clicks = self.typed = 0

    def click_summary(self, text: str) -> None:
        path = f'//summary[starts-with(normalize-space(), "{text}")]'
        self.browser.click_on(self.browser.driver.find_element(By.XPATH, path))

    def type(self, keys: str) -> None:
        """A key, or a text into the field that has the focus."""
        self.typed += 1
        ActionChains(self.browser.driver).send_keys(keys).perform()

    def submit(self) -> None:
        self.browser.leave(lambda: self.type(Keys.ENTER))
