"""Staff find things with what needs JavaScript or the keyboard. tests/staff/test_search.py tests the results."""

import secrets

from selenium.webdriver import ActionChains, Keys

from contacts.models import Contact
from orgs.models import ApiKey, Org
from tests.factories import ContactFactory
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import PHONE_AND_DESKTOP, problems_at_each_width, work_as
from tools.harness.processes import eventually

# The button of the filters comes before the list, and is on the first screen.
FILTERS_ARE_SEEN_FIRST = """
const filters = document.querySelector(".filters > summary").getBoundingClientRect();
const row = document.querySelector("#result_list").getBoundingClientRect();
return filters.bottom <= row.top && filters.bottom <= innerHeight;
"""


def search(browser: Browser, text: str) -> None:
    """The key / moves to the search box."""
    browser.open("/admin/")
    browser.leave(ActionChains(browser.driver).send_keys("/", text, Keys.ENTER).perform)


def test_a_contact_is_found_with_the_keyboard_and_an_org_is_suggested(browser: Browser, acme: Org) -> None:
    unique, page = secrets.token_hex(4), BrowserPage(browser)
    zoe: Contact = ContactFactory.create(org=acme, email=f"box{unique}@example.com")
    work_as(browser, "superuser")
    search(browser, zoe.email)
    browser.follow(str(zoe))
    assert browser.path == f"/admin/contacts/contact/{zoe.pk}/change/"

    browser.open("/admin/contacts/contact/")
    browser.type("#searchbar", "and/or")
    assert browser.find("#searchbar").get_attribute("value") == "and/or"
    browser.click(".filters > summary")
    browser.type("#filter-org", acme.slug)
    suggested = "return [...document.querySelectorAll('datalist option')].map(option => option.value)"
    assert eventually(lambda: page.run(suggested) == [f"{acme.name} ({acme.slug})"])
    ActionChains(browser.driver).send_keys(Keys.ESCAPE).perform()
    assert not browser.find("#filter-org").is_displayed()
    assert page.run("return document.activeElement.textContent") == "Filter"

    page.use_width(400)
    browser.open("/admin/contacts/contact/")
    assert page.run(FILTERS_ARE_SEEN_FIRST)
    for path in (f"/admin/contacts/contact/?org={acme.slug}&q=nobody", f"/admin/search/?q={zoe.email}"):
        assert problems_at_each_width(page, path, PHONE_AND_DESKTOP) == []


def test_a_pasted_key_opens_its_page_and_is_in_no_address(browser: Browser, acme: Org, acme_key: str) -> None:
    work_as(browser, "account manager")
    search(browser, acme_key)
    key = ApiKey.objects.get(org=acme)
    assert browser.path == f"/admin/orgs/apikey/{key.pk}/change/"
    browser.driver.back()
    assert acme_key not in browser.driver.current_url
    assert acme_key not in browser.driver.page_source
