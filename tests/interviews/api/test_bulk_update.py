"""PATCH /api/v1/interviews: many updates, each with its own result."""

from typing import Any

import pytest
from django.db import OperationalError
from pytest_django import Settings

from contacts.models import Contact
from interviews.api import bulk
from interviews.models import InterviewRequest
from interviews.services.update import update_interview_request
from orgs.models import ApiKey, Change, Org
from orgs.services import revoke_api_key
from tests.client import ApiClient
from tests.factories import InterviewRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(acme: Org) -> list[InterviewRequest]:
    return InterviewRequestFactory.create_batch(4, org=acme)


def send(api: ApiClient, *updates: Any) -> list[dict[str, Any]]:
    response = api.patch("/interviews", {"data": [*updates]})
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()["data"]
    return found


def notes_of(row: InterviewRequest) -> str:
    return Contact.objects.get(interview_requests=row).notes


def test_each_update_is_made_audited_and_answered_with_its_etag(
    acme_api: ApiClient, rows: list[InterviewRequest]
) -> None:
    updates = [
        {"interview_request_id": rows[0].pk, "contact_context": {"title": "CTO"}},
        {"interview_request_id": rows[1].pk, "contact_name": " Bob ", "objective": "New"},
    ]
    results = send(acme_api, *updates)
    assert [(each["interview_request_id"], each["status_code"]) for each in results] == [
        (rows[0].pk, 200),
        (rows[1].pk, 200),
    ]
    for row, result in zip(rows, results, strict=False):
        assert result["etag"] == acme_api.get(f"/interviews/{row.pk}").headers["ETag"]
    assert notes_of(rows[0]) == '{\n  "title": "CTO"\n}'
    stored = InterviewRequest.objects.select_related("contact").get(pk=rows[1].pk)
    assert (stored.contact.name, stored.objective, notes_of(rows[2])) == ("Bob", "New", "Runs the data team.")
    assert {*Change.objects.values_list("object_id", "field")} == {
        (rows[0].contact_id, "notes"),
        (rows[1].contact_id, "name"),
        (rows[1].pk, "objective"),
    }


def test_a_bad_update_changes_the_others_and_says_so(
    acme_api: ApiClient, rows: list[InterviewRequest], globex: Org
) -> None:
    theirs = InterviewRequestFactory.create(org=globex)
    text = {"contact_context": "New"}
    no_objects: list[Any] = ["x", None, [], 7]
    refused: list[tuple[Any, int | None, int, str]] = [
        ({"interview_request_id": theirs.pk, **text}, theirs.pk, 404, "not_found"),
        ({"interview_request_id": 999_999, **text}, 999_999, 404, "not_found"),
        ({"interview_request_id": rows[1].pk, "if_match": '"9-9"', **text}, rows[1].pk, 412, "precondition_failed"),
        ({"interview_request_id": rows[1].pk, "if_match": "1-1", **text}, rows[1].pk, 400, "bad_request"),
        ({"interview_request_id": rows[1].pk, "contact_name": " "}, rows[1].pk, 400, "bad_request"),
        ({"interview_request_id": rows[1].pk, "contact_context": None}, rows[1].pk, 400, "bad_request"),
        ({"interview_request_id": rows[1].pk, "status": "sent", **text}, rows[1].pk, 400, "bad_request"),
        ({"interview_request_id": rows[1].pk, "if_match": '"1-1"'}, rows[1].pk, 400, "bad_request"),
        ({"interview_request_id": rows[1].pk}, rows[1].pk, 400, "bad_request"),
        *(({"interview_request_id": id, **text}, None, 400, "bad_request") for id in ("1", 0, -1, True, 1.5, 2**63)),
        (text, None, 400, "bad_request"),
        *((other, None, 400, "bad_request") for other in no_objects),
    ]
    first, last = ({"interview_request_id": row.pk, **text} for row in (rows[0], rows[3]))
    results = send(acme_api, first, *(update for update, *_ in refused), last)
    assert [results[0]["status_code"], results[-1]["status_code"]] == [200, 200]
    for result, (update, id, status, code) in zip(results[1:-1], refused, strict=True):
        found = (result["interview_request_id"], result["status_code"], result["error"]["code"])
        assert found == (id, status, code), update
        assert "etag" not in result
    assert [notes_of(row) for row in (rows[0], rows[1], rows[3])] == ["New", "Runs the data team.", "New"]
    assert notes_of(theirs) == "Runs the data team."
    named = {detail["field"] for result in results for detail in result.get("error", {}).get("details", [])}
    assert named == {"contact_name", "contact_context", "status", "interview_request_id"}


