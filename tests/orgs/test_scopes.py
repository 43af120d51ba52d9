"""Scopes of API keys, the default expiry of an org, and GET /api/v1/me."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hindsight.text.timestamps import utc_text
from interviews.models import InterviewRequest
from interviews.services.create import open_test_room
from orgs.models import ApiKey, Org, Scopes
from orgs.services import create_api_key, revoke_api_key, rotate_api_key, update_org
from tests.client import ApiClient
from tests.commands.running import run
from tests.staff.conftest import log_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("scopes", "reads", "writes", "lists_webhooks"),
    [
        (Scopes.READ_WRITE, 200, 200, 403),
        (Scopes.READ, 200, 403, 403),
        (Scopes.WRITE, 403, 200, 403),
        (Scopes.READ_WEBHOOKS, 200, 403, 200),
    ],
)
def test_a_key_does_what_its_scopes_allow(
    interview_request: InterviewRequest, scopes: str, reads: int, writes: int, lists_webhooks: int
) -> None:
    api, path = ApiClient.of(interview_request.org, scopes), f"/interviews/{interview_request.pk}"
    assert [api.get(path).status_code, api.get("/interviews").status_code] == [reads, reads]
    assert api.get("/webhook-endpoints").status_code == lists_webhooks
    response = api.patch(path, {"objective": "New"})
    assert response.status_code == writes
    interview_request.refresh_from_db()
    assert interview_request.objective == ("New" if writes == 200 else "Old objective")
    body = {"contact_email": "new@example.com", "interview_type_id": interview_request.interview_type.public_id}
    assert api.post("/interviews", body).status_code == (201 if writes == 200 else 403)
    assert InterviewRequest.objects.count() == (2 if writes == 200 else 1)


def test_a_refused_request_says_why_and_counts(interview_request: InterviewRequest) -> None:
    api = ApiClient.of(interview_request.org, Scopes.READ)
    path = f"/interviews/{interview_request.pk}"
    before = int(api.get(path).headers["X-RateLimit-Remaining"])
    refused = api.patch(path, {"objective": "New"})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (403, "forbidden")
    assert "`write`" in error["message"]
    assert int(refused.headers["X-RateLimit-Remaining"]) == before - 1


@pytest.mark.parametrize(("asked", "days"), [(None, 90), (timedelta(days=30), 30), (timedelta(days=400), 90)])
def test_the_expiry_of_an_org_is_the_default_and_the_maximum(acme: Org, asked: timedelta | None, days: int) -> None:
    org = update_org(org_id=acme.pk, key_days=90)
    api_key, _ = create_api_key(org=org, name="CRM", lifetime=asked)
    assert api_key.expires_at is not None
    assert abs(api_key.expires_at - timezone.now() - timedelta(days=days)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (["read"], Scopes.READ),
        (["webhooks", "read"], Scopes.READ_WEBHOOKS),
        (["write", "webhooks"], Scopes.WRITE_WEBHOOKS),
        (["read", "write", "webhooks"], Scopes.ALL),
        (["write", "read", "read"], Scopes.READ_WRITE),
        (["read", "all"], Scopes.ALL),
    ],
)
@pytest.mark.parametrize("test", [[], ["--test"]])
def test_scopes_of_the_command_add_up(acme: Org, given: list[str], stored: str, test: list[str]) -> None:
    words = [word for scope in given for word in ("--scope", scope)]
    run("create_api_key", "acme", "--name", "Hooks", *words, *test)
    old = ApiKey.objects.get()
    assert old.scopes == stored
    new, secret = rotate_api_key(old, grace=timedelta(days=1))
    assert new.scopes == stored
    assert ApiClient(secret).get("/me").json()["scopes"] == stored.split()


def test_staff_issue_a_key_with_scopes(acme: Org) -> None:
    root = log_in("root", is_superuser=True)
    page = root.post("orgs_org_issue-key", acme.pk, name="Reports", scopes="read")
    assert page.status_code == 200
    assert ApiKey.objects.get().scopes == Scopes.READ
    assert root.post("orgs_org_issue-key", acme.pk, name="Other", scopes="everything").status_code == 200
    assert ApiKey.objects.count() == 1
    root.post("orgs_org_issue-key", acme.pk, name="Hooks", scopes="read webhooks", is_test="on")
    assert ApiKey.objects.get(name="Hooks").scopes == Scopes.READ_WEBHOOKS


@pytest.mark.parametrize("scopes", Scopes.values)
def test_every_key_learns_what_it_is(acme: Org, scopes: str) -> None:
    update_org(org_id=acme.pk, plan="enterprise", own_rate_limit=1_500)
    api_key, key = create_api_key(org=acme, name="CRM", lifetime=timedelta(days=30), scopes=scopes)
    response = ApiClient(key).get("/me")
    assert (response.status_code, response.headers["X-RateLimit-Limit"]) == (200, "1500")
    assert api_key.expires_at is not None
    assert response.json() == {
        "org": {"name": "Acme"},
        "plan": "enterprise",
        "requests_per_minute": 1_500,
        "test": False,
        "scopes": scopes.split(),
        "api_key": {"prefix": key[:12], "name": "CRM", "expires_at": utc_text(api_key.expires_at)},
    }


def test_a_test_key_says_so_and_an_invalid_key_gets_401(acme: Org) -> None:
    api_key, key = create_api_key(org=open_test_room(org_id=acme.pk), name="CRM")
    body = ApiClient(key).get("/me").json()
    assert (body["org"]["name"], body["test"]) == ("Acme", True)
    assert (body["api_key"]["prefix"], body["api_key"]["expires_at"]) == (key[:17], None)
    revoke_api_key(api_key)
    assert [api.get("/me").status_code for api in (ApiClient(), ApiClient(key))] == [401, 401]
