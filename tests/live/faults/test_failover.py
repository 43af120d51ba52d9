"""PostgreSQL restarts under load: the new server has none of the prepared statements."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from django.core.management import call_command

from tests.factories import InterviewRequestFactory
from tests.live.client import LiveClient, at_once
from tests.live.conftest import Serve, new_org
from tests.live.stores import ON_POSTGRESQL
from tools.harness.orm import orm_at
from tools.harness.stores import killable_postgres

pytestmark = pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")

EACH = 20  # requests of each kind: enough for each of the two sessions to prepare their statements


def test_requests_are_served_as_soon_as_the_database_is_back(serve: Serve) -> None:
    numbers = count()
    with killable_postgres() as postgres, orm_at(postgres.url):
        call_command("migrate", verbosity=0)
        row = InterviewRequestFactory.create(org=new_org())
        with serve(workers=2, WEB_THREADS="1", REDIS_URL="", DATABASE_URL=postgres.url) as server:
            api, path = LiveClient.of(server, row.org), f"/interviews/{row.pk}"

            new = {"interview_type_id": row.interview_type.public_id}

            def create() -> int:
                return api.post("/interviews", {**new, "contact_email": f"new{next(numbers)}@example.com"}).status_code

            def update() -> int:
                return api.patch(path, {"objective": f"Objective {next(numbers)}"}).status_code

            def read() -> int:
                return api.get(path).status_code

            def read_list() -> int:
                return api.get("/interviews").status_code

            requests = [create, update, read, read_list] * EACH
            succeeded = Counter({200: EACH * 3, 201: EACH})
            assert Counter(at_once(requests)) == succeeded
            for end in (postgres.stop, postgres.kill):
                with ThreadPoolExecutor(8) as pool:
                    sent = [pool.submit(request) for request in requests]
                    end()
                    postgres.start()
                    assert {future.result() for future in sent} <= {200, 201, 503}
                assert Counter(at_once(requests)) == succeeded
