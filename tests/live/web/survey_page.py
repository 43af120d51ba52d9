"""The survey page in headless Chromium."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from harness.browser import SECONDS, Browser

# The rules of axe for WCAG 2.2 AA, and its recommendations.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

CHECK = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: %s}).then(results => done(
  results.violations.map(rule => `${rule.id}: ${rule.nodes.map(node => node.html).join(" ")}`)));
"""


@cache
def axe() -> str:
    """Returns axe-core, which the package axe_playwright_python contains."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


class BrowserSurveyPage:
    def __init__(self, browser: Browser, survey_url: str) -> None:
        self.browser = browser
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
        return self.browser.find("#status").text

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

    def go_offline(self, offline: bool) -> None:
        conditions = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.browser.driver.execute_cdp_cmd("Network.enable", {})
        self.browser.driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)

    def emulate(self, command: str, **parameters: Any) -> None:
        """Sends a command of the Emulation domain of the DevTools protocol."""
        self.browser.driver.execute_cdp_cmd(f"Emulation.{command}", parameters)

    def use_width(self, width: int) -> None:
        """Sets the width in CSS pixels. Below 600, emulates a phone."""
        self.emulate("setDeviceMetricsOverride", width=width, height=740, deviceScaleFactor=1, mobile=width < 600)

    def use_scheme(self, scheme: str) -> None:
        self.emulate("setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def violations(self) -> list[str]:
        """The violations that axe finds on the current page."""
        if not self.run("return 'axe' in window"):
            self.run(axe())
        violations: list[str] = self.browser.driver.execute_async_script(CHECK % json.dumps(RULES))
        return violations

    def run(self, script: str) -> Any:
        return self.browser.driver.execute_script(script)
