"""Rows of 50 orgs with the plan enterprise. Needs django.setup()."""

from django.core.management import call_command
from django.db import connection

from contacts.text import clean_email, clean_notes
from interviews.models import InterviewType
from interviews.services.create import create_interview_request, onboard_org
from interviews.services.readings import read_steering
from interviews.text import clean_objective
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from orgs.plans import Plan
from orgs.services import create_api_key
from tools.bench.client import Row

ORGS = 50
MEASURED = 80  # interview requests of each org, so that a few seconds stay below the limits

# Copies of each org's first interview request. Its objective has been read, so theirs have.
COPIES = (
    """INSERT INTO contacts_contact (org_id, email, name, notes, created_at, updated_at)
    SELECT org_id, 'buyer' || n || '@example.com', 'Buyer ' || n, notes, now(), now()
    FROM contacts_contact, generate_series(1, %s / 2) AS n""",
    """INSERT INTO interviews_interviewrequest (org_id, contact_id, interview_type_id, deal_id, objective, reading,
        status, survey_token, created_at, updated_at)
    SELECT org_id, contact.id, interview_type_id, '', objective, reading, 'created',
        rpad(md5(contact.id || '-' || n), 43, '-'), now(), now()
    FROM interviews_interviewrequest AS one JOIN contacts_contact AS contact USING (org_id), generate_series(1, 2) AS n
    WHERE contact.id <> one.contact_id""",
    """INSERT INTO orgs_change (org_id, object_type, object_id, field, before, actor_kind, actor, request_id,
        created_at)
    SELECT org_id, 'interviewrequest', id, 'objective', 'Why?', 'api_key', 'bench', 'bench', now()
    FROM interviews_interviewrequest, generate_series(1, 2)""",
    "VACUUM ANALYZE",
    "CHECKPOINT",  # otherwise PostgreSQL would write the new rows while requests are measured
)


def fill(requests: int) -> list[Row]:
    """Each org gets `requests` interview requests, with two changes each. Returns MEASURED rows of each org."""
    call_command("migrate", verbosity=0)
    orgs = [onboard_org(name=f"Org {number}", plan=Plan.ENTERPRISE) for number in range(ORGS)]
    for org in orgs:
        create_first(org)
    with connection.cursor() as cursor:
        for statement in COPIES:
            cursor.execute(statement, [requests] if "%s" in statement else [])
    return [row for org in orgs for row in rows_of(org)]


def create_first(org: Org) -> None:
    interview_request = create_interview_request(
        interview_type=InterviewType.objects.get(org=org),
        actor=Actor(ActorKind.COMMAND, "bench"),
        contact_email=clean_email("jane@example.com"),
        contact_context=clean_notes("Runs the data team, main concern is pricing."),
        objective=clean_objective("Understand why pricing was the blocker"),
    )
    read_steering(interview_request)


def rows_of(org: Org) -> list[Row]:
    _, key = create_api_key(org=org, name="bench")
    rows = org.interview_requests.order_by("pk").values_list("pk", "survey_token")[:MEASURED]
    return [Row(pk, key, str(token)) for pk, token in rows]
