"""The tables change, as in a migration, while a server with several workers executes its prepared statements."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import count
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import psycopg
import pytest

from interviews.models import InterviewRequest
from orgs.models import Org
from tests.live.client import LiveClient
from tests.live.conftest import Serve
from tests.live.stores import ON_POSTGRESQL, execute
from tools.harness.web import Server
from webhooks.models import Endpoint

pytestmark = pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")

# A type is changed to the other one and back. All values stay the same: a rounded time would look like a change of the
# row by another request.
# The other types of the schema have no second type that the SQL of requests accepts.
OTHER_TYPES = {
    "character varying": "text",
    "text": "character varying",
    "integer": "bigint",
    "smallint": "integer",
    "timestamp with time zone": "timestamp(6) with time zone",
}
# The applications whose tables the statements of a request read and write.
TABLES = "(orgs|contacts|interviews|webhooks)_%|idempotency_record|rate_limit_counter"
COLUMNS = """
SELECT table_name, quote_ident(column_name), data_type, format_type(atttypid, atttypmod)
FROM information_schema.columns
JOIN pg_attribute ON attrelid = table_name::regclass AND attname = column_name
WHERE table_schema = 'public' AND table_name SIMILAR TO %s AND data_type = ANY(%s)
ORDER BY table_name, ordinal_position
"""
EACH = 16  # requests of each kind: enough for each of the two sessions to prepare their statements

Request = Callable[[], int]


def type_changes(database_url: str) -> tuple[list[str], list[str]]:
    """Statements that change the type of one column each, and those that change it back."""
    with closing(psycopg.connect(database_url)) as session:
        columns = session.execute(COLUMNS, [TABLES, [*OTHER_TYPES]]).fetchall()
    change = "ALTER TABLE {} ALTER {} TYPE {}".format
    there = [change(table, column, OTHER_TYPES[name]) for table, column, name, _ in columns]
    back = [change(table, column, declared) for table, column, _, declared in columns]
    return there, back


def new_columns(database_url: str) -> tuple[list[str], list[str]]:
    names = "SELECT tablename FROM pg_tables WHERE tablename SIMILAR TO %s"
    with closing(psycopg.connect(database_url)) as session:
        tables = [f"ALTER TABLE {name}" for [name] in session.execute(names, [TABLES])]
    return [f"{table} ADD extra text" for table in tables], [f"{table} DROP extra" for table in tables]


class Clients:
    """A customer's system, and contacts on the survey page."""

    def __init__(self, server: Server, key: str, row: InterviewRequest) -> None:
        self.server, self.row = server, row
        self.api, self.stranger = LiveClient(server, key), LiveClient(server, "unknown")
        self.path, self.numbers = f"/interviews/{row.pk}", count()

    def requests(self) -> list[Request]:
        lists = ["/interviews", "/interviews?updated_after=2020-01-01T00:00:00Z", "/interview-types"]
        return [
            lambda: self.api.get(self.path).status_code,
            lambda: self.stranger.get(self.path).status_code,
            *(partial(self.list, path) for path in lists),
            self.patch,
            self.patch_if_match,
            self.post,
            lambda: self.post(Idempotency_Key=f"key-{next(self.numbers)}"),
            self.survey,
        ]

    def list(self, path: str) -> int:
        return self.api.get(path).status_code

    def patch(self, **headers: str) -> int:
        text = f"Text {next(self.numbers)}"
        body = {"contact_context": text, "contact_name": text, "objective": text}
        return self.api.patch(self.path, body, **headers).status_code

    def patch_if_match(self) -> int:
        return self.patch(If_Match=self.api.get(self.path).headers.get("ETag", "*"))

    def post(self, **headers: str) -> int:
        return self.api.post("/interviews", self.new_interview(), **headers).status_code

    def new_interview(self) -> dict[str, str]:
        email = f"new{next(self.numbers)}@example.com"
        return {"contact_email": email, "interview_type_id": self.row.interview_type.public_id}

    def survey(self) -> int:
        created = self.api.post("/interviews", self.new_interview())
        if created.status_code != 201:
            return created.status_code
        token = created.json()["survey_token"]
        for step in ({"step": "consent"}, {"step": "answer", "number": "1", "text": "It was too slow for us."}):
            form = urlencode({"token": token, **step}).encode()
            try:
                urlopen(f"http://127.0.0.1:{self.server.port}/survey", form, timeout=20).close()
            except HTTPError as error:
                return error.code
        return 200


@pytest.fixture
def clients(serve: Serve, acme: Org, acme_key: str, interview_request: InterviewRequest) -> Iterator[Clients]:
    """Of a server whose two workers have a database connection each. Its counters are in the database, too."""
    Endpoint.objects.create(org=acme, url="https://hooks.example.com", event_types=["interview.started"])
    with serve(workers=2, WEB_THREADS="1", REDIS_URL="", ANONYMOUS_RATE_LIMIT="100000") as server:
        yield Clients(server, acme_key, interview_request)


def responses_during(requests: list[Request], statements: list[str], database_url: str) -> Counter[int]:
    """Executes the statements while the requests are sent. Returns the statuses."""
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(request) for _ in range(EACH) for request in requests]
        for statement in statements:
            execute(database_url, statement)
        return Counter(future.result() for future in sent)


def test_no_request_fails_while_types_of_columns_change(clients: Clients, database_url: str) -> None:
    requests = clients.requests()
    there, back = type_changes(database_url)
    added, dropped = new_columns(database_url)
    statuses: Counter[int] = Counter()
    for statements in ([], there, back, added, dropped, []):
        statuses += responses_during(requests, statements, database_url)
    assert statuses.keys() <= {200, 201, 401, 412}, statuses
    assert statuses[412] < statuses[200] / 5
