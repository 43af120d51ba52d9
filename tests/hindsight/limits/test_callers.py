"""Whose requests share the threads that one caller may use."""

import secrets
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings

from hindsight.api.handlers import TOO_MANY
from hindsight.http.proxies import parse_networks
from hindsight.limits.callers import caller_of
from hindsight.server.fair_queue import IS_REFUSED
from interviews.lifecycle import Progress
from interviews.models import InterviewRequest
from orgs.models import ApiKey, Org
from orgs.services import create_api_key
from tests.client import ApiClient
from tests.staff.conftest import Staff, log_in

pytestmark = pytest.mark.django_db

ADDRESS = "192.0.2.1"
MULTIPART = '--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{}\r\n--x--'


def caller(path: str = "/", query: str = "", body: str = "", address: str = ADDRESS, **headers: str) -> str:
    environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": address}
    return caller_of({**environ, **headers, "wsgi.input": BytesIO(body.encode())})


def bearer(key: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {key}"}


def test_keys_of_an_org_are_one_caller_once_they_were_valid(acme: Org, acme_api: ApiClient, acme_key: str) -> None:
    other_key = create_api_key(org=acme, name="Other")[1]
    assert caller(**bearer(acme_key)) == ADDRESS
    for key in (acme_key, other_key):
        assert ApiClient(key).get("/interviews").status_code == 200
        assert caller(**bearer(key)) == f"org {acme.pk}"
    ApiKey.objects.update(revoked_at="2026-01-01T00:00:00Z")
    assert acme_api.get("/interviews").status_code == 401
    assert caller(**bearer(acme_key)) == ADDRESS


def test_an_interview_is_a_caller_once_its_link_was_opened(client: Client, interview_request: InterviewRequest) -> None:
    token = str(interview_request.survey_token)
    query, multipart = urlencode({"token": token}), MULTIPART.format(token)
    assert caller("/survey", query) == ADDRESS
    assert client.get("/survey", {"token": token}).status_code == 200
    expected = f"interview {interview_request.pk}"
    assert caller("/survey", query) == caller("/survey", f"question=1&{query}") == expected
    assert caller("/survey", body=f"step=skip&{query}") == caller("/survey", body=multipart) == expected


def test_a_person_of_the_staff_is_a_caller_after_the_login(client: Client) -> None:
    staff: Staff = log_in("root", is_superuser=True)
    cookie = {"HTTP_COOKIE": f"a=1; sessionid={staff.client.cookies['sessionid'].value}"}
    assert caller("/admin/", **cookie) == ADDRESS
    staff.client.get("/admin/")
    assert caller("/admin/", **cookie) == f"staff {staff.user.pk}"


def test_what_a_client_invents_leaves_it_at_its_address(client: Client, acme_api: ApiClient) -> None:
    token = secrets.token_urlsafe(32)
    assert client.get("/survey", {"token": token}).status_code == 404
    assert caller("/survey", f"token={token}") == ADDRESS
    assert ApiClient("hsk_invented").get("/interviews").status_code == 401
    assert caller(**bearer("hsk_invented")) == ADDRESS
    assert caller("/admin/", HTTP_COOKIE="sessionid=invented") == ADDRESS


def test_addresses_are_those_of_the_rate_limits(settings: Settings) -> None:
    assert caller(address="2001:db8::1") == caller(address="2001:db8::2") == "2001:db8::/64"
    assert caller(HTTP_X_FORWARDED_FOR="203.0.113.9") == ADDRESS
    settings.TRUSTED_PROXIES = parse_networks([ADDRESS])
    assert caller(HTTP_X_FORWARDED_FOR="203.0.113.9") == "203.0.113.9"


def test_what_the_gateway_refuses_changes_nothing(
    acme_api: ApiClient, client: Client, interview_request: InterviewRequest
) -> None:
    acme_api.client.defaults[IS_REFUSED] = "yes"
    response = acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
    assert (response.status_code, response.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert response.headers["Retry-After"] == "1"
    client.defaults[IS_REFUSED] = "yes"
    page = client.post("/survey", {"token": str(interview_request.survey_token), "step": "consent"})
    assert page.status_code == 503
    assert TOO_MANY in page.content.decode()
    interview_request.refresh_from_db()
    assert (interview_request.objective, interview_request.progress) == ("Old objective", Progress.NOT_STARTED)
