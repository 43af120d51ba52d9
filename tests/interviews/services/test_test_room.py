"""Test rooms: keys, the scripted buyer and marked webhooks. Nothing of a test room is in the org's own room."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from contacts.models import Contact
from deals.models import Deal
from interviews.models import InterviewRequest, ScriptedInterview, Turn
from interviews.services.create import open_test_room
from interviews.services.erasure import delete_org, erase_contact
from interviews.services.retention import delete_test_interviews
from orgs import keys
from orgs.actors import Actor, ActorKind
from orgs.models import ApiKey, Org
from orgs.services import create_api_key, reactivate_org, suspend_org, update_org
from tests.client import ApiClient
from tests.factories import InterviewTypeFactory
from tests.fakes.provider import fake_provider
from tests.interviews.steps import subscribe, use_model
from tests.working import work_off
from webhooks.models import Event
from webhooks.models.event import EVENT_TYPES

pytestmark = pytest.mark.usefixtures("plain_objectives")

KIND = "scripted interviews"
ROOT = Actor(ActorKind.COMMAND, "purge")


@pytest.fixture
def room(acme: Org) -> Org:
    InterviewTypeFactory.create(org=acme, name="Win-loss")
    return open_test_room(org_id=acme.pk)


@pytest.fixture
def room_api(room: Org) -> ApiClient:
    return ApiClient.of(room)


def create(api: ApiClient, email: str = "jane.smith@example.com", **fields: Any) -> int:
    """Creates an interview request, and makes it due."""
    [interview_type] = api.get("/interview-types").json()["data"]
    body = {"contact_email": email, "interview_type_id": interview_type["id"], **fields}
    response = api.post("/interviews", body)
    assert response.status_code == 201
    ScriptedInterview.objects.update(due_at=timezone.now())
    return int(response.json()["interview_request_id"])


def test_the_room_has_what_the_org_has(acme: Org, room: Org) -> None:
    assert (room.name, room.slug, room.plan, str(room)) == ("Acme", "acme-test", acme.plan, "Acme (test room)")
    assert [row.name for row in room.interview_types.all()] == ["Win-loss"]
    InterviewTypeFactory.create(org=acme, name="NPS")
    assert open_test_room(org_id=acme.pk) == open_test_room(org_id=room.pk) == room
    assert sorted(row.name for row in room.interview_types.all()) == ["NPS", "Win-loss"]


def test_a_change_of_the_org_changes_its_room(acme: Org, room: Org) -> None:
    key = create_api_key(org=room, name="CRM")[1]
    update_org(org_id=acme.pk, name="Acme Ltd", plan="enterprise", transcript_days=7)
    suspend_org(org_id=acme.pk, reason="unpaid")
    room.refresh_from_db()
    assert (room.name, room.plan, room.transcript_days, room.is_active) == ("Acme Ltd", "enterprise", None, False)
    assert ApiClient(key).get("/interviews").status_code == 401
    reactivate_org(org_id=acme.pk)
    assert ApiClient(key).get("/interviews").status_code == 200


def test_a_test_key_says_so(room: Org) -> None:
    api_key, secret = create_api_key(org=room, name="CRM")
    assert secret.startswith("hsk_test_")
    assert keys.is_well_formed(secret)
    assert api_key.prefix == secret[:17]
    assert keys.contains_secret(secret)
    assert not keys.contains_secret(api_key.prefix)


@pytest.mark.slow
@pytest.mark.usefixtures("known_readings")
def test_the_scripted_buyer_completes_an_interview_without_a_model(settings: Settings, room_api: ApiClient) -> None:
    with fake_provider() as provider:
        use_model(settings, provider)
        pk = create(room_api, contact_name="Jane", objective="Why was pricing a blocker?")
        assert room_api.get(f"/interviews/{pk}").json()["status"] == "created"
        assert work_off(KIND) == 1
        assert provider.requests == []
    body = room_api.get(f"/interviews/{pk}").json()
    assert body["status"] == "completed"
    assert "**Jane:** It was too expensive" in body["transcript"]["content"]
    directions = {driver["direction"] for driver in body["transcript"]["drivers"]}
    assert {"for", "against"} <= directions
    assert body["transcript"]["coverage"][0]["status"] == "answered"
    assert not ScriptedInterview.objects.exists()


@pytest.mark.parametrize(
    ("email", "progress", "flags", "turns"),
    [
        ("jane+declines@example.com", "declined", ["declined"], 0),
        ("jane+starts@example.com", "started", [], 2),
        ("jane+abandons@example.com", "abandoned", [], 2),
        ("jane+ignores@example.com", "not_started", [], 0),
    ],
)
def test_the_address_chooses_what_the_buyer_does(
    room: Org, room_api: ApiClient, email: str, progress: str, flags: list[str], turns: int
) -> None:
    subscribe(room, "interview.abandoned")
    pk = create(room_api, email)
    work_off(KIND)
    body = room_api.get(f"/interviews/{pk}").json()
    assert (body["status"], body["progress"], body["flags"]) == ("created", progress, flags)
    assert Turn.objects.filter(interview_request=pk).count() == turns
    assert Event.objects.filter(type="interview.abandoned").count() == (progress == "abandoned")


def test_a_live_key_queues_no_scripted_interview(acme_api: ApiClient, acme: Org) -> None:
    InterviewTypeFactory.create(org=acme)
    [interview_type] = acme_api.get("/interview-types").json()["data"]
    body = {"contact_email": "jane.smith@example.com", "interview_type_id": interview_type["id"]}
    assert acme_api.post("/interviews", body).status_code == 201
    assert not ScriptedInterview.objects.exists()


@pytest.mark.slow
def test_webhooks_of_the_room_are_marked(acme: Org, room: Org, room_api: ApiClient) -> None:
    for org in (room, acme):
        subscribe(org, *EVENT_TYPES)
    pk = create(room_api, deal_id="deal_1")
    work_off(KIND)
    events = Event.objects.order_by("pk")
    assert {event.org_id for event in events} == {room.pk}
    bodies = [json.loads(event.body) for event in events]
    assert [body["type"] for body in bodies][-1] == "interview.completed"
    assert all(body["test"] is True for body in bodies)
    assert bodies[-1]["data"] | {"status": "completed"} == bodies[-1]["data"]
    assert bodies[-1]["data"]["interview_request_id"] == pk


@pytest.mark.slow
def test_the_live_room_does_not_see_it(acme_key: str, room_api: ApiClient) -> None:
    pk = create(room_api)
    work_off(KIND)
    live = ApiClient(acme_key)
    assert live.get("/interviews").json()["data"] == []
    assert live.get(f"/interviews/{pk}").status_code == 404
    assert live.patch(f"/interviews/{pk}", {"objective": "x"}).status_code == 404


def test_the_buyer_of_an_erased_contact_or_a_cancelled_request_does_nothing(room: Org, room_api: ApiClient) -> None:
    erased, cancelled = create(room_api), create(room_api, "omar@example.com")
    erase_contact(org_id=room.pk, contact_id=InterviewRequest.objects.get(pk=erased).contact_id, actor=ROOT)
    assert room_api.post(f"/interviews/{cancelled}/cancel", None).status_code == 200
    assert work_off(KIND) == 2
    assert not Turn.objects.exists()


def test_the_room_is_deleted_with_its_org(acme: Org, room: Org, room_api: ApiClient) -> None:
    create(room_api)
    delete_org(org_id=acme.pk, actor=ROOT)
    assert not Org.objects.exists()
    assert not ApiKey.objects.exists()


@pytest.mark.slow
def test_what_is_in_the_room_is_deleted_after_30_days(
    room: Org, room_api: ApiClient, interview_request: InterviewRequest
) -> None:
    subscribe(room, *EVENT_TYPES)
    old, recent = create(room_api), create(room_api, "omar@example.com")
    work_off(KIND)
    then = timezone.now() - timedelta(days=31)
    InterviewRequest.objects.filter(pk__in=[old, interview_request.pk]).update(created_at=then)
    Contact.objects.update(updated_at=then)
    for org in (room, interview_request.org):
        Deal.objects.create(org=org, deal_id="deal_1")
    Deal.objects.update(updated_at=then)
    assert delete_test_interviews(actor=ROOT, dry_run=True) == Counter({"acme-test": 1})
    assert InterviewRequest.objects.count() == 3
    assert delete_test_interviews(actor=ROOT) == Counter({"acme-test": 1})
    assert set(InterviewRequest.objects.values_list("pk", flat=True)) == {recent, interview_request.pk}
    assert set(Contact.objects.values_list("email", flat=True)) == {"omar@example.com", "alice@example.com"}
    assert Deal.objects.get().org == interview_request.org
    assert not Event.objects.filter(interview_request_id=old).exists()
    assert not delete_test_interviews(actor=ROOT)
