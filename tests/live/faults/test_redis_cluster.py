"""The counters in a Redis cluster. Its one node refuses commands whose keys are in several slots."""

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from hindsight.limits.counters import RedisCounters
from tests.factories import InterviewRequestFactory
from tests.live.client import LiveClient
from tests.live.conftest import Serve, new_org
from tools.harness.processes import eventually
from tools.harness.stores import StoreServer, killable_redis

pytestmark = pytest.mark.skipif(not settings.REDIS_URL, reason="needs Redis")


@pytest.fixture
def cluster() -> Iterator[StoreServer]:
    with killable_redis("--cluster-enabled", "yes") as server, redis.Redis.from_url(server.url) as client:
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        assert eventually(lambda: "cluster_state:ok" in str(client.execute_command("CLUSTER", "INFO")))
        yield server


def test_a_request_is_counted_in_a_cluster(cluster: StoreServer, serve: Serve) -> None:
    interview_request = InterviewRequestFactory.create(org=new_org(requests_per_minute=1))
    with serve(workers=1, REDIS_URL=cluster.url) as server:
        api = LiveClient.of(server, interview_request.org)
        path = f"/interviews/{interview_request.pk}"
        assert [api.patch(path, {"objective": "New"}).status_code for _ in range(2)] == [200, 429]
        assert "Rate limits are off" not in server.log
    with redis.Redis.from_url(cluster.url) as client:
        names = {name.decode().split(":")[1] for name in client.scan_iter()}
    assert names > {"audit", "refused", "requests"}
    assert len(names) == 4, "and the counter of the minute"


def test_counters_of_several_slots_are_read_together(cluster: StoreServer) -> None:
    counters = RedisCounters(cluster.url, {})
    keys = ["one", "two", "three", "four"]
    for key in keys[1:]:
        counters.hit(key, 60)
    counters.hit("two", 60)
    assert counters.get_many(keys) == {"two": 2, "three": 1, "four": 1}
