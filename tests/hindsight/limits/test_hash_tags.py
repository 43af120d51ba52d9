"""All counters of an org are in one slot of a Redis cluster. tests/live/faults/test_redis_cluster.py has a cluster."""

from typing import cast

import pytest
from django.core.cache import caches
from redis.crc import key_slot

from hindsight.limits.audit_budget import uncounted_bytes
from hindsight.limits.counters import Counters, Increment
from interviews.models import InterviewRequest
from orgs.models import Org
from tests.client import ApiClient


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of the counters that are increased."""
    store = type(cast(Counters, caches["counters"]))
    increase = store.increase
    keys: list[str] = []

    def record(self: Counters, *increments: Increment) -> list[int]:
        keys.extend(increment.key for increment in increments)
        return increase(self, *increments)

    monkeypatch.setattr(store, "increase", record)
    return keys


def slots(keys: list[str]) -> set[int]:
    return {key_slot(key.encode()) for key in keys}


def test_all_counters_of_an_org_have_its_hash_tag(
    keys: list[str], acme: Org, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    uncounted_bytes.add(str(acme.pk), 9)
    assert acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"}).status_code == 200
    assert len(keys) == 4, "of the minute, the audit, the hour and the day"
    assert slots(keys) == {key_slot(str(acme.pk).encode())}


def test_orgs_are_in_different_slots(keys: list[str], acme_api: ApiClient, globex_api: ApiClient) -> None:
    for api in (acme_api, globex_api):
        assert api.get("/interviews/1").status_code == 404
    assert len(slots(keys)) == 2


def test_counters_without_an_org_have_no_hash_tag(keys: list[str], acme_api: ApiClient) -> None:
    acme_api.get("/interviews/1")
    keys.clear()
    assert ApiClient().get("/interviews/1").status_code == 401
    assert len(keys) == 1
    assert "{" not in keys[0]
