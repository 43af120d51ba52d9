"""What the lists have in common: filters by org and dates, sorting, and what to try if nothing matches."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import Org
from tests.factories import ContactFactory, InterviewRequestFactory, OrgFactory
from tests.staff.conftest import Staff

CONTACTS = "contacts_contact_changelist"
REQUESTS = "interviews_interviewrequest_changelist"


def rows(staff: Staff, page: str, **query: str) -> list[Any]:
    response = staff.get(page, **query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


class TestOrgFilter:
    @pytest.fixture(autouse=True)
    def orgs(self, alice: Contact) -> None:
        for name, slug in (("Acme Größe", "acme-2"), ("Globex", "globex")):
            ContactFactory.create(org=OrgFactory.create(name=name, slug=slug), email=f"{slug}@example.com")

    @pytest.mark.parametrize(
        ("text", "slugs"),
        [
            ("ACME", ["acme"]),
            ("acme grosse", ["acme-2"]),
            ("Acme Größe (acme-2)", ["acme-2"]),
            ("lobe", ["globex"]),
            ("e", []),
            ("cme", ["acme-2", "acme"]),
            ("\x00", []),
        ],
    )
    def test_by_slug_or_any_part_of_a_name(self, root: Staff, text: str, slugs: list[str]) -> None:
        assert [contact.org.slug for contact in rows(root, CONTACTS, org=text)] == slugs

    def test_several_matches_are_links_and_suggestions(self, root: Staff) -> None:
        several = root.get(CONTACTS, org="cme").content.decode()
        assert "Several orgs match" in several
        assert 'href="?org=acme-2"' in several
        assert root.get("org_names", q="cme").json() == {"orgs": ["Acme (acme)", "Acme Größe (acme-2)"]}
        OrgFactory.create_batch(25, name="Many")
        assert "Enter more of the name." in root.get(CONTACTS, org="many").content.decode()


class TestDates:
    @pytest.fixture
    def days(self, interview_request: InterviewRequest) -> list[int]:
        """Ids of requests that were created, completed and changed on the 1st, 2nd and 3rd of March 2026."""
        ids = []
        for day in (1, 2, 3):
            row = InterviewRequestFactory.create(org=interview_request.org, contact=interview_request.contact)
            time = datetime(2026, 3, day, 23, 59, tzinfo=UTC)
            InterviewRequest.objects.filter(pk=row.pk).update(
                status="completed", created_at=time, completed_at=time, updated_at=time
            )
            ids.append(row.pk)
        return ids

    @pytest.mark.parametrize("name", ["created", "completed", "changed"])
    def test_both_days_count_and_the_newest_come_first(self, root: Staff, days: list[int], name: str) -> None:
        def found(**query: str) -> list[int]:
            return [row.pk for row in rows(root, REQUESTS, org="acme", **query)]

        first, second, third = days
        assert found(**{f"{name}_since": "2026-03-02", f"{name}_until": "2026-03-03"}) == [third, second]
        assert found(**{f"{name}_until": "2026-03-02"}) == [second, first]
        assert found(**{f"{name}_since": "2026-03-03", f"{name}_until": "2026-03-03"}) == [third]
        assert len(found(**{f"{name}_since": "yesterday", f"{name}_until": "9999-12-31"})) in (3, 4)

    def test_this_month_and_last_month_are_links(self, root: Staff, days: list[int]) -> None:
        with time_machine.travel("2026-04-30T23:00Z", tick=False):
            page = root.get(REQUESTS, org="acme").content.decode()
            for name in ("created", "completed", "changed"):
                assert f"?{name}_since=2026-04-01&amp;{name}_until=&amp;org=acme" in page
                assert f"?{name}_since=2026-03-01&amp;{name}_until=2026-03-31&amp;org=acme" in page
            assert "changed_since" not in root.get(REQUESTS).content.decode(), "it has an index for one org only"

    def test_a_form_keeps_the_other_filters_the_search_and_the_order(self, root: Staff, acme: Org) -> None:
        page = root.get(REQUESTS, org="acme", q="jane", o="-1", created_since="2026-03-01").content.decode()
        for name, value in (("org", "acme"), ("q", "jane"), ("o", "-1"), ("created_since", "2026-03-01")):
            assert f'<input type="hidden" name="{name}" value="{value}">' in page


@pytest.mark.parametrize(
    ("column", "is_sorted"), [("email", True), ("name", False), ("org", False), ("updated_at", False)]
)
def test_columns_with_an_index_sort(root: Staff, alice: Contact, column: str, is_sorted: bool) -> None:
    ContactFactory.create(org=alice.org, email="bob@example.com", name="Aaron")
    number = root.get(CONTACTS).context["cl"].list_display.index(column)
    ascending, descending = ([row.email for row in rows(root, CONTACTS, o=f"{sign}{number}")] for sign in ("", "-"))
    newest_first = ["bob@example.com", "alice@example.com"]
    assert descending == newest_first
    assert ascending == (newest_first[::-1] if is_sorted else newest_first)


def test_an_empty_result_leads_back_to_the_list(root: Staff, alice: Contact) -> None:
    page = root.get(CONTACTS, q="nobody of this name", org="acme").content.decode()
    assert 'href="?org=acme">Without the search' in page


def test_a_deal_leads_to_its_interview_requests_and_contacts(
    root: Staff, interview_request: InterviewRequest, globex: Org
) -> None:
    InterviewRequest.objects.filter(pk=interview_request.pk).update(deal_id="D & 1")
    bob = ContactFactory.create(org=interview_request.org, email="bob@example.com")
    other = InterviewRequestFactory.create(org=interview_request.org, contact=bob, deal_id="D & 1")
    InterviewRequestFactory.create(org=globex, deal_id="D & 1")
    InterviewRequestFactory.create(org=interview_request.org, contact=bob, deal_id="D & 12")
    link = "?deal=D+%26+1&amp;org=acme"
    assert link in root.get("interviews_interviewrequest_change", other.pk).content.decode()
    page = root.get(REQUESTS, deal="D & 1", org="acme")
    assert [row.pk for row in page.context["cl"].result_list] == [other.pk, interview_request.pk]
    assert f'href="/admin/contacts/contact/{bob.pk}/change/"' in page.content.decode()
