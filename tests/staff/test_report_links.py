"""A report is handed on: staff make a link, and somebody without a login reads the report."""

import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from deals.models import Deal
from interviews.lifecycle import Review
from interviews.models import Driver, InterviewRequest, ReportLink
from interviews.services.drivers import review_driver
from interviews.services.erasure import erase_contact
from orgs.models import Org, SecurityEvent
from tests.completed import complete
from tests.interviews.steps import SAM
from tests.staff.conftest import Staff, staff_of

LINKS = "/admin/win-loss/links/?org=acme"
WORDS = (
    "outcome: lost, competitor: datalane, topic: How price and packaging came into it, amount from: 5, without names"
)
QUOTE = "The price of Globex was too high, said Ada."


@pytest.fixture
def told(interview_request: InterviewRequest) -> InterviewRequest:
    """Of Ada, about a lost deal."""
    org = interview_request.org
    contact = interview_request.contact
    contact.name, contact.email = "Ada Lovelace", "ada@globex.example"
    contact.save()
    Deal.objects.create(
        org=org, deal_id="deal_1", outcome="lost", reported_reason="Ada left", competitor="Datalane", amount=9
    )
    InterviewRequest.objects.update(deal_id="deal_1")
    return complete(InterviewRequest.objects.get(pk=interview_request.pk), [("pricing", QUOTE)])


def made(staff: Staff, *, filters: str = "", **form: str) -> str:
    """The path of a new link."""
    response = staff.client.post(f"{LINKS}{filters}", {"days": "30", **form})
    assert response.status_code == 200
    found = re.search(r'readonly value="http://[^/]+(/reports/[A-Za-z0-9_-]{43})"', response.content.decode())
    assert found, response.content.decode()
    return found[1]


def read(path: str) -> Any:
    """Without a login."""
    return Client().get(path)


def text(response: Any) -> str:
    return unescape(response.content.decode())


def test_the_reader_sees_the_report_and_staff_how_often(support: Staff, told: InterviewRequest) -> None:
    path = made(support, filters="&outcome=lost&competitor=datalane&topic=pricing&least=5")
    response = read(path)
    assert response.status_code == 200
    for part in ("Why we win and lose", "Acme", WORDS, "too high", "valid until"):
        assert part in text(response)
    read(path)
    Client().head(path)
    link = ReportLink.objects.get()
    assert (link.org_id, link.created_by, link.with_names, link.opened_count) == (told.org_id, "sue", False, 2)
    page = support.client.get(LINKS).content.decode()
    for part in (WORDS, "sue", "Opened 2 times, last on "):
        assert part in page
    assert path.rpartition("/")[2] not in page
    events = SecurityEvent.objects.filter(kind__startswith="report_").order_by("pk")
    assert [*events.values_list("kind", "org", "actor_kind")] == [
        ("report_linked", "acme", "staff"),
        *[("report_opened", "acme", "link")] * 2,
    ]


@pytest.mark.parametrize(
    ("form", "flags", "is_named"),
    [({}, "", False), ({"with_names": "on"}, "", True), ({"with_names": "on"}, "wants_to_stop no_name", False)],
)
def test_names_are_shown_only_if_staff_say_so_and_the_contact_does_not_mind(
    support: Staff, told: InterviewRequest, form: dict[str, str], flags: str, is_named: bool
) -> None:
    InterviewRequest.objects.update(flags=flags)
    page = text(read(made(support, **form)))
    assert ("Ada" in page) == is_named
    assert ("globex" in page.lower()) == is_named
    assert ("The price of Globex was too high, said Ada." in page) == is_named
    assert ("The price of {company} was too high, said {person}." in page) != is_named
    assert ("Ada Lovelace of globex.example, lost" if is_named else "lost deal") in page
    assert ("Ada left" in page) == is_named, "the reported reason can name people"
    assert "/admin/" not in page


def test_the_period_is_fixed_and_the_figures_are_not(support: Staff, told: InterviewRequest) -> None:
    path = made(support)
    with time_machine.travel("2035-01-01"):
        ReportLink.objects.update(expires_at="2035-02-01T00:00Z")
        assert "too high" in text(read(path))
    for driver in Driver.objects.all():
        review_driver(org_id=told.org_id, driver_id=driver.pk, review=Review.REJECTED, actor=SAM)
    assert "too high" not in text(read(path))


