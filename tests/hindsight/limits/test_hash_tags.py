"""All counters of an org are in one slot of a Redis cluster. tests/live/faults/test_redis_cluster.py has a cluster."""

from redis.crc import key_slot

from hindsight.limits.audit_budget import uncounted_bytes
from interviews.models import InterviewRequest
from orgs.models import Org
from tests.client import ApiClient
from tests.hindsight.limits.conftest import RoundTrips


def keys(round_trips: RoundTrips) -> list[str]:
    """Of the counters that were increased."""
    return [increment.key for increments in round_trips for increment in increments]


def slots(round_trips: RoundTrips) -> set[int]:
    return {key_slot(key.encode()) for key in keys(round_trips)}


def test_all_counters_of_an_org_have_its_hash_tag(
    round_trips: RoundTrips, acme: Org, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    uncounted_bytes.add(str(acme.pk), 9)
    assert acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"}).status_code == 200
    assert len(keys(round_trips)) == 4, "of the minute, the audit, the hour and the day"
    assert slots(round_trips) == {key_slot(str(acme.pk).encode())}


def test_orgs_are_in_different_slots(round_trips: RoundTrips, acme_api: ApiClient, globex_api: ApiClient) -> None:
    for api in (acme_api, globex_api):
        assert api.get("/interviews/1").status_code == 404
    assert len(slots(round_trips)) == 2


def test_counters_without_an_org_have_no_hash_tag(round_trips: RoundTrips, acme_api: ApiClient) -> None:
    acme_api.get("/interviews/1")
    round_trips.clear()
    assert ApiClient().get("/interviews/1").status_code == 401
    assert len(keys(round_trips)) == 1
    assert "{" not in keys(round_trips)[0]
