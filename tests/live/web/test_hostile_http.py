"""What no decent client sends, byte for byte: refused in the envelope, or by the HTTP server itself without a body."""

import json
import re
from contextlib import ExitStack

import pytest

from interviews.models import InterviewRequest
from tests.live.client import LiveClient, Response, connect, exchange, head

BODY = b'{"objective": "New objective"}'
LENGTH = f"Content-Length: {len(BODY)}"
HOST = "Host: localhost"

# The request line of a PATCH with a good rest, `{path}` standing for the interview request's; the status it gets.
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

# Headers of a PATCH that has a good rest except for those in their place.
HEADERS = {
    "length negative": ([HOST, "Content-Length: -5"], 400),
    "length no number": ([HOST, "Content-Length: ten"], 400),
    "length with sign": ([HOST, f"Content-Length: +{len(BODY)}"], 400),
    "length beyond all bounds": ([HOST, "Content-Length: " + "9" * 30], 400),
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
    "If-Match unreadable": ([HOST, LENGTH, 'If-Match: "\xff'], 412),
    "Expect: 100-continue": ([HOST, LENGTH, "Expect: 100-continue"], 200),
    "Expect: what nobody can": ([HOST, LENGTH, "Expect: the-unexpected"], 200),
    "no host": ([LENGTH], 400),
    "empty host": (["Host:", LENGTH], 400),
    "unknown host": (["Host: evil.example", LENGTH], 400),
    "host that is none": (["Host: a b/<script>", LENGTH], 400),
    "host in Latin-1": (["Host: \xff\xfe", LENGTH], 400),
    "two hosts": ([HOST, "Host: evil.example", LENGTH], 400),
}


def assert_answered(
    api: LiveClient, interview_request: InterviewRequest, response: Response | None, status: int
) -> None:
    """The answer has that status and is no page; the row says the same; and the next request is served."""
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
    assert_answered(api, interview_request, response, status)


@pytest.mark.parametrize(("headers", "status"), HEADERS.values(), ids=HEADERS)
def test_hostile_headers(api: LiveClient, interview_request: InterviewRequest, headers: list[str], status: int) -> None:
    line = f"PATCH /api/v1/interviews/{interview_request.pk} HTTP/1.1"
    response = exchange(api.server, head(line, *good_headers(api), *headers) + BODY)
    assert_answered(api, interview_request, response, status)


@pytest.mark.parametrize("line", ["CONNECT localhost:80 HTTP/1.1", "OPTIONS * HTTP/1.1", "GET //api/v1 HTTP/1.1"])
def test_beside_the_api_nothing_is_found(api: LiveClient, line: str) -> None:
    response = exchange(api.server, head(line, HOST))
    assert response
    assert response.status_code == 404


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, id="TLS"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(b"GET /api/v1/interviews/1\r\n\r\n", id="HTTP/0.9"),
        pytest.param(bytes(range(256)) * 10, id="all bytes"),
    ],
)
def test_what_is_no_http_is_refused(api: LiveClient, interview_request: InterviewRequest, garbage: bytes) -> None:
    response = exchange(api.server, garbage, hang_up=True)
    assert response is None or (response.status_code, response.content) == (400, b"")
    assert_unhurt(api, interview_request)


def test_pipelined_requests_are_answered_in_their_order(api: LiveClient, interview_request: InterviewRequest) -> None:
    def request(body: bytes, *headers: str) -> bytes:
        line, length = f"PATCH /api/v1/interviews/{interview_request.pk} HTTP/1.1", f"Content-Length: {len(body)}"
        return head(line, HOST, *good_headers(api), length, *headers) + body

    wrong = b'{"objective": 1}'
    with connect(api.server) as connection:
        connection.sendall(request(wrong) + request(BODY) + request(wrong) + request(BODY, "Connection: close"))
        answers = connection.makefile("rb").read()
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"400", b"200", b"400", b"200"]
    interview_request.refresh_from_db()
    assert interview_request.objective == "New objective"


def assert_unhurt(api: LiveClient, interview_request: InterviewRequest) -> None:
    """As many requests as there are threads in all workers are served at once or soon, and the row is as it was."""
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"
    for number in range(16):
        assert api.patch(f"/interviews/{interview_request.pk}", {"contact_name": f"Alice {number}"}).status_code == 200


def test_clients_that_leave_amid_their_body(api: LiveClient, interview_request: InterviewRequest) -> None:
    line = f"PATCH /api/v1/interviews/{interview_request.pk} HTTP/1.1"
    for _ in range(50):
        with connect(api.server) as connection:
            connection.sendall(head(line, HOST, *good_headers(api), LENGTH) + BODY[:-1])
    assert_unhurt(api, interview_request)


@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b"", id="before a word"),
        pytest.param(b"PATCH /api/v1/interviews/1 HTTP/1.1\r\nHost: local", id="amid the headers"),
        pytest.param(head("PATCH /api/v1/interviews/1 HTTP/1.1", HOST, LENGTH) + b"{", id="amid a body without a key"),
    ],
)
def test_clients_that_fall_silent(api: LiveClient, interview_request: InterviewRequest, beginning: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connect(api.server)).sendall(beginning)
        assert_unhurt(api, interview_request)


def test_clients_without_a_key_that_fall_silent_amid_a_chunk(api: LiveClient) -> None:
    line = "PATCH /api/v1/interviews/1 HTTP/1.1"
    with ExitStack() as stack:
        for _ in range(50):
            connection = stack.enter_context(connect(api.server))
            connection.sendall(head(line, HOST, "Content-Type: application/json", "Transfer-Encoding: chunked") + b"5")
        assert all(api.server.is_healthy() for _ in range(16))
