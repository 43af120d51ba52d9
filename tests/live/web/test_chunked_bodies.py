"""Chunked bodies, which have no Content-Length."""

import pytest

from interviews.models import InterviewRequest
from tests.live.client import LiveClient, exchange, head
from tests.live.web.test_hostile_http import assert_unchanged_and_serving

BODY = b'{"objective": "Why price mattered"}'
END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def patch(api: LiveClient, interview_request: InterviewRequest, body: bytes) -> bytes:
    """Returns the bytes of a PATCH with this body."""
    return (
        head(
            f"PATCH /api/v1/interviews/{interview_request.pk} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {api.key}",
            "Content-Type: application/json",
            "Transfer-Encoding: chunked",
        )
        + body
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(chunk(BODY) + END, id="one chunk"),
        pytest.param(b"".join(chunk(BODY[at : at + 1]) for at in range(len(BODY))) + END, id="a chunk for each byte"),
        pytest.param(b"23;name=value\r\n" + BODY + b"\r\n0\r\nX-Trailer: 1\r\n\r\n", id="extension and trailer"),
    ],
)
def test_a_chunked_body_is_read_like_any_other(
    api: LiveClient, interview_request: InterviewRequest, body: bytes
) -> None:
    response = exchange(api.server, patch(api, interview_request, body))
    assert response
    assert (response.status_code, response.json()) == (200, {"interview_request_id": interview_request.pk})
    interview_request.refresh_from_db()
    assert interview_request.objective == "Why price mattered"


def test_a_chunked_body_over_the_limit_is_refused(api: LiveClient, interview_request: InterviewRequest) -> None:
    large = chunk(b'{"objective": "') + chunk(b"x" * 65536) * 16 + chunk(b'"}') + END
    response = exchange(api.server, patch(api, interview_request, large))
    assert response
    assert (response.status_code, response.code) == (413, "payload_too_large")
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"zz\r\n" + BODY + b"\r\n" + END, id="an invalid size"),
        pytest.param(b"-5\r\n" + BODY + b"\r\n" + END, id="a negative size"),
        pytest.param(b"f" * 17 + b"\r\n" + BODY + b"\r\n" + END, id="a size that is too large"),
        pytest.param(b"5\r\n" + BODY + b"\r\n" + END, id="a chunk longer than its size"),
    ],
)
def test_an_invalid_chunk_changes_nothing(api: LiveClient, interview_request: InterviewRequest, body: bytes) -> None:
    response = exchange(api.server, patch(api, interview_request, body))
    assert response
    assert (response.status_code, response.code) == (400, "bad_request")
    assert_unchanged_and_serving(api, interview_request)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"23\r\n" + BODY[:9], id="within a chunk"),
        pytest.param(chunk(BODY[:9]), id="between chunks"),
        pytest.param(b"2", id="within a size"),
        pytest.param(b"", id="before the first"),
    ],
)
def test_a_truncated_body_changes_nothing(api: LiveClient, interview_request: InterviewRequest, body: bytes) -> None:
    response = exchange(api.server, patch(api, interview_request, body), hang_up=True)
    assert response is None or (response.status_code, response.code) == (400, "bad_request")
    assert_unchanged_and_serving(api, interview_request)
