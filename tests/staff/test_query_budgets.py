"""The number of SQL statements of a page does not grow with the number of rows."""

from urllib.parse import parse_qsl

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal
from interviews.models import InterviewRequest
from orgs.models import Org
from orgs.services import create_api_key
from tests.client import ApiClient
from tests.completed import complete
from tests.factories import ContactFactory, InterviewRequestFactory, OrgFactory
from tests.staff.conftest import Staff
from webhooks.models import Delivery, Endpoint, Event

FEW, MANY = 2, 60

# In answers: one or two statements find them, others show them and record who has read them.
SEARCH, SHOWN = 2 if connection.vendor == "postgresql" else 1, 2


# Statements by page and query, without the two that authenticate the user.
BUDGETS = {
    "orgs_org_changelist": 2,
    "orgs_org_changelist?q=org": 2,
    "orgs_org_changelist?plan__exact=growth": 2,
    "orgs_org_change": 5,
    "orgs_org_history": 3,
    "orgs_org_delete": 6,
    "orgs_apikey_changelist": 2,
    "contacts_contact_changelist": 2,
    "contacts_contact_changelist?q=jane": 2,
    "contacts_contact_changelist?q=jane&org=acme": 3,
    "contacts_contact_export": 2,
    "contacts_contact_change": 7,
    "contacts_contact_history": 5,
    "contacts_contact_erase": 3,
    "deals_deal_changelist": 2,
    "deals_deal_changelist?q=deal_&org=acme&outcome__exact=lost": 3,
    "deals_deal_change": 5,
    "deals_deal_history": 5,
    "interviews_interviewrequest_changelist": 3,
    "interviews_interviewrequest_changelist?q=contact": 4,
    "interviews_interviewrequest_changelist?org=acme&type=Win-loss&status__exact=created": 4,
    "interviews_interviewrequest_changelist?outcome=lost": 3,
    "interviews_interviewrequest_export": 4,
    "interviews_interviewrequest_change": 9,
    "interviews_interviewrequest_history": 6,
    "interviews_interviewrequest_prompt": 2,
    "interviews_interviewtype_changelist": 2,
    "interviews_interviewtype_change": 6,
    "interviews_interviewtype_try": 2,
    "interviews_interviewtype_compare": 2,
    "webhooks_endpoint_changelist": 2,
    "webhooks_endpoint_changelist?org=acme&state__exact=active": 3,
    "webhooks_endpoint_change": 3,
    "webhooks_delivery_changelist": 2,
    "webhooks_delivery_changelist?org=acme&status__exact=pending": 3,
    "webhooks_delivery_change": 2,
    "orgs_securityevent_changelist": 2,
    "orgs_securityevent_changelist?q=contact+42&by=root": 2,
    "orgs_securityevent_export": 3,
    "index": 11,
    "index?org=acme": 11,
    "search?q=jane": 4 + SEARCH,
    "search?q=org": 4 + SEARCH,
    "search?q=slow": 4 + SEARCH + SHOWN,
    "transcript_search?q=slow&org=acme": 1 + SEARCH + SHOWN,
    "activity": 4,
    "activity?org=acme&csv=1": 5,
}


def add_rows(number: int, api: ApiClient, contact: Contact, interview_request: InterviewRequest) -> None:
    """Adds rows to all lists."""
    for count in range(number):
        create_api_key(org=contact.org, name=f"Key {count}")
        api.patch(
            f"/interviews/{interview_request.pk}",
            {"contact_context": f"{count} {number}", "objective": f"{count} {number}"},
        )
        api.put("/deals/deal_1", {"outcome": "lost", "reported_reason": f"{count} {number}"})
        api.put(f"/deals/deal_{number}_{count}", {"outcome": "lost"})
    events = Event.objects.bulk_create(
        Event(org=contact.org, type="interview.completed", body="{}", created_at=timezone.now()) for _ in range(number)
    )
    Endpoint.objects.bulk_create(
        Endpoint(org=contact.org, url=f"https://example.com/{number}/{count}", event_types=[])
        for count in range(number)
    )
    Delivery.objects.bulk_create(
        Delivery(org=contact.org, event=event, endpoint=Endpoint.objects.earliest("pk")) for event in events
    )
    OrgFactory.create_batch(number)
    ContactFactory.create_batch(number, org=contact.org)
    for completed in InterviewRequestFactory.create_batch(number, org=contact.org, contact=contact)[:10]:
        complete(completed, [("vendor", "It was slow.")])


# Ends of the names of pages that show no single row.
WITHOUT_ROW = ("_changelist", "_export", "index", "search", "activity")


def statements(staff: Staff, ids: dict[str, int]) -> dict[str, int]:
    """Statements of each page, without the two that authenticate the user."""
    counts = {}
    for page_and_query in BUDGETS:
        page, _, query = page_and_query.partition("?")
        args = [] if page.endswith(WITHOUT_ROW) else [ids[page.split("_")[1]]]
        ContentType.objects.clear_cache()
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(page, *args, **dict(parse_qsl(query))).status_code == 200
        executed = [one["sql"] for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        counts[page_and_query] = len(executed) - 2
    return counts


def test_every_page_keeps_its_budget_for_few_rows_and_for_many(
    root: Staff, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    ids = {
        "org": interview_request.org_id,
        "contact": interview_request.contact_id,
        "interviewrequest": interview_request.pk,
        "interviewtype": interview_request.interview_type_id,
    }
    add_rows(FEW, acme_api, interview_request.contact, interview_request)
    root.get("sessions")  # records the use of the session, once a minute
    ids |= {"endpoint": Endpoint.objects.earliest("pk").pk, "delivery": Delivery.objects.earliest("pk").pk}
    ids |= {"deal": Deal.objects.earliest("pk").pk}
    assert statements(root, ids) == BUDGETS
    add_rows(MANY, acme_api, interview_request.contact, interview_request)
    assert statements(root, ids) == BUDGETS


def test_a_list_counts_at_most_the_rows_of_its_pages(root: Staff, acme: Org) -> None:
    Contact.objects.bulk_create(Contact(org=acme, email=f"{number}@example.com") for number in range(1_001))
    page = root.get("contacts_contact_changelist")
    assert "more than 1,000 contacts" in page.content.decode()
    assert page.context["cl"].paginator.num_pages == 20
    Contact.objects.filter(email="7@example.com").delete()
    assert "1000 contacts" in root.text("contacts_contact_changelist", p=20)
