"""/api/v1/webhook-endpoints: list, add, change, disable, rotate."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from orgs.models import Org, Scopes, SecurityEvent
from tests.client import ApiClient
from tests.webhooks.conftest import complete, work
from tools.harness.receiver import Receiver
from webhooks.models import Delivery, Endpoint, EndpointState, Status
from webhooks.models.event import EVENT_TYPES
from webhooks.sending import clean_url
from webhooks.services.endpoints import MAX_ENDPOINTS, create_endpoint

pytestmark = pytest.mark.django_db

PATH = "/webhook-endpoints"
URL = "http://127.0.0.1:9/hooks"
EVENTS = ["interview.started", "interview.completed"]
BODY = {"url": URL, "event_types": EVENTS}


@pytest.fixture
def api(acme: Org) -> ApiClient:
    return ApiClient.of(acme, Scopes.WEBHOOKS)


def path(endpoint: Endpoint) -> str:
    return f"{PATH}/{endpoint.public_id}"


def recorded() -> list[tuple[str, str, str]]:
    events = SecurityEvent.objects.filter(actor_kind="api_key").order_by("pk")
    return [(event.kind, event.subject, event.detail) for event in events]


def test_an_endpoint_is_added_and_its_secret_shown_once(api: ApiClient, acme: Org) -> None:
    response = api.post(PATH, {**BODY, "event_types": [*reversed(EVENTS)]})
    endpoint = Endpoint.objects.get()
    assert (response.status_code, response.headers["Location"]) == (201, f"/api/v1{path(endpoint)}")
    assert (endpoint.org, endpoint.url, endpoint.event_types) == (acme, URL, EVENTS)
    assert response.json()["secret"] == endpoint.secret
    shown = {name: value for name, value in response.json().items() if name != "secret"}
    assert (shown["id"], shown["url"], shown["event_types"], shown["status"]) == (
        *(endpoint.public_id, URL, EVENTS, "active"),
    )
    assert api.get(path(endpoint)).json() == shown
    assert api.get(PATH).json() == {"data": [shown], "next_cursor": None}
    assert recorded() == [("webhook_created", str(endpoint.pk), "Events: interview.started, interview.completed.")]


def test_a_retry_with_the_same_key_adds_nothing(api: ApiClient) -> None:
    first = api.post(PATH, BODY, Idempotency_Key="hooks")
    again = api.post(PATH, BODY, Idempotency_Key="hooks")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert api.post(PATH, {**BODY, "event_types": EVENTS[:1]}, Idempotency_Key="hooks").status_code == 409
    assert Endpoint.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "mentions"),
    [
        ({"url": "http://10.0.0.1/"}, "begins with https://"),
        ({"url": "https://10.0.0.1/"}, "does not resolve to public addresses only"),
        ({"url": None}, "not null"),
        ({"event_types": []}, "interview.started"),
        ({"event_types": "interview.started"}, "Send a list"),
        ({"event_types": ["interview.started"] * 2}, "Send a list"),
        ({"secret": "whsec_x"}, "Unknown field"),
    ],
    ids=str,
)
def test_a_bad_body_is_refused(api: ApiClient, change: dict[str, Any], mentions: str) -> None:
    response = api.post(PATH, {**BODY, **change})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "bad_request")
    assert [detail["field"] for detail in error["details"]] == [*change]
    assert mentions in error["message"]
    assert not Endpoint.objects.exists()
    assert recorded() == []


def test_a_url_is_used_once(api: ApiClient, globex: Org) -> None:
    api.post(PATH, BODY)
    response = api.post(PATH, BODY)
    [detail] = response.json()["error"]["details"]
    assert (response.status_code, detail["field"]) == (400, "url")
    assert "already has a webhook endpoint" in detail["message"]
    assert ApiClient.of(globex, Scopes.WEBHOOKS).post(PATH, BODY).status_code == 201
    assert Endpoint.objects.count() == 2


def test_the_sixth_active_endpoint_is_refused(api: ApiClient, acme: Org) -> None:
    for number in range(MAX_ENDPOINTS):
        create_endpoint(org_id=acme.pk, url=clean_url(f"{URL}/{number}"), event_types=EVENTS)
    response = api.post(PATH, BODY)
    assert (response.status_code, Endpoint.objects.count()) == (400, MAX_ENDPOINTS)
    assert "5 active webhook endpoints" in response.json()["error"]["message"]
    first = Endpoint.objects.order_by("pk")[0]
    assert api.patch(path(first), {"status": "disabled"}).status_code == 200
    assert api.post(PATH, BODY).status_code == 201
    assert api.patch(path(first), {"status": "active"}).status_code == 400
    page = api.get(f"{PATH}?limit=5").json()
    assert len(page["data"]) == 5
    [last] = api.get(f"{PATH}?limit=5&cursor={page['next_cursor']}").json()["data"]
    assert (last["id"], last["status"]) == (first.public_id, "disabled")


def test_a_change_keeps_what_is_left_out(api: ApiClient, acme: Org) -> None:
    endpoint = create_endpoint(org_id=acme.pk, url=clean_url(URL), event_types=EVENTS)
    assert api.patch(path(endpoint), {"event_types": ["interview.flagged"]}).json()["url"] == URL
    response = api.patch(path(endpoint), {"url": f"{URL}/new"})
    assert response.json() == api.get(path(endpoint)).json()
    stored = Endpoint.objects.get()
    assert (stored.url, stored.event_types, stored.secret) == (f"{URL}/new", ["interview.flagged"], endpoint.secret)
    assert recorded() == [("webhook_changed", str(endpoint.pk), "URL or events edited.")] * 2
    for body in ({}, {"url": "http://10.0.0.1/"}, {"status": "gone"}, {"secret": "x"}):
        assert api.patch(path(endpoint), body).status_code == 400
    assert Endpoint.objects.get().url == f"{URL}/new"


def test_disabling_cancels_what_is_pending(api: ApiClient, acme: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    complete(acme)
    assert api.patch(path(endpoint), {"status": "disabled"}).json()["status"] == "disabled"
    assert Delivery.objects.get().status == Status.CANCELLED
    assert api.patch(path(endpoint), {"status": "disabled"}).status_code == 200
    assert api.patch(path(endpoint), {"status": "active"}).json()["status"] == "active"
    assert [detail for *_, detail in recorded()] == ["Disabled.", "Enabled."]
    complete(acme, 2)
    assert (work(), len(receiver.received)) == (1, 1)


def test_an_endpoint_says_that_it_fails_and_that_it_was_given_up(api: ApiClient, endpoint: Endpoint) -> None:
    for minutes, is_failing in ((59, False), (61, True)):
        Endpoint.objects.update(failing_since=timezone.now() - timedelta(minutes=minutes))
        body = api.get(path(endpoint)).json()
        assert (body["status"], body["is_failing"]) == ("active", is_failing)
    Endpoint.objects.update(state=EndpointState.GONE)
    assert api.get(path(endpoint)).json()["status"] == "gone"
    enabled = api.patch(path(endpoint), {"status": "active"}).json()
    assert (enabled["status"], enabled["failing_since"]) == ("active", None)


def test_rotating_needs_a_grace_and_shows_the_new_secret_once(api: ApiClient, endpoint: Endpoint) -> None:
    for grace in ({}, *({"grace_days": days} for days in (-1, 31, "3", True, 3.5))):
        assert api.post(f"{path(endpoint)}/rotate-secret", grace).status_code == 400
    assert Endpoint.objects.get().secret == endpoint.secret
    response = api.post(f"{path(endpoint)}/rotate-secret", {"grace_days": 3.0})
    stored = Endpoint.objects.get()
    assert (response.status_code, response.json()["secret"]) == (200, stored.secret)
    assert stored.signing_secrets == [stored.secret, endpoint.secret]
    assert "secret" not in api.get(path(endpoint)).json()
    assert recorded() == [("webhook_rotated", str(endpoint.pk), "Grace: 3 days.")]


def test_a_repeated_rotation_with_its_key_returns_the_same_secret(api: ApiClient, endpoint: Endpoint) -> None:
    """The receiver's secret stays the previous one, which still signs."""
    url = f"{path(endpoint)}/rotate-secret"
    first, again = (api.post(url, {"grace_days": 3}, Idempotency_Key="rotation-1") for _ in range(2))
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Endpoint.objects.get().signing_secrets == [first.json()["secret"], endpoint.secret]
    assert len(recorded()) == 1
    assert api.post(url, {"grace_days": 2}, Idempotency_Key="rotation-1").status_code == 409


