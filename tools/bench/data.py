from collections.abc import Iterable
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection

from interviews.api.etags import etag_of
from interviews.models import InterviewRequest
from interviews.paige.reading.readings import ObjectiveReading, TopicReading
from interviews.paige.reading.stored import SteeringReading, TextReading, digest_of
from interviews.services.create import onboard_org
from orgs.models import Org
from orgs.plans import Plan
from orgs.services import create_api_key
from tools.bench.operations import Requests

ORGS = 50
CONTACTS_OF_AN_ORG = 1_000
REQUESTS_OF_A_CONTACT = 2
NEVER_REACHED = 10_000_000

INSERT_CONTACTS = """
INSERT INTO contacts_contact (org_id, email, name, notes, created_at, updated_at)
SELECT org.id, 'contact' || number || '@example.com', 'Contact ' || number, repeat('What we know. ', 15), now(), now()
FROM orgs_org AS org, generate_series(1, %s) AS number
"""

INSERT_REQUESTS = """
INSERT INTO interviews_interviewrequest (
    org_id, contact_id, interview_type_id, deal_id, objective, status, survey_token, created_at, updated_at
)
SELECT contact.org_id, contact.id, type.id, '', 'Why was pricing a blocker?', 'created',
       rpad(md5(contact.id || '-' || number), 43, '-'), now(), now()
FROM contacts_contact AS contact
JOIN interviews_interviewtype AS type ON type.org_id = contact.org_id,
     generate_series(1, %s) AS number
"""


@dataclass(frozen=True)
class Customer:
    """The ids of its interview requests are consecutive."""

    org_id: int
    key: str
    digest: str
    first_request_id: int
    last_request_id: int

    def requests(self, page: int = 100) -> Requests:
        """With current ETags: of one interview request per contact, because a PATCH changes the contact's version."""
        org = Org.objects.get(pk=self.org_id)
        ids = range(self.first_request_id, self.last_request_id + 1, REQUESTS_OF_A_CONTACT)
        rows = org.interview_requests.with_versions().filter(pk__in=ids)
        etags = {row.pk: etag_of(row.versions) for row in rows}
        interview_type = org.interview_types.get().public_id
        return Requests(self.key, self.first_request_id, self.last_request_id, etags, interview_type, page)

    def survey_tokens(self) -> list[str]:
        rows = InterviewRequest.objects.for_org(self.org_id).order_by("id")
        return [str(token) for token in rows.values_list("survey_token", flat=True)]


def load() -> Customer:
    call_command("migrate", verbosity=0)
    orgs = [
        onboard_org(name=f"Org {number}", plan=Plan.ENTERPRISE, own_rate_limit=NEVER_REACHED) for number in range(ORGS)
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_CONTACTS, [CONTACTS_OF_AN_ORG])
        cursor.execute(INSERT_REQUESTS + " ORDER BY contact.org_id, contact.id", [REQUESTS_OF_A_CONTACT])
        cursor.execute("VACUUM ANALYZE")
    return customer_of(orgs[0])


def store_readings(ids: Iterable[int]) -> None:
    """As a worker does, with the same topics for each: without the encoder, which needs 60 ms for each row."""
    for row in InterviewRequest.objects.with_versions().filter(pk__in=ids):
        guide = row.interview_type_id, row.guide_version
        topics = (TopicReading("pricing", False, row.objective, 0), TopicReading("options", True, row.objective, 0))
        objective = TextReading(digest_of(row.objective, *guide), ObjectiveReading(topics, (("SSO", "pricing"),)))
        notes = TextReading(digest_of(row.contact.notes, *guide), ObjectiveReading())
        reason = TextReading(digest_of("", *guide), ObjectiveReading())
        InterviewRequest.objects.store_reading(row.pk, SteeringReading(objective, notes, reason).text)


def customer_of(org: Org) -> Customer:
    api_key, key = create_api_key(org=org, name="bench")
    ids = org.interview_requests.order_by("id").values_list("id", flat=True)
    first, last = ids[0], ids.reverse()[0]
    if len(ids) != last - first + 1:
        raise RuntimeError("The ids of the customer's interview requests are not consecutive.")
    return Customer(org.pk, key, api_key.digest, first, last)
