"""One budget a minute for an org, whichever worker counts and wherever."""

import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from django.conf import settings

from harness.web import Server
from interviews.models import InterviewRequest
from orgs.models import Change
from orgs.services import create_api_key
from tests.factories import InterviewRequestFactory
from tests.live.client import LiveClient, Response, at_once
from tests.live.conftest import Serve, new_org

LIMIT = 40
REQUESTS = 100


@pytest.fixture(params=["own store", "database"] if settings.REDIS_URL else ["own store"])
def counting_server(request: pytest.FixtureRequest, serve: Serve) -> Iterator[Server]:
    """Counts in Redis, or in a file beside SQLite; and on PostgreSQL in the database too."""
    if request.param == "own store":
        yield request.getfixturevalue("server")
    else:
        with serve(workers=4, REDIS_URL="") as server:
            yield server


def test_four_workers_share_one_budget(counting_server: Server) -> None:
    api, interview_request = in_a_young_window(counting_server)
    path = f"/interviews/{interview_request.pk}"
    reads = [partial(api.get, path) for _ in range(REQUESTS // 2)]
    writes = [partial(api.patch, path, {"objective": f"Number {number}"}) for number in range(REQUESTS // 2)]

    answers = at_once([call for pair in zip(reads, writes, strict=True) for call in pair])

    by_status: dict[int, list[Response]] = {200: [], 429: []}
    for response in answers:
        by_status[response.status_code].append(response)
    # The first request of the window has told us about it; every later one found a number of its own.
    assert sorted(remaining(response) for response in by_status[200]) == list(range(LIMIT - 1))
    assert len(by_status[429]) == REQUESTS - (LIMIT - 1)
    assert {remaining(response) for response in by_status[429]} == {0}
    assert {response.code for response in by_status[429]} == {"rate_limit_exceeded"}
    assert all(1 <= int(response.headers["Retry-After"]) <= 60 for response in by_status[429])
    assert {response.headers["X-RateLimit-Limit"] for response in answers} == {str(LIMIT)}
    written = Counter(response.status_code for response in answers[1::2])[200]
    assert Change.objects.of(interview_request).count() == written  # what was refused has written nothing


def remaining(response: Response) -> int:
    return int(response.headers["X-RateLimit-Remaining"])


def in_a_young_window(server: Server) -> tuple[LiveClient, InterviewRequest]:
    """An org with one request spent, whose window lasts a while yet: each org's begins at a moment of its own."""
    for _ in range(50):
        interview_request = InterviewRequestFactory.create(org=new_org(requests_per_minute=LIMIT))
        api = LiveClient(server, create_api_key(org=interview_request.org, name="CRM")[1])
        response = api.get(f"/interviews/{interview_request.pk}")
        assert (response.status_code, remaining(response)) == (200, LIMIT - 1)
        if int(response.headers["X-RateLimit-Reset"]) - time.time() > 15:
            return api, interview_request
    raise AssertionError("Fifty windows were about to turn over.")
