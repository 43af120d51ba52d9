"""The database itself keeps a row and what it refers to in one org."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from contacts.models import Contact
from interviews.models import Conversation, InterviewRequest, InterviewType, Transcript, Turn
from interviews.services import give_consent, next_question
from orgs.models import Org
from tests.factories import ContactFactory, InterviewRequestFactory, InterviewTypeFactory


def refused(write: Any) -> bool:
    try:
        with transaction.atomic():
            write()
            connection.check_constraints()
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize("field", ["contact", "interview_type"])
def test_a_request_cannot_refer_to_another_orgs_row(
    interview_request: InterviewRequest, globex: Org, field: str
) -> None:
    factories: dict[str, Any] = {"contact": ContactFactory, "interview_type": InterviewTypeFactory}
    foreign = factories[field].create(org=globex)
    assert refused(lambda: InterviewRequest.objects.update(**{field: foreign}))
    assert refused(lambda: InterviewRequestFactory.create(org=interview_request.org, **{field: foreign}))
    assert InterviewRequest.objects.get() == interview_request


def test_neither_side_can_move_to_another_org(interview_request: InterviewRequest, globex: Org) -> None:
    assert refused(lambda: InterviewRequest.objects.update(org=globex))
    assert refused(lambda: Contact.objects.update(org=globex))
    assert refused(lambda: InterviewType.objects.update(org=globex))


def test_a_transcript_is_of_its_requests_org(interview_request: InterviewRequest, globex: Org) -> None:
    assert refused(lambda: Transcript.objects.create(org=globex, interview_request=interview_request, content="x"))


def test_a_conversation_and_its_turns_are_of_its_requests_org(interview_request: InterviewRequest, globex: Org) -> None:
    give_consent(interview_request)
    next_question(interview_request)
    assert refused(lambda: Conversation.objects.update(org=globex))
    assert refused(lambda: Turn.objects.update(org=globex))


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
def test_the_database_refuses_turns_that_nobody_said(
    interview_request: InterviewRequest, values: dict[str, str]
) -> None:
    give_consent(interview_request)
    next_question(interview_request)
    assert refused(lambda: Turn.objects.update(**values))


def test_the_database_keeps_one_turn_a_number(interview_request: InterviewRequest) -> None:
    give_consent(interview_request)
    next_question(interview_request)
    again = Turn.objects.get()
    again.pk = None
    assert refused(again.save)


@pytest.mark.parametrize("values", [{"stage": "recap"}, {"stage": "invited"}, {"finished_at": "2026-01-01T00:00Z"}])
def test_the_database_refuses_stages_that_cannot_be(
    interview_request: InterviewRequest, values: dict[str, str]
) -> None:
    give_consent(interview_request)
    assert refused(lambda: Conversation.objects.update(**values))


def test_a_form_is_told_before_the_database(interview_request: InterviewRequest, globex: Org) -> None:
    interview_request.contact = ContactFactory.create(org=globex)
    with pytest.raises(ValidationError, match="another org"):
        interview_request.full_clean()


@pytest.mark.parametrize("model", [Contact, InterviewType, InterviewRequest, Transcript, Conversation, Turn])
def test_every_tenants_row_carries_its_org(model: type[models.Model]) -> None:
    assert not model._meta.get_field("org").null


def test_an_email_is_unique_in_its_org_without_regard_to_case(acme: Org, globex: Org) -> None:
    contact = ContactFactory.create(org=acme, email="Jane.Smith@Example.COM")
    assert refused(lambda: ContactFactory.create(org=acme, email="jane.smith@example.com"))
    assert refused(lambda: Contact.objects.filter(pk=contact.pk).update(email=models.F("name")))
    ContactFactory.create(org=globex, email="JANE.SMITH@example.com")
    assert Contact.objects.get(org=acme, email="JANE.smith@EXAMPLE.com") == contact


@pytest.mark.parametrize(
    "values", [{"status": "lost"}, {"status": "completed"}, {"status": "sent"}, {"completed_at": "2026-01-01T00:00Z"}]
)
def test_the_database_refuses_nonsense(interview_request: InterviewRequest, values: dict[str, str]) -> None:
    assert refused(lambda: InterviewRequest.objects.update(**values))


@pytest.mark.parametrize("values", [{"plan": "free"}, {"own_rate_limit": 0}])
def test_the_database_refuses_nonsense_about_an_org(acme: Org, values: dict[str, Any]) -> None:
    assert refused(lambda: Org.objects.update(**values))
