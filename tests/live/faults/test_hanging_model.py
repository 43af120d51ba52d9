"""A model that does not respond blocks neither the API nor the interviews."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlencode
from urllib.request import urlopen

from contacts.models import Contact
from interviews.lifecycle import Engine, Speaker
from interviews.models import InterviewRequest, Turn
from orgs.models import Org
from tests.factories import InterviewRequestFactory, InterviewTypeFactory
from tests.fakes.provider import fake_provider, hangs
from tests.live.client import LiveClient, at_once
from tests.live.conftest import Serve
from tools.harness.web import Server

INTERVIEWS = 10


def post(server: Server, interview_request: InterviewRequest, **fields: str) -> str:
    """Takes a step, and returns the page with the next question."""
    form = urlencode({"token": interview_request.survey_token, **fields}).encode()
    with urlopen(f"http://127.0.0.1:{server.port}/survey", form, timeout=20) as page:
        return str(page.read().decode())


def test_the_api_responds_while_ten_interviews_wait_for_the_model(
    serve: Serve, acme: Org, alice: Contact, acme_key: str
) -> None:
    interview_type = InterviewTypeFactory.create(org=acme)
    rows = [
        InterviewRequestFactory.create(org=acme, contact=alice, interview_type=interview_type)
        for _ in range(INTERVIEWS)
    ]
    with (
        fake_provider(hangs) as provider,
        serve(workers=2, PAIGE_BASE_URL=provider.url, PAIGE_MODEL="fake", PAIGE_TIMEOUT="4") as server,
        ThreadPoolExecutor(INTERVIEWS) as contacts,
    ):
        for row in rows:
            assert "what was happening at your company" in post(server, row, step="consent")
        answer = {"step": "answer", "number": "1", "text": "It was slow."}
        pages = [contacts.submit(post, server, row, **answer) for row in rows]
        assert provider.arrived.wait(10)
        api = LiveClient(server, acme_key)
        updates = [partial(api.patch, f"/interviews/{row.pk}", {"contact_context": "Meanwhile"}) for row in rows * 2]
        responses = at_once(updates, threads=4)
        assert {response.status_code for response in responses} == {200}
        waiting = [page for page in pages if not page.done()]
        assert len(waiting) >= len(provider.bodies) > 0, "no contact had to wait for the timeout of the model"

        assert all("Question 2 " in page.result() for page in pages)
    turns = Turn.objects.filter(interview_request__in=rows, speaker=Speaker.PAIGE, number=3)
    assert [turn.engine for turn in turns] == [Engine.FALLBACK] * INTERVIEWS
    alice.refresh_from_db()
    assert alice.notes == "Meanwhile"
