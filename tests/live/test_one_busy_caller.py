"""Other orgs do not wait for an org whose requests do not end. The server has one process with four threads."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import transaction

from interviews.models import InterviewRequest
from orgs.models import Org
from tests.factories import InterviewRequestFactory
from tests.live.client import LiveClient, Response, connect
from tests.live.conftest import Serve, new_org
from tools.harness.web import Server

BUSY = 24
"""Without shares, the last of them would begin after six waits for a lock: longer than a client's time limit."""
HUNG_UP = 30


@pytest.fixture(scope="module")
def one_process(serve: Serve) -> Iterator[Server]:
    with serve(workers=1, WEB_THREADS="4") as server:
        yield server


@pytest.fixture
def globex() -> InterviewRequest:
    return InterviewRequestFactory.create(org=new_org())


def client_of(server: Server, org: Org) -> LiveClient:
    """Its first requests are made: then its key is known, and its use is stored."""
    client = LiveClient.of(server, org)
    for _ in range(2):
        assert client.get("/interviews").status_code == 200
    return client


def test_other_orgs_do_not_wait_for_an_org_whose_requests_do_not_end(
    one_process: Server, interview_request: InterviewRequest, globex: InterviewRequest
) -> None:
    acme_api, globex_api = (client_of(one_process, row.org) for row in (interview_request, globex))
    path = f"/interviews/{interview_request.pk}"
    with ThreadPoolExecutor(BUSY) as clients:
        with transaction.atomic():
            InterviewRequest.objects.select_for_update().get(pk=interview_request.pk)
            busy = [clients.submit(patch, acme_api, path) for _ in range(BUSY)]
            assert [globex_api.get(f"/interviews/{globex.pk}").status_code for _ in range(20)] == [200] * 20
            assert not all(each.done() for each in busy)
            for _ in range(HUNG_UP):
                hang_up_after_get(one_process, acme_api, path)
            assert globex_api.get(f"/interviews/{globex.pk}").status_code == 200
        statuses = {status_of(each) for each in busy}
    assert 200 in statuses
    assert globex_api.patch(f"/interviews/{globex.pk}", {"objective": "Meanwhile"}).status_code == 200
    assert acme_api.get(path).json()["objective"] == "New"
    assert one_process.log.count(f"GET /api/v1{path} 200") < HUNG_UP / 2, (
        "of clients that are gone, none or few are run"
    )


def patch(client: LiveClient, path: str) -> Response:
    return client.patch(path, {"objective": "New"})


def status_of(call: "Future[Response]") -> int:
    """0: the client's time limit."""
    try:
        return call.result().status_code
    except TimeoutError:
        return 0


def hang_up_after_get(server: Server, client: LiveClient, path: str) -> None:
    with connect(server) as connection:
        head = f"GET /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {client.key}\r\n\r\n"
        connection.sendall(head.encode())
