"""Webhook endpoints and deliveries on the staff pages."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from orgs.models import Org, SecurityEvent
from tests.staff.conftest import Staff
from tests.webhooks.conftest import complete, work
from tools.harness.receiver import receiving
from webhooks.models import Delivery, Endpoint, EndpointState, Status
from webhooks.sending import clean_url
from webhooks.services.endpoints import create_endpoint, disable_endpoint

pytestmark = pytest.mark.django_db
EVENTS = ["interview.completed"]


@pytest.fixture
def endpoint(acme: Org) -> Endpoint:
    return create_endpoint(org_id=acme.pk, url=clean_url("http://127.0.0.1:9/hooks"), event_types=EVENTS)


def newest_event() -> tuple[str, str, str, str, str]:
    event = SecurityEvent.objects.latest("pk")
    return event.kind, event.actor, event.org, event.subject, event.detail


def test_an_endpoint_is_added_on_the_page_of_its_org_and_shows_its_secret_once(root: Staff, acme: Org) -> None:
    sent = {"url": "http://127.0.0.1:9/hooks", "event_types": EVENTS}
    page = root.post("orgs_org_add-webhook", acme.pk, **sent)
    endpoint = Endpoint.objects.get()
    assert (endpoint.org, endpoint.url, endpoint.event_types) == (acme, sent["url"], EVENTS)
    assert endpoint.secret in page.content.decode()
    for shown in (
        root.get("orgs_org_change", acme.pk),
        root.get("webhooks_endpoint_change", endpoint.pk),
        root.get("webhooks_endpoint_changelist"),
        root.get("webhooks_endpoint_history", endpoint.pk),
    ):
        assert endpoint.secret not in shown.content.decode()
    assert endpoint.url in root.text("orgs_org_change", acme.pk)
    assert newest_event() == ("webhook_created", "root", "acme", str(endpoint.pk), "Events: interview.completed.")
    assert LogEntry.objects.get().change_message == "Added for Acme."


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"url": "https://10.0.0.1/", "event_types": EVENTS}, "10.0.0.1 does not resolve to public addresses only"),
        ({"url": "http://127.0.0.1:9/hooks", "event_types": EVENTS}, "already has a webhook endpoint with this URL"),
        ({"url": "http://127.0.0.1:9/other", "event_types": []}, "Tick at least one event"),
        ({"url": "http://127.0.0.1:9/other", "event_types": ["interview.deleted"]}, "Select a valid choice."),
    ],
)
def test_a_bad_endpoint_is_refused_with_the_reason(
    root: Staff, endpoint: Endpoint, sent: dict[str, str], message: str
) -> None:
    page = root.post("orgs_org_add-webhook", endpoint.org_id, **sent).content.decode()
    assert message in page
    assert sent["url"] in page, "what was typed is kept"
    assert Endpoint.objects.count() == 1
    assert not SecurityEvent.objects.filter(kind="webhook_created").exists()


def test_an_endpoint_is_edited(root: Staff, endpoint: Endpoint) -> None:
    sent = {"url": "http://127.0.0.1:9/new", "event_types": ["interview.started"]}
    assert root.post("webhooks_endpoint_edit", endpoint.pk, **sent).status_code == 302
    assert newest_event()[0] == "webhook_changed"
    page = root.post("webhooks_endpoint_edit", endpoint.pk, **{**sent, "url": "http://10.0.0.1/"})
    assert "Enter a URL that begins with https://" in page.content.decode()
    edited = Endpoint.objects.get()
    assert (edited.url, edited.event_types, edited.secret) == (*sent.values(), endpoint.secret)


def test_a_secret_is_rotated_and_the_new_one_is_shown_once(root: Staff, endpoint: Endpoint) -> None:
    refused = root.post("webhooks_endpoint_rotate", endpoint.pk, grace_days="31")
    assert refused.context["form"].errors["grace_days"]
    page = root.post("webhooks_endpoint_rotate", endpoint.pk, grace_days="2").content.decode()
    rotated = Endpoint.objects.get()
    assert rotated.signing_secrets == [rotated.secret, endpoint.secret]
    assert rotated.previous_secret_until is not None
    assert abs(rotated.previous_secret_until - timezone.now() - timedelta(days=2)) < timedelta(minutes=1)
    assert (rotated.secret in page, endpoint.secret in page) == (True, False)
    assert newest_event() == ("webhook_rotated", "root", "acme", str(endpoint.pk), "Grace: 2 days.")


def test_disable_enable_and_replay(root: Staff, acme: Org, endpoint: Endpoint) -> None:
    complete(acme)
    assert root.get("webhooks_endpoint_disable", endpoint.pk).status_code == 200
    assert Endpoint.objects.get().state == EndpointState.ACTIVE, "opening the page changes nothing"
    for page, sent, status, event in (
        ("disable", {}, Status.CANCELLED, ("webhook_changed", "Disabled.")),
        ("replay", {"since": "2026-01-01"}, Status.CANCELLED, ("webhook_changed", "Disabled.")),  # it is disabled
        ("enable", {}, Status.CANCELLED, ("webhook_changed", "Enabled.")),
        ("replay", {"since": "2026-01-01"}, Status.PENDING, ("webhook_sent", "Replayed: 1.")),
    ):
        root.post(f"webhooks_endpoint_{page}", endpoint.pk, **sent)
        assert Delivery.objects.get().status == status
        assert newest_event() == (event[0], "root", "acme", str(endpoint.pk), event[1])


def test_a_test_event_and_its_answer(root: Staff, acme: Org) -> None:
    with receiving() as receiver:
        receiver.status = 503
        endpoint = create_endpoint(org_id=acme.pk, url=clean_url(receiver.url), event_types=EVENTS)
        root.post("webhooks_endpoint_test", endpoint.pk)
        assert newest_event() == ("webhook_sent", "root", "acme", str(endpoint.pk), "Test event queued.")
        work()
        delivery = Delivery.objects.get()
        for page, number in (("webhooks_delivery_change", delivery.pk), ("webhooks_endpoint_change", endpoint.pk)):
            assert "503" in root.text(page, number)
        root.post("webhooks_delivery_cancel", delivery.pk)
        assert Delivery.objects.get().status == Status.CANCELLED
        assert newest_event() == ("webhook_sent", "root", "acme", str(delivery.pk), "Cancelled.")
        receiver.status = 204
        root.post("webhooks_delivery_replay", delivery.pk)
        work()
    assert Delivery.objects.get().status == Status.DELIVERED


def test_a_delivery_that_is_no_longer_pending_cannot_be_cancelled(root: Staff, acme: Org, endpoint: Endpoint) -> None:
    delivery = complete(acme)
    Delivery.objects.update(status=Status.DELIVERED)
    path = f"/admin/webhooks/delivery/{delivery.pk}/cancel/"
    assert "no longer pending" in root.client.post(path, follow=True).content.decode()
    Delivery.objects.update(status=Status.PENDING)
    path = f"/admin/webhooks/delivery/{delivery.pk}/replay/"
    assert "still pending" in root.client.post(path, follow=True).content.decode()
    assert Delivery.objects.get().status == Status.PENDING


def test_a_pending_delivery_is_found_and_shown_with_its_answer_and_sent_now(
    root: Staff, acme: Org, endpoint: Endpoint
) -> None:
    delivery = complete(acme)
    for query in ({"org": "acme", "status__exact": "pending"}, {"endpoint": str(endpoint.pk)}):
        assert root.listed("webhooks_delivery", **query) == [delivery]
    for query in ({"status__exact": "failed"}, {"org": "globex"}):
        assert root.listed("webhooks_delivery", **query) == []
    later = timezone.now() + timedelta(hours=5)
    Delivery.objects.update(due_at=later, attempts=4, earlier_attempts=10)
    Delivery.objects.update(answer_headers="Server: nginx", answer_body="<b>down</b> \u202e")
    page = root.text("webhooks_delivery_change", delivery.pk)
    for text in ("14, 10 of them before the last replay", "Server: nginx", "&lt;b&gt;down&lt;/b&gt; {U+202E}"):
        assert text in page
    root.post("webhooks_delivery_send-now", delivery.pk)
    assert Delivery.objects.get().due_at < later
    assert newest_event() == (
        "webhook_sent",
        "root",
        "acme",
        str(delivery.pk),
        "Due now: a worker sends it.",
    )
    Delivery.objects.update(answer_headers="")
    assert "It is kept for 7 days." in root.text("webhooks_delivery_change", delivery.pk)


@pytest.mark.parametrize(
    ("since", "state"),
    [
        ({"failing_since": 1}, "active, last attempt failed"),
        ({"failing_since": 61}, "active, failing"),
        ({"slow_since": 1}, "active, slow"),
    ],
)
def test_a_failing_or_slow_endpoint_says_so_in_its_state(
    root: Staff, endpoint: Endpoint, since: dict[str, int], state: str
) -> None:
    minutes_ago = {field: timezone.now() - timedelta(minutes=minutes) for field, minutes in since.items()}
    Endpoint.objects.update(**minutes_ago)
    for page, args in (
        ("webhooks_endpoint_changelist", []),
        ("webhooks_endpoint_change", [endpoint.pk]),
        ("orgs_org_change", [endpoint.org_id]),
    ):
        assert state in root.text(page, *args)
    disable_endpoint(endpoint_id=endpoint.pk)
    assert state not in root.text("webhooks_endpoint_changelist")
