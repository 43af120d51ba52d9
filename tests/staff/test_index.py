"""The first page of the admin shows how the model serves interviews."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from hindsight import __version__
from interviews.lifecycle import Engine
from interviews.models import InterviewRequest
from tests.interviews.reports.test_model_statistics import add_turns
from tests.staff.conftest import Staff, staff_of

TITLE = "Paige's model, last hour"


@pytest.fixture
def model(settings: Settings) -> None:
    settings.PAIGE_BASE_URL, settings.PAIGE_MODEL = "https://models.example.com/v1", "paige-1"


@pytest.mark.usefixtures("model")
def test_it_shows_fallbacks_waiting_turns_and_response_times(root: Staff, interview_request: InterviewRequest) -> None:
    add_turns(interview_request, Engine.MODEL, 3_000, 3_100, 9_000)
    add_turns(interview_request, Engine.FALLBACK, 8_000)
    root.get("sessions")  # records the use of the session, once a minute
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = root.get("index").content.decode()
    assert len(queries) == 13 + 3  # tests/staff/test_home.py counts the others
    rows = " ".join(page.partition(TITLE)[2].partition("</table>")[0].split())
    for cell in ("<td>4</td>", "<td>1 (25.0%)</td>", "<td>0</td>", "<td>3.1 s</td>", "<td>9.0 s</td>"):
        assert cell in rows
    assert "tell the operator" in rows


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(("role", "sees_it"), [("support", True), ("account manager", False), ("auditor", False)])
def test_only_staff_who_see_interviews_see_it(db: None, role: str, sees_it: bool) -> None:
    staff = staff_of(role)
    assert (TITLE in staff.get("index").content.decode()) == sees_it


def test_without_a_model_there_is_no_panel(root: Staff) -> None:
    assert TITLE not in root.get("index").content.decode()


@pytest.mark.parametrize("page", ["index", "orgs_org_changelist", "orgs_org_add"])
def test_the_footer_has_the_version(root: Staff, page: str) -> None:
    assert f'<footer id="footer"><p>Hindsight {__version__}</p>' in root.get(page).content.decode()


def test_before_the_login_there_is_no_version(db: None, client: Client) -> None:
    assert f"Hindsight {__version__}" not in client.get(reverse("admin:login")).content.decode()


def test_the_heading_of_an_app_with_one_list_leads_to_the_list(root: Staff) -> None:
    urls = {app["name"]: app["app_url"] for app in root.get("index").context["app_list"]}
    assert urls["Contacts"] == "/admin/contacts/contact/"
    assert urls["Orgs"] == "/admin/orgs/"
