"""The pages of contacts: search, view, and edit name and notes."""

from typing import Any

import pytest

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.factories import ContactFactory, InterviewRequestFactory
from tests.history import history_of
from tests.staff.conftest import Staff, form_of

CHANGE = "contacts_contact_change"


def save(staff: Staff, contact: Contact, **edits: str) -> Any:
    return staff.save(CHANGE, contact.pk, **edits)


EVERYBODY = {"alice@example.com", "ann@globex.example", "bob@example.com", "zoe@example.com", "li@example.com"}


@pytest.fixture
def people(alice: Contact, globex: Org) -> None:
    ContactFactory.create(org=globex, email="ann@globex.example", name="Anne Smith-Jones")
    ContactFactory.create(org=globex, email="bob@example.com", name="Bob")
    ContactFactory.create(org=globex, email="zoe@example.com", name="Zoe\u0308 Løw-Straße")
    ContactFactory.create(org=globex, email="li@example.com", name="李 王")


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("text", "emails"),
    [
        *((text, {"alice@example.com"}) for text in ("ALICE@exa", "al")),
        ("smith ann", {"ann@globex.example"}),
        *((text, {"zoe@example.com"}) for text in ("ZOE LOW", "STRAẞE")),
        ("王", {"li@example.com"}),
        *((text, set()) for text in ("ce", "smith bob", "%", "_", "& | ! ' \\")),
        ("\x00", EVERYBODY),
    ],
)
def test_any_part_of_the_address_and_the_name_finds_a_contact(root: Staff, text: str, emails: set[str]) -> None:
    assert {contact.email for contact in root.listed("contacts_contact", q=text)} == emails


class TestEditing:
    def test_an_edit_is_stored_and_audited(
        self, root: Staff, alice: Contact, interview_request: InterviewRequest
    ) -> None:
        response = save(root, alice, name="Alice Jones", notes="She is the CTO.\r\nMet in May.")
        assert response.status_code == 302
        alice.refresh_from_db()
        assert (alice.name, alice.notes) == ("Alice Jones", "She is the CTO.\nMet in May.")
        assert set(history_of(alice)) == {("notes", "Old notes", alice.notes), ("name", "Alice", "Alice Jones")}
        assert set(Change.objects.of(alice).values_list("actor_kind", "actor", "request_id")) == {
            ("staff", "root", response.headers["X-Request-Id"])
        }

    @pytest.mark.parametrize(
        "notes",
        ["", "plain", "\n\n  kept  \n", "windows\r\nline\rends", '{"a":1.10}', '{ "half": ', "<b>&amp;", "🦊" * 50],
    )
    def test_saving_what_was_shown_changes_nothing(self, root: Staff, alice: Contact, notes: str) -> None:
        Contact.objects.update(notes=notes)
        assert save(root, alice).status_code == 302
        alice.refresh_from_db()
        assert alice.notes == notes
        assert not Change.objects.exists()

    @pytest.mark.parametrize(
        ("edits", "reason"),
        [
            ({"notes": '{"title": "CTO",}'}, "Enter a valid JSON object: Illegal trailing comma"),
            ({"notes": '{"a": NaN}'}, "NaN is not valid JSON"),
            ({"notes": '{"a": 1, "a": 2}'}, "the same key twice"),
            ({"notes": '{"a":' * 33 + "1" + "}" * 33}, "nested deeper than 32 levels"),
            ({"notes": r'{"a": "\ud800"}'}, "an unpaired surrogate"),
            ({"notes": "x" * 100_001}, "at most 100,000 characters"),
            ({"name": ""}, "required"),
            ({"name": " \u200b "}, "not blank"),
            ({"name": "x" * 256}, "at most 255 characters"),
        ],
    )
    def test_what_the_api_would_refuse_is_refused(
        self, root: Staff, alice: Contact, edits: dict[str, str], reason: str
    ) -> None:
        response = save(root, alice, **edits)
        assert response.status_code == 200
        [field] = edits
        assert reason in str(response.context["adminform"].form.errors[field])
        alice.refresh_from_db()
        assert (alice.name, alice.notes) == ("Alice", "Old notes")
        assert not Change.objects.exists()

    def test_notes_of_the_greatest_length_fit_in_any_script(self, root: Staff, alice: Contact) -> None:
        assert save(root, alice, notes="🦊" * 100_000).status_code == 302
        alice.refresh_from_db()
        assert alice.notes == "🦊" * 100_000

    def test_nothing_else_can_be_changed(self, root: Staff, alice: Contact, globex: Org) -> None:
        save(root, alice, email="eve@example.com", org=str(globex.pk))
        alice.refresh_from_db()
        assert (alice.email, alice.org.slug) == ("alice@example.com", "acme")


class TestTwoAtOnce:
    def test_a_concurrent_edit_is_overwritten_only_by_a_second_submit(
        self, root: Staff, alice: Contact, interview_request: InterviewRequest, acme_api: ApiClient
    ) -> None:
        opened = root.form(CHANGE, alice.pk)
        acme_api.patch(f"/interviews/{interview_request.pk}", {"contact_context": "From the <CRM>"})
        response = root.post(CHANGE, alice.pk, **{**opened, "notes": "From staff"})
        assert response.status_code == 200
        assert "From the &lt;CRM&gt;" in response.content.decode()
        told = form_of(response)
        assert told["notes"] == "From staff"
        assert history_of(alice) == [("notes", "Old notes", "From the <CRM>")]
        assert root.post(CHANGE, alice.pk, **told).status_code == 302
        assert history_of(alice)[1:] == [("notes", "From the <CRM>", "From staff")]

    def test_edits_of_different_fields_are_both_stored_also_after_an_error(self, root: Staff, alice: Contact) -> None:
        opened = root.form(CHANGE, alice.pk)
        Contact.objects.update(notes="Meanwhile")
        corrected = form_of(root.post(CHANGE, alice.pk, **{**opened, "name": ""})) | {"name": "Ally"}
        assert root.post(CHANGE, alice.pk, **corrected).status_code == 302
        assert "Somebody else changed the notes" in root.text(CHANGE, alice.pk)
        alice.refresh_from_db()
        assert (alice.name, alice.notes) == ("Ally", "Meanwhile")

    @pytest.mark.parametrize("seen", ["", "{}", "[]", "nonsense", '{"notes": 5}'])
    def test_a_form_without_fingerprints_overwrites_nothing(self, root: Staff, alice: Contact, seen: str) -> None:
        assert save(root, alice, notes="New", seen=seen).status_code == 200
        alice.refresh_from_db()
        assert alice.notes == "Old notes"


def test_the_page_lists_interviews_and_changes(root: Staff, alice: Contact, acme_api: ApiClient) -> None:
    first, second = InterviewRequestFactory.create_batch(2, org=alice.org, contact=alice)
    acme_api.patch(f"/interviews/{first.pk}", {"contact_context": "New <b>notes</b>"})
    page = root.text(CHANGE, alice.pk)
    assert f"/admin/interviews/interviewrequest/{first.pk}/change/" in page
    assert f"/admin/interviews/interviewrequest/{second.pk}/change/" in page
    assert "<del>Old notes</del><ins>New &lt;b&gt;notes&lt;/b&gt;</ins>" in page
