"""Database constraints: references stay within one org, and invalid values are rejected."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from contacts.models import Contact
from interviews.models import Conversation, InterviewRequest, InterviewType, Transcript, Turn
from interviews.services.conversation_steps import give_consent
from orgs.models import Org
from tests.factories import ContactFactory, InterviewRequestFactory, InterviewTypeFactory


def is_rejected(write: Any) -> bool:
    try:
        with transaction.atomic():
            write()
            connection.check_constraints()
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize("field", ["contact", "interview_type"])
def test_an_interview_request_cannot_refer_to_a_row_of_another_org(
    interview_request: InterviewRequest, globex: Org, field: str
) -> None:
    factories: dict[str, Any] = {"contact": ContactFactory, "interview_type": InterviewTypeFactory}
    foreign = factories[field].create(org=globex)
    assert is_rejected(lambda: InterviewRequest.objects.update(**{field: foreign}))
    assert is_rejected(lambda: InterviewRequestFactory.create(org=interview_request.org, **{field: foreign}))
    assert InterviewRequest.objects.get() == interview_request


def test_neither_the_row_nor_the_referenced_row_can_change_org(
    interview_request: InterviewRequest, globex: Org
) -> None:
    assert is_rejected(lambda: InterviewRequest.objects.update(org=globex))
    assert is_rejected(lambda: Contact.objects.update(org=globex))
    assert is_rejected(lambda: InterviewType.objects.update(org=globex))


def test_a_transcript_must_have_the_org_of_its_interview_request(
    interview_request: InterviewRequest, globex: Org
) -> None:
    assert is_rejected(lambda: Transcript.objects.create(org=globex, interview_request=interview_request, content="x"))


@pytest.mark.usefixtures("running")
def test_a_conversation_and_its_turns_must_have_the_org_of_their_interview_request(globex: Org) -> None:
    assert is_rejected(lambda: Conversation.objects.update(org=globex))
    assert is_rejected(lambda: Turn.objects.update(org=globex))


@pytest.mark.parametrize(
    "values",
    [
        {"speaker": "contact"},
        {"move": "answer"},
        {"move": "skip"},
        {"text": ""},
        {"engine": ""},
        {"engine": "oracle"},
        {"speaker": "nobody", "engine": ""},
    ],
)
@pytest.mark.usefixtures("running")
def test_the_database_rejects_invalid_turns(values: dict[str, str]) -> None:
    assert is_rejected(lambda: Turn.objects.update(**values))


@pytest.mark.usefixtures("running")
def test_turn_numbers_are_unique_in_a_conversation() -> None:
    duplicate = Turn.objects.get()
    duplicate.pk = None
    assert is_rejected(duplicate.save)


@pytest.mark.parametrize(
    "values",
    [
        {"stage": "recap"},
        {"stage": "invited"},
        {"finished_at": "2026-01-01T00:00Z"},
        {"consented_at": None},
        {"stage": "declined"},
        {"decline_comment": "No time."},
        {"stage": "declined", "declined_at": "2026-01-01T00:00Z", "decline_reason": "other"},
        {"rating": 3},
        {"stage": "completed", "finished_at": "2026-01-01T00:00Z", "rating": 5},
    ],
)
def test_the_database_rejects_invalid_conversations(
    interview_request: InterviewRequest, values: dict[str, Any]
) -> None:
    give_consent(interview_request)
    assert is_rejected(lambda: Conversation.objects.update(**values))


def test_full_clean_rejects_a_row_of_another_org(interview_request: InterviewRequest, globex: Org) -> None:
    interview_request.contact = ContactFactory.create(org=globex)
    with pytest.raises(ValidationError, match="another org"):
        interview_request.full_clean()


@pytest.mark.parametrize("model", [Contact, InterviewType, InterviewRequest, Transcript, Conversation, Turn])
def test_org_is_required(model: type[models.Model]) -> None:
    assert not model._meta.get_field("org").null


def test_an_email_is_unique_in_its_org_case_insensitively(acme: Org, globex: Org) -> None:
    contact = ContactFactory.create(org=acme, email="Jane.Smith@Example.COM")
    assert is_rejected(lambda: ContactFactory.create(org=acme, email="jane.smith@example.com"))
    assert is_rejected(lambda: Contact.objects.filter(pk=contact.pk).update(email=models.F("name"), search_text=""))
    ContactFactory.create(org=globex, email="JANE.SMITH@example.com")
    assert Contact.objects.get(org=acme, email="JANE.smith@EXAMPLE.com") == contact


@pytest.mark.parametrize("values", [{"status": "lost"}, {"status": "completed"}, {"completed_at": "2026-01-01T00:00Z"}])
def test_the_database_rejects_invalid_interview_requests(
    interview_request: InterviewRequest, values: dict[str, str]
) -> None:
    assert is_rejected(lambda: InterviewRequest.objects.update(**values))


@pytest.mark.parametrize("values", [{"plan": "free"}, {"own_rate_limit": 0}, {"suspension_reason": "Unpaid"}])
def test_the_database_rejects_invalid_orgs(acme: Org, values: dict[str, Any]) -> None:
    assert is_rejected(lambda: Org.objects.update(**values))
