"""Every page of the admin with the keyboard alone: Tab reaches each control, and the focused one is visible."""

from selenium.webdriver import ActionChains, Keys

from orgs.models import Org
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import work_as
from tests.staff.admin_pages import make_rows, other_states, page_paths

# Records each element that gets the focus, and whether it is visible: in the window, with an outline of two pixels.
WATCH = """
window.reached = new Map();
document.addEventListener("focusin", ({target}) => {
  const style = getComputedStyle(target), box = target.getBoundingClientRect();
  const hasOutline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  reached.set(target, hasOutline && box.bottom > 0 && box.top < innerHeight && box.left < innerWidth);
});
const isStop = (part) => part.tabIndex >= 0 && part.checkVisibility({visibilityProperty: true}) && !part.disabled
  && !(part.type === "radio" && !part.checked && document.querySelector(`[name="${part.name}"]:checked`));
window.stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
  .filter(isStop);
// Fields for days and times have up to four stops, and a framed mail has links. Three more reach the first ones, if a
// page sets the focus to a field in its middle.
const count = (selector) => document.querySelectorAll(selector).length;
return stops.length + 3 * count("[type=date], [type=datetime-local], [type=time]") + 6 * count("iframe") + 3;
"""
MISSED = """
const name = (part) => part.outerHTML.slice(0, 90);
return [...stops.filter((part) => !reached.has(part)).map((part) => `not reached: ${name(part)}`),
  ...[...reached].filter(([, isSeen]) => !isSeen).map(([part]) => `not seen: ${name(part)}`)];
"""
FOCUSED = "return document.activeElement.textContent.trim()"


def press(browser: Browser, *keys: str) -> None:
    ActionChains(browser.driver).send_keys(*keys).perform()


def missed(page: BrowserPage, path: str) -> list[str]:
    page.browser.open(path)
    page.run("document.activeElement.blur()")  # fields that have the focus at first
    press(page.browser, Keys.TAB * page.run(WATCH))
    problems: list[str] = page.run(MISSED)
    return problems


def test_tab_reaches_everything_on_every_page(browser: Browser, acme: Org) -> None:
    page, rows = BrowserPage(browser), make_rows(acme)
    work_as(browser, "superuser")
    paths = {**page_paths(rows), **other_states(rows)}
    found = {name: missed(page, path) for name, path in paths.items()}
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_menus_filters_and_chips(browser: Browser, acme: Org) -> None:
    page = BrowserPage(browser)
    make_rows(acme)
    work_as(browser, "superuser")
    browser.open("/admin/interviews/interviewrequest/")

    browser.find("#header details.menu > summary").send_keys(Keys.ENTER)
    press(browser, Keys.TAB)
    assert page.run(FOCUSED) == "Second factor"
    press(browser, Keys.ESCAPE)
    assert not browser.find("#logout-form").is_displayed()
    assert page.run("return document.activeElement.parentElement.matches('#header details.menu')")

    browser.find(".filters > summary").send_keys(Keys.ENTER)
    lost = browser.find(".filters a[href*='outcome=lost']")
    browser.leave(lambda: lost.send_keys(Keys.ENTER))
    [chip] = browser.texts(".chip")
    assert "outcome: lost" in chip
    is_open = "return document.querySelector('.filters').open"
    assert page.run(is_open), "for the next choice"
    browser.leave(lambda: browser.find(".chip").send_keys(Keys.ENTER))
    assert not page.run(is_open)
    browser.driver.implicitly_wait(0)
    assert browser.texts(".chip") == []
    browser.driver.implicitly_wait(10)


def test_the_sidebar_of_a_phone(browser: Browser, acme: Org) -> None:
    page = BrowserPage(browser)
    work_as(browser, "superuser")
    page.use_width(360)
    browser.open("/admin/")
    assert not browser.find("#navigation").is_displayed()
    browser.find(".menu-button").send_keys(Keys.ENTER)
    press(browser, Keys.TAB)
    assert page.run("return document.activeElement.closest('#navigation') !== null")
    press(browser, Keys.ESCAPE)
    assert not browser.find("#navigation").is_displayed()
    assert page.run(FOCUSED) == "Menu"
