"""The data of the benchmark: orgs with contacts and interview requests, and an API key of one org."""

from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection

from interviews.api.etags import etag_of
from interviews.services import onboard_org
from orgs.models import Org
from orgs.plans import Plan
from orgs.services import create_api_key

ORGS = 50
CONTACTS_OF_AN_ORG = 200
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
       md5(contact.id || '-' || number), now(), now()
FROM contacts_contact AS contact
JOIN interviews_interviewtype AS type ON type.org_id = contact.org_id,
     generate_series(1, %s) AS number
"""


@dataclass(frozen=True)
class Customer:
    """The org that sends the requests.

    `etags`: of one interview request per contact, because a PATCH of another one would change the contact's version.
    """

    org_id: int
    key: str
    digest: str
    first_request_id: int
    last_request_id: int
    etags: dict[int, str]


def load() -> Customer:
    """Fills a new database. The ids of the customer's interview requests are consecutive."""
    call_command("migrate", verbosity=0)
    orgs = [
        onboard_org(name=f"Org {number}", plan=Plan.ENTERPRISE, own_rate_limit=NEVER_REACHED) for number in range(ORGS)
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_CONTACTS, [CONTACTS_OF_AN_ORG])
        cursor.execute(INSERT_REQUESTS + " ORDER BY contact.org_id, contact.id", [REQUESTS_OF_A_CONTACT])
        cursor.execute("VACUUM ANALYZE")
    return customer_of(orgs[0])


def customer_of(org: Org) -> Customer:
    api_key, key = create_api_key(org=org, name="bench")
    ids = org.interview_requests.order_by("id").values_list("id", flat=True)
    first, last = ids[0], ids.reverse()[0]
    if len(ids) != last - first + 1:
        raise RuntimeError("The ids of the customer's interview requests are not consecutive.")
    one_per_contact = org.interview_requests.with_versions().filter(pk__in=ids[::REQUESTS_OF_A_CONTACT])
    etags = {interview_request.pk: etag_of(interview_request.versions) for interview_request in one_per_contact}
    return Customer(org.pk, key, api_key.digest, first, last, etags)
