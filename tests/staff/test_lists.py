"""The lists: filters by org and dates, which lookups they offer, sorting, and test rooms, which they leave out."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from contacts.models import Contact
from deals.models import Deal
from interviews.models import InterviewRequest
from interviews.reports.interview_statistics import interview_statistics
from interviews.services.create import open_test_room
from orgs.models import ApiKey, Org
from orgs.services import create_api_key
from tests.factories import ContactFactory, InterviewRequestFactory, InterviewTypeFactory, OrgFactory
from tests.staff.conftest import Staff, staff_of

CONTACTS = "contacts_contact"
REQUESTS = "interviews_interviewrequest"


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
        assert [contact.org.slug for contact in root.listed(CONTACTS, org=text)] == slugs

    def test_several_matches_are_links_and_suggestions(self, root: Staff) -> None:
        several = root.text(f"{CONTACTS}_changelist", org="cme")
        assert "Several orgs match" in several
        assert 'href="?org=acme-2"' in several
        assert root.get("org_names", q="cme").json() == {"orgs": ["Acme (acme)", "Acme Größe (acme-2)"]}
        OrgFactory.create_batch(25, name="Many")
        assert "Enter more of the name." in root.text(f"{CONTACTS}_changelist", org="many")


class TestDealFilters:
    @pytest.fixture(autouse=True)
    def deals(self, acme: Org) -> None:
        """Of four interview requests: two lost to spellings of Globex, one won against it, one without a deal."""
        for outcome, competitor in (("lost", "Globex"), ("lost", "GLOBEX Corp."), ("won", "Globex"), ("", "")):
            deal = f"{outcome}-{competitor}" if outcome else ""
            InterviewRequestFactory.create(org=acme, deal_id=deal)
            if deal:
                Deal.objects.create(org=acme, deal_id=deal, outcome=outcome, competitor=competitor)
        Deal.objects.create(org=OrgFactory.create(), deal_id="won-Globex", outcome="lost", competitor="Initech")

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"outcome": "lost"}, ["lost-GLOBEX Corp.", "lost-Globex"]),
            ({"competitor": "globex"}, ["won-Globex", "lost-GLOBEX Corp.", "lost-Globex"]),
            ({"competitor": "corp", "outcome": "lost"}, ["lost-GLOBEX Corp."]),
            ({"competitor": "Initech"}, []),
        ],
    )
    def test_by_outcome_and_competitor_of_the_deal(self, root: Staff, query: dict[str, str], found: list[str]) -> None:
        page = root.get(f"{REQUESTS}_changelist", **query)
        assert [row.deal_id for row in page.context["cl"].result_list] == found
        assert all(f"{name}: {value}" in page.content.decode() for name, value in query.items()), "chips"


class TestDates:
    @pytest.fixture
    def days(self, interview_request: InterviewRequest) -> list[InterviewRequest]:
        """Requests that were created, completed and changed on the 1st, 2nd and 3rd of March 2026."""
        rows = InterviewRequestFactory.create_batch(3, org=interview_request.org, contact=interview_request.contact)
        for day, row in enumerate(rows, start=1):
            time = datetime(2026, 3, day, 23, 59, tzinfo=UTC)
            times = dict.fromkeys(("created_at", "completed_at", "updated_at"), time)
            InterviewRequest.objects.filter(pk=row.pk).update(status="completed", **times)
        return rows

    @pytest.mark.parametrize("name", ["created", "completed", "changed"])
    def test_both_days_count_and_the_newest_come_first(
        self, root: Staff, days: list[InterviewRequest], name: str
    ) -> None:
        def found(since: str, until: str) -> list[InterviewRequest]:
            return root.listed(REQUESTS, org="acme", **{f"{name}_since": since, f"{name}_until": until})

        first, second, third = days
        assert found("2026-03-02", "2026-03-03") == [third, second]
        assert found("", "2026-03-02") == [second, first]
        assert found("2026-03-03", "2026-03-03") == [third]
        assert len(found("yesterday", "9999-12-31")) in (3, 4)

    def test_this_month_and_last_month_are_links(self, root: Staff, days: list[InterviewRequest]) -> None:
        with time_machine.travel("2026-04-30T23:00Z", tick=False):
            page = root.text(f"{REQUESTS}_changelist", org="acme")
            for name in ("created", "completed", "changed"):
                assert f"?{name}_since=2026-04-01&amp;{name}_until=&amp;org=acme" in page
                assert f"?{name}_since=2026-03-01&amp;{name}_until=2026-03-31&amp;org=acme" in page
            assert "changed_since" not in root.text(f"{REQUESTS}_changelist"), "it has an index for one org only"

    def test_forms_and_links_keep_the_other_filters(self, root: Staff, acme: Org) -> None:
        page = root.text(f"{REQUESTS}_changelist", org="acme", q="jane", o="-1", created_since="2026-03-01")
        for name, value in (("org", "acme"), ("q", "jane"), ("o", "-1"), ("created_since", "2026-03-01")):
            assert f'<input type="hidden" name="{name}" value="{value}">' in page
        empty = root.text(f"{CONTACTS}_changelist", q="nobody of this name", org="acme")
        assert 'href="?org=acme">Without the search' in empty


@pytest.mark.parametrize(
    ("column", "is_sorted"), [("email", True), ("name", False), ("org", False), ("updated_at", False)]
)
def test_columns_with_an_index_sort(root: Staff, alice: Contact, column: str, is_sorted: bool) -> None:
    ContactFactory.create(org=alice.org, email="bob@example.com", name="Aaron")
    number = root.get(f"{CONTACTS}_changelist").context["cl"].list_display.index(column)
    ascending, descending = ([row.email for row in root.listed(CONTACTS, o=f"{sign}{number}")] for sign in ("", "-"))
    newest_first = ["bob@example.com", "alice@example.com"]
    assert descending == newest_first
    assert ascending == (newest_first[::-1] if is_sorted else newest_first)


def test_a_deal_leads_to_its_interview_requests(root: Staff, interview_request: InterviewRequest, globex: Org) -> None:
    InterviewRequest.objects.filter(pk=interview_request.pk).update(deal_id="D & 1")
    bob = ContactFactory.create(org=interview_request.org, email="bob@example.com")
    other = InterviewRequestFactory.create(org=interview_request.org, contact=bob, deal_id="D & 1")
    InterviewRequestFactory.create(org=globex, deal_id="D & 1")
    InterviewRequestFactory.create(org=interview_request.org, contact=bob, deal_id="D & 12")
    link = "?deal=D+%26+1&amp;org=acme"
    assert link in root.text("interviews_interviewrequest_change", other.pk)
    Deal.objects.create(org=interview_request.org, deal_id="D & 1", outcome="lost", competitor="<Initech>")
    page = root.get(f"{REQUESTS}_changelist", deal="D & 1", org="acme")
    assert [row.pk for row in page.context["cl"].result_list] == [other.pk, interview_request.pk]
    assert page.content.decode().count('<span class="pill bad">Lost</span> to &lt;Initech&gt; <a href=') == 2
    [(org, without_org), (deal, without_deal)] = page.context["cl"].chips()
    assert (deal, org) == ("deal: D & 1", f"org: {interview_request.org.name}")
    assert (without_deal, without_org) == ("?org=acme", "?deal=D+%26+1")


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


@pytest.mark.parametrize("page", LISTS)
def test_a_list_shows_the_rows_only_if_the_room_is_chosen(root: Staff, acme: Org, room: Org, page: str) -> None:
    own = 1 if page == "interviews_interviewtype" else 0
    assert len(root.listed(page)) == len(root.listed(page, org="Acm")) == own
    assert len(root.listed(page, org="acme-test")) == own + 1


def test_search_orgs_and_statistics_leave_the_room_out(root: Staff, acme: Org, room: Org) -> None:
    for text in ("acme-test", "tester@example.com", "deal_test", "Tester"):
        found = root.get("search", q=text).context["found"]
        assert not [row for result in found for row in result.rows], text
    assert root.listed("orgs_org") == root.listed("orgs_org", q="acme") == [acme]
    assert list(root.get("index").context["orgs"]) == [acme]
    for orgs in (None, [acme.pk]):
        assert sum(week.requests for week in interview_statistics(orgs).weeks) == 0


def test_a_test_key_is_issued_on_the_orgs_page(root: Staff, acme: Org) -> None:
    issued = root.post("orgs_org_issue-key", acme.pk, name="Tester", is_test="on", scopes="read write")
    assert re.search(r"hsk_test_\w{42}", issued.content.decode())
    room = acme.test_room
    assert ApiKey.objects.get().org == room
    page_of_org = root.text("orgs_org_change", acme.pk)
    assert reverse("admin:orgs_org_change", args=[room.pk]) in page_of_org
    assert "hsk_test_" in page_of_org
    page_of_room = root.text("orgs_org_change", room.pk)
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


REFUSED = [
    ("orgs_apikey_changelist", "digest__startswith", "a"),
    ("orgs_apikey_changelist", "digest__regex", "^a"),
    ("orgs_apikey_changelist", "org__contacts__notes__contains", "a"),
    ("orgs_apikey_changelist", "prefix__foo", "a"),
    ("orgs_apikey_changelist", "created_at__year", "never"),
    ("orgs_org_changelist", "api_keys__digest__startswith", "a"),
    ("orgs_org_changelist", "plan__regex", "("),
    ("contacts_contact_changelist", "notes__contains", "a"),
    ("contacts_contact_changelist", "interview_requests__survey_token__startswith", "a"),
    ("interviews_interviewrequest_changelist", "survey_token__startswith", "a"),
    ("interviews_interviewrequest_changelist", "conversation__guide__a", "a"),
    ("interviews_interviewtype_changelist", "guide__contains", "a"),
]


@pytest.mark.parametrize("role", ["read only", None], ids=["read only", "superuser"])
@pytest.mark.parametrize(("page", "lookup", "value"), REFUSED)
def test_other_lookups_are_refused(
    root: Staff, acme_key: str, role: str | None, page: str, lookup: str, value: str
) -> None:
    staff = root if role is None else staff_of(role)
    response = staff.get(page, **{lookup: value})
    assert response.status_code in (302, 400)
    assert response.status_code == 400 or response.headers["Location"].endswith("?e=1")


def test_filters_and_links_of_the_pages_work(root: Staff, interview_request: InterviewRequest) -> None:
    assert root.listed(REQUESTS, contact=str(interview_request.contact_id)) == [interview_request]
    assert root.get("orgs_org_changelist", plan__exact="growth", is_active__exact="1").status_code == 200


@pytest.mark.parametrize(("role", "is_shown"), [("read only", False), ("support", True)])
def test_only_staff_who_may_edit_see_the_survey_link(
    interview_request: InterviewRequest, role: str, is_shown: bool
) -> None:
    page = staff_of(role).get("interviews_interviewrequest_change", interview_request.pk)
    assert (interview_request.survey_token in page.content.decode()) == is_shown
