"""A key that a process remembers is verified by the statement of the request, or before the response."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hindsight.server.bodies import MAX_BODY_BYTES
from interviews.models import InterviewRequest
from orgs import authentication
from orgs.authentication import forget_keys
from orgs.models import ApiKey, Change, Org
from orgs.services import revoke_api_key
from tests.client import ApiClient

Path = str
Send = Callable[[ApiClient, Path], Any]

ENDS: dict[str, Callable[[], object]] = {
    "revoked": lambda: revoke_api_key(ApiKey.objects.get()),
    "expired": lambda: ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1)),
    "suspended": lambda: Org.objects.update(is_active=False),
}
REQUESTS: dict[str, Send] = {
    "GET": lambda api, path: api.get(path),
    "HEAD": lambda api, path: api.client.head(f"/api/v1{path}", headers={"Authorization": f"Bearer {api.key}"}),
    "PATCH": lambda api, path: api.patch(path, {"objective": "New", "contact_context": "New"}),
    "PATCH that changes nothing": lambda api, path: api.patch(path, {"objective": "Old objective"}),
    "PATCH of an old version": lambda api, path: api.patch(path, {"objective": "New"}, If_Match='"9-9"'),
    "PATCH without a field": lambda api, path: api.patch(path, {}),
    "PATCH of another type": lambda api, path: api.patch(path, b"a=1", Content_Type="text/plain"),
    "PATCH that is too large": lambda api, path: api.patch(path, b" " * (MAX_BODY_BYTES + 1)),
    "GET of a known version": lambda api, path: api.get(path, If_None_Match='"1-1-1"'),
    "GET of an unknown id": lambda api, path: api.get("/interviews/999999"),
    "PUT": lambda api, path: api.send("PUT", path, {}),
    "list": lambda api, path: api.get("/interviews"),
    "list without rows": lambda api, path: api.get("/interviews?deal_id=none"),
    "list with a bad cursor": lambda api, path: api.get("/interviews?cursor=x"),
    "list of interview types": lambda api, path: api.get("/interview-types"),
    "POST": lambda api, path: api.post("/interviews", {}),
}


@pytest.fixture
def path(interview_request: InterviewRequest) -> str:
    return f"/interviews/{interview_request.pk}"


# Each request checks the key with one condition, which GET, PATCH and lists have in statements of their own.
CASES = [*product(["revoked"], REQUESTS), *product(["expired", "suspended"], ["GET", "PATCH", "list", "POST"])]


@pytest.mark.parametrize(("end", "request_name"), CASES)
def test_a_key_that_is_no_longer_valid_is_refused_at_once(
    acme_api: ApiClient, path: str, end: str, request_name: str
) -> None:
    assert acme_api.get(path).status_code == 200
    ENDS[end]()
    for _ in ("remembered", "unknown to the process"):
        response = REQUESTS[request_name](acme_api, path)
        assert response.status_code == 401
        assert not any(name.startswith(("X-RateLimit", "RateLimit", "ETag")) for name in response.headers)
        forget_keys()
    row = InterviewRequest.objects.select_related("contact").get()
    assert (row.objective, row.contact.notes, Change.objects.count()) == ("Old objective", "Old notes", 0)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_stored_response_needs_a_valid_key(
    acme_api: ApiClient, interview_request: InterviewRequest, end: Callable[[], object]
) -> None:
    body = {"contact_email": "new@example.com", "interview_type_id": interview_request.interview_type.public_id}
    statuses = [acme_api.post("/interviews", body, Idempotency_Key="deal-1").status_code for _ in range(2)]
    end()
    response = acme_api.post("/interviews", body, Idempotency_Key="deal-1")
    assert [*statuses, response.status_code] == [201, 201, 401]
    assert InterviewRequest.objects.count() == 2


def test_a_key_over_its_limit_is_refused_at_once(acme: Org, acme_api: ApiClient, path: str) -> None:
    Org.objects.update(own_rate_limit=1)
    assert [acme_api.get(path).status_code for _ in range(2)] == [200, 429]
    revoke_api_key(ApiKey.objects.get())
    response = acme_api.get(path)
    assert (response.status_code, "X-RateLimit-Limit" in response.headers) == (401, False)


@pytest.mark.parametrize("name", ["GET", "PATCH", "list", "list of interview types"])
def test_the_second_request_executes_one_statement_less(acme_api: ApiClient, path: str, name: str) -> None:
    REQUESTS[name](acme_api, path)
    forget_keys()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert REQUESTS[name](acme_api, path).status_code == 200
        counts.append(sum("orgs_apikey" in query["sql"] for query in queries))
    assert counts == [2, 1]


def test_a_new_rate_limit_takes_effect_within_a_minute(
    acme_api: ApiClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit() -> int:
        return int(acme_api.get(path).headers["X-RateLimit-Limit"])

    first = limit()
    Org.objects.update(own_rate_limit=7)
    assert limit() == first
    monkeypatch.setattr(authentication, "REMEMBERED_SECONDS", -1)
    forget_keys()
    assert limit() == 7
