"""Rate limits when their store fails: requests pass, quickly, and the log tells of it once."""

import time

import pytest
from django.conf import settings

from interviews.models import InterviewRequest
from orgs.services import create_api_key
from tests.factories import InterviewRequestFactory
from tests.live.cables import cable
from tests.live.client import LiveClient
from tests.live.conftest import Serve, new_org
from tests.live.server import eventually

pytestmark = pytest.mark.skipif(not settings.REDIS_URL, reason="needs a leg with Redis")

OFF, ON = "Rate limits are off", "Rate limits are on again"
REQUESTS = 20


@pytest.fixture
def interview() -> InterviewRequest:
    """Of an org that may do one request a minute."""
    return InterviewRequestFactory.create(org=new_org(requests_per_minute=1))


def test_requests_pass_while_redis_is_away_and_are_limited_when_it_is_back(
    serve: Serve, interview: InterviewRequest
) -> None:
    path = f"/interviews/{interview.pk}"
    key = create_api_key(org=interview.org, name="CRM")[1]
    with (
        cable(settings.REDIS_URL, "hung") as redis,
        serve(workers=1, REDIS_URL=redis.url(settings.REDIS_URL)) as server,
    ):
        api = LiveClient(server, key)

        started = time.monotonic()
        assert {api.get(path).status_code for _ in range(REQUESTS)} == {200}
        elapsed = time.monotonic() - started
        assert elapsed < REQUESTS * 0.25
        # A try and its repetition, and then none for five seconds.
        assert 1 <= redis.connections <= 2 * (1 + elapsed // 5)
        assert server.log.count(OFF) == 1

        redis.turn("cut")
        assert {api.get(path).status_code for _ in range(REQUESTS)} == {200}

        redis.turn("plugged")
        assert eventually(lambda: api.get(path).status_code == 429)
        assert (server.log.count(OFF), server.log.count(ON)) == (1, 1)


def test_a_redis_that_is_closed_holds_nobody_up(serve: Serve, interview: InterviewRequest) -> None:
    path = f"/interviews/{interview.pk}"
    key = create_api_key(org=interview.org, name="CRM")[1]
    with cable(settings.REDIS_URL) as redis, serve(workers=1, REDIS_URL=redis.url(settings.REDIS_URL)) as server:
        api = LiveClient(server, key)
        assert api.get(path).status_code == 200
        redis.turn("cut")
        assert {api.patch(path, {"objective": "New"}).status_code for _ in range(REQUESTS)} == {200}
        assert server.log.count(OFF) == 1
        interview.refresh_from_db()
        assert interview.objective == "New"
