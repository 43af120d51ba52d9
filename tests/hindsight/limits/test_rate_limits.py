"""Rate limits by org and by client address, with a frozen clock."""

import gc
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client import REGISTRY
from pytest_django import Settings

from hindsight.limits.counters import SQLiteCounters, counters
from hindsight.limits.rate_limits import Usage, unauthenticated_limiter
from interviews.models import InterviewRequest
from orgs import keys
from orgs.models import ApiKey, Org
from orgs.plans import REQUESTS_PER_MINUTE, Plan
from tests.broken_store import make_counters_unavailable
from tests.client import ApiClient

NOON = 1_800_000_000


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def acme(acme: Org) -> Org:
    acme.own_rate_limit = 3
    acme.save()
    return acme


def usage(response: Any) -> tuple[int, int]:
    return int(response.headers["X-RateLimit-Limit"]), int(response.headers["X-RateLimit-Remaining"])


@pytest.mark.parametrize("plan", Plan)
def test_limit_of_an_org_is_that_of_its_plan(globex: Org, globex_api: ApiClient, plan: Plan) -> None:
    globex.plan = plan
    globex.save()
    assert usage(globex_api.get("/interviews/1")) == (REQUESTS_PER_MINUTE[plan], REQUESTS_PER_MINUTE[plan] - 1)


