"""Bodies that are slow, cut off or too large, as a client and as a reverse proxy see it."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from http.client import HTTPConnection, HTTPException

import pytest

from harness.reverse_proxies import ProxyMissingError, caddy, nginx
from harness.web import Server
from interviews import services
from interviews.models import InterviewRequest
from orgs.services import create_api_key
from tests.live.client import LiveClient, connect, exchange, head
from tests.live.conftest import Serve, new_org

FORM = "Content-Type: application/x-www-form-urlencoded"
HOST = "Host: localhost"
PROXIES: dict[str, tuple[int, Callable[[Sequence[int]], AbstractContextManager[int]]]] = {
    "nginx": (1, nginx),
    "nginx, two servers": (2, nginx),
    "caddy": (1, caddy),
}


@pytest.fixture(scope="module")
def servers(serve: Serve) -> Iterator[list[Server]]:
    with ExitStack() as stack:
        settings = {"TRUSTED_PROXIES": "127.0.0.1", "ANONYMOUS_RATE_LIMIT": "100000"}
        yield [stack.enter_context(serve(workers=1, **settings)) for _ in range(2)]


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request: pytest.FixtureRequest, servers: list[Server]) -> Iterator[int]:
    count, start = PROXIES[request.param]
    try:
        with start([server.port for server in servers[:count]]) as port:
            yield port
    except ProxyMissingError as error:
        pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))


def status_of(port: int, method: str, path: str, size: int, headers: dict[str, str]) -> int | str:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, b"x" * size, headers)
        return connection.getresponse().status
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


@pytest.mark.parametrize("size", [100_000, 900_000, 7_000_000])
def test_no_early_response_becomes_the_proxys_502(proxy: int, size: int) -> None:
    json = {"Content-Type": "application/json"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    limited = create_api_key(org=new_org(requests_per_minute=1), name="CRM")[1]
    free = create_api_key(org=new_org(), name="CRM")[1]
    cases: dict[str, tuple[str, str, dict[str, str], set[int]]] = {
        "401": ("PATCH", "/api/v1/interviews/1", json, {401}),
        "404": ("POST", "/api/nowhere", json, {404}),
        "405": ("PUT", "/api/v1/interviews/1", json | {"Authorization": f"Bearer {free}"}, {405}),
        "413": ("PATCH", "/api/v1/interviews/1", json | {"Authorization": f"Bearer {free}"}, {400, 413}),
        "429": ("PATCH", "/api/v1/interviews/1", json | {"Authorization": f"Bearer {limited}"}, {400, 413, 429}),
        "admin": ("POST", "/admin/login/", form, {403}),
        "survey page": ("POST", "/survey", form, {400, 404}),
    }
    with ThreadPoolExecutor(4) as pool:
        for name, (method, path, headers, expected) in cases.items():
            calls = [pool.submit(status_of, proxy, method, path, size, headers) for _ in range(12)]
            statuses = Counter(call.result() for call in calls)
            assert set(statuses) <= expected, (name, statuses)


def answer(interview_request: InterviewRequest, text: str, *headers: str) -> tuple[bytes, bytes]:
    """Head and body of a POST of the survey page."""
    body = f"token={interview_request.survey_token}&step=answer&number=1&text={text}".encode()
    return head("POST /survey HTTP/1.1", HOST, FORM, *(headers or [f"Content-Length: {len(body)}"])), body


@pytest.fixture
def running(interview_request: InterviewRequest) -> InterviewRequest:
    services.give_consent(interview_request)
    services.next_question(interview_request)
    return interview_request


@pytest.mark.parametrize("part", [0.5, 0.999])
def test_half_an_answer_is_not_stored(api: LiveClient, running: InterviewRequest, part: float) -> None:
    start, body = answer(running, "word " * 900)
    response = exchange(api.server, start + body[: int(len(body) * part)], hang_up=True)
    assert response is None or response.status_code == 400
    assert running.turns.count() == 1
    response = exchange(api.server, start + body)
    assert response
    assert response.status_code == 303
    assert running.turns.get(number=2).text == ("word " * 900).strip()


def test_a_chunked_form_is_refused(api: LiveClient, running: InterviewRequest) -> None:
    """The server cannot tell whether a chunked body is complete."""
    start, body = answer(running, "It was slow.", "Transfer-Encoding: chunked")
    response = exchange(api.server, start + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
    assert response
    assert response.status_code == 400
    assert running.turns.count() == 1


def test_an_upload_without_a_login_is_refused_unread(api: LiveClient) -> None:
    start = head(
        "POST /admin/login/ HTTP/1.1",
        HOST,
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {300 * 2**20}",
    )
    response = exchange(api.server, start + b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n')
    assert response
    assert response.status_code in (400, 403, 413)


def test_clients_with_a_key_that_stop_sending_hold_no_thread(
    api: LiveClient, interview_request: InterviewRequest
) -> None:
    start = head(
        f"PATCH /api/v1/interviews/{interview_request.pk} HTTP/1.1",
        HOST,
        f"Authorization: Bearer {api.key}",
        "Content-Type: application/json",
        "Content-Length: 1000",
    )
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connect(api.server)).sendall(start + b"{")
        for number in range(16):
            path = f"/interviews/{interview_request.pk}"
            assert api.patch(path, {"contact_name": f"Alice {number}"}).status_code == 200
