"""The database becomes unavailable and available again while the server runs."""

from functools import partial

import pytest
from django.db import connection

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import Change
from tests.live.client import LiveClient, at_once, get_page
from tests.live.conftest import Serve
from tests.live.stores import ON_POSTGRESQL
from tests.live.tcp_proxy import tcp_proxy
from tools.harness.processes import eventually

pytestmark = pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")

REQUESTS = 60  # enough to reach all four workers


@pytest.mark.parametrize("environment", [{}, {"REDIS_URL": ""}], ids=["counters in Redis", "counters in the database"])
def test_requests_get_503_and_recover_without_a_restart(
    environment: dict[str, str], serve: Serve, database_url: str, acme_key: str, interview_request: InterviewRequest
) -> None:
    path = f"/interviews/{interview_request.pk}"
    with (
        tcp_proxy(database_url) as postgresql,
        serve(workers=1, DATABASE_URL=postgresql.url(database_url), **environment) as server,
    ):
        api = LiveClient(server, acme_key)
        with_new_key = LiveClient.of(server, interview_request.org)
        assert {api.patch(path, {"objective": "Before"}).status_code for _ in range(10)} == {200}

        postgresql.set_state("down")
        for response in [*(api.patch(path, {"objective": "Meanwhile"}) for _ in range(10)), with_new_key.get(path)]:
            assert (response.status_code, response.code) == (503, "service_unavailable")
            assert int(response.headers["Retry-After"]) >= 1
        assert [get_page(server, path).status_code for path in ("/healthz", "/readyz")] == [200, 503]
        interview_request.refresh_from_db()
        assert interview_request.objective == "Before"

        postgresql.set_state("up")
        assert {api.patch(path, {"objective": "After"}).status_code for _ in range(10)} == {200}
        assert [get_page(server, path).status_code for path in ("/healthz", "/readyz")] == [200, 200]
        interview_request.refresh_from_db()
        assert interview_request.objective == "After"


def test_connections_terminated_by_the_database_fail_no_request(
    api: LiveClient, interview_request: InterviewRequest, alice: Contact
) -> None:
    path = f"/interviews/{interview_request.pk}"
    for number in range(1, 4):
        reads = [partial(api.get, path)] * REQUESTS
        assert {response.status_code for response in at_once(reads)} == {200}  # every worker has connections
        terminate_other_connections()
        names = [f"Alice {number} of {count}" for count in range(REQUESTS)]
        writes = [partial(api.patch, path, {"contact_name": name}) for name in names]
        assert {response.status_code for response in at_once(writes)} == {200}
        alice.refresh_from_db()
        assert alice.name in names
        assert Change.objects.of(alice).count() == number * REQUESTS


def test_a_server_that_the_network_has_lost_is_noticed_within_half_a_minute(database_url: str) -> None:
    """libpq applies these parameters; a test that drops packets would need root."""
    connection.ensure_connection()
    values = connection.connection.info.get_parameters()
    sent = int(values["tcp_user_timeout"]) / 1000
    idle = int(values["keepalives_idle"]) + int(values["keepalives_interval"]) * int(values["keepalives_count"])
    assert 0 < sent <= 30
    assert 0 < idle <= 30


def terminate_other_connections() -> None:
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) {others}")
        assert len(cursor.fetchall()) >= 4

        def are_gone() -> bool:
            cursor.execute(f"SELECT count(*) {others}")
            return bool(cursor.fetchone() == (0,))

        assert eventually(are_gone)
