"""`erase_contact`: a privacy request, by an operator."""

import builtins
from collections.abc import Callable

import pytest
from django.core.management import CommandError

from contacts.models import Contact
from interviews.models import InterviewRequest, Transcript, Turn
from interviews.services import complete_interview, give_consent, next_question, submit_answer
from orgs.models import Change, Org
from tests.commands.running import run


@pytest.fixture
def told(interview: InterviewRequest) -> InterviewRequest:
    """Alice has answered, and there is a transcript."""
    give_consent(interview)
    next_question(interview)
    submit_answer(interview, number=1, text="We shipped to a closed warehouse.")
    complete_interview(interview, content="**Paige:** Why?\n\n**Alice:** We shipped to a closed warehouse.")
    return interview


@pytest.mark.parametrize("name", ["{0.email}", "ALICE@example.com", "{0.public_id}"])
def test_what_is_personal_goes_and_a_trace_stays(told: InterviewRequest, alice: Contact, name: str) -> None:
    assert run("erase_contact", name.format(alice), "--org", "acme", "--yes") == f"{alice.public_id}\n"
    alice.refresh_from_db()
    told.refresh_from_db()
    assert (alice.name, alice.notes, told.objective) == ("", "", "")
    assert "alice" not in alice.email
    assert not Turn.objects.exists()
    assert not Transcript.objects.exists()
    trace = Change.objects.of(alice).latest("id")
    assert (trace.actor_kind, trace.actor) == ("command", "erase_contact")


def typing(monkeypatch: pytest.MonkeyPatch, answer: str | None) -> None:
    def input_() -> str:
        if answer is None:
            raise EOFError
        return answer

    replacement: Callable[[], str] = input_
    monkeypatch.setattr(builtins, "input", replacement)


def test_the_operator_is_asked_for_the_address(alice: Contact, monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, " Alice@example.com ")
    run("erase_contact", alice.public_id, "--org", "acme")
    alice.refresh_from_db()
    assert alice.name == ""


@pytest.mark.parametrize("answer", ["", "y", "yes", None])
def test_anything_else_erases_nothing(alice: Contact, monkeypatch: pytest.MonkeyPatch, answer: str | None) -> None:
    typing(monkeypatch, answer)
    with pytest.raises(CommandError, match="Nothing was erased"):
        run("erase_contact", alice.email, "--org", "acme")
    alice.refresh_from_db()
    assert alice.name == "Alice"


@pytest.mark.parametrize("name", ["nobody@example.com", "contact_999999", "contact_" + "9" * 30, "contact_x", "", "1"])
def test_whom_the_org_does_not_know(alice: Contact, globex: Org, name: str) -> None:
    for slug in ("acme", "globex"):
        with pytest.raises(CommandError, match="no contact"):
            run("erase_contact", name, "--org", slug, "--yes")
    with pytest.raises(CommandError, match="no contact"):
        run("erase_contact", alice.email, "--org", "globex", "--yes")
    assert Contact.objects.get().name == "Alice"
