"""The search box of every page."""

import logging

import pytest
from django.db import connection
from django.utils.html import conditional_escape

from interviews.models import InterviewRequest
from orgs.models import ApiKey, Org
from orgs.services import create_api_key
from tests.factories import ContactFactory, InterviewRequestFactory
from tests.staff.admin_pages import change_path
from tests.staff.conftest import Staff, log_in, staff_of


@pytest.fixture(autouse=True)
def deal(interview_request: InterviewRequest) -> InterviewRequest:
    InterviewRequest.objects.filter(pk=interview_request.pk).update(deal_id="D-1042")
    return interview_request


def found(staff: Staff, text: str) -> dict[str, list[str]]:
    """The addresses of the rows."""
    response = staff.get("search", q=text)
    assert response.status_code == 200
    rows = {result.title: result.rows for result in response.context["found"]}
    assert all(
        f'<a href="{url}">{conditional_escape(cells[0])}</a>' in response.content.decode()
        for shown in rows.values()
        for url, cells in shown
    )
    return {title: [url for url, _ in shown] for title, shown in rows.items()}


def test_contacts_orgs_requests_and_keys(root: Staff, deal: InterviewRequest, acme: Org, globex: Org) -> None:
    response = root.post("search", q="  Zoë & co\x00 ")
    assert response["Location"] == "/admin/search/?q=Zo%C3%AB+%26+co"
    api_key, _ = create_api_key(org=globex, name="Warehouse")
    assert found(root, "LICE@exam") == {"contacts": [change_path(deal.contact)]}
    assert found(root, "acm") == {"orgs": [change_path(acme)]}
    assert found(root, "D-10") == {"interview requests": [change_path(deal)]}
    assert found(root, str(deal.pk))["interview requests"] == [change_path(deal)]
    assert found(root, "wareh") == found(root, api_key.prefix) == {"API keys": [change_path(api_key)]}
    assert found(root, "") == found(root, "nobody") == {}
    assert "Every word has to match" in root.text("search", q="nobody")


def test_more_results_than_fit_are_in_the_list(root: Staff, acme: Org) -> None:
    ContactFactory.create_batch(21, org=acme, name="Zoë Löw")
    response = root.get("search", q="zoë")
    assert [len(result.rows) for result in response.context["found"]] == [20]
    more = response.context["found"][0].more
    assert more in response.content.decode()
    assert len(root.client.get(more).context["cl"].result_list) == 21


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("support", {"contacts", "orgs", "interview requests"}),
        ("account manager", {"orgs", "interview requests", "API keys"}),
        ("read only", {"contacts", "orgs", "interview requests", "API keys"}),
        ("auditor", set()),
    ],
)
def test_a_role_finds_only_what_it_may_see(deal: InterviewRequest, acme: Org, role: str, kinds: set[str]) -> None:
    create_api_key(org=acme, name="Acme's key")
    InterviewRequestFactory.create(
        org=acme, contact=deal.contact, interview_type=deal.interview_type, deal_id="acme's deal"
    )
    ContactFactory.create(org=acme, name="Acme's buyer")
    staff = staff_of(role)
    acme.account_managers.add(staff.user)
    assert set(found(staff, "acme")) == kinds


def test_a_pasted_key_leads_to_its_page_and_is_in_no_url_or_log(
    root: Staff, acme: Org, caplog: pytest.LogCaptureFixture
) -> None:
    api_key, secret = create_api_key(org=acme, name="CRM")
    with caplog.at_level(logging.DEBUG):
        response = root.post("search", q=f" {secret}\n")
        assert response["Location"] == f"/admin/orgs/apikey/{api_key.pk}/change/"
        unknown = root.post("search", q=f"Bearer {secret}")
        cut_off = root.post("search", q=secret[:-1])
    assert "not a complete API key" in cut_off.content.decode()
    for page in (unknown, cut_off):
        assert page.status_code == 200
        assert secret[12:20] not in page.content.decode()
    assert secret[12:20] not in caplog.text


def test_a_key_in_a_url_is_not_searched(root: Staff, acme: Org) -> None:
    api_key, secret = create_api_key(org=acme, name="CRM")
    page = root.get("search", q=secret)
    assert (page.context["found"], page.context["searched"]) == ([], "")
    assert "You may not look up API keys." in staff_of("support").post("search", q=secret).content.decode()
    ApiKey.objects.filter(pk=api_key.pk).delete()
    assert "No API key matches." in root.post("search", q=secret).content.decode()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="it reads PostgreSQL's prepared statements")
def test_a_search_is_planned_for_its_text(root: Staff) -> None:
    for number in range(12):
        root.get("search", q=f"nobody{number}")
        root.get("contacts_contact_changelist", q=f"nobody{number}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s", ["%LIKE $%"])
        assert cursor.fetchall() == []


def test_a_login_without_a_role_finds_nothing(deal: InterviewRequest) -> None:
    assert found(log_in("nobody"), "alice") == {}
