"""Erasing a contact from the command line: told what goes, asked, and done through the service."""

from typing import Any

import pytest
from django.core.management import CommandError

from contacts.models import Contact
from interviews import services
from interviews.models import Conversation, InterviewRequest, Turn
from orgs.models import Change, Org
from tests.commands.running import run


@pytest.fixture
def begun(interview_request: InterviewRequest) -> InterviewRequest:
    """Alice has answered one question and left."""
    services.give_consent(interview_request)
    services.next_question(interview_request)
    services.submit_answer(interview_request, number=1, text="Our old tool broke.")
    return interview_request


def typing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("builtins.input", lambda: text)


@pytest.mark.parametrize("name", ["{id}", "contact_{id}", "alice@example.com", "ALICE@example.com"])
def test_erases_by_id_or_address(begun: InterviewRequest, alice: Contact, name: str) -> None:
    assert run("erase_contact", name.format(id=alice.pk), "--org", "acme", "--yes") == f"contact_{alice.pk}\n"
    alice.refresh_from_db()
    assert (alice.email, alice.name, alice.notes) == (f"erased-{alice.pk}@erased.invalid", "", "")
    assert not Turn.objects.exists()
    assert not Conversation.objects.exists()
    trace = Change.objects.of(alice)[0]
    assert (trace.field, trace.actor_kind, trace.actor) == ("erasure", "command", "erase_contact")


def test_tells_what_goes(begun: InterviewRequest, capsys: pytest.CaptureFixture[str]) -> None:
    run("erase_contact", "alice@example.com", "--org", "acme", "--yes")
    told = capsys.readouterr().err
    assert "alice@example.com" in told
    assert "questions and answers: 2" in told
    assert "objectives: 1" in told


def test_the_address_typed_again_is_a_yes(begun: InterviewRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, "alice@example.com")
    run("erase_contact", "alice@example.com", "--org", "acme")
    assert Contact.objects.get().name == ""


@pytest.mark.parametrize("text", ["", "y", "yes", "bob@example.com"])
def test_anything_else_erases_nothing(begun: InterviewRequest, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    typing(monkeypatch, text)
    with pytest.raises(CommandError, match=r"Nothing was erased\."):
        run("erase_contact", "alice@example.com", "--org", "acme")
    assert Contact.objects.get().name == "Alice"
    assert Turn.objects.count() == 2


def test_no_terminal_to_ask_at_is_a_no(begun: InterviewRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def at_the_end(*_: Any) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", at_the_end)
    with pytest.raises(CommandError, match=r"Nothing was erased\."):
        run("erase_contact", "alice@example.com", "--org", "acme")
    assert Contact.objects.get().name == "Alice"


@pytest.mark.parametrize("words", [["{id}", "--org=globex"], ["bob@example.com", "--org=acme"], ["x", "--org=acme"]])
def test_who_is_not_there_is_told(alice: Contact, globex: Org, words: list[str]) -> None:
    with pytest.raises(CommandError):
        run("erase_contact", *(word.format(id=alice.pk) for word in words), "--yes")
    alice.refresh_from_db()
    assert alice.name == "Alice"
