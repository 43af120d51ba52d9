"""GET /api/v1/events, and deliveries and replay over the API."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent
from interviews.services.erasure import erase_contact
from orgs.actors import Actor, ActorKind
from orgs.models import ApiKey, Org, Scopes, SecurityEvent
from tests.client import ApiClient
from tests.interviews.api.pages import page, statements, walk
from tests.transactions import needs_concurrent_writes, uncommitted
from tests.webhooks.conftest import attempt, complete, work
from tools.harness.receiver import Receiver
from webhooks.models import Delivery, Endpoint, Event, Status
from webhooks.services.deliveries import purge_deliveries
from webhooks.services.endpoints import create_endpoint, disable_endpoint
from webhooks.services.events import record_event, send_test_event

LONG_AGO = "2026-01-01T00:00:00Z"


@pytest.fixture
def api(acme: Org) -> ApiClient:
    return ApiClient.of(acme, Scopes.ALL)


def numbers(rows: list[dict[str, object]]) -> list[object]:
    """The ids of the interview requests."""
    return [row["data"]["interview_request_id"] for row in rows]  # type: ignore[index]


class TestEvents:
    def test_an_event_is_what_was_sent_with_its_id(
        self, acme_api: ApiClient, endpoint: Endpoint, receiver: Receiver, interview_request: InterviewRequest
    ) -> None:
        give_consent(interview_request)
        send_test_event(endpoint)
        work()
        sent = {one.headers["webhook-id"]: json.loads(one.body) for one in receiver.received}
        listed = page(acme_api, "/events")["data"]
        assert {event.pop("id"): event for event in listed if event.pop("created_at")} == sent
        assert [event["type"] for event in listed] == ["webhook.test", "interview.started"]

    def test_newest_first_or_oldest_first_after_a_time(
        self, acme: Org, acme_api: ApiClient, endpoint: Endpoint
    ) -> None:
        for number in range(1, 6):
            complete(acme, number)
        rows = walk(acme_api, "/events", limit=2)
        assert numbers(rows) == [5, 4, 3, 2, 1]
        assert numbers(walk(acme_api, "/events", limit=2, created_after=LONG_AGO)) == [1, 2, 3, 4, 5]
        assert numbers(walk(acme_api, "/events", limit=2, created_after=rows[2]["created_at"])) == [4, 5]
        assert page(acme_api, "/events", type="interview.started")["data"] == []
        assert numbers(page(acme_api, "/events", type="interview.completed", limit=1)["data"]) == [5]
        assert acme_api.get("/events?type=interview.x").status_code == 400

    def test_an_event_that_no_endpoint_gets_is_listed(self, acme: Org, acme_api: ApiClient, endpoint: Endpoint) -> None:
        disable_endpoint(endpoint_id=endpoint.pk)
        data = {"deal_id": None, "status": "completed"}
        record_event(org_id=acme.pk, event_type="interview.completed", interview_request_id=7, data=data)
        assert (numbers(page(acme_api, "/events")["data"]), Delivery.objects.count()) == ([7], 0)
        purge_deliveries()
        assert Event.objects.count() == 1
        Event.objects.update(created_at=timezone.now() - timedelta(days=31))
        purge_deliveries()
        assert page(acme_api, "/events")["data"] == []

    def test_an_org_without_endpoints_stores_none(self, acme: Org, acme_api: ApiClient) -> None:
        record_event(org_id=acme.pk, event_type="interview.completed", interview_request_id=7, data={})
        assert (page(acme_api, "/events")["data"], Event.objects.count()) == ([], 0)

    def test_events_of_other_orgs_and_of_erased_contacts_are_not_listed(
        self, acme_api: ApiClient, globex_api: ApiClient, endpoint: Endpoint, interview_request: InterviewRequest
    ) -> None:
        give_consent(interview_request)
        assert (len(page(acme_api, "/events")["data"]), page(globex_api, "/events")["data"]) == (1, [])
        root = Actor(ActorKind.STAFF, "root")
        erase_contact(org_id=interview_request.org_id, contact_id=interview_request.contact_id, actor=root)
        assert page(acme_api, "/events", type="interview.started")["data"] == []

    def test_a_page_takes_one_statement(self, acme: Org, acme_api: ApiClient, endpoint: Endpoint) -> None:
        complete(acme)
        page(acme_api, "/events")
        assert len(statements(lambda: page(acme_api, "/events"))) == 1

    @pytest.mark.django_db(transaction=True)
    @needs_concurrent_writes
    def test_an_event_behind_which_one_may_appear_is_not_listed_yet(
        self, acme: Org, acme_api: ApiClient, endpoint: Endpoint
    ) -> None:
        with uncommitted(lambda: complete(acme, 1)) as commit:
            complete(acme, 2)
            assert page(acme_api, "/events", created_after=LONG_AGO)["data"] == []
            commit()
        assert numbers(page(acme_api, "/events", created_after=LONG_AGO)["data"]) == [1, 2]


class TestDeliveries:
    def test_a_delivery_shows_its_last_attempt(
        self, acme: Org, api: ApiClient, endpoint: Endpoint, receiver: Receiver
    ) -> None:
        path = f"/webhook-endpoints/{endpoint.public_id}/deliveries"
        delivered = attempt(acme, 1)
        receiver.status = 503
        failed = attempt(acme, 2)
        first, second = walk(api, path, limit=1)
        assert (second["webhook_id"], second["status"], second["attempts"]) == (
            delivered.event.message_id,
            "delivered",
            1,
        )
        assert (second["last_status_code"], second["last_outcome"], second["next_attempt_at"]) == (
            204,
            "accepted",
            None,
        )
        assert (first["webhook_id"], first["interview_request_id"]) == (failed.event.message_id, 2)
        assert (first["status"], first["last_status_code"], first["last_outcome"]) == ("pending", 503, "refused")
        assert first["next_attempt_at"] > first["last_attempt_at"]
        assert page(api, path, status="delivered")["data"] == [second]

    def test_a_replay_sends_what_was_lost_again_and_is_recorded(
        self, acme: Org, api: ApiClient, endpoint: Endpoint, receiver: Receiver
    ) -> None:
        path = f"/webhook-endpoints/{endpoint.public_id}/replay"
        rows = [attempt(acme, number) for number in range(1, 5)]
        Delivery.objects.filter(pk__in=[rows[0].pk, rows[1].pk]).update(status=Status.FAILED)
        Delivery.objects.filter(pk=rows[0].pk).update(created_at=timezone.now() - timedelta(days=2))
        Delivery.objects.filter(pk=rows[2].pk).update(status=Status.CANCELLED)
        response = api.post(path, {"since": (timezone.now() - timedelta(days=1)).isoformat()})
        assert (response.status_code, response.json()) == (202, {"replayed": 2})
        work()
        sent = [one.headers["webhook-id"] for one in receiver.received[4:]]
        assert sorted(sent) == sorted(row.event.message_id for row in rows[1:3])
        assert Delivery.objects.get(pk=rows[0].pk).status == Status.FAILED
        act = SecurityEvent.objects.get(kind="webhook_sent")
        assert (act.actor, act.detail) == (ApiKey.objects.get().prefix, "Replayed: 2.")

    def test_a_disabled_endpoint_gets_no_replay(self, acme: Org, api: ApiClient, endpoint: Endpoint) -> None:
        complete(acme)
        disable_endpoint(endpoint_id=endpoint.pk)
        response = api.post(f"/webhook-endpoints/{endpoint.public_id}/replay", {"since": LONG_AGO})
        assert (response.status_code, Delivery.objects.get().status) == (409, Status.CANCELLED)

    @pytest.mark.parametrize("body", [{}, {"since": "yesterday"}, {"since": LONG_AGO, "until": LONG_AGO}])
    def test_other_bodies_are_refused(self, api: ApiClient, endpoint: Endpoint, body: dict[str, str]) -> None:
        assert api.post(f"/webhook-endpoints/{endpoint.public_id}/replay", body).status_code == 400

    def test_another_orgs_endpoint_is_not_found_and_a_scope_is_needed(
        self, api: ApiClient, acme_api: ApiClient, globex: Org, endpoint: Endpoint
    ) -> None:
        theirs = create_endpoint(org_id=globex.pk, url=endpoint.url, event_types=["interview.completed"])  # type: ignore[arg-type]
        for id in (theirs.public_id, "endpoint_0", "x"):
            assert api.get(f"/webhook-endpoints/{id}/deliveries").status_code == 404
            assert api.post(f"/webhook-endpoints/{id}/replay", {"since": LONG_AGO}).status_code == 404
        path = f"/webhook-endpoints/{endpoint.public_id}"
        assert acme_api.get(f"{path}/deliveries").status_code == 403
        assert acme_api.post(f"{path}/replay", {"since": LONG_AGO}).status_code == 403
