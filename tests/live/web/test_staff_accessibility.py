"""Every page of the admin: axe finds nothing in both themes, and no column or page is cut at 1024 or 400 pixels."""

from collections.abc import Iterator

from harness.browser import Browser
from orgs.models import Org
from tests.live.web.browser_page import BrowserPage
from tests.live.web.test_staff import unexpected_messages, work_as
from tests.staff.admin_pages import make_rows, other_states, page_paths

# Elements whose content is wider than they are, or that end beyond the right edge of the window.
CUT = """
const isCut = (part) => part.scrollWidth > part.clientWidth + 1 || part.getBoundingClientRect().right > %d + 1;
return [...document.querySelectorAll("html, main, main fieldset, main aside%s")].filter(isCut)
  .map((part) => `${part.outerHTML.slice(0, 80)}`);
"""
# The rules of axe that depend on the theme.
COLOR_RULES = ("color-contrast", "link-in-text-block")
HINT = "[DOM]"  # Chromium's, about password managers
# On a phone, lists scroll sideways.
TABLES = ", main table, main .results"


def cut(page: BrowserPage, width: int, more: str = "") -> list[str]:
    page.use_width(width)
    return [f"cut at {width} pixels: {part}" for part in page.run(CUT % (width, more))]


def use_scheme(page: BrowserPage, scheme: str) -> None:
    """Without the transition of colours, during which contrasts are lower."""
    page.use_scheme(scheme)
    page.run("document.getAnimations().forEach((animation) => animation.finish())")


def problems(page: BrowserPage) -> Iterator[str]:
    yield from cut(page, 400)
    yield from cut(page, 1024, TABLES)
    use_scheme(page, "light")
    yield from (f"light: {violation}" for violation in page.violations())
    use_scheme(page, "dark")
    yield from (f"dark: {violation}" for violation in page.violations(COLOR_RULES))


def problems_at(page: BrowserPage, path: str) -> list[str]:
    page.browser.open(path)
    messages = [line for line in unexpected_messages(page.browser) if HINT not in line]
    found = [*messages, *problems(page)]
    page.browser.console_messages()  # drops those that axe causes
    return found


def test_every_page(browser: Browser, acme: Org) -> None:
    page, rows = BrowserPage(browser), make_rows(acme)
    work_as(browser, "superuser")
    paths = {**page_paths(rows), **other_states(rows)}
    found = {name: problems_at(page, path) for name, path in paths.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}
