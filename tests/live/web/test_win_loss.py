"""*Why we win and lose* on a phone and on a desktop: the filters are picked, and each claim opens its quotes."""

import pytest
from selenium.webdriver.support.ui import Select

from deals.models import Deal
from orgs.models import Org
from tests.completed import complete
from tests.factories import ContactFactory, InterviewRequestFactory, InterviewTypeFactory
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import problems_at_each_width, work_as

COMPETITORS = ("Featherstonehaugh Procurement Analytics GmbH", "Datalane", "datalane Inc.", "Datalane")


@pytest.fixture
def told(acme: Org) -> None:
    """Twelve interviews that speak for and against, about deals with competitors."""
    kind = InterviewTypeFactory.create(org=acme)
    for number in range(12):
        Deal.objects.create(
            org=acme, deal_id=str(number), outcome="lost", competitor=COMPETITORS[number % 4], reported_reason="Price"
        )
        contact = ContactFactory.create(org=acme)
        row = InterviewRequestFactory.create(org=acme, contact=contact, interview_type=kind, deal_id=str(number))
        complete(row, [("pricing", "The price of Acme was too high."), ("vendor", "The trial was great.")])


def test_the_filters_are_picked_and_a_reason_opens_its_quotes(browser: Browser, acme: Org, told: None) -> None:
    page, path = BrowserPage(browser), f"/admin/win-loss/?org={acme.slug}"
    work_as(browser, "superuser")
    for width in (360, 1280):
        page.use_width(width)
        browser.open(path)
        quote = browser.find(".against .quotes q")
        assert not quote.is_displayed()
        browser.click(".against summary")
        assert quote.is_displayed()
        competitor = Select(browser.find("#id_competitor"))
        assert [option.text for option in competitor.options][1] == "Datalane (9)"
        competitor.select_by_index(1)
        browser.follow("Show")
        assert "competitor=Datalane" in browser.path
        assert "9 interviews are too few to count reasons: 1 more is needed." in browser.text
        assert browser.find(".against .quotes q").is_displayed()


def test_no_page_is_too_wide_and_axe_finds_nothing(browser: Browser, acme: Org, told: None) -> None:
    page, path = BrowserPage(browser), f"/admin/win-loss/?org={acme.slug}"
    work_as(browser, "superuser")
    for query in ("", "&competitor=DataLane", "&owner=Sam&least=5"):
        assert problems_at_each_width(page, path + query, (360, 768, 1280)) == []
