"""Headers of every response of production, and plain HTTP."""

import pytest
from django.test import Client
from pytest_django import Settings

from interviews.models import InterviewRequest
from tests.client import ApiClient
from tests.hindsight.test_settings import PRODUCTION, settings_of

pytestmark = pytest.mark.django_db

PATHS = ["/admin/login/", "/api/v1/interviews/1", "/api/docs", "/survey", "/nowhere"]
HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    for name, value in settings_of(**PRODUCTION).items():
        if name.startswith("SECURE_"):
            setattr(settings, name, value)


@pytest.mark.parametrize("path", PATHS)
def test_every_response_has_the_security_headers(path: str) -> None:
    headers = Client().get(path, secure=True).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert headers["Referrer-Policy"] == ("no-referrer" if path == "/survey" else "same-origin")
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("path", ["/admin/login/", "/survey?token=x"])
def test_pages_redirect_to_the_public_address_with_https(path: str) -> None:
    response = Client(headers={"host": "testserver:6666"}).get(path)
    assert (response.status_code, response.headers["Location"]) == (301, f"https://api.example.com{path}")


def test_the_api_refuses_plain_http(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    response = acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")
    assert "Replace the API key" in response.json()["error"]["message"]
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"
