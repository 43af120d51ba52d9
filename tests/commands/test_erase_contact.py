"""`erase_contact` lists what it erases, asks for confirmation, and calls the service."""

import pytest
from django.core.management import CommandError

from contacts.models import Contact
from interviews.models import Conversation, InterviewRequest, Turn
from orgs.models import Change, Org
from tests.commands.running import run
from tests.interviews.steps import converse


@pytest.fixture
def begun_interview_request(interview_request: InterviewRequest) -> InterviewRequest:
    """An interview request whose contact has answered one question."""
    return converse(interview_request, "Our old tool broke.")


def type_text(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    """None ends the input."""

    def typed() -> str:
        if text is None:
            raise EOFError
        return text

    monkeypatch.setattr("builtins.input", typed)


@pytest.mark.parametrize("name", ["{id}", "contact_{id}", "alice@example.com", "ALICE@example.com"])
def test_erases_by_id_or_address(begun_interview_request: InterviewRequest, alice: Contact, name: str) -> None:
    assert run("erase_contact", name.format(id=alice.pk), "--org", "acme", "--yes") == f"contact_{alice.pk}\n"
    alice.refresh_from_db()
    assert (alice.email, alice.name, alice.notes) == (f"erased-{alice.pk}@erased.invalid", "", "")
    assert not Turn.objects.exists()
    assert not Conversation.objects.exists()
    erasure = Change.objects.of(alice)[0]
    assert (erasure.field, erasure.actor_kind, erasure.actor) == ("erasure", "command", "erase_contact")


def test_typing_the_email_confirms(
    begun_interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_text(monkeypatch, "alice@example.com")
    run("erase_contact", "alice@example.com", "--org", "acme")
    listed = capsys.readouterr().err
    for text in ("alice@example.com", "questions and answers: 2", "objectives: 1"):
        assert text in listed
    assert Contact.objects.get().name == ""


@pytest.mark.parametrize("text", ["", "yes", "bob@example.com", None])
def test_any_other_text_cancels(
    begun_interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    type_text(monkeypatch, text)
    with pytest.raises(CommandError, match=r"Nothing was erased\."):
        run("erase_contact", "alice@example.com", "--org", "acme")
    assert Contact.objects.get().name == "Alice"
    assert Turn.objects.count() == 2


@pytest.mark.parametrize(
    "arguments", [["{id}", "--org=globex"], ["bob@example.com", "--org=acme"], ["x", "--org=acme"]]
)
def test_unknown_contacts_are_rejected(alice: Contact, globex: Org, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run("erase_contact", *(argument.format(id=alice.pk) for argument in arguments), "--yes")
    alice.refresh_from_db()
    assert alice.name == "Alice"