def test_the_etag_of_one_update_is_the_if_match_of_the_next(acme_api: ApiClient, rows: list[InterviewRequest]) -> None:
    (first,) = send(acme_api, {"interview_request_id": rows[0].pk, "contact_context": "1"})
    update = {"interview_request_id": rows[0].pk, "if_match": first["etag"]}
    results = send(acme_api, {**update, "contact_context": "2"}, {**update, "contact_context": "3"})
    assert [result["status_code"] for result in results] == [200, 412]
    assert notes_of(rows[0]) == "2"


@pytest.mark.parametrize(
    "body", [{}, {"data": []}, {"data": {}}, {"data": None}, {"data": [{}] * 101}, {"updates": []}]
)
def test_other_bodies_are_refused(acme_api: ApiClient, body: dict[str, Any]) -> None:
    response = acme_api.patch("/interviews", body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")


def test_if_match_is_sent_with_each_update(acme_api: ApiClient, rows: list[InterviewRequest]) -> None:
    body = {"data": [{"interview_request_id": rows[0].pk, "contact_context": "New"}]}
    assert acme_api.patch("/interviews", body, If_Match='"1-1"').status_code == 400
    assert notes_of(rows[0]) == "Runs the data team."


class TestLimits:
    @pytest.fixture(autouse=True)
    def limit(self, acme: Org) -> None:
        Org.objects.filter(pk=acme.pk).update(own_rate_limit=10)

    def updates(self, rows: list[InterviewRequest], size: int) -> dict[str, Any]:
        return {"data": [{"interview_request_id": rows[0].pk, "contact_context": f"{n}"} for n in range(size)]}

    def test_a_bulk_counts_as_many_requests(self, acme_api: ApiClient, rows: list[InterviewRequest]) -> None:
        for size, left in ((1, "9"), (6, "3")):
            response = acme_api.patch("/interviews", self.updates(rows, size))
            assert (response.status_code, response.headers["X-RateLimit-Remaining"]) == (200, left)
        refused = acme_api.patch("/interviews", self.updates(rows, 5))
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.headers["X-RateLimit-Remaining"] == "2", "it counts as one"
        assert notes_of(rows[0]) == "5"
        assert acme_api.patch("/interviews", self.updates(rows, 2)).headers["X-RateLimit-Remaining"] == "0"
        assert acme_api.get("/interviews").status_code == 429

    def test_one_that_can_never_fit_is_refused(self, acme_api: ApiClient, rows: list[InterviewRequest]) -> None:
        response = acme_api.patch("/interviews", self.updates(rows, 11))
        assert (response.status_code, response.headers["X-RateLimit-Remaining"]) == (400, "9")
        assert "Send at most 10" in response.json()["error"]["message"]
        assert notes_of(rows[0]) == "Runs the data team."

    def test_the_budget_of_overwritten_bytes_refuses_the_rest(
        self, acme_api: ApiClient, rows: list[InterviewRequest], settings: Settings
    ) -> None:
        settings.AUDIT_BYTES_PER_DAY = 30
        updates = [{"interview_request_id": row.pk, "contact_context": "New"} for row in rows]
        assert [result["status_code"] for result in send(acme_api, *updates)] == [200, 200, 429, 429]
        assert [notes_of(row) for row in rows] == ["New"] * 2 + ["Runs the data team."] * 2


def test_once_the_database_is_unavailable_the_rest_is_not_tried(
    acme_api: ApiClient, rows: list[InterviewRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fail_second(**update: Any) -> Any:
        tried.append(update["interview_request_id"])
        if len(tried) == 2:
            raise OperationalError("the connection is closed")
        return update_interview_request(**update)

    monkeypatch.setattr(bulk, "update_interview_request", fail_second)
    results = send(acme_api, *({"interview_request_id": row.pk, "contact_context": "New"} for row in rows))
    assert [result["status_code"] for result in results] == [200, 503, 503, 503]
    assert {result["error"]["code"] for result in results[1:]} == {"service_unavailable"}
    assert (tried, notes_of(rows[0])) == ([rows[0].pk, rows[1].pk], "New")


def test_a_revoked_key_updates_nothing(acme_api: ApiClient, rows: list[InterviewRequest], acme: Org) -> None:
    assert acme_api.get("/interviews").status_code == 200
    revoke_api_key(ApiKey.objects.get(org=acme))
    body = {"data": [{"interview_request_id": rows[0].pk, "contact_context": "New"}]}
    assert (acme_api.patch("/interviews", body).status_code, notes_of(rows[0])) == (401, "Runs the data team.")
