"""Malformed HTTP is refused with the error envelope, or by the HTTP server without a body."""

import json
import re
from contextlib import ExitStack

import pytest

from interviews.models import InterviewRequest
from tests.live.client import LiveClient, Response, connect, exchange, head

BODY = b'{"objective": "New objective"}'
LENGTH = f"Content-Length: {len(BODY)}"
HOST = "Host: localhost"

# Request lines of otherwise valid PATCH requests, and the expected status.
LINES = {
    "path, very long": ("PATCH {path}" + "9" * 10_000 + " HTTP/1.1", 404),
    "path, too long": ("PATCH {path}" + "9" * 100_000 + " HTTP/1.1", 414),
    "path with NUL": ("PATCH {path}%00 HTTP/1.1", 404),
    "path with bare NUL": ("PATCH {path}\x00 HTTP/1.1", 400),
    "path with line feed": ("PATCH {path}%0aforged HTTP/1.1", 404),
    "path with space": ("PATCH {path} {path} HTTP/1.1", 400),
    "path with encoded slash": ("PATCH {path}%2F.. HTTP/1.1", 404),
    "path with dots": ("PATCH /api/v1/../v1/interviews/1 HTTP/1.1", 404),
    "path that is not UTF-8": ("PATCH {path}%ff%fe HTTP/1.1", 404),
    "path with bare bytes": ("PATCH {path}\xff\xfe HTTP/1.1", 400),
    "path with bad escape": ("PATCH {path}%zz HTTP/1.1", 404),
    "path without slash": ("PATCH api/v1/interviews/1 HTTP/1.1", 400),
    "path with fragment": ("PATCH {path}#part HTTP/1.1", 200),
    "query that is not UTF-8": ("PATCH {path}?%ff=%fe HTTP/1.1", 200),
    "query with NUL and bad escape": ("PATCH {path}?%00=%zz HTTP/1.1", 200),
    "query with bare bytes": ("PATCH {path}?\xff HTTP/1.1", 400),
    "absolute form": ("PATCH http://localhost{path} HTTP/1.1", 200),
    "unknown method": ("BREW {path} HTTP/1.1", 405),
    "lower-case method": ("patch {path} HTTP/1.1", 200),
    "method with control byte": ("PA\x01TCH {path} HTTP/1.1", 400),
    "HTTP/1.0": ("PATCH {path} HTTP/1.0", 200),
    "HTTP/3.7": ("PATCH {path} HTTP/3.7", 400),
}

# Headers of otherwise valid PATCH requests, and the expected status.
HEADERS = {
    "length negative": ([HOST, "Content-Length: -5"], 400),
    "length in words": ([HOST, "Content-Length: ten"], 400),
    "length with sign": ([HOST, f"Content-Length: +{len(BODY)}"], 400),
    "length too large": ([HOST, "Content-Length: " + "9" * 30], 400),
    "length twice": ([HOST, LENGTH, LENGTH], 200),
    "two lengths": ([HOST, LENGTH, "Content-Length: 5"], 400),
    "space before colon": ([HOST, f"Content-Length : {len(BODY)}"], 400),
    "unknown transfer encoding": ([HOST, "Transfer-Encoding: gzip"], 400),
    "header with NUL": ([HOST, LENGTH, "X-Request-Id: a\x00b"], 400),
    "header with control bytes": ([HOST, LENGTH, "X-Request-Id: a\x01\x7fb"], 400),
    "header in Latin-1": ([HOST, LENGTH, "X-Request-Id: \xe4\xff"], 200),
    "header folded": ([HOST, LENGTH, "X-Request-Id: a", "  b"], 400),
    "header without colon": ([HOST, LENGTH, "X-Request-Id"], 400),
    "header name with space": ([HOST, LENGTH, "X Request Id: a"], 400),
    "header, very long": ([HOST, LENGTH, "X-Request-Id: " + "a" * 100_000], 200),
    "headers, too many": ([HOST, LENGTH, *["X-Request-Id: a"] * 500], 431),
    "If-Match unreadable": ([HOST, LENGTH, 'If-Match: "\xff'], 400),
    "Expect: 100-continue": ([HOST, LENGTH, "Expect: 100-continue"], 200),
    "Expect: unknown": ([HOST, LENGTH, "Expect: the-unexpected"], 200),
    "no host": ([LENGTH], 400),
    "empty host": (["Host:", LENGTH], 400),
    "unknown host": (["Host: evil.example", LENGTH], 400),
    "invalid host": (["Host: a b/<script>", LENGTH], 400),
    "host in Latin-1": (["Host: \xff\xfe", LENGTH], 400),
    "two hosts": ([HOST, "Host: evil.example", LENGTH], 400),
}


