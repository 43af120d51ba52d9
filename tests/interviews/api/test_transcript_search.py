"""GET /api/v1/transcripts/search and /findings."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection

from deals.api.bodies import values_of
from deals.services import write_deal
from deals.text import clean_deal_id
from interviews.models import Driver, InterviewRequest
from orgs.models import Org
from orgs.services import create_api_key, revoke_api_key
from tests.client import ApiClient
from tests.completed import complete
from tests.factories import InterviewRequestFactory
from tests.interviews.api.pages import page, statements, walk
from tests.interviews.steps import SAM

ANSWERS = [
    ("pricing", "The price was too high. Globex *signed* us a discount."),
    ("vendor", "The support was great. We would have signed for it."),
]


@pytest.fixture
def three(acme: Org) -> list[InterviewRequest]:
    """Completed, newest first."""
    rows = [complete(InterviewRequestFactory.create(org=acme, deal_id=f"deal-{n}"), ANSWERS) for n in range(3)]
    return rows[::-1]


def test_a_hit_is_a_place_in_the_transcript_of_get(acme_api: ApiClient, three: list[InterviewRequest]) -> None:
    hits = walk(acme_api, "/transcripts/search", q="signed")
    assert [(hit["interview_request_id"], hit["turn"]) for hit in hits] == [
        (row.pk, t) for row in three for t in (2, 4)
    ]
    transcript = acme_api.get(f"/interviews/{three[0].pk}").json()["transcript"]
    assert hits[0] == {
        "interview_request_id": three[0].pk,
        "document_id": transcript["document_id"],
        "deal_id": "deal-2",
        "completed_at": acme_api.get(f"/interviews/{three[0].pk}").json()["completed_at"],
        "topic": "pricing",
        "turn": 2,
        "start": transcript["content"].index("The price"),
        "end": transcript["content"].index("\n\n**Paige:**", 10),
        "excerpt": ANSWERS[0][1],
        "matches": [{"start": (at := transcript["content"].index("signed")), "end": at + len("signed")}],
    }


def store_deal(org: Org, deal_id: str, outcome: str) -> None:
    values = values_of({"outcome": outcome, "competitor": "Globex"})
    write_deal(org_id=org.pk, deal_id=clean_deal_id(deal_id), values=values, actor=SAM)


def test_findings_are_the_drivers_with_their_deals(acme_api: ApiClient, three: list[InterviewRequest]) -> None:
    store_deal(three[0].org, "deal-2", "lost")
    found = walk(acme_api, "/findings")
    assert len(found) == Driver.objects.count() >= 6
    assert [each["interview_request_id"] for each in found[:1]] == [three[0].pk]
    shown = acme_api.get(f"/interviews/{three[0].pk}").json()
    newest = [each for each in found if each["interview_request_id"] == three[0].pk]
    about = {
        "interview_request_id": three[0].pk,
        "document_id": shown["transcript"]["document_id"],
        "deal_id": "deal-2",
        "completed_at": shown["completed_at"],
        "outcome": "lost",
        "competitor": "Globex",
    }
    ids = [{"id": driver.public_id} for driver in three[0].drivers.order_by("-pk")]
    drivers = reversed(shown["transcript"]["drivers"])
    assert newest == [{**driver, **about, **id} for driver, id in zip(drivers, ids, strict=True)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"topic": "pricing"}, lambda driver: driver.topic == "pricing"),
        ({"direction": "against"}, lambda driver: driver.direction == "against"),
        ({"topic": "vendor", "direction": "against"}, lambda driver: False),
        ({"outcome": "won"}, lambda driver: driver.interview_request.deal_id == "deal-0"),
        ({"competitor": "Globex"}, lambda driver: driver.interview_request.deal_id == "deal-0"),
        ({"outcome": "lost"}, lambda driver: False),
        ({"completed_after": "2100-01-01T00:00:00Z"}, lambda driver: False),
        ({"completed_before": "2100-01-01T00:00:00Z"}, lambda driver: True),
    ],
)
def test_filters_of_findings(acme_api: ApiClient, three: list[InterviewRequest], query: Any, expected: Any) -> None:
    store_deal(three[0].org, "deal-0", "won")
    drivers = [driver for driver in Driver.objects.order_by("-completed_at", "-pk") if expected(driver)]
    found = [each["id"] for each in walk(acme_api, "/findings", limit=4, **query)]
    assert found == [driver.public_id for driver in drivers]


def test_rejected_findings_are_left_out(acme_api: ApiClient, three: list[InterviewRequest]) -> None:
    Driver.objects.filter(interview_request=three[0]).update(review="rejected", is_counted=False)
    found = walk(acme_api, "/findings")
    assert {each["interview_request_id"] for each in found} == {row.pk for row in three[1:]}


@pytest.mark.usefixtures("three")
def test_another_org_finds_nothing(globex_api: ApiClient) -> None:
    assert page(globex_api, "/transcripts/search", q="signed") == {"data": [], "next_cursor": None}
    assert page(globex_api, "/findings") == {"data": [], "next_cursor": None}


@pytest.mark.usefixtures("three")
def test_a_cursor_is_of_its_org_and_query(acme_api: ApiClient, globex_api: ApiClient) -> None:
    cursor = page(acme_api, "/transcripts/search", q="signed", limit=1)["next_cursor"]
    for api, query in (
        (globex_api, {"q": "signed"}),
        (acme_api, {"q": "price"}),
        (acme_api, {"q": "signed", "topic": "a"}),
    ):
        response = api.get(f"/transcripts/search?{urlencode({**query, 'cursor': cursor})}")
        assert response.status_code == 400
        assert response.json()["error"]["details"][0]["field"] == "cursor"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/transcripts/search", "q"),
        ("/transcripts/search?q=", "q"),
        ("/transcripts/search?q=%20", "q"),
        ("/transcripts/search?q=%22%22", "q"),
        ("/transcripts/search?q=a%00", "q"),
        ("/transcripts/search?q=a&q=b", "q"),
        (f"/transcripts/search?q={'a' * 201}", "q"),
        ("/transcripts/search?q=a&direction=up", "direction"),
        ("/transcripts/search?q=a&topic=", "topic"),
        ("/transcripts/search?q=a&completed_after=yesterday", "completed_after"),
        ("/transcripts/search?q=a&query=b", "query"),
        ("/transcripts/search?q=%C2%9C%1A%F3%BB%86%B2", "q"),
        ("/transcripts/search?q=a&limit=101", "limit"),
        ("/findings?outcome=draw", "outcome"),
        ("/findings?direction=up", "direction"),
        ("/findings?competitor=", "competitor"),
        ("/findings?q=a", "q"),
    ],
)
def test_wrong_parameters_are_named(acme_api: ApiClient, path: str, field: str) -> None:
    response = acme_api.get(path)
    assert response.status_code == 400
    assert [each["field"] for each in response.json()["error"]["details"]] == [field]


@pytest.mark.parametrize("path", ["/transcripts/search?q=price", "/findings"])
def test_a_key_without_the_scope_to_read_is_refused(acme: Org, path: str) -> None:
    assert ApiClient.of(acme, "write").get(path).status_code == 403
    api_key, key = create_api_key(org=acme, name="Reader", scopes="read")
    assert ApiClient(key).get(path).status_code == 200
    revoke_api_key(api_key)
    assert ApiClient(key).get(path).status_code == 401
    assert ApiClient().get(path).status_code == 401


@pytest.mark.parametrize("path", ["/transcripts/search?q=signed&", "/findings?"])
def test_the_number_of_statements_does_not_grow(acme_api: ApiClient, three: list[InterviewRequest], path: str) -> None:
    acme_api.get(path)  # remembers the key
    one, more = (len(statements(partial(acme_api.get, f"{path}limit={limit}"))) for limit in (1, 100))
    assert one == more <= (4 if connection.vendor == "postgresql" else 3)
