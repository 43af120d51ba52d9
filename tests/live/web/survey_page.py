"""A contact at the interview's page, in headless Chromium: with or without JavaScript, on a phone, in the dark."""

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

# What WCAG 2.2 AA asks for, as far as a program can tell, and what axe recommends besides.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

CHECK = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: %s}).then(found => done(
  found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html).join(" ")}`)));
"""


@cache
def axe() -> str:
    """axe-core, as a package brings it along that we need nothing else of."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


class InterviewPage:
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
        """What the page says of the step that is under way."""
        return self.browser.find("#status").text

    @property
    def box(self) -> WebElement:
        return self.browser.find("textarea[name]")

    @property
    def written(self) -> str:
        return self.box.get_attribute("value") or ""

    @property
    def description(self) -> str:
        """What is read out of the box besides its name."""
        ids = (self.box.get_attribute("aria-describedby") or "").split()
        return " ".join(self.browser.find(f"#{id_}").text for id_ in ids)

    @property
    def focused(self) -> str:
        """The element that has the focus, as tag and id."""
        element = self.browser.driver.switch_to.active_element
        return f"{element.tag_name}#{element.get_attribute('id')}"

    def press(self, button: str) -> None:
        """Takes the step, and waits for the page that it leads to; with JavaScript that is a new <main>."""
        main = self.browser.find("main")
        self.browser.press(button)
        self.wait_for_another(main)

    def answer(self, text: str) -> None:
        self.box.send_keys(text)
        self.press("Send answer")

    def wait_for(self, condition: Any) -> None:
        # Between two pages the driver may find none to look at.
        wait = WebDriverWait(self.browser.driver, SECONDS, 0.05, ignored_exceptions=[WebDriverException])
        wait.until(condition)

    def wait_for_another(self, main: WebElement) -> None:
        self.wait_for(staleness_of(main))
        self.wait_for(lambda driver: driver.execute_script("return document.readyState") == "complete")

    def go_offline(self, offline: bool) -> None:
        conditions = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.browser.driver.execute_cdp_cmd("Network.enable", {})
        self.browser.driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)

    def emulate(self, command: str, **parameters: Any) -> None:
        """One of the browser's own commands, for what a person would choose in its settings."""
        self.browser.driver.execute_cdp_cmd(f"Emulation.{command}", parameters)

    def use_width(self, width: int) -> None:
        """That of the window in CSS pixels; a phone's below 600."""
        self.emulate("setDeviceMetricsOverride", width=width, height=740, deviceScaleFactor=1, mobile=width < 600)

    def use_scheme(self, scheme: str) -> None:
        self.emulate("setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def violations(self) -> list[str]:
        """What axe has against the page as it stands."""
        if not self.run("return 'axe' in window"):
            self.run(axe())
        found: list[str] = self.browser.driver.execute_async_script(CHECK % json.dumps(RULES))
        return found

    def run(self, script: str) -> Any:
        return self.browser.driver.execute_script(script)
