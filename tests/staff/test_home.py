"""The first page of the admin: its numbers, the lists behind them, and what each role sees."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from hindsight import __version__
from hindsight.queue.models import Heartbeat
from interviews.lifecycle import Engine, Stage
from interviews.models import InterviewRequest
from orgs.models import Org
from staff.home import columns
from tests.factories import OrgFactory
from tests.interviews.reports.test_interview_statistics import add_interview
from tests.interviews.reports.test_model_statistics import add_turns
from tests.staff.conftest import Staff, staff_of
from webhooks.models import Delivery, Endpoint, EndpointState, Event
from webhooks.models.event import EVENT_TYPES

NOW = timezone.now()
MODEL = "Paige's model, last hour"
DAY = timedelta(days=1)


@pytest.fixture
def interviews(acme: Org, globex: Org) -> None:
    """One interview of Acme of each kind, and one of Globex under way."""
    add_interview(acme, Stage.IN_PROGRESS, begun=NOW - 20 * DAY, flags="wants_a_person wants_to_stop", topic="pricing")
    InterviewRequest.objects.update(updated_at=NOW - 20 * DAY)
    add_interview(acme, Stage.IN_PROGRESS, begun=NOW, flags="wants_a_person", topic="vendor")
    add_interview(acme, Stage.COMPLETED, begun=NOW, flags="wants_to_stop")
    InterviewRequest.objects.filter(status="completed").update(archived_at=NOW)
    add_interview(acme, Stage.DECLINED, begun=NOW, flags="declined wants_deletion")
    add_interview(globex, Stage.IN_PROGRESS, begun=NOW)


def add_endpoint(org: Org, **fields: Any) -> Endpoint:
    return Endpoint.objects.create(org=org, url="https://example.com/hooks", event_types=[*EVENT_TYPES], **fields)


def links(page: str) -> list[tuple[int, str]]:
    """The numbers that are links to a list, with its URL."""
    found = re.findall(r'<a href="(/admin/[^"]*/\?[^"]*)">([\d,]+)(?: [\w ]+)?</a>', page)
    return [(int(number.replace(",", "")), unescape(url)) for url, number in found]


def figures(response: Any) -> dict[str, str]:
    return {figure.label: figure.value for figure in response.context["figures"]}


@pytest.mark.usefixtures("interviews")
def test_it_shows_the_numbers_of_all_orgs_or_of_one(root: Staff) -> None:
    unknown = root.get("index", org='nobody"<')
    assert "There is no org “nobody&quot;&lt;”" in unknown.content.decode()
    rates = {"Completion rate": "33%", "Answer rate": "20%"}
    assert figures(root.get("index")) == figures(unknown) == {**rates, "Under way": "2", "Abandoned": "1"}
    assert figures(root.get("index", org="acme")) == {**rates, "Answer rate": "25%", "Under way": "1", "Abandoned": "1"}
    assert figures(root.get("index", org="globex")) == {"Answer rate": "0%", "Under way": "1"}


def test_without_interviews_it_shows_no_zeroes(root: Staff, acme: Org) -> None:
    page = root.text("index", org=acme.slug)
    assert "No interview requests yet." in page
    assert links(page) == []
    assert not any(
        text in page for text in ("<figure>", "Numbers by week", "Where interviews break off", "0%", "Under way")
    )


@pytest.mark.usefixtures("interviews")
@pytest.mark.parametrize("org", ["", "acme", "globex"])
def test_each_number_is_a_link_to_as_many_rows(root: Staff, org: str) -> None:
    found = links(root.text("index", org=org))
    assert len(found) >= (4 if org == "globex" else 14)
    for number, url in found:
        response = root.client.get(url)
        assert response.status_code == 200, url
        rows = response.context["cl"].result_list
        assert len(rows) == number, url
        assert {row.org.slug for row in rows} <= ({org} if org else {"acme", "globex"})


def test_endpoints_that_fail_or_were_given_up_and_deliveries_without_a_worker(
    root: Staff, acme: Org, globex: Org
) -> None:
    Heartbeat.objects.create(name="one", seen_at=timezone.now())
    add_endpoint(OrgFactory.create(), failing_since=timezone.now() - timedelta(minutes=59))
    assert root.get("index").context["todos"] == []
    failing = add_endpoint(acme, failing_since=timezone.now() - timedelta(minutes=61))
    add_endpoint(globex, state=EndpointState.GONE)
    texts, about, urls = zip(*root.get("index").context["todos"], strict=True)
    assert texts == ("Webhook endpoints that fail: 1", "Webhook endpoints disabled because of their answers: 1")
    assert about == (f"example.com ({acme})", f"example.com ({globex})")
    assert [[row.org for row in root.client.get(url).context["cl"].result_list] for url in urls] == [[acme], [globex]]
    assert [todo.text for todo in root.get("index", org="globex").context["todos"]] == [texts[1]]
    event = Event.objects.create(org=acme, type="interview.completed", body="{}", created_at=timezone.now())
    due_at = timezone.now() - timedelta(minutes=11)
    Delivery.objects.create(org=acme, endpoint=failing, event=event, due_at=due_at)
    Endpoint.objects.update(failing_since=None, state=EndpointState.ACTIVE)
    Heartbeat.objects.update(seen_at=timezone.now() - timedelta(minutes=3))
    assert [todo.text for todo in root.get("index").context["todos"]] == [
        "No worker is running: no webhook is sent. Tell the operator.",
        "Webhook deliveries that are late: 1",
    ]


@pytest.fixture
def model(settings: Settings) -> None:
    settings.PAIGE_BASE_URL, settings.PAIGE_MODEL = "https://models.example.com/v1", "paige-1"


@pytest.mark.usefixtures("model")
def test_it_shows_fallbacks_waiting_turns_and_response_times(root: Staff, interview_request: InterviewRequest) -> None:
    add_turns(interview_request, Engine.MODEL, 3_000, 3_100, 9_000)
    add_turns(interview_request, Engine.FALLBACK, 8_000)
    root.get("sessions")  # records the use of the session, once a minute
    with CaptureQueriesContext(connection) as queries:
        page = root.text("index")
    assert len(queries) == 2 + 11 + 3  # user and session; tests/staff/test_query_budgets.py counts the next ones
    rows = " ".join(page.partition(MODEL)[2].partition("</table>")[0].split())
    for cell in ("<td>4</td>", "<td>1 (25.0%)</td>", "<td>0</td>", "<td>3.1 s</td>", "<td>9.0 s</td>"):
        assert cell in rows
    assert "The model failed in 25.0% of the turns" in page


@pytest.mark.parametrize(("role", "sees_it"), [("support", True), ("account manager", False), ("auditor", False)])
def test_only_staff_who_see_interviews_see_the_model(
    db: None, request: pytest.FixtureRequest, role: str, sees_it: bool
) -> None:
    staff = staff_of(role)
    assert MODEL not in staff.text("index"), "there is no model"
    request.getfixturevalue("model")
    assert (MODEL in staff.text("index")) == sees_it


def test_the_footer_has_the_version_only_after_the_login(root: Staff, client: Client) -> None:
    shown = f"Hindsight {__version__}"
    assert shown in root.text("index")
    assert shown not in client.get("/admin/login/").content.decode()


@pytest.mark.usefixtures("interviews")
@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("support", {"orgs", "statistics", "todos"}),
        ("account manager", {"statistics"}),  # manages no org
        ("read only", {"orgs", "statistics", "todos"}),
        ("auditor", set()),
    ],
)
def test_a_role_sees_only_the_numbers_of_its_lists(acme: Org, role: str, sees: set[str]) -> None:
    add_endpoint(acme, state=EndpointState.GONE)
    context = staff_of(role).get("index").context
    assert {name for name in ("orgs", "statistics", "todos") if context.get(name)} == sees


def test_the_columns_of_a_chart() -> None:
    first, second = columns(["2 Mar", "9 Mar"], [{"completed": 3, "running": 1}, {"completed": 0, "running": 2}])
    assert [(each.number, [part.kind for part in each.parts]) for each in (first, second)] == [
        (4, ["completed", "running"]),
        (2, ["running"]),
    ]
    heights = [part.height for each in (first, second) for part in each.parts]
    assert heights == [pytest.approx(19 * number) for number in (3, 1, 2)]
    assert columns([], []) == ()
