"""Staff find things: how many steps it takes, without and with JavaScript, on small screens."""

import secrets
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact
from interviews.lifecycle import ABANDONED_AFTER
from interviews.models import Conversation, InterviewRequest
from interviews.services.conversation_steps import give_consent
from orgs.models import ApiKey, Org
from orgs.services import update_org
from tests.factories import ContactFactory
from tests.live.web.browser_page import BrowserPage
from tests.live.web.counted import Person
from tests.live.web.staff_pages import PHONE_AND_DESKTOP, problems_at_each_width, work_as
from tools.harness.browser import Browser
from tools.harness.processes import eventually

# The filters come before the list, and are on the first screen.
FILTERS_ARE_SEEN_FIRST = """
const filters = document.querySelector("nav.filters[aria-label=Filters]").getBoundingClientRect();
const row = document.querySelector("#result_list th[scope=col]").getBoundingClientRect();
return filters.bottom <= row.top && filters.bottom <= innerHeight;
"""

SEARCHED = (1, 3)  # clicks and keys: the link of the result; the key /, the text, Enter


@pytest.fixture
def zoe(acme: Org) -> Contact:
    """The name, the mailbox and the domain are those of no other contact in the database."""
    unique = secrets.token_hex(4)
    contact: Contact = ContactFactory.create(
        org=acme, email=f"box{unique}@company{unique}.example", name=f"Zoë Løw{unique}"
    )
    return contact


def search(person: Person, text: str) -> None:
    person.start_at("/admin/")
    person.type("/")
    person.type(text)
    person.submit()


def test_a_contact_is_found_by_name_address_domain_and_deal(
    browser: Browser, zoe: Contact, interview_request: InterviewRequest
) -> None:
    person, unique = Person(browser), zoe.email.removeprefix("box").partition("@")[0]
    work_as(browser, "support")
    for text in (f"low{unique[:-1]}", f"BOX{unique}@com", f"@company{unique}"):
        search(person, text)
        browser.follow(zoe.email)
        assert browser.path == f"/admin/contacts/contact/{zoe.pk}/change/", text
        assert (browser.clicks, person.typed) == SEARCHED

    deal = f"D-{unique}"
    InterviewRequest.objects.filter(pk=interview_request.pk).update(deal_id=deal)
    search(person, deal)
    browser.follow(str(interview_request.contact))
    assert browser.path == f"/admin/contacts/contact/{interview_request.contact_id}/change/"
    assert (browser.clicks, person.typed) == SEARCHED

    browser.open("/admin/contacts/contact/")
    browser.type("#searchbar", "and/or")
    assert browser.find("#searchbar").get_attribute("value") == "and/or"


def test_the_abandoned_interviews_of_an_org_are_listed_and_saved_as_a_view(
    browser: Browser, acme: Org, interview_request: InterviewRequest
) -> None:
    give_consent(interview_request)
    Conversation.objects.filter(interview_request=interview_request).update(
        last_activity_at=timezone.now() - ABANDONED_AFTER - timedelta(days=1)
    )
    name = f"Zoë's Org {acme.slug}"
    update_org(org_id=acme.pk, name=name)
    person, page = Person(browser), BrowserPage(browser)
    work_as(browser, "support")
    person.start_at("/admin/")
    browser.follow("Interview requests")
    browser.click("#filter-org")
    person.type(f"zoe's org {acme.slug}")
    person.submit()
    person.click_summary("By conversation")
    browser.follow("abandoned")
    assert browser.texts("#result_list th.field-id") == [str(interview_request.pk)]
    assert (browser.clicks, person.typed) == (4, 2)

    listed = browser.path
    person.click_summary("Save this view")
    browser.click("#view-name")
    person.type("Left behind")
    person.submit()
    person.start_at("/admin/interviews/interviewrequest/")
    browser.follow("Left behind")
    assert browser.texts("#result_list th.field-id") == [str(interview_request.pk)]
    assert (browser.clicks, person.typed) == (1, 0)

    browser.open("/admin/interviews/interviewrequest/")
    browser.type("#filter-org", acme.slug)
    suggested = "return [...document.querySelectorAll('datalist option')].map(option => option.value)"
    assert eventually(lambda: page.run(suggested) == [f"{name} ({acme.slug})"])

    for path in (listed, f"{listed}&q=nobody", "/admin/views/"):
        assert problems_at_each_width(page, path, PHONE_AND_DESKTOP) == []
    page.use_width(400)
    browser.open(listed)
    assert page.run(FILTERS_ARE_SEEN_FIRST)
    page.emulate("clearDeviceMetricsOverride")


def test_a_pasted_key_opens_its_page_and_is_in_no_address(browser: Browser, acme: Org, acme_key: str) -> None:
    work_as(browser, "account manager")
    person = Person(browser)
    search(person, acme_key)
    key = ApiKey.objects.get(org=acme)
    assert browser.path == f"/admin/orgs/apikey/{key.pk}/change/"
    browser.driver.back()
    assert acme_key not in browser.driver.current_url
    assert acme_key not in browser.driver.page_source


def test_the_search_pages_are_accessible_on_small_and_large_screens(browser: Browser, zoe: Contact) -> None:
    work_as(browser, "superuser")
    page = BrowserPage(browser)
    for path in (f"/admin/search/?q={zoe.email}", "/admin/search/?q=nobody+of+this+name"):
        assert problems_at_each_width(page, path, PHONE_AND_DESKTOP) == []
