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


@pytest.mark.parametrize(("role", "sees_it"), [("support", True), ("account manager", False), ("auditor", False)])
def test_only_staff_who_see_interviews_see_it(
    db: None, request: pytest.FixtureRequest, role: str, sees_it: bool
) -> None:
    staff = staff_of(role)
    assert TITLE not in staff.get("index").content.decode(), "there is no model"
    request.getfixturevalue("model")
    assert (TITLE in staff.get("index").content.decode()) == sees_it


def test_the_footer_has_the_version_only_after_the_login(root: Staff, client: Client) -> None:
    shown = f"Hindsight {__version__}"
    assert shown in root.get("index").content.decode()
    assert shown not in client.get(reverse("admin:login")).content.decode()
