"""Without Redis, requests are not limited, and one log line says so."""

import time

import pytest
from django.conf import settings

from interviews.models import InterviewRequest
from tests.factories import InterviewRequestFactory
from tests.live.client import LiveClient
from tests.live.conftest import Serve, new_org
from tests.live.tcp_proxy import tcp_proxy
from tools.harness.processes import eventually

pytestmark = pytest.mark.skipif(not settings.REDIS_URL, reason="needs Redis")

OFF, ON = "Rate limits are off", "Rate limits are on again"
REQUESTS = 20


@pytest.fixture
def interview_request() -> InterviewRequest:
    """Of an org with a limit of one request a minute."""
    return InterviewRequestFactory.create(org=new_org(requests_per_minute=1))


def test_requests_are_unlimited_only_while_redis_is_unavailable(
    serve: Serve, interview_request: InterviewRequest
) -> None:
    path = f"/interviews/{interview_request.pk}"
    with (
        tcp_proxy(settings.REDIS_URL, "hung") as redis,
        serve(workers=1, REDIS_URL=redis.url(settings.REDIS_URL)) as server,
    ):
        api = LiveClient.of(server, interview_request.org)

        started = time.monotonic()
        assert {api.get(path).status_code for _ in range(REQUESTS)} == {200}
        elapsed = time.monotonic() - started
        assert elapsed < REQUESTS * 0.25
        # One attempt, then none for five seconds.
        assert 1 <= len(redis.clients) <= 1 + elapsed // 5
        assert server.log.count(OFF) == 1

        redis.set_state("down")
        assert {api.get(path).status_code for _ in range(REQUESTS)} == {200}

        redis.set_state("up")
        assert eventually(lambda: api.get(path).status_code == 429)
        assert (server.log.count(OFF), server.log.count(ON)) == (1, 1)


def test_requests_pass_when_redis_refuses_connections(serve: Serve, interview_request: InterviewRequest) -> None:
    path = f"/interviews/{interview_request.pk}"
    with tcp_proxy(settings.REDIS_URL) as redis, serve(workers=1, REDIS_URL=redis.url(settings.REDIS_URL)) as server:
        api = LiveClient.of(server, interview_request.org)
        assert api.get(path).status_code == 200
        redis.set_state("down")
        assert {api.patch(path, {"objective": "New"}).status_code for _ in range(REQUESTS)} == {200}
        assert server.log.count(OFF) == 1
        interview_request.refresh_from_db()
        assert interview_request.objective == "New"
