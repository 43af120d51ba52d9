"""Request ids, access log lines, and the middleware that the API skips."""

import logging
from uuid import UUID

import pytest
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.test import Client
from django.utils.crypto import get_random_string

from interviews.models import InterviewRequest
from interviews.models.interview_request import new_survey_token
from orgs.keys import generate
from tests.client import ApiClient

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "proposed",
    [
        *("crm-77", "a" * 128, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "req_FV1StGXR8Z5jdHi6BmyT"),
        *("request-5cf0e2a4-9a5e-4f0f-8a41-6a7d5cbb9a63", "5CF0E2A4-9A5E-4F0F-8A41-6A7D5CBB9A63"),
        *("0ujtsYcgvSTl8PAuAdqWYSMnLOv", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "Root.1-67891233-abcdef012345678912345678"),
    ],
)
def test_well_formed_request_id_is_kept(
    acme_api: ApiClient, interview_request: InterviewRequest, proposed: str
) -> None:
    assert (
        acme_api.get(f"/interviews/{interview_request.pk}", X_Request_Id=proposed).headers["X-Request-Id"] == proposed
    )


@pytest.mark.parametrize("proposed", ["", "a b", "a" * 129, "é", "a\tb", "<script>", "a,b"])
def test_malformed_request_id_is_replaced(acme_api: ApiClient, proposed: str) -> None:
    response = acme_api.get("/interviews/1", X_Request_Id=proposed)
    assert UUID(response.headers["X-Request-Id"])
    assert response.json()["error"]["request_id"] == response.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "secret",
    [
        *(
            generate(),
            generate(is_test=True),
            generate()[:20],
            new_survey_token(),
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
        *(get_random_string(32, VALID_KEY_CHARS), "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"),
    ],
)
def test_a_request_id_that_is_a_secret_is_replaced(
    acme_api: ApiClient, interview_request: InterviewRequest, caplog: pytest.LogCaptureFixture, secret: str
) -> None:
    caplog.set_level(logging.INFO)
    response = acme_api.get(f"/interviews/{interview_request.pk}", X_Request_Id=f"crm.{secret}")
    assert response.status_code == 200
    assert UUID(response.headers["X-Request-Id"])
    assert secret not in caplog.text


def test_path_cannot_forge_a_log_line(acme_api: ApiClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    acme_api.get("/interviews/1%0A12:00:00%20ERROR%20forged")
    (record,) = [record for record in caplog.records if record.name == "hindsight.access"]
    assert record.getMessage() == "GET /api/v1/interviews/* 404"


def test_access_line_has_org_and_key_prefix_but_no_customer_texts(
    acme_api: ApiClient, acme_key: str, interview_request: InterviewRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    acme_api.patch(
        f"/interviews/{interview_request.pk}?email=secret", {"objective": "words of ours"}, X_Request_Id="crm-77"
    )
    (record,) = [record for record in caplog.records if record.name == "hindsight.access"]
    assert record.getMessage() == f"PATCH /api/v1/interviews/{interview_request.pk} 200"
    assert (record.org, record.api_key) == ("acme", acme_key[:12])  # type: ignore[attr-defined]
    assert not any(word in str(vars(record)) for word in ("secret", "words of ours", acme_key))


def test_only_pages_use_sessions(
    acme_api: ApiClient, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths: list[str] = []
    begin = SessionMiddleware.process_request

    def process_request(self: SessionMiddleware, request: HttpRequest) -> None:
        paths.append(request.path)
        begin(self, request)

    monkeypatch.setattr(SessionMiddleware, "process_request", process_request)
    response = acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
    assert response.status_code == 200
    interview_request.refresh_from_db()
    assert interview_request.objective == "New"
    assert paths == []
    assert Client().get("/api/docs").status_code == 200
    assert paths == ["/api/docs"]


def test_every_response_has_its_length(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    responses = [
        acme_api.get(f"/interviews/{interview_request.pk}"),
        acme_api.get("/nowhere"),
        Client().post("/api/v1/interviews"),
    ]
    assert [response.status_code for response in responses] == [200, 404, 401]
    for response in responses:
        assert response.headers["Content-Length"] == str(len(response.content))


@pytest.mark.parametrize("host", ["", "evil.example", "testserver.evil.example", "a@testserver", "testserver:x"])
def test_an_unknown_host_is_refused_after_a_known_one(acme_api: ApiClient, host: str) -> None:
    hosts = ["testserver", "testserver", host, host, "testserver"]
    assert [acme_api.get("/interviews", Host=name).status_code for name in hosts] == [200, 200, 400, 400, 200]