def test_request_over_the_limit_changes_nothing(
    clock: time_machine.Traveller, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    path = f"/interviews/{interview_request.pk}"
    assert [usage(acme_api.patch(path, {"objective": str(count)})) for count in range(3)] == [(3, 2), (3, 1), (3, 0)]
    response = acme_api.patch(path, {"objective": "too much"})
    assert (response.status_code, response.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert usage(response) == (3, 0)
    reset, retry_after = int(response.headers["X-RateLimit-Reset"]), int(response.headers["Retry-After"])
    assert reset == NOON + retry_after
    assert response.headers["RateLimit"] == f'"org";r=0;t={retry_after}'
    assert response.headers["RateLimit-Policy"] == '"org";q=3;w=60'
    assert 1 <= retry_after <= 60
    interview_request.refresh_from_db()
    assert interview_request.objective == "2"

    clock.move_to(reset - 1)
    assert acme_api.get(path).headers["Retry-After"] == "1"
    clock.move_to(reset)
    assert usage(acme_api.get(path)) == (3, 2), "a new window begins at X-RateLimit-Reset"


@pytest.mark.usefixtures("clock")
def test_all_keys_and_endpoints_of_an_org_share_one_limit(acme: Org, acme_api: ApiClient) -> None:
    second = ApiClient.of(acme)
    assert [usage(acme_api.get("/interviews/1"))[1], usage(second.patch("/interviews/2", {}))[1]] == [2, 1]


@pytest.mark.usefixtures("clock")
def test_orgs_do_not_share_a_limit(acme_api: ApiClient, globex_api: ApiClient) -> None:
    for _ in range(4):
        acme_api.get("/interviews/1")
    assert usage(globex_api.get("/interviews/1")) == (300, 299)


@pytest.mark.usefixtures("clock")
def test_error_responses_are_counted_and_have_the_headers(acme_api: ApiClient) -> None:
    requests = [("PATCH", "/interviews/1"), ("DELETE", "/interviews/1"), ("GET", "/interviews/x")]
    responses = [acme_api.send(method, path, b"{") for method, path in requests]
    assert [(response.status_code, usage(response)[1]) for response in responses] == [(400, 2), (405, 1), (404, 0)]


class TestUnauthenticatedRequests:
    @pytest.fixture(autouse=True)
    def limit_of_5(self, settings: Settings, clock: time_machine.Traveller) -> None:
        settings.ANONYMOUS_RATE_LIMIT = 5

    def test_address_without_a_valid_key_is_limited(self, clock: time_machine.Traveller, db: None) -> None:
        keys_tried = [None, "", "nonsense", keys.generate(), None, None, keys.generate()]
        responses = [ApiClient(key).get("/interviews/1") for key in keys_tried]
        assert [response.status_code for response in responses] == [401] * 5 + [429] * 2
        assert responses[-1].json()["error"]["code"] == "rate_limit_exceeded"
        assert int(responses[-1].headers["X-RateLimit-Reset"]) == NOON + int(responses[-1].headers["Retry-After"])
        assert responses[-1].headers["RateLimit"] == f'"address";r=0;t={responses[-1].headers["Retry-After"]}'
        clock.move_to(int(responses[-1].headers["X-RateLimit-Reset"]))
        assert ApiClient().get("/interviews/1").status_code == 401, "the window has ended"

    def test_invalid_keys_over_the_limit_are_not_looked_up(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unauthenticated_limiter, "SECONDS_BETWEEN_LOOKUPS", 60)
        for _ in range(7):
            ApiClient(keys.generate()).get("/interviews/1")
        with CaptureQueriesContext(connection) as queries:
            assert ApiClient(keys.generate()).get("/interviews/1").status_code == 429
        assert len(queries) == 0

    def test_one_ipv6_network_shares_a_limit(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unauthenticated_limiter, "SECONDS_BETWEEN_LOOKUPS", 60)
        for number in range(7):
            api = ApiClient(keys.generate())
            api.client.defaults["REMOTE_ADDR"] = f"2001:db8::{number}"
            api.get("/interviews/1")
        api.client.defaults["REMOTE_ADDR"] = "2001:db8::ffff"
        with CaptureQueriesContext(connection) as queries:
            assert api.get("/interviews/1").status_code == 429
        assert len(queries) == 0

    def test_valid_keys_work_from_a_limited_address(self, acme_api: ApiClient, globex_api: ApiClient) -> None:
        assert globex_api.get("/interviews/1").status_code == 404
        for _ in range(10):
            ApiClient("guess").get("/interviews/1")
        assert globex_api.get("/interviews/1").status_code == 404, "a key that this process has seen"
        assert acme_api.get("/interviews/1").status_code == 404, "a key that is new to this process"

    def test_revoked_key_is_no_longer_remembered_as_valid(self, acme_api: ApiClient) -> None:
        acme_api.get("/interviews/1")
        assert list(unauthenticated_limiter.valid.values) == [keys.digest_of(str(acme_api.key))]
        ApiKey.objects.update(revoked_at=timezone.now())
        acme_api.get("/interviews/1")
        assert not unauthenticated_limiter.valid.values

    def test_another_address_is_not_limited(self, db: None, settings: Settings) -> None:
        for _ in range(10):
            ApiClient().get("/interviews/1", X_Forwarded_For="203.0.113.1")
        other_address = ApiClient()
        other_address.client.defaults["REMOTE_ADDR"] = "203.0.113.9"
        assert other_address.get("/interviews/1").status_code == 401

    def test_number_of_remembered_keys_is_limited(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unauthenticated_limiter.valid, "max_keys", 3)
        for number in range(10):
            unauthenticated_limiter.remember_valid(str(number), "org 1")
        assert list(unauthenticated_limiter.valid.values) == ["7", "8", "9"]


def test_requests_pass_and_one_error_is_logged(
    acme_api: ApiClient,
    interview_request: InterviewRequest,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_counters_unavailable(monkeypatch)
    path = f"/interviews/{interview_request.pk}"
    responses = [acme_api.patch(path, {"objective": "x"}) for _ in range(5)]
    assert [response.status_code for response in responses] == [200] * 5
    assert {usage(response) for response in responses} == {(3, 3)}
    assert all(int(response.headers["X-RateLimit-Reset"]) > time.time() for response in responses)
    assert caplog.text.count("Rate limits are off") == 1
    assert REGISTRY.get_sample_value("hindsight_rate_limits_off") == 1
    monkeypatch.undo()
    monkeypatch.setattr(type(counters()), "unavailable_until", 1.0)  # the next attempt is due
    acme_api.get(path)
    assert REGISTRY.get_sample_value("hindsight_rate_limits_off") == 0


@pytest.mark.slow
def test_sqlite_connection_is_closed_when_its_thread_ends(tmp_path: Path) -> None:
    """Python 3.13 warns if a connection is not closed, and pytest turns warnings into errors."""
    counters = SQLiteCounters(str(tmp_path / "counters.sqlite3"), {})
    thread = threading.Thread(target=counters.hit, args=["key", 60])
    thread.start()
    thread.join()
    gc.collect()
    assert counters.hit("key", 60) == 2


@time_machine.travel("2026-03-01T12:00:00Z", tick=False)
def test_after_the_clock_was_set_back_a_client_waits_at_most_a_minute() -> None:
    now = int(time.time())
    assert Usage(limit=1, count=2, resets_at=now + 3600, group="org").retry_after == 60
    assert Usage(limit=1, count=2, resets_at=now - 5, group="org").retry_after == 1
    assert [Usage(1, 2, now + seconds, "org").is_current for seconds in (-1, 0, 30, 61, 3600)] == [
        False,
        False,
        True,
        True,
        False,
    ]
