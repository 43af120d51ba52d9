"""Idempotency-Key on POST /api/v1/interviews: a retry creates nothing twice."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from hindsight.api import idempotency
from hindsight.api.idempotency import expired
from hindsight.api.models import IdempotencyRecord
from interviews.models import InterviewRequest
from orgs.models import Org
from tests.client import ApiClient
from tests.factories import InterviewTypeFactory
from tests.transactions import needs_concurrent_writes, uncommitted, waiting_for


@pytest.fixture
def body(acme: Org) -> dict[str, Any]:
    win_loss = InterviewTypeFactory.create(org=acme)
    return {
        "contact_email": "jane@example.com",
        "interview_type_id": win_loss.public_id,
        "contact_context": {"b": 1, "a": 2},
    }


def test_a_retry_gets_the_first_response(acme_api: ApiClient, body: dict[str, Any]) -> None:
    first = acme_api.post("/interviews", body, Idempotency_Key="order-1")
    again = acme_api.post("/interviews", dict(reversed(body.items())), Idempotency_Key="order-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [again.headers[name] for name in ("ETag", "Location")] == [
        first.headers[name] for name in ("ETag", "Location")
    ]
    assert InterviewRequest.objects.count() == 1
    for headers in ({}, {}, {"Idempotency_Key": "order-2"}):
        assert acme_api.post("/interviews", body, **headers).status_code == 201
    assert InterviewRequest.objects.count() == 4


def test_a_retry_after_a_change_gets_the_etag_of_the_first_response(acme_api: ApiClient, body: dict[str, Any]) -> None:
    first = acme_api.post("/interviews", body, Idempotency_Key="order-1")
    path = f"/interviews/{first.json()['interview_request_id']}"
    acme_api.patch(path, {"objective": "Theirs"})
    again = acme_api.post("/interviews", body, Idempotency_Key="order-1")
    assert acme_api.patch(path, {"objective": "Mine"}, If_Match=again.headers["ETag"]).status_code == 412
    assert InterviewRequest.objects.get().objective == "Theirs"


def test_another_body_is_a_conflict(acme_api: ApiClient, body: dict[str, Any]) -> None:
    acme_api.post("/interviews", body, Idempotency_Key="order-1")
    response = acme_api.post("/interviews", {**body, "objective": "new"}, Idempotency_Key="order-1")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "idempotency_conflict")
    assert InterviewRequest.objects.count() == 1


def test_another_org_may_use_the_same_key(
    acme_api: ApiClient, globex_api: ApiClient, globex: Org, body: dict[str, Any]
) -> None:
    acme_api.post("/interviews", body, Idempotency_Key="1")
    theirs = {**body, "interview_type_id": InterviewTypeFactory.create(org=globex).public_id}
    response = globex_api.post("/interviews", theirs, Idempotency_Key="1")
    assert response.status_code == 201
    assert "Idempotency-Replayed" not in response.headers
    assert InterviewRequest.objects.count() == 2


def test_a_refused_request_does_not_use_up_its_key(acme_api: ApiClient, body: dict[str, Any]) -> None:
    assert acme_api.post("/interviews", {**body, "objective": 1}, Idempotency_Key="1").status_code == 400
    assert acme_api.post("/interviews", body, Idempotency_Key="1").status_code == 201


def test_a_crash_stores_neither_row_nor_key(
    acme_api: ApiClient, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(idempotency, "_store", lambda *_: 1 / 0)
        assert acme_api.post("/interviews", body, Idempotency_Key="1").status_code == 500
    assert (InterviewRequest.objects.count(), IdempotencyRecord.objects.count()) == (0, 0)
    assert acme_api.post("/interviews", body, Idempotency_Key="1").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256, "a\tb"])
def test_an_invalid_key_is_refused(acme_api: ApiClient, body: dict[str, Any], key: str) -> None:
    response = acme_api.post("/interviews", body, Idempotency_Key=key)
    assert (response.status_code, "Idempotency-Key" in response.json()["error"]["message"]) == (400, True)
    assert not InterviewRequest.objects.exists()


def test_a_key_expires_after_24_hours(acme_api: ApiClient, body: dict[str, Any]) -> None:
    for key in ("1", "old"):
        acme_api.post("/interviews", body, Idempotency_Key=key)
    with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59)):
        assert acme_api.post("/interviews", body, Idempotency_Key="1").headers["Idempotency-Replayed"] == "true"
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        other = {**body, "objective": "Another body, even"}
        for replayed in (None, "true"):
            response = acme_api.post("/interviews", other, Idempotency_Key="1")
            assert (response.status_code, response.headers.get("Idempotency-Replayed")) == (201, replayed)
        assert expired().delete()[0] == 1
    assert InterviewRequest.objects.count() == 3
    assert [record.key for record in IdempotencyRecord.objects.all()] == ["1"]


@pytest.mark.django_db(transaction=True)
@needs_concurrent_writes
def test_a_key_purged_while_the_request_waits_counts_as_new(acme_api: ApiClient, body: dict[str, Any]) -> None:
    def post() -> Any:
        return acme_api.post("/interviews", body, Idempotency_Key="1")

    post()
    response = waiting_for(IdempotencyRecord.objects.all().delete, post).result()
    assert (response.status_code, "Idempotency-Replayed" in response.headers) == (201, False)
    assert InterviewRequest.objects.count() == 2
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@needs_concurrent_writes
def test_a_record_is_locked_until_its_response_is_read(
    acme_api: ApiClient, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    acme_api.post("/interviews", body, Idempotency_Key="1")
    replay, locked = idempotency._replay, []

    def replay_while_locked(*args: Any) -> idempotency.Created:
        free = IdempotencyRecord.objects.select_for_update(skip_locked=True)
        with uncommitted(lambda: locked.append(not list(free))):
            return replay(*args)

    monkeypatch.setattr(idempotency, "_replay", replay_while_locked)
    assert acme_api.post("/interviews", body, Idempotency_Key="1").headers["Idempotency-Replayed"] == "true"
    assert locked == [True]