def test_an_erasure_takes_the_words_out_of_an_open_report(support: Staff, told: InterviewRequest) -> None:
    path = made(support, with_names="on")
    assert "Ada" in text(read(path))
    erase_contact(org_id=told.org_id, contact_id=told.contact_id, actor=SAM)
    response = read(path)
    assert response.status_code == 200
    assert not [word for word in ("Ada", "too high", "globex.example") if word in text(response)]


def test_a_link_that_opens_nothing_gets_one_page(support: Staff, told: InterviewRequest) -> None:
    revoked, ended, paused = made(support), made(support), made(support)
    assert "The link was revoked" in text(support.client.post(LINKS, {"revoke": oldest().pk}, follow=True))
    pages = [read(path) for path in (revoked, f"/reports/{'x' * 43}", "/reports/x", "/reports/%00")]
    with time_machine.travel("2035-01-01"):
        pages.append(read(ended))
    Org.objects.update(is_active=False)
    pages.append(read(paused))
    assert {(page.status_code, page.content) for page in pages} == {(404, pages[0].content)}
    assert "This link opens no report" in text(pages[0])
    assert "Acme" not in text(pages[0])
    assert {*ReportLink.objects.values_list("opened_count", flat=True)} == {0}


def oldest() -> ReportLink:
    return ReportLink.objects.earliest("pk")


def test_nothing_else_is_reachable(support: Staff, told: InterviewRequest) -> None:
    """The page leads only to its files. It sets no cookie, and the token opens no other page."""
    Org.objects.update(privacy_url="https://acme.example/privacy", brand_color="#7a1fa2")
    path = made(support, with_names="on")
    client = Client()
    response = client.get(path)
    assert not client.cookies
    targets = re.findall(r'(?:href|src|action|data-\w+)="([^"]*)"', response.content.decode())
    assert targets
    assert not [each for each in targets if not re.match(r"/(static/|survey/colors/)", each)]
    assert "<form" not in response.content.decode()
    assert "<script" not in response.content.decode()
    headers = {name: response.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")}
    assert headers == {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }
    token = path.rpartition("/")[2]
    for other in ("/survey", "/survey/data", "/survey/data/file"):
        assert client.get(other, {"token": token}).status_code == 404
    assert client.get("/api/v1/interviews", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert client.get("/admin/win-loss/", {"token": token}).status_code == 302
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("day", ["2001-01-01", "2999-01-01", "9999-12-31", "soon"])
def test_an_end_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    support: Staff, told: InterviewRequest, day: str
) -> None:
    page = text(support.client.post(LINKS, {"days": "90", "last_day": day, "with_names": "on"}))
    assert "Choose a day from today on, at most 365 days ahead." in page or "Enter a valid date." in page
    assert f'value="{day}"' in page
    assert '<option value="90" selected>' in page
    assert not ReportLink.objects.exists()


def test_links_of_other_orgs_are_neither_shown_nor_revoked(support: Staff, told: InterviewRequest, globex: Org) -> None:
    path, link = made(support), ReportLink.objects.get()
    manager = staff_of("account manager")
    globex.account_managers.add(manager.user)
    other = "/admin/win-loss/links/?org=globex"
    assert manager.client.get(LINKS).status_code == 404
    assert "Links of" in support.client.get(LINKS).content.decode()
    assert "Links of" not in manager.client.get(other).content.decode()
    missing = [manager.client.post(other, {"revoke": pk}).status_code for pk in (link.pk, 0, "x")]
    assert missing == [404] * 3
    assert read(path).status_code == 200


def test_an_address_over_the_limit_reads_no_report(support: Staff, told: InterviewRequest, settings: Settings) -> None:
    settings.ANONYMOUS_RATE_LIMIT = 3
    path = made(support)
    with time_machine.travel(1_800_000_000, tick=False):
        assert [read("/reports/x").status_code for _ in range(3)] == [404] * 3
        response = read(path)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) >= 1
    assert oldest().opened_count == 0
