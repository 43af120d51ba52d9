"""Bodies that are slow, cut off or too large."""

import pytest

from interviews.models import InterviewRequest
from tests.live.client import LiveClient, exchange, head

FORM = "Content-Type: application/x-www-form-urlencoded"
HOST = "Host: localhost"


def answer(interview_request: InterviewRequest, text: str, *headers: str) -> tuple[bytes, bytes]:
    """Returns head and body of a POST of the survey page."""
    body = f"token={interview_request.survey_token}&step=answer&number=1&text={text}".encode()
    return head("POST /survey HTTP/1.1", HOST, FORM, *(headers or [f"Content-Length: {len(body)}"])), body


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
