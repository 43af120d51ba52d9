"""A page in headless Chromium, and what holds for every public page."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.live.web.browser import Browser

# The rules of axe for WCAG 2.2 AA, and its recommendations.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

CHECK = """
const done = arguments[arguments.length - 1];
const rules = {"label-content-name-mismatch": {enabled: true}}; // axe calls it experimental
axe.run(document, {runOnly: %s, rules, resultTypes: ["violations"]}).then(results => done(
  results.violations.map(rule => `${rule.id}: ${rule.nodes.map(node => node.html).join(" ")}`)));
"""


@cache
def axe() -> str:
    """Returns axe-core, which the package axe_playwright_python contains."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


class BrowserPage:
    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def run(self, script: str) -> Any:
        return self.browser.driver.execute_script(script)

    def emulate(self, command: str, **parameters: Any) -> None:
        """Sends a command of the Emulation domain of the DevTools protocol."""
        self.browser.driver.execute_cdp_cmd(f"Emulation.{command}", parameters)

    def use_width(self, width: int) -> None:
        """Sets the width in CSS pixels. Below 600, emulates a phone."""
        self.emulate("setDeviceMetricsOverride", width=width, height=740, deviceScaleFactor=1, mobile=width < 600)

    def use_scheme(self, scheme: str) -> None:
        self.emulate("setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def violations(self, rules: Sequence[str] = RULES) -> list[str]:
        """The violations that axe finds on the current page. `rules`: tags or ids of rules."""
        if not self.run("return 'axe' in window"):
            self.run(axe())
        violations: list[str] = self.browser.driver.execute_async_script(CHECK % json.dumps(rules))
        return violations

    def problems(self) -> list[str]:
        """Violations that axe finds, horizontal scrolling, and requests to another host."""
        problems = self.violations()
        # On a phone, `innerWidth` grows with the content.
        if (width := self.run("const page = document.documentElement; return page.scrollWidth - page.clientWidth")) > 0:
            problems.append(f"{width} pixels too wide")
        return [*problems, *self.other_hosts()]

    def other_hosts(self) -> list[str]:
        """Origins that the page has loaded from, other than its own."""
        origins = self.run("return performance.getEntriesByType('resource').map(entry => new URL(entry.name).origin)")
        return sorted(set(origins) - {self.browser.base})
