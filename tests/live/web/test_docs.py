"""The pages for integrators in a real browser."""

import pytest

from hindsight.docs.guide import guide_markdown
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tools.harness.processes import eventually

# Rules of axe that a library breaks, without a setting that mends it. Both libraries skip levels of headings. The
# main region of Swagger UI leaves out the button to authorize. Buttons in Redoc's nested examples overlap.
BROKEN_RULES = {"/api/docs/try": ("heading-order", "region"), "/api/docs/reference": ("heading-order", "target-size")}
SECONDS_FOR_A_LONG_PAGE = 120


@pytest.fixture
def page(quiet_browser: Browser) -> BrowserPage:
    return BrowserPage(quiet_browser)


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (1400, "dark")], ids=["phone, light", "desktop, dark"])
@pytest.mark.parametrize(
    "path", ["/", "/api/docs", "/api/docs/recipes", "/api/docs/behaviour", "/api/docs/hand-offs", "/api/docs/try"]
)
def test_a_page_is_accessible(page: BrowserPage, path: str, width: int, scheme: str) -> None:
    page.use_width(width)
    page.use_scheme(scheme)
    page.browser.open(path)
    assert page.browser.find("main").text
    assert [each for each in page.problems() if not each.startswith(BROKEN_RULES.get(path, ()))] == []


def shown_samples(page: BrowserPage) -> list[str]:
    """The languages of the samples that are shown."""
    script = (
        "return [...document.querySelectorAll('.sample')].filter(sample => sample.checkVisibility())"
        ".map(sample => sample.classList[1])"
    )
    shown: list[str] = page.run(script)
    return shown


def test_a_choice_of_language_is_for_all_samples(page: BrowserPage) -> None:
    page.browser.open("/api/docs")
    samples = len(shown_samples(page))
    assert "bash" in shown_samples(page)
    page.browser.find(".samples [value=typescript]").click()
    assert shown_samples(page) == ["typescript"] * samples


def test_code_a_section_and_the_whole_guide_can_be_copied(page: BrowserPage) -> None:
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": page.browser.base}
    page.browser.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    page.browser.open("/api/docs")

    def copied_by(css: str) -> str:
        button = page.browser.find(css)
        button.click()
        assert eventually(lambda: button.text == "Copied")
        text: str = page.browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
        return text

    assert copied_by(".code button").startswith("export HINDSIGHT_URL=http")
    section = copied_by("#try-it + .copy-section")
    assert section == "## Try it\n" + guide_markdown("api.md").partition("\n## Try it\n")[2].partition("\n\n## ")[0]
    assert copied_by("header button").startswith("# The Hindsight API")


def test_an_earlier_address_of_a_section_leads_to_its_page(page: BrowserPage) -> None:
    page.browser.open("/api/docs#webhooks")
    assert eventually(lambda: page.run("return location.pathname + location.hash") == "/api/docs/behaviour#webhooks")
    assert page.run("return document.querySelector(':target').tagName") == "H2"


def test_the_reference_renders_the_schema(page: BrowserPage) -> None:
    """On white in both color schemes, because Redoc's text is dark."""
    page.use_scheme("dark")
    page.browser.open("/api/docs/reference")
    assert page.browser.find("redoc h1").text.startswith("Hindsight API")
    assert page.run("return getComputedStyle(document.querySelector('redoc')).backgroundColor") == "rgb(255, 255, 255)"
    assert page.other_hosts() == []
    page.browser.driver.set_script_timeout(SECONDS_FOR_A_LONG_PAGE)
    assert [each for each in page.violations() if not each.startswith(BROKEN_RULES["/api/docs/reference"])] == []
