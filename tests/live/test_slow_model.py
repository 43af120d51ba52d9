"""Turns that wait for the model, in a server with one thread and one database connection for all requests."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from urllib.parse import urlencode
from urllib.request import urlopen

import psutil
import pytest
from django.db import connection

from contacts.models import Contact
from interviews.lifecycle import Engine, Speaker
from interviews.models import InterviewRequest, Turn
from interviews.services.conversation_steps import submit_answer
from orgs.models import Org
from tests.factories import InterviewRequestFactory
from tests.fakes.provider import Server as Provider
from tests.fakes.provider import fake_provider, says_after
from tests.live.client import LiveClient, get_page
from tests.live.conftest import Serve
from tests.live.stores import ON_POSTGRESQL
from tools.harness.processes import eventually
from tools.harness.web import Server

CHOICE = '{"move": 1}'
WAITING = 6
RELOADS = 40
THINKING = "data-thinking"
ANSWER = {"step": "answer", "number": "1", "text": "It was slow."}


@dataclass(frozen=True)
class Slow:
    """`may_answer`: the model answers no call before it is set."""

    server: Server
    provider: Provider
    may_answer: Event

    def is_asked(self, times: int) -> bool:
        return eventually(lambda: len(self.provider.bodies) == times)


@contextmanager
def serving_slowly(serve: Serve, workers: int) -> Iterator[Slow]:
    may_answer = Event()
    with (
        fake_provider(says_after(may_answer, CHOICE)) as provider,
        serve(
            workers=workers,
            WEB_THREADS="1",
            PAIGE_CONCURRENCY=str(WAITING),
            PAIGE_BASE_URL=provider.url,
            PAIGE_MODEL="slow",
            PAIGE_TIMEOUT="30",
        ) as server,
    ):
        yield Slow(server, provider, may_answer)
        may_answer.set()


@pytest.fixture(scope="module")
def one_server(serve: Serve) -> Iterator[Slow]:
    with serving_slowly(serve, workers=1) as slow:
        yield slow


@pytest.fixture
def slow(one_server: Slow) -> Iterator[Slow]:
    one_server.may_answer.clear()
    one_server.provider.bodies.clear()
    yield one_server
    one_server.may_answer.set()


def post(server: Server, interview_request: InterviewRequest, **fields: str) -> str:
    """Takes a step. Returns the page with the next question."""
    form = urlencode({"token": interview_request.survey_token, **fields}).encode()
    with urlopen(f"http://127.0.0.1:{server.port}/survey", form, timeout=20) as page:
        return str(page.read().decode())


def connections_of(server: Server) -> int:
    """To PostgreSQL, of all processes of the server."""
    port, main = int(connection.settings_dict["PORT"]), psutil.Process(server.process.pid)
    found = [each for process in (main, *main.children(recursive=True)) for each in process.net_connections("tcp")]
    return sum(bool(each.raddr) and each.raddr.port == port and each.status == "ESTABLISHED" for each in found)


def engines_of(*rows: InterviewRequest) -> list[str]:
    """Of the second questions. The first ones need no engine."""
    turns = Turn.objects.filter(interview_request__in=rows, speaker=Speaker.PAIGE, number=3)
    return list(turns.order_by("interview_request_id").values_list("engine", flat=True))


def test_waiting_turns_hold_neither_the_connection_nor_the_thread_of_other_requests(
    slow: Slow, acme: Org, alice: Contact, acme_key: str
) -> None:
    rows = [InterviewRequestFactory.create(org=acme, contact=alice) for _ in range(WAITING + 1)]
    for row in rows:
        post(slow.server, row, step="consent")
    with ThreadPoolExecutor(WAITING) as contacts:
        pages = [contacts.submit(post, slow.server, row, **ANSWER) for row in rows[:WAITING]]
        assert slow.is_asked(times=WAITING)

        response = LiveClient(slow.server, acme_key).patch(f"/interviews/{rows[0].pk}", {"objective": "Meanwhile"})
        assert response.status_code == 200
        post(slow.server, rows[WAITING], **ANSWER)  # over PAIGE_CONCURRENCY
        assert engines_of(*rows) == [Engine.FALLBACK]
        if ON_POSTGRESQL:
            assert connections_of(slow.server) == 1
        assert not any(page.done() for page in pages)

        slow.may_answer.set()
        assert all('name="number" value="3"' in page.result() for page in pages)
    assert engines_of(*rows) == [*[Engine.MODEL] * WAITING, Engine.FALLBACK]
    rows[0].refresh_from_db()
    assert rows[0].objective == "Meanwhile"


def test_of_forty_reloads_one_asks_the_model_and_no_other_waits(
    serve: Serve, interview_request: InterviewRequest
) -> None:
    """Each of the two processes has one thread for requests."""
    with serving_slowly(serve, workers=2) as slow, ThreadPoolExecutor(RELOADS) as tabs:
        post(slow.server, interview_request, step="consent")
        submit_answer(interview_request, number=1, text="It was slow.")
        path = f"/survey?{urlencode({'token': interview_request.survey_token})}"
        pages = [tabs.submit(get_page, slow.server, path) for _ in range(RELOADS)]
        assert eventually(lambda: sum(page.done() for page in pages) == RELOADS - 1)
        assert len(slow.provider.bodies) == 1
        waiting = [page.result().content.decode() for page in pages if page.done()]
        assert all(THINKING in page and 'http-equiv="refresh"' in page for page in waiting)

        slow.may_answer.set()
        [asked] = [text for page in pages if THINKING not in (text := page.result().content.decode())]
        reloads = [tabs.submit(get_page, slow.server, path) for _ in range(RELOADS)]
        assert {reload.result().content.decode() for reload in reloads} == {asked}
        assert len(slow.provider.bodies) == 1
    assert interview_request.turns.count() == 3
