"""Wishes of the contact are flagged in the answer's transaction."""

import pytest

from interviews.lifecycle import Flag
from interviews.models import InterviewRequest, Turn
from interviews.services.conversation_steps import correct_answers, finish_conversation, next_question, submit_answer
from orgs.actors import Actor, ActorKind
from tests.client import ApiClient

OPERATOR = Actor(ActorKind.COMMAND, "erase_contact")


def flags(interview_request: InterviewRequest) -> list[Flag]:
    return InterviewRequest.objects.get(pk=interview_request.pk).raised_flags


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Nobody trusted the numbers.", []),
        ("I'd rather not say.", []),
        ("Stop.", [Flag.WANTS_TO_STOP]),
        ("Kann ich mit einem Menschen sprechen?", [Flag.WANTS_A_PERSON]),
        ("The price was fine. Please delete my data.", [Flag.WANTS_DELETION]),
        ("Delete my data. Stop.", [Flag.WANTS_TO_STOP, Flag.WANTS_DELETION]),
    ],
)
def test_an_answer_with_a_wish_raises_a_flag(running: InterviewRequest, answer: str, expected: list[Flag]) -> None:
    submit_answer(running, number=1, text=answer)
    assert flags(running) == expected


def test_a_wish_written_at_the_recap_raises_a_flag(running: InterviewRequest) -> None:
    submit_answer(running, number=1, text="It was slow.")
    finish_conversation(running)
    correct_answers(running, corrections={1: "It was slow. I withdraw my consent."})
    assert flags(running) == [Flag.WANTS_DELETION]


def test_flag_and_answer_are_stored_together(running: InterviewRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(InterviewRequest, "save_flags", fail)
    with pytest.raises(RuntimeError):
        submit_answer(running, number=1, text="Stop.")
    assert not Turn.objects.filter(number=2).exists()


def test_only_a_new_flag_changes_the_version(acme_api: ApiClient, running: InterviewRequest) -> None:
    def got() -> tuple[list[str], str]:
        response = acme_api.get(f"/interviews/{running.pk}")
        return response.json()["flags"], response["ETag"].partition("-")[0]

    none, first = got()
    submit_answer(running, number=1, text="Stop.")
    next_question(running)
    one, second = got()
    submit_answer(running, number=3, text="Stop!")
    same, third = got()
    assert (none, one, same) == ([], ["wants_to_stop"], ["wants_to_stop"])
    assert first != second == third
    assert [row["flags"] for row in acme_api.get("/interviews").json()["data"]] == [["wants_to_stop"]]
