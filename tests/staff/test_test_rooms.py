"""Lists, search and home page leave test rooms out. Staff find them by the org's page, or by their slug."""

import re

import pytest
from django.urls import reverse

from contacts.models import Contact
from deals.models import Deal
from interviews.models import InterviewRequest
from interviews.reports.interview_statistics import interview_statistics
from interviews.services.create import open_test_room
from orgs.models import ApiKey, Org
from orgs.services import create_api_key
from tests.factories import ContactFactory, InterviewRequestFactory, InterviewTypeFactory
from tests.staff.conftest import Staff, staff_of


@pytest.fixture
def room(acme: Org) -> Org:
    InterviewTypeFactory.create(org=acme, name="Win-loss")
    room = open_test_room(org_id=acme.pk)
    create_api_key(org=room, name="Tester")
    contact = ContactFactory.create(org=room, email="tester@example.com", name="Tester")
    InterviewRequestFactory.create(org=room, contact=contact, deal_id="deal_test")
    Deal.objects.create(org=room, deal_id="deal_test")
    return room


LISTS = ["contacts_contact", "deals_deal", "interviews_interviewrequest", "interviews_interviewtype", "orgs_apikey"]


def rows(staff: Staff, page: str, **query: str) -> int:
    shown = staff.get(f"{page}_changelist", **query)
    assert shown.status_code == 200
    return len(shown.context["cl"].result_list)


@pytest.mark.parametrize("page", LISTS)
def test_a_list_shows_the_rows_only_if_the_room_is_chosen(root: Staff, acme: Org, room: Org, page: str) -> None:
    own = 1 if page == "interviews_interviewtype" else 0
    assert rows(root, page) == rows(root, page, org="Acm") == own
    assert rows(root, page, org="acme-test") == (2 if page == "interviews_interviewtype" else 1)


@pytest.mark.parametrize("text", ["acme-test", "tester@example.com", "deal_test", "Tester"])
def test_the_search_leaves_the_room_out(root: Staff, room: Org, text: str) -> None:
    found = root.get("search", q=text).context["found"]
    assert not [row for result in found for row in result.rows]


def test_orgs_are_listed_without_rooms(root: Staff, acme: Org, room: Org) -> None:
    assert rows(root, "orgs_org") == rows(root, "orgs_org", q="acme") == 1
    assert list(root.get("index").context["orgs"]) == [acme]


def test_no_statistics_count_the_room(root: Staff, acme: Org, room: Org) -> None:
    assert sum(week.requests for week in interview_statistics().weeks) == 0
    assert sum(week.requests for week in interview_statistics([acme.pk]).weeks) == 0


def test_a_test_key_is_issued_on_the_orgs_page(root: Staff, acme: Org) -> None:
    issued = root.post("orgs_org_issue-key", acme.pk, name="Tester", is_test="on", scopes="read write")
    assert re.search(r"hsk_test_\w{42}", issued.content.decode())
    room = acme.test_room
    assert ApiKey.objects.get().org == room
    page_of_org = root.get("orgs_org_change", acme.pk).content.decode()
    assert reverse("admin:orgs_org_change", args=[room.pk]) in page_of_org
    assert "hsk_test_" in page_of_org
    page_of_room = root.get("orgs_org_change", room.pk).content.decode()
    assert "This is the test room of" in page_of_room
    assert "Acme (test room)" in page_of_room


def test_account_managers_manage_the_room_of_their_org(acme: Org, globex: Org, room: Org) -> None:
    manager = staff_of("account manager")
    manager.user.managed_orgs.add(acme)
    assert manager.get("orgs_org_add-webhook", room.pk).status_code == 200
    assert manager.get("index").context["statistics"].weeks[-1].requests == 0
    manager.user.managed_orgs.set([globex])
    assert manager.get("orgs_org_add-webhook", room.pk).status_code == 404
    assert (Contact.objects.count(), InterviewRequest.objects.count()) == (1, 1)
