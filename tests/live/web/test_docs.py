"""The pages for integrators in a real browser."""

from collections.abc import Iterator

import pytest

from harness.browser import Browser
from tests.live.web.browser_page import BrowserPage


@pytest.fixture
def page(one_browser: Browser) -> Iterator[BrowserPage]:
    """Asserts that the browser logs no failed script and no violation of the Content Security Policy."""
    page = BrowserPage(one_browser)
    yield page
    page.emulate("clearDeviceMetricsOverride")
    page.use_scheme("")
    assert one_browser.console_messages() == []


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (1400, "dark")], ids=["phone, light", "desktop, dark"])
@pytest.mark.parametrize("path", ["/", "/api/docs"])
def test_a_page_is_accessible(page: BrowserPage, path: str, width: int, scheme: str) -> None:
    page.use_width(width)
    page.use_scheme(scheme)
    page.browser.open(path)
    assert page.problems() == []


def test_the_reference_renders_the_schema(page: BrowserPage) -> None:
    """On white in both color schemes, because Redoc's text is dark."""
    page.use_scheme("dark")
    page.browser.open("/api/docs/reference")
    assert page.browser.find("redoc h1").text.startswith("Hindsight API")
    assert page.run("return getComputedStyle(document.querySelector('redoc')).backgroundColor") == "rgb(255, 255, 255)"
