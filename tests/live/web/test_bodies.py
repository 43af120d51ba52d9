"""Bodies that are slow, cut off or too large."""

from contextlib import ExitStack

import pytest

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent, next_question
from tests.live.client import LiveClient, connect, exchange, head

FORM = "Content-Type: application/x-www-form-urlencoded"
HOST = "Host: localhost"


def answer(interview_request: InterviewRequest, text: str, *headers: str) -> tuple[bytes, bytes]:
    """Returns head and body of a POST of the survey page."""
    body = f"token={interview_request.survey_token}&step=answer&number=1&text={text}".encode()
    return head("POST /survey HTTP/1.1", HOST, FORM, *(headers or [f"Content-Length: {len(body)}"])), body


@pytest.fixture
def running(interview_request: InterviewRequest) -> InterviewRequest:
    give_consent(interview_request)
    next_question(interview_request)
    return interview_request


@pytest.mark.parametrize("part", [0.5, 0.999])
def test_a_truncated_answer_is_not_stored(api: LiveClient, running: InterviewRequest, part: float) -> None:
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
