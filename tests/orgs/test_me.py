"""GET /api/v1/me."""

from datetime import timedelta

import pytest

from hindsight.text.timestamps import utc_text
from interviews.services.create import open_test_room
from orgs.models import Org, Scopes
from orgs.services import create_api_key, revoke_api_key, update_org
from tests.client import ApiClient

pytestmark = pytest.mark.django_db


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


def test_a_test_key_says_so(acme: Org) -> None:
    key = create_api_key(org=open_test_room(org_id=acme.pk), name="CRM")[1]
    body = ApiClient(key).get("/me").json()
    assert (body["org"]["name"], body["test"]) == ("Acme", True)
    assert (body["api_key"]["prefix"], body["api_key"]["expires_at"]) == (key[:17], None)


def test_an_invalid_key_gets_401(acme: Org) -> None:
    api_key, key = create_api_key(org=acme, name="CRM")
    revoke_api_key(api_key)
    assert [api.get("/me").status_code for api in (ApiClient(), ApiClient(key))] == [401, 401]
