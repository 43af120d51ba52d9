"""What each role may and may not do, page by page, with the stored rows."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import ApiKey, Change, Org
from tests.client import ApiClient
from tests.staff.conftest import Staff, log_in, staff_of
from webhooks.event_types import EVENT_TYPES
from webhooks.models import Delivery, Endpoint
from webhooks.outbound import clean_url
from webhooks.services import create_endpoint, send_test_event

ROLES = ["support", "account manager", "read only", "auditor"]
SEE_ORGS = ROLES[:3]

pytestmark = pytest.mark.one_database  # permissions are checked in Python


@dataclass(frozen=True)
class World:
    """Acme with an API key, and a change of a contact and of an interview request."""

    org: Org
    api_key: ApiKey
    contact: Contact
    interview_request: InterviewRequest
    endpoint: Endpoint
    delivery: Delivery

    def id_for(self, page: str) -> int:
        rows = {
            "org": self.org,
            "apikey": self.api_key,
            "contact": self.contact,
            "interviewrequest": self.interview_request,
            "endpoint": self.endpoint,
            "delivery": self.delivery,
        }
        return int(next(row.pk for name, row in rows.items() if f"_{name}_" in page))

    def args_of(self, page: str) -> list[int]:
        return [] if page.endswith(("_changelist", "_add", "_export", "_import")) else [self.id_for(page)]

    def stored(self) -> Any:
        models = (Org, ApiKey, Contact, InterviewRequest, Change, Endpoint, Delivery)
        return [list(model._default_manager.order_by("pk").values()) for model in models]


@pytest.fixture
def world(acme_api: ApiClient, interview_request: InterviewRequest) -> World:
    acme_api.patch(
        f"/interviews/{interview_request.pk}", {"contact_context": "New notes", "objective": "New objective"}
    )
    url = clean_url("http://127.0.0.1:9/hooks")
    endpoint = create_endpoint(org_id=interview_request.org_id, url=url, event_types=[*EVENT_TYPES])
    return World(
        interview_request.org,
        ApiKey.objects.get(),
        Contact.objects.get(),
        InterviewRequest.objects.get(),
        endpoint,
        send_test_event(endpoint),
    )


# The roles that may see a page.
PAGES = {
    "orgs_org_changelist": SEE_ORGS,
    "orgs_org_change": SEE_ORGS,
    "orgs_org_history": SEE_ORGS,
    "orgs_org_add": ["account manager"],
    "orgs_org_issue-key": ["account manager"],
    "orgs_org_add-webhook": ["account manager"],
    "orgs_org_suspend": ["account manager"],
    "orgs_org_reactivate": ["account manager"],
    "orgs_org_account-managers": [],
    "orgs_org_delete": [],
    "orgs_apikey_changelist": ["account manager", "read only"],
    "orgs_apikey_change": ["account manager", "read only"],
    "orgs_apikey_revoke": ["account manager"],
    "orgs_apikey_rotate": ["account manager"],
    "orgs_apikey_delete": [],
    "contacts_contact_changelist": ["support", "read only"],
    "contacts_contact_change": ["support", "read only"],
    "contacts_contact_history": ["support", "read only"],
    "contacts_contact_export": ["support"],
    "contacts_contact_import": ["support"],
    "contacts_contact_add": [],
    "contacts_contact_delete": [],
    "contacts_contact_erase": [],
    "interviews_interviewrequest_changelist": SEE_ORGS,
    "interviews_interviewrequest_change": SEE_ORGS,
    "interviews_interviewrequest_history": SEE_ORGS,
    "interviews_interviewrequest_prompt": ["support", "read only"],
    "interviews_interviewrequest_export": ["support"],
    "interviews_interviewrequest_delete": [],
    "jobs_job_changelist": ["support"],
    "interviews_interviewtype_changelist": ["support", "read only"],
    "webhooks_endpoint_changelist": SEE_ORGS,
    "webhooks_endpoint_change": SEE_ORGS,
    "webhooks_endpoint_edit": ["account manager"],
    "webhooks_endpoint_rotate": ["account manager"],
    "webhooks_endpoint_disable": ["account manager"],
    "webhooks_endpoint_enable": ["account manager"],
    "webhooks_endpoint_test": ["account manager"],
    "webhooks_endpoint_replay": ["support", "account manager"],
    "webhooks_endpoint_delete": [],
    "webhooks_delivery_changelist": SEE_ORGS,
    "webhooks_delivery_change": SEE_ORGS,
    "webhooks_delivery_replay": ["support", "account manager"],
    "webhooks_delivery_cancel": ["support", "account manager"],
    "webhooks_delivery_delete": [],
    "orgs_securityevent_changelist": ["auditor"],
    "orgs_securityevent_export": ["auditor"],
    "auth_user_changelist": [],
    "auth_group_changelist": [],
}

# Actions, with the role that may perform them.
ACTIONS = {
    ("orgs_org_change", ("plan", "enterprise")): "account manager",
    ("orgs_org_issue-key", ("name", "CRM")): "account manager",
    ("orgs_org_suspend", ("reason", "Unpaid")): "account manager",
    ("orgs_org_account-managers", ("managers", "")): None,
    ("orgs_org_delete", ("word", "acme")): None,
    ("orgs_apikey_revoke", ("x", "x")): "account manager",
    ("orgs_apikey_rotate", ("grace_days", "1")): "account manager",
    ("webhooks_endpoint_rotate", ("grace_days", "1")): "account manager",
    ("webhooks_endpoint_disable", ("x", "x")): "account manager",
    ("webhooks_endpoint_test", ("x", "x")): "account manager",
    ("webhooks_endpoint_change", ("url", "x")): None,
    ("webhooks_delivery_change", ("status", "delivered")): None,
    ("orgs_apikey_change", ("name", "x")): None,
    ("orgs_apikey_delete", ("post", "yes")): None,
    ("contacts_contact_change", ("notes", "Mine")): "support",
    ("contacts_contact_restore", ("change", "")): "support",
    ("contacts_contact_erase", ("word", "alice@example.com")): None,
    ("contacts_contact_delete", ("word", "alice@example.com")): None,
    ("interviews_interviewrequest_change", ("objective", "Mine")): "support",
    ("interviews_interviewrequest_restore", ("change", "")): "support",
    ("interviews_interviewrequest_delete", ("post", "yes")): None,
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_only_its_pages(world: World, role: str) -> None:
    staff = staff_of(role)
    world.org.account_managers.add(staff.user)
    statuses = {page: staff.get(page, *world.args_of(page)).status_code for page in PAGES}
    assert statuses == {page: 200 if role in roles else 403 for page, roles in PAGES.items()}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action[0])
def test_a_role_performs_only_its_actions(
    root: Staff, world: World, role: str, action: tuple[str, tuple[str, str]]
) -> None:
    page, (field, value) = action
    pk = world.id_for(page)
    # The complete data of a permitted form, so that only the role can be the reason for a refusal.
    sent = root.form(page, pk) if page.endswith("_change") and "apikey" not in page and "webhooks" not in page else {}
    if page.endswith("_restore"):
        [shown] = root.get(page.replace("restore", "history"), pk).context["changes"]
        field, value, sent = "change", str(shown.entry.pk), {"seen": shown.seen}
    before = world.stored()
    staff = staff_of(role)
    world.org.account_managers.add(staff.user)
    response = staff.post(page, pk, **{**sent, field: value})
    if ACTIONS[action] == role:
        assert response.status_code in (200, 302)
        assert world.stored() != before
    else:
        assert response.status_code == 403
        assert world.stored() == before


def test_a_role_without_permission_gets_no_form(world: World) -> None:
    page = staff_of("read only").get("contacts_contact_change", world.contact.pk).content.decode()
    assert "New notes" in page
    assert "<textarea" not in page
    assert 'name="_save"' not in page
    history = staff_of("support").get("contacts_contact_history", world.contact.pk).content.decode()
    assert "Restore" in history


def test_support_sees_no_keys(world: World) -> None:
    page = staff_of("support").get("orgs_org_change", world.org.pk).content.decode()
    assert world.api_key.prefix not in page
    assert "Issue a key" not in page


def test_users_who_are_not_staff_get_the_login_page(world: World) -> None:
    visitor = log_in("visitor")
    visitor.user.is_staff = False
    visitor.user.save()
    for page in PAGES:
        assert visitor.get(page, *world.args_of(page)).status_code == 302


@pytest.mark.django_db
def test_the_permissions_exist_in_django() -> None:
    assert Permission.objects.get(codename="add_apikey").name == "Can add API key"
    names = list(Permission.objects.values_list("content_type", "codename"))
    assert len(names) == len(set(names))
