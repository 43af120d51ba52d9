"""The bytes of text that an org may overwrite in a day."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from contacts.models import Contact
from contacts.services import update_contact
from contacts.text import Notes
from hindsight.limits.counters import counters
from hindsight.limits.day_counts import Budget, budget_of, overwritten
from interviews.api.requests import UpdateInterviewRequest
from interviews.models import InterviewRequest
from orgs.actors import Actor, ActorKind
from orgs.models import Change
from tests.broken_store import make_counters_unavailable
from tests.client import ApiClient
from tests.hindsight.limits.conftest import RoundTrips

EVENING = 1_800_050_400  # 22:00 UTC
MIDNIGHT = EVENING + 2 * 60 * 60


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def limit(settings: Settings, clock: time_machine.Traveller) -> None:
    settings.AUDIT_BYTES_PER_DAY = 10


@pytest.fixture
def path(interview_request: InterviewRequest) -> str:
    """Its objective has 13 bytes, and Alice's notes have 9."""
    return f"/interviews/{interview_request.pk}"


def test_over_the_budget_no_text_is_overwritten(
    acme_api: ApiClient, path: str, alice: Contact, interview_request: InterviewRequest
) -> None:
    assert acme_api.patch(path, {"contact_context": "é"}).status_code == 200, "adds 9 bytes"
    assert acme_api.patch(path, {"contact_context": "C"}).status_code == 200, "adds 2 bytes, for one character"
    response = acme_api.patch(path, {"contact_context": "D", "objective": "Why now?"})
    assert (response.status_code, response.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    message = response.json()["error"]["message"]
    assert "10 bytes a day" in message
    assert "resets at 2027-01-16T00:00:00Z" in message
    assert response.headers["Retry-After"] == str(MIDNIGHT - EVENING)
    assert (response.headers["X-RateLimit-Limit"], response.headers["X-RateLimit-Remaining"]) == ("300", "297")
    alice.refresh_from_db()
    interview_request.refresh_from_db()
    assert (alice.notes, interview_request.objective) == ("C", "Old objective")
    assert Change.objects.count() == 2


def test_the_budget_resets_at_midnight(acme_api: ApiClient, path: str, clock: time_machine.Traveller) -> None:
    acme_api.patch(path, {"objective": "B"})
    clock.move_to(MIDNIGHT - 1)
    assert acme_api.patch(path, {"objective": "C"}).headers["Retry-After"] == "1"
    clock.move_to(MIDNIGHT)
    assert acme_api.patch(path, {"objective": "C"}).status_code == 200


def test_texts_that_do_not_change_are_not_counted(acme_api: ApiClient, path: str) -> None:
    for _ in range(3):
        assert acme_api.patch(path, {"objective": "Old objective"}).status_code == 200


class TestOverTheBudget:
    @pytest.fixture(autouse=True)
    def spent(self, acme_api: ApiClient, path: str) -> None:
        acme_api.patch(path, {"objective": "B"})

    @pytest.fixture
    def body(self, interview_request: InterviewRequest) -> dict[str, Any]:
        return {"interview_type_id": f"type_{interview_request.interview_type_id}"}

    @pytest.mark.parametrize("field", sorted(UpdateInterviewRequest().fields.keys() - {"objective"}))
    def test_a_post_that_overwrites_creates_nothing(
        self, acme_api: ApiClient, body: dict[str, Any], alice: Contact, field: str
    ) -> None:
        for _ in range(2):
            response = acme_api.post(
                "/interviews", {**body, "contact_email": "ALICE@example.com", field: "New"}, Idempotency_Key="retry"
            )
            assert response.status_code == 429
            assert int(response.headers["Retry-After"]) == MIDNIGHT - EVENING
        alice.refresh_from_db()
        assert (alice.name, alice.notes) == ("Alice", "Old notes")
        assert InterviewRequest.objects.count() == 1

    def test_a_post_that_overwrites_nothing_is_accepted(
        self, acme_api: ApiClient, body: dict[str, Any], alice: Contact
    ) -> None:
        for texts in ({"contact_email": alice.email}, {"contact_email": "bob@example.com", "contact_context": "New"}):
            assert acme_api.post("/interviews", {**body, **texts}).status_code == 201

    def test_reading_other_orgs_and_bad_requests_get_their_usual_response(
        self, acme_api: ApiClient, globex_api: ApiClient, path: str
    ) -> None:
        assert acme_api.get(path).status_code == 200
        assert globex_api.patch(path, {"objective": "C"}).status_code == 404
        assert acme_api.patch(path, {"objective": 1}).status_code == 400

    def test_staff_and_commands_are_not_limited(self, alice: Contact) -> None:
        for kind in (ActorKind.STAFF, ActorKind.COMMAND):
            actor = Actor(kind, "root")
            update_contact(org_id=alice.org_id, contact_id=alice.pk, actor=actor, notes=Notes(f"By {kind}"))


@pytest.mark.parametrize(("limit", "status"), [(0, 200), (14, 200), (13, 429)])
def test_the_setting_is_the_limit(acme_api: ApiClient, path: str, settings: Settings, limit: int, status: int) -> None:
    settings.AUDIT_BYTES_PER_DAY = limit
    acme_api.patch(path, {"objective": ""})
    assert acme_api.patch(path, {"objective": "C"}).status_code == status


def test_counting_adds_one_round_trip_every_five_seconds(
    acme_api: ApiClient, path: str, settings: Settings, clock: time_machine.Traveller, round_trips: RoundTrips
) -> None:
    settings.AUDIT_BYTES_PER_DAY = 1_000_000
    for seconds in range(10):
        assert acme_api.patch(path, {"objective": str(seconds)}).status_code == 200
        clock.shift(1)
    of_audit = [call.amount for call in round_trips if ":audit:" in call.key]
    assert of_audit == [0, len("Old objective") + 4]


def test_without_the_store_nothing_is_refused(acme_api: ApiClient, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    acme_api.patch(path, {"objective": "B"})
    make_counters_unavailable(monkeypatch)
    assert [acme_api.patch(path, {"objective": text}).status_code for text in "CD"] == [200, 200]


def spent_elsewhere(number: int) -> None:
    """Bytes that another process has counted today."""
    counters().hit(overwritten.key("1", int(time.time()) // (24 * 60 * 60)), 60, number)


@pytest.mark.django_db
def test_the_counter_of_a_day_outlives_the_day(round_trips: RoundTrips) -> None:
    budget_of("1")
    assert round_trips[0].seconds >= MIDNIGHT - EVENING


@pytest.mark.django_db
def test_less_than_a_thousandth_of_the_budget_is_counted_after_five_seconds(
    settings: Settings, clock: time_machine.Traveller, round_trips: RoundTrips
) -> None:
    settings.AUDIT_BYTES_PER_DAY = 1_000_000
    assert budget_of("1").spent == 0
    overwritten.add("1", 999)
    spent_elsewhere(5_000)
    round_trips.clear()
    clock.shift(4)
    assert (budget_of("1").spent, round_trips) == (999, [])
    clock.shift(1)
    assert budget_of("1").spent == 5_999, "other processes count too"
    overwritten.add("1", 1_000)
    assert budget_of("1").spent == 6_999
    assert [call.amount for call in round_trips] == [999, 1_000]


@pytest.mark.django_db
def test_bytes_of_one_process_over_the_budget_are_refused_before_they_are_counted(
    settings: Settings, round_trips: RoundTrips
) -> None:
    settings.AUDIT_BYTES_PER_DAY = 1_000_000
    spent_elsewhere(999_500)
    assert not budget_of("1").exceeded
    overwritten.add("1", 500)
    round_trips.clear()
    assert (budget_of("1").exceeded, round_trips) == (True, [])


@pytest.mark.django_db
def test_without_a_limit_nothing_is_counted(settings: Settings, round_trips: RoundTrips) -> None:
    settings.AUDIT_BYTES_PER_DAY = 0
    overwritten.add("1", 10**12)
    assert (budget_of("1").exceeded, round_trips) == (False, [])


@time_machine.travel("2026-03-01T12:00:00Z", tick=False)
def test_after_the_clock_was_set_back_a_client_waits_at_most_a_day() -> None:
    day = 24 * 60 * 60
    assert Budget(limit=1, spent=2, resets_at=MIDNIGHT).retry_after == day
    assert Budget(limit=1, spent=2, resets_at=0).retry_after == 1
