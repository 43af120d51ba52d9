"""Every page of the admin responds, with a title of its own and a link past the navigation."""

import re
from typing import Any

import pytest

from contacts.models import Contact
from deals.models import Deal
from interviews.models import InterviewRequest, InterviewType
from orgs.models import Org
from tests.staff.admin_pages import change_path, make_rows, other_states, page_paths
from tests.staff.conftest import Staff, staff_of
from webhooks.models import Endpoint


def content_of(response: Any) -> str:
    """Empty if the response is not a page."""
    is_page = response.status_code == 200 and response["Content-Type"].startswith("text/html")
    return response.content.decode() if is_page else ""


def test_every_page_has_a_title_of_its_own_and_a_link_past_the_navigation(root: Staff, acme: Org) -> None:
    titles: dict[str, str] = {}
    for name, path in page_paths(make_rows(acme)).items():
        content = content_of(root.client.get(path))
        assert content, f"{name} is not a page: add it to NOT_PAGES"
        assert re.search('<a href="#content-start".*<main id="content-start"', content, re.DOTALL), name
        [title] = re.findall("<title>(.*?)</title>", content, re.DOTALL)
        assert title not in titles, (name, titles[title])
        titles[title] = name
    assert len(titles) > 50


def test_the_page_of_a_row_is_titled_with_it_and_its_org(root: Staff, interview_request: InterviewRequest) -> None:
    rows = make_rows(interview_request.org)
    titles = {
        Contact: "Wilhelmina Featherstonehaugh of the Procurement Department · Acme",
        Deal: "Deal 0061i00000ABCDEFGH-2026-RENEWAL · Acme",
        Endpoint: f"https://hooks.procurement.example/{'events' * 15} · Acme",
        InterviewType: "Win-loss interview for procurement departments · Acme",
        Org: "Acme",
    }
    for model, title in titles.items():
        page = content_of(root.client.get(change_path(rows[model])))
        assert f"<title>{title} | Hindsight</title>" in page
        assert f"<h1>{title}</h1>" in page


def test_the_other_states_of_pages_respond(root: Staff, acme: Org) -> None:
    for name, path in other_states(make_rows(acme)).items():
        assert content_of(root.client.get(path)), name


@pytest.mark.parametrize(
    ("role", "entries"),
    [
        ("support", "Home Insights Interviews Guides Customers Settings"),
        ("account manager", "Home Insights Interviews Guides Customers Settings"),
        ("auditor", "Home Settings"),
    ],
)
def test_the_sidebar_leads_to_the_pages_that_a_role_may_open(role: str, entries: str, acme: Org) -> None:
    staff = staff_of(role)
    staff.user.managed_orgs.set([acme])
    shown = staff.get("index").context["navigation"]
    assert " ".join(entry.title for entry in shown) == entries
    for title, url in ((entry.title, page.url) for entry in shown for page in entry.pages):
        response = staff.client.get(url)
        assert response.status_code == 200, url
        assert [entry.title for entry in response.context["navigation"] if entry.current] == [title]
        assert f'<a href="{url}" aria-current="page">' in response.content.decode()
