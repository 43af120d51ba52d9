"""API keys, and guesses of keys, with several workers."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from interviews.models import InterviewRequest
from orgs import keys
from orgs.models import ApiKey, Org
from orgs.services import revoke_api_key, suspend_org
from tests.live.client import LiveClient, at_once
from tests.live.conftest import Serve
from tools.harness.processes import eventually
from tools.harness.web import Server

LIMIT = 20
GUESSES = 3 * LIMIT  # exceeds the limit even if a new window begins in between

LIMIT_SETTINGS = {"ANONYMOUS_RATE_LIMIT": str(LIMIT), "REDIS_URL": ""}  # Redis keeps the counters of earlier runs


def revoke(api: LiveClient, org: Org) -> None:
    revoke_api_key(ApiKey.objects.get(digest=keys.digest_of(api.key)))


def suspend(api: LiveClient, org: Org) -> None:
    suspend_org(org_id=org.pk, reason="Invoice unpaid")


@pytest.mark.parametrize(("end", "of_other_key"), [(revoke, 200), (suspend, 401)])
def test_every_worker_refuses_a_revoked_key_and_a_suspended_org_from_the_next_request_on(
    api: LiveClient, interview_request: InterviewRequest, end: Callable[[LiveClient, Org], None], of_other_key: int
) -> None:
    path = f"/interviews/{interview_request.pk}"
    other_api = LiveClient.of(api.server, interview_request.org)
    assert {api.get(path).status_code for _ in range(30)} == {200}

    end(api, interview_request.org)

    responses = [api.patch(path, {"objective": "New"}) for _ in range(30)]
    assert {(response.status_code, response.code) for response in responses} == {(401, "unauthorized")}
    assert other_api.get(path).status_code == of_other_key
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"


def guess(server: Server, addresses: list[str]) -> Counter[int]:
    """Sends one request with an unknown key for each X-Forwarded-For address. Returns the statuses."""
    calls = [
        partial(LiveClient(server, keys.generate()).get, "/interviews/1", X_Forwarded_For=address)
        for address in addresses
    ]
    return Counter(response.status_code for response in at_once(calls, threads=4))


def test_a_flood_of_guesses_is_limited_and_a_valid_key_is_not(
    serve: Serve, acme_key: str, interview_request: InterviewRequest
) -> None:
    with serve(workers=2, **LIMIT_SETTINGS) as server:
        api = LiveClient(server, acme_key)

        # X-Forwarded-For is ignored without a trusted proxy.
        statuses = guess(server, [f"203.0.113.{number}" for number in range(GUESSES)])

        assert statuses.keys() == {401, 429}
        assert LIMIT <= statuses[401] <= 2 * LIMIT
        # A worker that has not seen the key can look it up only when the limit allows.
        assert eventually(
            lambda: {api.get(f"/interviews/{interview_request.pk}").status_code for _ in range(20)} == {200}
        )
        guess(server, ["203.0.113.1"] * LIMIT)
        assert api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"}).status_code == 200


def test_behind_a_trusted_proxy_each_client_has_its_own_limit(
    serve: Serve, acme_key: str, interview_request: InterviewRequest
) -> None:
    with serve(workers=1, **LIMIT_SETTINGS, TRUSTED_PROXIES="127.0.0.1") as server:
        assert guess(server, [f"203.0.113.{number}" for number in range(GUESSES)]) == {401: GUESSES}
        flood = guess(server, ["198.51.100.7"] * GUESSES)
        assert LIMIT <= flood[401] <= 2 * LIMIT
        assert flood[429] == GUESSES - flood[401]
        # Clients can forge the addresses on the left of their own.
        assert guess(server, [f"192.0.2.{number}, 198.51.100.7" for number in range(GUESSES)])[429] >= LIMIT
        assert guess(server, ["198.51.100.8"]) == {401: 1}
