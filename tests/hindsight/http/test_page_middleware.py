"""The API skips the middleware of pages, and keeps what clients need of it."""

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.test import Client

from interviews.models import InterviewRequest
from tests.client import ApiClient

pytestmark = pytest.mark.django_db


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
