"""All workers share one limit per org and minute, in every store."""

import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from django.conf import settings

from interviews.models import InterviewRequest
from orgs.models import Change
from tests.factories import InterviewRequestFactory
from tests.live.client import LiveClient, Response, at_once
from tests.live.conftest import Serve, new_org
from tools.harness.web import Server

LIMIT = 40
REQUESTS = 100


@pytest.fixture(params=["own store", "database"] if settings.REDIS_URL else ["own store"])
def counting_server(request: pytest.FixtureRequest, serve: Serve) -> Iterator[Server]:
    """Counts in Redis or in SQLite's counter file; on PostgreSQL also in the database."""
    if request.param == "own store":
        yield request.getfixturevalue("server")
    else:
        with serve(workers=4, REDIS_URL="") as server:
            yield server


def test_four_workers_share_one_limit(counting_server: Server) -> None:
    api, interview_request = new_org_early_in_its_window(counting_server)
    path = f"/interviews/{interview_request.pk}"
    reads = [partial(api.get, path) for _ in range(REQUESTS // 2)]
    writes = [partial(api.patch, path, {"objective": f"Number {number}"}) for number in range(REQUESTS // 2)]

    responses = at_once([call for pair in zip(reads, writes, strict=True) for call in pair])

    by_status: dict[int, list[Response]] = {200: [], 429: []}
    for response in responses:
        by_status[response.status_code].append(response)
    # The request of new_org_early_in_its_window() took the first number. Every other request gets a different one.
    assert sorted(remaining(response) for response in by_status[200]) == list(range(LIMIT - 1))
    assert len(by_status[429]) == REQUESTS - (LIMIT - 1)
    assert {remaining(response) for response in by_status[429]} == {0}
    assert {response.code for response in by_status[429]} == {"rate_limit_exceeded"}
    assert all(1 <= int(response.headers["Retry-After"]) <= 60 for response in by_status[429])
    assert {response.headers["X-RateLimit-Limit"] for response in responses} == {str(LIMIT)}
    written = Counter(response.status_code for response in responses[1::2])[200]
    assert Change.objects.of(interview_request).count() == written  # refused requests write nothing


def test_blocks_of_four_workers_do_not_overlap(counting_server: Server) -> None:
    limit, block = 10_000, 10
    api, interview_request = new_org_early_in_its_window(counting_server, limit)
    responses = at_once([partial(api.get, f"/interviews/{interview_request.pk}") for _ in range(REQUESTS)])
    assert {response.status_code for response in responses} == {200}
    counts = {limit - remaining(response) for response in responses}
    assert len(counts) == REQUESTS
    assert max(counts) <= 1 + REQUESTS + 3 * 2 * block, "at most what the other workers have left of their blocks"


def remaining(response: Response) -> int:
    return int(response.headers["X-RateLimit-Remaining"])


def new_org_early_in_its_window(server: Server, limit: int = LIMIT) -> tuple[LiveClient, InterviewRequest]:
    """Returns a new org after one request, with at least 15 s left in its window. Windows differ by org."""
    for _ in range(50):
        interview_request = InterviewRequestFactory.create(org=new_org(requests_per_minute=limit))
        api = LiveClient.of(server, interview_request.org)
        response = api.get(f"/interviews/{interview_request.pk}")
        assert (response.status_code, remaining(response)) == (200, limit - 1)
        if int(response.headers["X-RateLimit-Reset"]) - time.time() > 15:
            return api, interview_request
    raise AssertionError("Fifty windows had less than 15 s left.")
