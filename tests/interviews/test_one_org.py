"""Each statement of the API and of the survey page needs rows of one org only, so orgs can be in several databases.

A role sees only Acme's rows, by row-level security. Each statement runs as this role and without a policy, and must
have the same result. Globex has rows with the same texts, and its ids are sent too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, NamedTuple

import pytest
from django.db import connection

from deals.api.bodies import values_of
from deals.services import write_deal
from deals.text import clean_deal_id
from hindsight.api.schema import description
from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent, next_question
from orgs.actors import Actor, ActorKind
from orgs.models import Org, Scopes
from tests.client import ApiClient
from tests.completed import complete
from tests.factories import ContactFactory, InterviewRequestFactory, SequenceFactory
from tests.interviews.web.client import SurveyPage
from webhooks.sending import clean_url
from webhooks.services.endpoints import create_endpoint

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row-level security"),
]

TABLES = """
SELECT table_name FROM information_schema.columns WHERE column_name = 'org_id' AND table_schema = current_schema()
"""
ACTOR = Actor(ActorKind.STAFF, "sam")
EMAIL, DEAL, KEY = "alice@example.com", "deal-1", "key-1"
SINCE = "2020-01-01T00:00:00Z"


@dataclass
class OneOrg:
    """Compares statements that name a table of orgs, while it is active. `crossing`: their results differ."""

    org: Org
    role: str = field(default_factory=lambda: f"one_org_{token_hex(8)}")
    compared: list[str] = field(default_factory=list)
    crossing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tables = {name: "org_id" for (name,) in self.rows(TABLES)} | {"orgs_org": "id"}
        assert len(self.tables) > 10
        connection.check_constraints()  # ALTER TABLE refuses pending ones
        self.run(f"CREATE ROLE {self.role}")
        # First: it waits for an ANALYZE of the table, which waits for transactions that have granted something on it.
        for table, column in self.tables.items():
            self.run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            self.run(f"CREATE POLICY one_org ON {table} TO {self.role} USING ({column} = {self.org.pk})")
        for kind in ("TABLES", "SEQUENCES"):
            self.run(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO {self.role}")

    @contextmanager
    def active(self) -> Iterator[None]:
        before = self.rows_of_others()
        try:
            with connection.execute_wrapper(self.compare):
                yield
        finally:
            assert not self.crossing, self.crossing
        assert self.rows_of_others() == before

    def compare(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")) and any(table in sql for table in self.tables):
            assert not many
            self.compared.append(sql)
            if self.outcome(sql, params, self.role) != self.outcome(sql, params, "NONE"):
                self.crossing.append(sql)
        return execute(sql, params, many, context)

    def outcome(self, sql: str, params: Any, role: str) -> tuple[int, list[Any]]:
        """The number of rows, and the rows. Those of an INSERT have new ids. Changes nothing."""
        session: Any = connection.connection
        with session.cursor() as cursor:
            cursor.execute(f"SAVEPOINT one_org; SET LOCAL ROLE {role}", prepare=False)
            cursor.execute(sql, params)
            rows = cursor.fetchall() if cursor.description and not sql.lstrip().startswith("INSERT") else []
            count = cursor.rowcount
            cursor.execute("ROLLBACK TO one_org; RELEASE one_org", prepare=False)
        return count, rows

    def rows_of_others(self) -> list[Any]:
        text = "SELECT md5(string_agg(row::text, chr(10) ORDER BY row::text)) FROM {} AS row WHERE {} <> {}"
        return [self.rows(text.format(table, column, self.org.pk)) for table, column in self.tables.items()]

    def rows(self, sql: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def run(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)


class Call(NamedTuple):
    status: int
    path: str
    body: Any = None
    headers: dict[str, str] = {}


def twin(org: Org) -> InterviewRequest:
    """An interview request that has begun, after one that is completed. Those of two orgs have the same texts."""
    contact = ContactFactory.create(org=org, email=EMAIL, name="Alice", notes="Old notes")
    row = InterviewRequestFactory.create(org=org, contact=contact, deal_id=DEAL, interview_type__name="Win-loss")
    write_deal(org_id=org.pk, deal_id=clean_deal_id(DEAL), values=values_of({"outcome": "lost"}), actor=ACTOR)
    done = InterviewRequestFactory.create(org=org, contact=contact, deal_id=DEAL, interview_type=row.interview_type)
    complete(done, [("vendor", "The import was fast.")])
    give_consent(row)
    next_question(row)
    return row


def new(row: InterviewRequest, **texts: Any) -> dict[str, Any]:
    return {"contact_email": EMAIL, "interview_type_id": row.interview_type.public_id, **texts}


@pytest.fixture
def own(acme: Org) -> InterviewRequest:
    return twin(acme)


@pytest.fixture
def foreign(globex: Org, globex_api: ApiClient) -> InterviewRequest:
    row = twin(globex)
    assert globex_api.post("/interviews", new(row), Idempotency_Key=KEY).status_code == 201
    return row


def calls(own: InterviewRequest, foreign: InterviewRequest) -> dict[str, list[Call]]:
    """By operation of the API. Each id is sent as Acme's and as Globex's."""
    sequences = [SequenceFactory.create(org=row.org, interview_type=row.interview_type) for row in (own, foreign)]
    return (
        calls_on_requests(own, foreign)
        | calls_on_sequences(*(sequence.public_id for sequence in sequences))
        | calls_on_endpoints(endpoint_of(own.org), endpoint_of(foreign.org))
    )


def calls_on_requests(own: InterviewRequest, foreign: InterviewRequest) -> dict[str, list[Call]]:
    filters = f"status=created&contact_email={EMAIL}&deal_id={DEAL}"
    texts = {"contact_name": "Bob", "contact_context": "New notes", "objective": "New objective"}
    key = {"Idempotency_Key": KEY}
    return {
        "GET /interviews": [
            Call(200, "/interviews"),
            Call(200, "/interviews?limit=1"),
            Call(200, f"/interviews?{filters}"),
            Call(200, f"/interviews?updated_after=2020-01-01T00:00:00Z&{filters}"),
            Call(200, "/interviews?completed_after=2020-01-01T00:00:00Z"),
            Call(200, "/interviews?progress=started&include=notes,etag"),
        ],
        "GET /deals": [
            Call(200, "/deals"),
            Call(200, "/deals?outcome=lost&limit=1"),
            Call(200, "/deals?updated_after=2020-01-01T00:00:00Z"),
        ],
        "GET /deals/{deal_id}": [Call(200, f"/deals/{DEAL}"), Call(404, "/deals/other")],
        "PUT /deals/{deal_id}": [
            Call(200, f"/deals/{DEAL}", {"outcome": "won"}),
            Call(201, "/deals/new", {"outcome": "won"}),
            Call(412, f"/deals/{DEAL}", {"outcome": "won"}, {"If_Match": '"1"'}),
        ],
        "GET /transcripts/search": [
            Call(200, "/transcripts/search?q=fast"),
            Call(200, "/transcripts/search?q=fast&topic=vendor&direction=for&completed_after=2020-01-01T00:00:00Z"),
        ],
        "GET /findings": [
            Call(200, "/findings"),
            Call(200, "/findings?topic=vendor&direction=for&outcome=lost&completed_after=2020-01-01T00:00:00Z"),
        ],
        "GET /interview-types": [Call(200, "/interview-types")],
        "GET /interviews/{id}": [Call(200, f"/interviews/{own.pk}"), Call(404, f"/interviews/{foreign.pk}")],
        "PATCH /interviews/{id}": [
            Call(200, f"/interviews/{own.pk}", texts),
            Call(412, f"/interviews/{own.pk}", texts, {"If_Match": '"1-1-1"'}),
            Call(404, f"/interviews/{foreign.pk}", texts),
        ],
        "PATCH /interviews": [
            Call(200, "/interviews", {"data": [{"interview_request_id": row.pk, **texts} for row in (own, foreign)]}),
        ],
        "POST /interviews": [
            Call(201, "/interviews", new(own, **texts)),
            Call(201, "/interviews", new(own, contact_email="new@example.com")),
            Call(201, "/interviews", new(own, deal_id=DEAL), key),
            Call(201, "/interviews", new(own, deal_id=DEAL), key),
            Call(409, "/interviews", new(own, deal_id="other"), key),
            Call(201, "/interviews", new(own, deal={"deal_id": DEAL, "outcome": "won"})),
            Call(400, "/interviews", new(foreign)),
        ],
        "POST /interviews/{id}/contact-email": [
            Call(409, f"/interviews/{own.pk}/contact-email", {"contact_email": "new@example.com"}),
            Call(404, f"/interviews/{foreign.pk}/contact-email", {"contact_email": "new@example.com"}),
        ],
        **{
            f"POST /interviews/{{id}}/{step}": [
                Call(200, f"/interviews/{own.pk}/{step}"),
                Call(404, f"/interviews/{foreign.pk}/{step}"),
            ]
            for step in ("sent", "cancel", "uncancel")
        },
        "GET /me": [Call(200, "/me")],
    }


def calls_on_sequences(own: str, foreign: str) -> dict[str, list[Call]]:
    return {
        "GET /sequences": [Call(200, "/sequences")],
        "GET /sequences/{id}": [Call(200, f"/sequences/{own}"), Call(404, f"/sequences/{foreign}")],
    }


def endpoint_of(org: Org) -> str:
    url = clean_url("http://127.0.0.1:9/")
    return create_endpoint(org_id=org.pk, url=url, event_types=["interview.completed"]).public_id


def calls_on_endpoints(own: str, foreign: str) -> dict[str, list[Call]]:
    path = "/webhook-endpoints"
    new_endpoint = {"url": "http://127.0.0.1:9/new", "event_types": ["interview.started"]}
    return {
        f"GET {path}": [Call(200, path)],
        f"POST {path}": [
            Call(201, path, new_endpoint),
            Call(400, path, {**new_endpoint, "url": "http://127.0.0.1:9/"}),
        ],
        f"GET {path}/{{id}}": [Call(200, f"{path}/{own}"), Call(404, f"{path}/{foreign}")],
        f"PATCH {path}/{{id}}": [
            Call(200, f"{path}/{own}", {"status": "disabled"}),
            Call(404, f"{path}/{foreign}", {"status": "disabled"}),
        ],
        f"GET {path}/{{id}}/deliveries": [
            Call(200, f"{path}/{own}/deliveries"),
            Call(404, f"{path}/{foreign}/deliveries"),
        ],
        f"POST {path}/{{id}}/replay": [
            Call(202, f"{path}/{own}/replay", {"since": SINCE}),
            Call(404, f"{path}/{foreign}/replay", {"since": SINCE}),
        ],
        "GET /events": [Call(200, "/events"), Call(200, f"/events?created_after={SINCE}&type=interview.completed")],
        f"POST {path}/{{id}}/test": [Call(202, f"{path}/{own}/test"), Call(404, f"{path}/{foreign}/test")],
        f"POST {path}/{{id}}/rotate-secret": [
            Call(200, f"{path}/{own}/rotate-secret", {"grace_days": 1}),
            Call(404, f"{path}/{foreign}/rotate-secret", {"grace_days": 1}),
        ],
    }


OPERATIONS = {
    f"{method.upper()} {path.removeprefix('/api/v1')}"
    for path, methods in description()["paths"].items()
    for method in methods.keys() & {"get", "post", "put", "patch", "delete"}
}


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_an_operation_of_the_api_depends_only_on_rows_of_one_org(
    own: InterviewRequest, foreign: InterviewRequest, operation: str
) -> None:
    acme_api = ApiClient.of(own.org, Scopes.ALL)
    sent, one_org = calls(own, foreign)[operation], OneOrg(own.org)
    with one_org.active():
        for call in sent:
            response = acme_api.send(operation.split()[0], call.path, call.body, **call.headers)
            assert response.status_code == call.status, (call, response.content)
    assert one_org.compared


SURVEY: list[tuple[str, dict[str, Any]]] = [
    ("answer", {"number": 1, "text": "It was slow."}),
    ("skip", {"number": 3}),
    ("decline_with_answers", {"reason": "other"}),
    ("reconsider", {}),
    ("consent", {}),
    ("answer", {"number": 1, "text": "It was slow."}),
    ("finish", {}),
    ("resume", {}),
    ("finish", {}),
    ("send", {"answer-1": "It was very slow."}),
    ("rate", {"rating": 4}),
    ("request_deletion", {}),
]


def test_the_survey_page_depends_only_on_rows_of_one_org(own: InterviewRequest, foreign: InterviewRequest) -> None:
    page, one_org = SurveyPage(str(own.survey_token)), OneOrg(own.org)
    with one_org.active():
        for step, fields in SURVEY:
            assert page.post(step, **fields).status_code == 200
    own.refresh_from_db()
    assert own.is_completed
    assert len(one_org.compared) > 20
