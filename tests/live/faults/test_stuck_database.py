"""A held row lock, a deadlock, and a read-only database."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
import pytest
from django.db import OperationalError, connection

from hindsight.db.errors import unavailable_reason
from interviews.models import InterviewRequest
from interviews.services.update import update_interview_request
from interviews.text import clean_objective
from orgs.actors import Actor, ActorKind
from orgs.models import Change
from tests.factories import InterviewRequestFactory
from tests.live.client import LiveClient, get_page, response_to
from tests.live.conftest import Serve, new_org
from tests.live.stores import ON_POSTGRESQL
from tests.transactions import waiting_sessions
from tools.harness.orm import orm_at
from tools.harness.processes import eventually

pytestmark = pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")

THREADS = 4
SCRIPT = Actor(ActorKind.COMMAND, "test")


@contextmanager
def locked(database_url: str, interview_request: InterviewRequest) -> Iterator[psycopg.Connection]:
    """Another session holds the row's lock."""
    with psycopg.connect(database_url) as session:
        session.execute("SELECT 1 FROM interviews_interviewrequest WHERE id = %s FOR UPDATE", [interview_request.pk])
        yield session
        session.rollback()


def update_objective(interview_request: InterviewRequest, objective: str) -> None:
    update_interview_request(
        org_id=interview_request.org_id,
        interview_request_id=interview_request.pk,
        actor=SCRIPT,
        objective=clean_objective(objective),
    )


def seconds_until_refused(database_url: str, interview_request: InterviewRequest) -> float:
    with orm_at(database_url), connection.cursor():  # connects first
        started = time.monotonic()
        with pytest.raises(OperationalError) as refused:
            update_objective(interview_request, "New")
        assert "Another change of the same data" in str(unavailable_reason(refused.value))
        return time.monotonic() - started


def test_a_held_lock_blocks_neither_other_orgs_nor_probes(
    serve: Serve, database_url: str, acme_key: str, interview_request: InterviewRequest
) -> None:
    globex = new_org()
    other = InterviewRequestFactory.create(org=globex)
    with (
        serve(workers=1, WEB_THREADS=str(THREADS), DATABASE_LOCK_SECONDS="2") as server,
        locked(database_url, interview_request),
        ThreadPoolExecutor(THREADS) as pool,
    ):
        acme_api, globex_api = LiveClient(server, acme_key), LiveClient.of(server, globex)
        for api in (acme_api, globex_api):  # from now on, the server knows whose requests they are
            assert api.get("/interviews").status_code == 200
        path = f"/interviews/{interview_request.pk}"
        patches = [pool.submit(acme_api.patch, path, {"objective": f"Number {n}"}) for n in range(THREADS)]
        assert eventually(lambda: waiting_sessions() == THREADS // 2)
        started = time.monotonic()
        assert [get_page(server, path).status_code for path in ("/healthz", "/readyz")] == [200, 200]
        assert time.monotonic() - started < 1  # both threads that acme may use wait for the lock
        response = globex_api.patch(f"/interviews/{other.pk}", {"objective": "New"})
        assert response.status_code == 200
        assert not any(patch.done() for patch in patches)
        for patch in patches:
            response = patch.result()
            assert (response.status_code, response.code) == (503, "service_unavailable")
            assert int(response.headers["Retry-After"]) >= 1
            assert "Another change of the same data may be in progress" in response.json()["error"]["message"]
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"
    assert not Change.objects.of(interview_request).exists()


def test_an_update_waits_for_two_rows_no_longer_than_the_limit(
    database_url: str, interview_request: InterviewRequest
) -> None:
    """lock_timeout applies to each lock: the limit must include both."""
    with (
        locked(database_url, interview_request) as first,
        psycopg.connect(database_url) as second,
        ThreadPoolExecutor(1) as pool,
    ):
        second.execute("SELECT 1 FROM contacts_contact WHERE id = %s FOR UPDATE", [interview_request.contact_id])
        running = pool.submit(
            seconds_until_refused, f"{database_url}?options={quote('-c lock_timeout=2s')}", interview_request
        )
        assert eventually(lambda: waiting_sessions() == 1)
        waits_since = time.monotonic()
        assert eventually(lambda: time.monotonic() > waits_since + 1.5)
        first.rollback()
        assert 1.9 < running.result() < 3
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"


def test_a_read_only_database_is_unavailable(
    serve: Serve, database_url: str, acme_key: str, interview_request: InterviewRequest
) -> None:
    read_only = f"{database_url}?options={quote('-c default_transaction_read_only=on')}"
    with serve(workers=1, DATABASE_URL=read_only) as server:
        assert [get_page(server, path).status_code for path in ("/healthz", "/readyz")] == [200, 503]
        response = LiveClient(server, acme_key).patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
        assert (response.status_code, response.code) == (503, "service_unavailable")
        body = f"token={interview_request.survey_token}&step=consent"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        page = response_to(server.port, "POST", "/survey", body, form)
        assert (page.status_code, "Retry-After" in page.headers) == (503, True)
        assert b"read-only" in page.content
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"


def test_the_victim_of_a_deadlock_is_repeated(database_url: str, interview_request: InterviewRequest) -> None:
    def update(objective: str) -> None:
        with orm_at(database_url):
            update_objective(interview_request, objective)

    def was_the_update_the_victim(objective: str) -> bool:
        """PostgreSQL ends the session whose deadlock check comes first, usually the one that has waited longer."""
        with psycopg.connect(database_url) as session, ThreadPoolExecutor(1) as pool:
            session.execute("SELECT 1 FROM contacts_contact WHERE id = %s FOR UPDATE", [interview_request.contact_id])
            running = pool.submit(update, objective)
            try:
                assert eventually(lambda: waiting_sessions() == 1)
                session.execute(
                    "SELECT 1 FROM interviews_interviewrequest WHERE id = %s FOR UPDATE", [interview_request.pk]
                )
                session.commit()
                return True
            except psycopg.errors.DeadlockDetected:
                session.rollback()
                return False
            finally:
                running.result()

    objectives = [f"Number {number}" for number in range(5)]
    assert any(was_the_update_the_victim(objective) for objective in objectives)
    interview_request.refresh_from_db()
    assert interview_request.objective in objectives
    assert Change.objects.of(interview_request).count() == objectives.index(interview_request.objective) + 1
