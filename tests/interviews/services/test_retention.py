"""Answers are deleted, and contacts are erased, after the days of their org."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from contacts.models import Contact
from hindsight.db.keyset import pk_batches
from interviews.lifecycle import Stage, Status
from interviews.models import Conversation, InterviewRequest, Transcript, Turn
from interviews.services import retention
from interviews.services.erasure import erase_contact
from interviews.services.state import interview_state
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.commands.running import run
from tests.factories import ContactFactory, InterviewRequestFactory
from tests.interviews.steps import SAM, complete, converse, take_before

PRICE = "It was the price."


def age(contact: Contact, days: int) -> None:
    """Moves all times of the contact's rows into the past."""
    past = timezone.now() - timedelta(days=days, hours=1)
    Contact.objects.filter(pk=contact.pk).update(updated_at=past)
    interview_requests = InterviewRequest.objects.filter(contact=contact)
    interview_requests.update(updated_at=past)
    interview_requests.filter(status=Status.COMPLETED).update(updated_at=past, completed_at=past)
    Conversation.objects.filter(interview_request__contact=contact).update(last_activity_at=past)


def purged(name: str, *options: object) -> list[str]:
    """Returns the organizations and counts that purge prints."""
    lines = [line.split("\t") for line in run("purge", *options).splitlines()]
    return [f"{org} {count}" for part, org, count in lines if part == name]


@pytest.fixture
def other(interview_request: InterviewRequest) -> InterviewRequest:
    """Of Bob, another contact of Acme."""
    bob = ContactFactory.create(org=interview_request.org, email="bob@example.com", name="Bob")
    return InterviewRequestFactory.create(org=bob.org, contact=bob, interview_type=interview_request.interview_type)


