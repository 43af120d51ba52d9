import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.common.exceptions import SessionNotCreatedException, StaleElementReferenceException, WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    *("--hide-scrollbars", "--lang=en-US"),
)
# Saves a third of the CPU time.
NO_SCREENSHOTS = (
    "--disable-threaded-compositing",
    "--in-process-gpu",
    "--disable-features=BackForwardCache,PaintHolding",
)

SECONDS = 10  # to wait for an element


class BrowserMissingError(RuntimeError):
    """Chromium or ChromeDriver is not installed."""


def programs() -> tuple[str, str]:
    """Chromium and ChromeDriver."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    driver = shutil.which("chromedriver")
    if chromium and driver:
        return chromium, driver
    raise BrowserMissingError("Install Chromium and ChromeDriver (Debian: chromium, chromium-driver).")


class Browser:
    def __init__(self, driver: Chrome, base: str) -> None:
        self.driver = driver
        self.base = base
        self.clicks = 0  # since a test has set it to 0

    def open(self, path: str) -> None:
        self.driver.get(f"{self.base}{path}")

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.base)

    @property
    def text(self) -> str:
        return "".join(self.texts("body"))  # while a page loads, there may be no body yet

    def find(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def texts(self, css: str) -> list[str]:
        while True:
            try:
                return [element.text for element in self.driver.find_elements(By.CSS_SELECTOR, css)]
            except StaleElementReferenceException:  # a new page has replaced the elements meanwhile
                continue

    def press(self, text: str) -> None:
        elements = ("a[normalize-space()={}]", "button[normalize-space()={}]", "input[@type='submit'][@value={}]")
        path = " | ".join("//" + element.format(f'"{text}"') for element in elements)
        self.click_on(self.driver.find_element(By.XPATH, path))

    def click(self, css: str) -> None:
        self.click_on(self.find(css))

    def click_on(self, element: WebElement) -> None:
        """Opens first the menu that contains it."""
        menu = "return arguments[0].closest('details.menu:not([open])')?.querySelector('summary')"
        summary = self.driver.execute_script(menu, element)
        if summary and summary != element:
            summary.click()
            self.clicks += 1
        element.click()
        self.clicks += 1

    def follow(self, text: str) -> None:
        self.leave(lambda: self.press(text))

    def leave(self, action: Callable[[], None]) -> None:
        self.driver.execute_script("window.isLeft = true")
        action()
        arrived = "return !window.isLeft && document.readyState === 'complete'"
        # During navigation execute_script may raise WebDriverException.
        wait = WebDriverWait(self.driver, SECONDS, poll_frequency=0.05, ignored_exceptions=[WebDriverException])
        wait.until(lambda driver: driver.execute_script(arrived))

    def type(self, css: str, text: str) -> None:
        field = self.find(css)
        field.clear()
        field.send_keys(text)

    def clear_data(self) -> None:
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": self.base, "storageTypes": "all"})
        self.driver.execute_cdp_cmd("Network.clearBrowserCache", {})

    def log_in(self, username: str, password: str) -> None:
        self.driver.delete_all_cookies()
        self.open("/admin/login/?next=/admin/")
        self.type("#id_username", username)
        self.type("#id_password", password)
        self.follow("Log in")

    def continue_session(self, key: str) -> None:
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.execute_cdp_cmd("Network.setCookie", {"name": "sessionid", "value": key, "url": self.base})

    def console_messages(self) -> list[str]:
        """Includes CSP violations."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]


@contextmanager
def browsing(base: str, profile: Path, *flags: str) -> Iterator[Browser]:
    chromium, chromedriver = programs()
    options = ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, *flags, f"--user-data-dir={profile}", "--window-size=1400,1000"):
        options.add_argument(flag)
    try:
        driver = Chrome(options=options, service=ChromeService(chromedriver))
    except SessionNotCreatedException:  # the first start on a new machine may need more than ChromeDriver's 60 s
        driver = Chrome(options=options, service=ChromeService(chromedriver))
    try:
        driver.implicitly_wait(SECONDS)
        yield Browser(driver, base)
    finally:
        driver.quit()