def test_a_test_event_is_sent(api: ApiClient, endpoint: Endpoint, receiver: Receiver) -> None:
    response = api.post(f"{path(endpoint)}/test", None)
    assert (response.status_code, work()) == (202, 1)
    [received] = receiver.received
    body = Webhook(endpoint.secret).verify(received.body, dict(received.headers))
    assert (body["type"], received.headers["webhook-id"]) == ("webhook.test", response.json()["webhook_id"])
    assert recorded() == [("webhook_sent", str(endpoint.pk), "Test event.")]
    api.patch(path(endpoint), {"status": "disabled"})
    refused = api.post(f"{path(endpoint)}/test", None)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
    assert Delivery.objects.count() == 1


def test_another_orgs_endpoint_is_like_a_missing_one(endpoint: Endpoint, globex: Org) -> None:
    other = ApiClient.of(globex, Scopes.WEBHOOKS)
    assert other.get(PATH).json()["data"] == []
    for id in (endpoint.public_id, "endpoint_999999", str(endpoint.pk), "x"):
        calls = (
            other.get(f"{PATH}/{id}"),
            other.patch(f"{PATH}/{id}", {"status": "disabled"}),
            other.post(f"{PATH}/{id}/rotate-secret", {"grace_days": 0}),
            other.post(f"{PATH}/{id}/test", None),
        )
        assert [response.status_code for response in calls] == [404] * 4
    stored = Endpoint.objects.get()
    assert (stored.state, stored.secret) == ("active", endpoint.secret)


@pytest.mark.parametrize(
    ("scopes", "status"),
    [(Scopes.WEBHOOKS, 200), (Scopes.ALL, 200), (Scopes.READ_WRITE, 403), (Scopes.READ, 403), (Scopes.WRITE, 403)],
)
def test_each_path_needs_the_scope(acme: Org, endpoint: Endpoint, scopes: str, status: int) -> None:
    api = ApiClient.of(acme, scopes)
    responses = (
        api.get(PATH),
        api.get(path(endpoint)),
        api.patch(path(endpoint), {"event_types": [*EVENT_TYPES]}),
        api.post(f"{path(endpoint)}/rotate-secret", {"grace_days": 0}),
    )
    assert [response.status_code for response in responses] == [status] * 4
    assert api.post(f"{path(endpoint)}/test", None).status_code == (202 if status == 200 else 403)
    if status == 403:
        assert "`webhooks`" in responses[0].json()["error"]["message"]
        assert Endpoint.objects.get().secret == endpoint.secret


def test_without_a_key(db: None) -> None:
    assert ApiClient().get(PATH).status_code == 401
    assert ApiClient().post(PATH, BODY).status_code == 401
    assert not Endpoint.objects.exists()
