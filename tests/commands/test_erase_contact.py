"""`erase_contact` lists what it erases, asks for confirmation, and calls the service."""

from typing import Any

import pytest
from django.core.management import CommandError

from contacts.models import Contact
from interviews.models import Conversation, InterviewRequest, Turn
from interviews.services.conversation_steps import give_consent, next_question, submit_answer
from orgs.models import Change, Org
from tests.commands.running import run


@pytest.fixture
def begun_interview_request(interview_request: InterviewRequest) -> InterviewRequest:
    """An interview request whose contact has answered one question."""
    give_consent(interview_request)
    next_question(interview_request)
    submit_answer(interview_request, number=1, text="Our old tool broke.")
    return interview_request


def type_text(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("builtins.input", lambda: text)


@pytest.mark.parametrize("name", ["{id}", "contact_{id}", "alice@example.com", "ALICE@example.com"])
def test_erases_by_id_or_address(begun_interview_request: InterviewRequest, alice: Contact, name: str) -> None:
    assert run("erase_contact", name.format(id=alice.pk), "--org", "acme", "--yes") == f"contact_{alice.pk}\n"
    alice.refresh_from_db()
    assert (alice.email, alice.name, alice.notes) == (f"erased-{alice.pk}@erased.invalid", "", "")
    assert not Turn.objects.exists()
    assert not Conversation.objects.exists()
    erasure = Change.objects.of(alice)[0]
    assert (erasure.field, erasure.actor_kind, erasure.actor) == ("erasure", "command", "erase_contact")


def test_lists_what_is_erased(begun_interview_request: InterviewRequest, capsys: pytest.CaptureFixture[str]) -> None:
    run("erase_contact", "alice@example.com", "--org", "acme", "--yes")
    listed = capsys.readouterr().err
    assert "alice@example.com" in listed
    assert "questions and answers: 2" in listed
    assert "objectives: 1" in listed


def test_typing_the_email_confirms(begun_interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    type_text(monkeypatch, "alice@example.com")
    run("erase_contact", "alice@example.com", "--org", "acme")
    assert Contact.objects.get().name == ""


@pytest.mark.parametrize("text", ["", "y", "yes", "bob@example.com"])
def test_any_other_text_cancels(
    begun_interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    type_text(monkeypatch, text)
    with pytest.raises(CommandError, match=r"Nothing was erased\."):
        run("erase_contact", "alice@example.com", "--org", "acme")
    assert Contact.objects.get().name == "Alice"
    assert Turn.objects.count() == 2


def test_end_of_input_cancels(begun_interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def end_of_input(*_: Any) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", end_of_input)
    with pytest.raises(CommandError, match=r"Nothing was erased\."):
        run("erase_contact", "alice@example.com", "--org", "acme")
    assert Contact.objects.get().name == "Alice"


@pytest.mark.parametrize(
    "arguments", [["{id}", "--org=globex"], ["bob@example.com", "--org=acme"], ["x", "--org=acme"]]
)
def test_unknown_contacts_are_rejected(alice: Contact, globex: Org, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run("erase_contact", *(argument.format(id=alice.pk) for argument in arguments), "--yes")
    alice.refresh_from_db()
    assert alice.name == "Alice"