def assert_response(
    api: LiveClient, interview_request: InterviewRequest, response: Response | None, status: int
) -> None:
    """Asserts the status, JSON or no body, the row, and that the next request succeeds."""
    assert response
    assert response.status_code == status
    if response.content:
        assert response.headers["Content-Type"] == "application/json"
        assert ("error" in json.loads(response.content)) == (status != 200)
    interview_request.refresh_from_db()
    assert interview_request.objective == ("New objective" if status == 200 else "Old objective")
    assert api.patch(f"/interviews/{interview_request.pk}", {"contact_name": "Alice B."}).status_code == 200


def good_headers(api: LiveClient) -> list[str]:
    return [f"Authorization: Bearer {api.key}", "Content-Type: application/json"]


@pytest.mark.parametrize(("line", "status"), LINES.values(), ids=LINES)
def test_a_hostile_request_line(api: LiveClient, interview_request: InterviewRequest, line: str, status: int) -> None:
    line = line.replace("{path}", f"/api/v1/interviews/{interview_request.pk}")
    response = exchange(api.server, head(line, HOST, *good_headers(api), LENGTH) + BODY)
    assert_response(api, interview_request, response, status)


@pytest.mark.parametrize(("headers", "status"), HEADERS.values(), ids=HEADERS)
def test_hostile_headers(api: LiveClient, interview_request: InterviewRequest, headers: list[str], status: int) -> None:
    line = f"PATCH /api/v1/interviews/{interview_request.pk} HTTP/1.1"
    response = exchange(api.server, head(line, *good_headers(api), *headers) + BODY)
    assert_response(api, interview_request, response, status)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("CONNECT localhost:80 HTTP/1.1", 405),  # its path is the home page's
        ("OPTIONS * HTTP/1.1", 404),
        ("GET //api/v1 HTTP/1.1", 404),
    ],
)
def test_other_targets_are_refused(api: LiveClient, line: str, status: int) -> None:
    response = exchange(api.server, head(line, HOST))
    assert response
    assert response.status_code == status


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, id="TLS"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(b"GET /api/v1/interviews/1\r\n\r\n", id="HTTP/0.9"),
        pytest.param(bytes(range(256)) * 10, id="all bytes"),
    ],
)
def test_bytes_that_are_not_http_are_refused(
    api: LiveClient, interview_request: InterviewRequest, garbage: bytes
) -> None:
    response = exchange(api.server, garbage, hang_up=True)
    assert response is None or (response.status_code, response.content) == (400, b"")
    assert_unchanged_and_serving(api, interview_request)


def test_pipelined_requests_get_their_responses_in_order(api: LiveClient, interview_request: InterviewRequest) -> None:
    def request(body: bytes, *headers: str) -> bytes:
        line, length = f"PATCH /api/v1/interviews/{interview_request.pk} HTTP/1.1", f"Content-Length: {len(body)}"
        return head(line, HOST, *good_headers(api), length, *headers) + body

    wrong = b'{"objective": 1}'
    with connect(api.server) as connection:
        connection.sendall(request(wrong) + request(BODY) + request(wrong) + request(BODY, "Connection: close"))
        responses = connection.makefile("rb").read()
    assert re.findall(rb"HTTP/1\.1 (\d+)", responses) == [b"400", b"200", b"400", b"200"]
    interview_request.refresh_from_db()
    assert interview_request.objective == "New objective"


def assert_unchanged_and_serving(api: LiveClient, interview_request: InterviewRequest) -> None:
    """Asserts that the row is unchanged and that 16 requests succeed, as many as all workers have threads."""
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"
    for number in range(16):
        assert api.patch(f"/interviews/{interview_request.pk}", {"contact_name": f"Alice {number}"}).status_code == 200


def test_clients_that_disconnect_in_their_body(api: LiveClient, interview_request: InterviewRequest) -> None:
    line = f"PATCH /api/v1/interviews/{interview_request.pk} HTTP/1.1"
    for _ in range(50):
        with connect(api.server) as connection:
            connection.sendall(head(line, HOST, *good_headers(api), LENGTH) + BODY[:-1])
    assert_unchanged_and_serving(api, interview_request)


def begun(*headers: str) -> bytes:
    """A PATCH up to the end of these headers."""
    return head("PATCH {path} HTTP/1.1", HOST, "Content-Type: application/json", *headers)


@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b"", id="before the request line"),
        pytest.param(b"PATCH {path} HTTP/1.1\r\nHost: local", id="in the headers"),
        pytest.param(begun(LENGTH) + b"{", id="in a body without a key"),
        pytest.param(begun("Transfer-Encoding: chunked") + b"5", id="in a chunk without a key"),
        pytest.param(begun(LENGTH, "Authorization: Bearer {key}") + b"{", id="in a body with a key"),
    ],
)
def test_clients_that_stop_sending_hold_no_thread(
    api: LiveClient, interview_request: InterviewRequest, beginning: bytes
) -> None:
    path = f"/api/v1/interviews/{interview_request.pk}"
    sent = beginning.replace(b"{path}", path.encode()).replace(b"{key}", api.key.encode())
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connect(api.server)).sendall(sent)
        assert_unchanged_and_serving(api, interview_request)
