"""PostgreSQL with two roles: what the web server's role can do, and what it cannot."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from interviews.models import InterviewRequest, Transcript
from orgs.audit_removal import purge_security_events
from orgs.models import Change, Org, SecurityEvent
from tests.client import ApiClient
from tests.interviews.web.client import SurveyPage
from tests.live.stores import ON_POSTGRESQL
from tests.staff.conftest import Staff, log_in
from tools.harness.orm import orm_at

pytestmark = pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no roles")


@pytest.fixture(autouse=True)
def web_role(orm: None, web_database_url: str) -> Iterator[None]:
    with orm_at(web_database_url):
        yield


@pytest.fixture
def api(acme_key: str) -> ApiClient:
    return ApiClient(acme_key)


@pytest.fixture
def root(acme: Org) -> Staff:
    return log_in(f"root-{acme.pk}", is_superuser=True)


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def deletions_of(org: Org) -> list[str]:
    events = SecurityEvent.objects.filter(kind="deletion", org=org.slug, subject=org.slug)
    return sorted(events.values_list("detail", flat=True))


def test_the_role_is_not_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'orgs_change'")
        assert cursor.fetchone() == (False,)


def test_the_api_creates_and_updates_in_one_statement(api: ApiClient, interview_request: InterviewRequest) -> None:
    body = {"interview_type_id": interview_request.interview_type.public_id, "contact_email": "bob@example.com"}
    created = api.post("/interviews", body)
    assert created.status_code == 201, created.content
    with CaptureQueriesContext(connection) as queries:
        response = api.patch(f"/interviews/{interview_request.pk}", {"objective": "New", "contact_context": "New"})
    assert (response.status_code, len(queries)) == (200, 1), [query["sql"] for query in queries]
    assert Change.objects.for_org(interview_request.org_id).count() == 2


def test_a_contact_answers_the_survey(interview_request: InterviewRequest) -> None:
    page = SurveyPage(str(interview_request.survey_token))
    page.post("consent")
    page.post("finish", number=1, text="It was slow.")
    page.post("send", **{"answer-1": "It was slow."})
    assert "It was slow" in Transcript.objects.get(interview_request=interview_request).content


def test_staff_erase_and_delete_a_contact(api: ApiClient, root: Staff, interview_request: InterviewRequest) -> None:
    api.patch(f"/interviews/{interview_request.pk}", {"objective": "New", "contact_name": "Alice Jones"})
    contact = interview_request.contact
    other = Change.objects.create(
        org_id=contact.org_id, object_type="contact", object_id=0, field="name", before="Kept", actor_kind="staff"
    )
    assert root.post("contacts_contact_erase", contact.pk, word=contact.email).status_code == 302
    for row in (contact, interview_request):
        changes = Change.objects.of(row)
        assert [(change.field == "erasure", change.before) for change in changes] == [(True, None), (False, None)]
        assert changes[0].actor == root.user.username
    other.refresh_from_db()
    assert other.before == "Kept"
    word = f"erased-{contact.pk}@erased.invalid"
    assert root.post("contacts_contact_delete", contact.pk, word=word).status_code == 302
    assert not InterviewRequest.objects.filter(pk=interview_request.pk).exists()
    assert Change.objects.of(contact).count() == 3


def test_staff_delete_an_org(api: ApiClient, root: Staff, acme: Org, interview_request: InterviewRequest) -> None:
    api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
    assert root.post("orgs_org_delete", acme.pk, word=acme.slug).status_code == 302
    assert not Org.objects.filter(pk=acme.pk).exists()
    assert not Change.objects.for_org(acme.pk).exists()
    assert deletions_of(acme) == ["", "Changes deleted: 1."]
    assert LogEntry.objects.filter(user=root.user).exists()


@pytest.mark.parametrize("table", ["orgs_change", "orgs_securityevent"])
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE {} SET actor = 'nobody'",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "ALTER TABLE {} DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON {}",
        "DROP TABLE {}",
        "SET LOCAL session_replication_role = replica",
    ],
)
def test_the_audit_cannot_be_changed(api: ApiClient, interview_request: InterviewRequest, table: str, sql: str) -> None:
    api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        execute(f"SET LOCAL hindsight.audit_removal = 'allowed'; {sql.format(table)}")
    assert Change.objects.of(interview_request).get().before == "Old objective"


def test_the_audit_of_an_existing_org_cannot_be_deleted(
    api: ApiClient, acme: Org, interview_request: InterviewRequest
) -> None:
    api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
    with pytest.raises(ProgrammingError, match="The audit of an org is deleted after the org"):
        execute(f"SELECT orgs_delete_changes({acme.pk}, 'acme', 'staff', 'root', '')")
    assert Change.objects.of(interview_request).exists()


def test_purge_needs_the_owner(database_url: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        purge_security_events(timezone.now() - timedelta(days=10_000))
    with orm_at(database_url):
        assert purge_security_events(timezone.now() - timedelta(days=10_000)) == 0


def test_migrations_need_the_owner() -> None:
    call_command("migrate", verbosity=0)  # scripts/serve runs it, and there is nothing to do
    with pytest.raises(ProgrammingError, match="must be owner"):
        call_command("migrate", "sessions", "zero", force=True, verbosity=0)
    with pytest.raises(ProgrammingError, match="permission denied"):
        execute("DELETE FROM django_migrations")
