"""A person at a browser: headless Chromium, spoken to in the words that stand on the page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    *("--hide-scrollbars", "--lang=en-US"),
)
# For who wants no pictures: these save a third of the processor time.
UNSEEN = ("--disable-threaded-compositing", "--in-process-gpu", "--disable-features=BackForwardCache,PaintHolding")

# How long a page may take to show what a test looks for.
SECONDS = 10


def programs() -> tuple[str, str]:
    """Chromium and its driver. Skips the test where this machine has none, but not in CI."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    driver = shutil.which("chromedriver")
    if chromium and driver:
        return chromium, driver
    reason = "it needs Chromium and ChromeDriver (Debian: chromium, chromium-driver)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class Browser:
    def __init__(self, driver: Chrome, base: str) -> None:
        self.driver = driver
        self.base = base

    def open(self, path: str) -> None:
        self.driver.get(f"{self.base}{path}")

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.base)

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def find(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def texts(self, css: str) -> list[str]:
        return [element.text for element in self.driver.find_elements(By.CSS_SELECTOR, css)]

    def press(self, text: str) -> None:
        """The first link or button that bears this text."""
        path = f'//a[normalize-space()="{text}"] | //button[normalize-space()="{text}"] | //input[@value="{text}"]'
        self.driver.find_element(By.XPATH, path).click()

    def follow(self, text: str) -> None:
        """Presses it, and waits for the page that it leads to."""
        self.driver.execute_script("window.isLeft = true")
        self.press(text)
        arrived = "return !window.isLeft && document.readyState === 'complete'"
        # Between two pages the driver may find no window to run a script in.
        wait = WebDriverWait(self.driver, SECONDS, poll_frequency=0.05, ignored_exceptions=[WebDriverException])
        wait.until(lambda driver: driver.execute_script(arrived))

    def type(self, css: str, text: str) -> None:
        """Instead of what the field holds."""
        field = self.find(css)
        field.clear()
        field.send_keys(text)

    def forget_everything(self) -> None:
        """As if it were another browser that nobody has used yet."""
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": self.base, "storageTypes": "all"})
        self.driver.execute_cdp_cmd("Network.clearBrowserCache", {})

    def log_in(self, username: str, password: str) -> None:
        self.driver.delete_all_cookies()
        self.open("/admin/login/?next=/admin/")
        self.type("#id_username", username)
        self.type("#id_password", password)
        self.follow("Log in")

    def continue_session(self, key: str) -> None:
        """As whoever logged in to the session of that key."""
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.execute_cdp_cmd("Network.setCookie", {"name": "sessionid", "value": key, "url": self.base})

    def complaints(self) -> list[str]:
        """What the browser's console has to say since it was last asked, policies that were violated for one."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]


@contextmanager
def browsing(base: str, profile: Path, *flags: str) -> Iterator[Browser]:
    """A browser with a new profile until the end of the block."""
    chromium, chromedriver = programs()
    options = ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, *flags, f"--user-data-dir={profile}", "--window-size=1400,1000"):
        options.add_argument(flag)
    driver = Chrome(options=options, service=ChromeService(chromedriver))
    try:
        driver.implicitly_wait(SECONDS)
        yield Browser(driver, base)
    finally:
        driver.quit()
