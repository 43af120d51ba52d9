"""Which responses a cache may store."""

from typing import Any

import pytest
from django.test import Client

from interviews.models import InterviewRequest
from tests.client import ApiClient
from tests.hindsight.test_settings import PRODUCTION, settings_of
from tests.staff.conftest import log_in


def test_no_shared_cache_stores_a_response_of_the_api(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    path = f"/interviews/{interview_request.pk}"
    etag = acme_api.get(path).headers["ETag"]
    responses: list[Any] = [
        acme_api.get(path),
        acme_api.get(path, If_None_Match=etag),
        acme_api.patch(path, {"objective": "New"}),
        acme_api.get("/interviews/0"),
        ApiClient().get(path),
        Client().get("/api/nowhere"),
    ]
    assert [response.status_code for response in responses] == [200, 304, 200, 404, 401, 404]
    assert {response.headers["Cache-Control"] for response in responses} == {"private, no-cache"}


@pytest.mark.parametrize("path", ["/survey?token={token}", "/admin/contacts/contact/{contact}/change/"])
def test_pages_with_personal_data_are_not_stored(interview_request: InterviewRequest, path: str) -> None:
    client = log_in("root", is_superuser=True).client
    names = {"token": interview_request.survey_token, "contact": interview_request.contact_id}
    response = client.get(path.format(**names))
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


def test_cookies_of_production_are_bound_to_the_host() -> None:
    production = settings_of(**PRODUCTION)
    assert production["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert production["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert (production["SESSION_COOKIE_SECURE"], production["CSRF_COOKIE_SECURE"]) == (True, True)
