"""Through PgBouncer in transaction mode, many connections share two sessions of PostgreSQL: `make test-pgbouncer`."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from hindsight import __version__
from hindsight.db.servers import connected_servers
from interviews.models import InterviewRequest, Turn
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.interviews.web.client import SurveyPage
from tests.live.client import LiveClient, at_once
from tests.live.conftest import Serve
from tests.live.stores import ON_POSTGRESQL, execute
from tests.staff.conftest import log_in
from tools.harness.orm import orm_at
from tools.harness.programs import Account, environment
from tools.harness.stores import StoreServer, running
from tools.harness.web import Server

pytestmark = pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")

SESSIONS = 2
ROUNDS = 60  # eight connections execute each statement often enough to prepare and repeat it
LOCK_SECONDS = 1
SETTINGS = """\
[databases]
* = host={host} port={postgres_port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {directory}/users
pool_mode = transaction
max_prepared_statements = 200
ignore_startup_parameters = lock_timeout, statement_timeout, idle_in_transaction_session_timeout
default_pool_size = {sessions}
max_client_conn = 1000
query_wait_timeout = 3
"""


@pytest.fixture(scope="module")
def pooled_url(database_url: str, web_database_url: str) -> Iterator[str]:
    role = urlsplit(web_database_url).username
    execute(database_url, f"ALTER ROLE {role} SET lock_timeout = '{LOCK_SECONDS}s'")
    program = shutil.which("pgbouncer", path=environment()["PATH"])
    if program is None and os.environ.get("CI") == "true":
        pytest.fail("Install pgbouncer (Debian: pgbouncer).")
    if program is None:
        pytest.skip("PgBouncer is not installed.")
    with pgbouncer(program, web_database_url) as url:
        yield url


@contextmanager
def pgbouncer(program: str, database_url: str) -> Iterator[str]:
    """In transaction mode, as docs/operations.md describes. Yields a DATABASE_URL. Raises ServerError."""
    url, account = urlsplit(database_url), Account.unprivileged()
    with account.directory() as directory:
        (directory / "users").write_text(f'"{url.username}" "{url.password or ""}"\n', encoding="utf-8")
        places = {"host": url.hostname, "postgres_port": url.port, "directory": directory, "sessions": SESSIONS}

        def command(port: int) -> list[str]:
            config = directory / "pgbouncer.ini"
            config.write_text(SETTINGS.format(port=port, **places), encoding="utf-8")
            return [program, str(config)]

        pooled = url._replace(netloc=f"{url.netloc.rpartition(':')[0]}:{{port}}").geturl()
        with running(StoreServer(command, account, directory / "pgbouncer.log", pooled)) as server:
            yield server.url


@pytest.fixture(scope="module")
def pooled_server(serve: Serve, pooled_url: str) -> Iterator[Server]:
    with serve(workers=2, DATABASE_URL=pooled_url) as server:
        yield server


def sessions_of(database_url: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = %s", [urlsplit(database_url).username])
        return int(cursor.fetchone()[0])


def test_the_api_needs_fewer_sessions_than_connections(
    pooled_server: Server, pooled_url: str, acme_key: str, interview_request: InterviewRequest
) -> None:
    api, path = LiveClient(pooled_server, acme_key), f"/interviews/{interview_request.pk}"
    new = {"interview_type_id": interview_request.interview_type.public_id, "contact_email": "bob@example.com"}
    calls = [
        call
        for number in range(ROUNDS)
        for call in (
            partial(api.patch, path, {"objective": f"Number {number}"}),
            partial(api.get, path),
            partial(api.get, "/interviews?updated_after=2020-01-01T00:00:00Z"),
            partial(api.post, "/interviews", new, Idempotency_Key=f"key-{number}"),
        )
    ]
    responses = at_once(calls)
    assert Counter(response.status_code for response in responses) == {200: 3 * ROUNDS, 201: ROUNDS}
    assert Change.objects.of(interview_request).count() == ROUNDS
    assert InterviewRequest.objects.filter(org=interview_request.org).count() == 1 + ROUNDS
    assert 1 <= sessions_of(pooled_url) <= SESSIONS


def test_no_request_fails_after_the_type_of_a_column_has_changed(
    pooled_server: Server, database_url: str, acme_key: str, interview_request: InterviewRequest
) -> None:
    """PgBouncer keeps the sessions and their statements."""
    api, path = LiveClient(pooled_server, acme_key), f"/interviews/{interview_request.pk}"
    reads = [partial(api.get, path), partial(api.get, "/interviews")] * ROUNDS

    def statuses() -> set[int]:
        writes = [partial(api.patch, path, {"objective": f"Objective {number}"}) for number in range(ROUNDS)]
        responses = at_once(reads) + at_once(writes, threads=1)
        return {response.status_code for response in responses}

    for name in ("text", "character varying(500)", "text"):
        assert statuses() == {200}
        execute(database_url, f"ALTER TABLE contacts_contact ALTER name TYPE {name}")
        execute(database_url, f"ALTER TABLE interviews_interviewrequest ALTER deal_id TYPE {name}")
    assert statuses() == {200}


def test_sessions_have_the_name_by_which_migrate_finds_servers(
    pooled_server: Server, pooled_url: str, acme_key: str, interview_request: InterviewRequest
) -> None:
    api = LiveClient(pooled_server, acme_key)
    at_once([partial(api.get, f"/interviews/{interview_request.pk}")] * ROUNDS)
    with psycopg.connect(pooled_url, application_name="hindsight 0.1.9") as other:
        other.execute("SELECT 1")  # its transaction keeps a session
        assert connected_servers(other_versions_only=True) == ["1 session of version 0.1.9"]
        assert f"of version {__version__}" in " ".join(connected_servers(other_versions_only=False))


def test_time_limits_are_those_of_the_role(
    pooled_server: Server, database_url: str, acme_key: str, interview_request: InterviewRequest
) -> None:
    with psycopg.connect(database_url) as session:
        session.execute("SELECT 1 FROM interviews_interviewrequest WHERE id = %s FOR UPDATE", [interview_request.pk])
        api, started = LiveClient(pooled_server, acme_key), time.monotonic()
        response = api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
        waited = time.monotonic() - started
    assert (response.status_code, response.code) == (503, "service_unavailable")
    assert LOCK_SECONDS <= waited < 3  # the server's own limit


def test_a_request_that_gets_no_session_is_refused_and_the_next_one_works(
    pooled_server: Server, pooled_url: str, acme_key: str, interview_request: InterviewRequest
) -> None:
    api, path = LiveClient(pooled_server, acme_key), f"/interviews/{interview_request.pk}"
    with ExitStack() as stack:
        for _ in range(SESSIONS):
            stack.enter_context(psycopg.connect(pooled_url)).execute("SELECT 1")  # its transaction keeps a session
        response = api.get(path)
        assert (response.status_code, response.code) == (503, "service_unavailable")
    assert api.get(path).status_code == 200


def test_rows_are_read_although_another_connection_takes_the_session(acme: Org, pooled_url: str) -> None:
    with orm_at(pooled_url):
        rows = Org.objects.order_by("pk").iterator(chunk_size=1)
        first = next(rows)
        with psycopg.connect(pooled_url) as other:
            other.execute("SELECT 1")  # its transaction keeps the session
            assert acme in [first, *rows]


def test_an_answer_and_staff_pages(pooled_url: str, acme_key: str, interview_request: InterviewRequest) -> None:
    with orm_at(pooled_url):
        page = SurveyPage(str(interview_request.survey_token))
        page.post("consent")
        page.post("answer", number=1, text="It was slow.")
        assert Turn.objects.get(interview_request=interview_request, number=2).text == "It was slow."
        ApiClient(acme_key).patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
        staff = log_in(f"root-{interview_request.org_id}", is_superuser=True)
        for path in ("", "activity/", f"interviews/interviewrequest/{interview_request.pk}/history/"):
            assert staff.client.get(f"/admin/{path}").status_code == 200