class TestAnswers:
    @pytest.fixture(autouse=True)
    def limit(self, acme: Org) -> None:
        Org.objects.filter(pk=acme.pk).update(transcript_days=30)

    def test_a_transcript_is_deleted_with_its_answers(
        self, acme_api: ApiClient, interview_request: InterviewRequest, other: InterviewRequest
    ) -> None:
        for row, days in ((interview_request, 30), (other, 29)):
            complete(row, PRICE)
            age(row.contact, days)
        before = acme_api.get(f"/interviews/{interview_request.pk}")
        assert purged("interviews with answers", "--dry-run") == ["acme 1"]
        assert (Transcript.objects.count(), Turn.objects.values("interview_request").distinct().count()) == (2, 2)
        assert purged("interviews with answers") == ["acme 1"]
        assert set(Transcript.objects.values_list("interview_request", flat=True)) == {other.pk}
        assert set(Turn.objects.values_list("interview_request", flat=True)) == {other.pk}
        assert purged("interviews with answers") == ["- 0"]
        after = acme_api.get(f"/interviews/{interview_request.pk}")
        assert (after.json()["status"], after.json()["transcript"]) == ("completed", None)
        assert after.headers["ETag"] != before.headers["ETag"]
        assert interview_state(interview_request).stage == Stage.COMPLETED

    def test_an_unfinished_conversation_is_deleted_and_can_begin_again(
        self, interview_request: InterviewRequest, other: InterviewRequest
    ) -> None:
        for row, days in ((interview_request, 30), (other, 29)):
            converse(row, PRICE)
            age(row.contact, days)
        assert purged("interviews with answers") == ["acme 1"]
        assert Conversation.objects.get().pk == other.pk
        assert set(Turn.objects.values_list("interview_request", flat=True)) == {other.pk}
        assert interview_state(interview_request).stage == Stage.INVITED
        complete(interview_request, PRICE)
        assert Transcript.objects.get().interview_request == interview_request

    def test_an_answer_during_the_deletion_is_kept(
        self, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        converse(interview_request, PRICE)
        age(interview_request.contact, 40)

        def then_answers(rows: Any, size: int) -> Any:
            found = list(pk_batches(rows, size))
            Conversation.objects.update(last_activity_at=timezone.now())
            return found

        monkeypatch.setattr(retention, "pk_batches", then_answers)
        assert purged("interviews with answers") == ["- 0"]
        assert Turn.objects.count() == 2

    def test_a_deleted_transcript_is_no_activity_of_the_contact(self, interview_request: InterviewRequest) -> None:
        complete(interview_request, PRICE)
        age(interview_request.contact, 40)
        run("purge")
        Org.objects.update(contact_days=40)
        assert purged("contacts") == ["acme 1"]


class TestContacts:
    @pytest.fixture(autouse=True)
    def limit(self, acme: Org) -> None:
        Org.objects.filter(pk=acme.pk).update(contact_days=30)

    def test_an_inactive_contact_is_erased(
        self, alice: Contact, interview_request: InterviewRequest, other: InterviewRequest
    ) -> None:
        complete(interview_request, PRICE)
        age(alice, 30)
        age(other.contact, 29)
        assert purged("contacts", "--dry-run") == ["acme 1"]
        alice.refresh_from_db()
        assert alice.name == "Alice"
        assert purged("contacts") == ["acme 1"]
        alice.refresh_from_db()
        assert (alice.email, alice.name, alice.notes) == (f"erased-{alice.pk}@erased.invalid", "", "")
        assert not Turn.objects.exists()
        assert not Transcript.objects.exists()
        erasure = Change.objects.of(alice)[0]
        assert (erasure.field, erasure.actor_kind, erasure.actor) == ("erasure", "command", "purge")
        assert Contact.objects.get(pk=other.contact_id).name == "Bob"

    @pytest.mark.parametrize("activity", ["contact", "interview request", "answer"])
    def test_any_activity_keeps_a_contact(
        self, acme_api: ApiClient, alice: Contact, interview_request: InterviewRequest, activity: str
    ) -> None:
        converse(interview_request, PRICE)
        age(alice, 40)
        if activity == "contact":
            acme_api.patch(f"/interviews/{interview_request.pk}", {"contact_context": "New"})
        elif activity == "interview request":
            acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
        else:
            Conversation.objects.update(last_activity_at=timezone.now())
        assert purged("contacts") == ["- 0"]

    def test_an_erased_contact_is_not_erased_again_unless_it_has_new_texts(self, alice: Contact) -> None:
        erase_contact(org_id=alice.org_id, contact_id=alice.pk, actor=SAM)
        age(alice, 40)
        assert purged("contacts") == ["- 0"]
        Contact.objects.update(notes="New")
        age(alice, 40)
        assert purged("contacts") == ["acme 1"]

    def test_activity_before_the_lock_keeps_a_contact(
        self, alice: Contact, acme_api: ApiClient, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        age(alice, 40)
        path = f"/interviews/{interview_request.pk}"
        take_before(lambda: acme_api.patch(path, {"objective": "New"}), monkeypatch, retention, "erase_contact")
        assert purged("contacts") == ["- 0"]
        alice.refresh_from_db()
        assert alice.name == "Alice"

    def test_more_contacts_than_a_batch(self, acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "BATCH", 2)
        for contact in ContactFactory.create_batch(5, org=acme):
            age(contact, 40)
        assert purged("contacts", "--dry-run") == ["acme 5"]
        assert purged("contacts") == ["acme 5"]
        assert not Contact.objects.exclude(name="").exists()

    def test_other_orgs_and_orgs_without_days_keep_theirs(self, other: InterviewRequest, globex: Org) -> None:
        Org.objects.filter(slug="acme").update(contact_days=None, transcript_days=None)
        Org.objects.filter(pk=globex.pk).update(contact_days=1, transcript_days=1)
        complete(other, PRICE)
        age(other.contact, 4_000)
        assert (purged("contacts"), purged("interviews with answers")) == (["- 0"], ["- 0"])
        assert Transcript.objects.count() == 1
