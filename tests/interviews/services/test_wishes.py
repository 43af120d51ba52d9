"""Flags, declining, rating and asking for deletion: what is stored, and what the customer learns."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from interviews.lifecycle import DeclineReason, Flag, Rating, Speaker, Stage, Wording
from interviews.models import Conversation, InterviewRequest, Transcript, Turn
from interviews.paige.turn.compose import next_message
from interviews.reports.prompt_preview import NoPromptError, preview_of
from interviews.services import conversation_steps
from interviews.services.conversation_steps import (
    correct_answers,
    finish_conversation,
    give_consent,
    next_question,
    skip_question,
    submit_answer,
)
from interviews.services.state import interview_state
from interviews.services.wishes import decline_interview, rate_interview, request_deletion, withdraw_decline
from orgs.models import Org
from tests.client import ApiClient
from tests.commands.running import run
from tests.interviews.steps import after, complete, subscribe
from tests.transactions import needs_concurrent_writes, waiting_for
from webhooks.models import Event

COMMENT = "In a merger until June."


def stored_flags() -> list[Flag]:
    return InterviewRequest.objects.get().raised_flags


def stored_reason() -> tuple[str, str]:
    return Conversation.objects.values_list("decline_reason", "decline_comment").get()


@pytest.fixture
def event_types(interview_request: InterviewRequest) -> Any:
    """Returns a function that lists the events so far."""
    subscribe(interview_request.org, "interview.started", "interview.flagged", "interview.completed")
    return lambda: [event.type.removeprefix("interview.") for event in Event.objects.order_by("pk")]


@pytest.fixture
def completed(running: InterviewRequest) -> InterviewRequest:
    return complete(running, "It was slow.")


class TestFlags:
    """They are stored in the transaction of the answer."""

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            ("Nobody trusted the numbers.", []),
            ("I'd rather not say.", []),
            ("Stop.", [Flag.WANTS_TO_STOP]),
            ("Kann ich mit einem Menschen sprechen?", [Flag.WANTS_A_PERSON]),
            ("The price was fine. Please delete my data.", [Flag.WANTS_DELETION]),
            ("It was slow. Please keep me anonymous.", [Flag.WANTS_NO_NAME]),
            ("Bitte ohne meinen Namen: der Preis war zu hoch.", [Flag.WANTS_NO_NAME]),
            ("The pilot ran without my name on it.", []),
            ("Delete my data. Stop.", [Flag.WANTS_TO_STOP, Flag.WANTS_DELETION]),
        ],
    )
    def test_an_answer_with_a_wish_raises_a_flag(
        self, running: InterviewRequest, answer: str, expected: list[Flag]
    ) -> None:
        submit_answer(running, number=1, text=answer)
        assert stored_flags() == expected

    def test_a_wish_written_at_the_recap_raises_a_flag(self, running: InterviewRequest) -> None:
        submit_answer(running, number=1, text="It was slow.")
        finish_conversation(running)
        correct_answers(running, corrections={1: "It was slow. I withdraw my consent."})
        assert stored_flags() == [Flag.WANTS_DELETION]

    def test_flag_and_answer_are_stored_together(
        self, running: InterviewRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*arguments: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(InterviewRequest, "save_flags", fail)
        with pytest.raises(RuntimeError):
            submit_answer(running, number=1, text="Stop.")
        assert not Turn.objects.filter(number=2).exists()

    def test_only_a_new_flag_changes_the_version(self, acme_api: ApiClient, running: InterviewRequest) -> None:
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


class TestDecline:
    def test_an_invitation_is_declined_without_a_reason(
        self, acme_api: ApiClient, interview_request: InterviewRequest, event_types: Any
    ) -> None:
        before = acme_api.get(f"/interviews/{interview_request.pk}")
        assert after(decline_interview, interview_request).stage == Stage.DECLINED
        conversation = Conversation.objects.get()
        assert (conversation.stage, conversation.consented_at) == (Stage.DECLINED, None)
        assert conversation.declined_at is not None
        got = acme_api.get(f"/interviews/{interview_request.pk}")
        assert (before.json()["flags"], got.json()["flags"]) == ([], ["declined"])
        assert before.json()["decline"] is None
        assert got.json()["decline"] | {"declined_at": ""} == {"reason": None, "comment": None, "declined_at": ""}
        assert abs(timezone.now() - conversation.declined_at) < timedelta(minutes=1)
        assert got.json()["status"] == "created"
        assert got["ETag"] != before["ETag"]
        assert event_types() == ["flagged"]

    def test_a_reason_can_follow_and_is_kept_by_a_second_press(
        self, acme_api: ApiClient, interview_request: InterviewRequest, event_types: Any
    ) -> None:
        decline_interview(interview_request)
        decline_interview(interview_request, reason=DeclineReason.NO_TIME, comment=COMMENT)
        decline_interview(interview_request)
        decline_interview(interview_request, reason=DeclineReason.NO_TIME, comment=COMMENT)
        decline = acme_api.get(f"/interviews/{interview_request.pk}").json()["decline"]
        assert (decline["reason"], decline["comment"]) == ("no_time", COMMENT)
        assert event_types() == ["flagged"], "the reason follows within seconds"
        decline_interview(interview_request, comment="")
        assert stored_reason() == ("no_time", "")

    def test_there_is_no_next_prompt(self, running: InterviewRequest) -> None:
        decline_interview(running)
        with pytest.raises(NoPromptError, match="has declined"):
            preview_of(InterviewRequest.objects.get())


class TestUnsentAnswers:
    @pytest.fixture
    def quoting(self, running: InterviewRequest) -> InterviewRequest:
        """Paige has quoted Alice's answer, in words of a model, and Alice has answered again and skipped."""
        submit_answer(running, number=1, text="Our quarterly forecasts were always wrong.")
        question = next_question(running).question
        assert question
        assert "quarterly forecasts" in question.text
        Turn.objects.filter(number=3).update(authored=question.text, worded_by=Wording.MODEL)
        submit_answer(running, number=3, text="Bob left because of it.")
        next_question(running)
        skip_question(running, number=5)
        next_question(running)
        return running

    @pytest.mark.parametrize("step", [lambda row: None, finish_conversation])
    def test_a_decline_deletes_them_and_keeps_what_was_asked(
        self, quoting: InterviewRequest, step: Callable[[InterviewRequest], object]
    ) -> None:
        asked = list(Turn.objects.filter(speaker=Speaker.PAIGE).values("number", "topic", "move", "follow_up"))
        step(quoting)
        state = after(decline_interview, quoting, reason=DeclineReason.NO_TIME)
        assert (state.has_deleted_answers, state.has_answers) == (True, False)
        for model in (Turn, Conversation, InterviewRequest):
            stored = str(list(model._default_manager.values()))
            assert not any(words in stored for words in ("quarterly", "forecasts", "Bob"))
        assert list(Turn.objects.filter(speaker=Speaker.PAIGE).values(*asked[0])) == asked
        assert Turn.objects.answers().count() == 2
        assert (stored_flags(), stored_reason()) == ([Flag.DECLINED], ("no_time", ""))

    @pytest.mark.django_db(transaction=True)
    @needs_concurrent_writes
    @pytest.mark.parametrize("is_first", [True, False])
    def test_one_that_arrives_in_another_tab_at_the_same_moment_is_deleted_or_not_stored(
        self, running: InterviewRequest, *, is_first: bool
    ) -> None:
        def answer() -> bool:
            return submit_answer(running, number=1, text="It was slow.")

        def decline() -> None:
            decline_interview(running)

        steps: list[Callable[[], object]] = [answer, decline] if is_first else [decline, answer]
        assert waiting_for(*steps).result() is (None if is_first else False)
        assert "slow" not in str(list(Turn.objects.values()))
        assert (Turn.objects.answers().count(), stored_flags()) == (int(is_first), [Flag.DECLINED])


class TestChangeOfMind:
    def test_the_invitation_comes_back_without_the_reason(
        self, acme_api: ApiClient, interview_request: InterviewRequest, event_types: Any
    ) -> None:
        decline_interview(interview_request, reason=DeclineReason.NO_TIME, comment=COMMENT)
        assert after(withdraw_decline, interview_request).stage == Stage.INVITED
        got = acme_api.get(f"/interviews/{interview_request.pk}").json()
        assert (got["flags"], got["decline"]) == ([], None)
        assert not Conversation.objects.exists()
        give_consent(interview_request)
        assert next_question(interview_request).question
        assert event_types() == ["flagged", "started"], "the change of mind follows within seconds"

    def test_a_question_that_was_being_chosen_before_is_not_put(
        self, running: InterviewRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        submit_answer(running, number=1, text="It was slow.")

        def begins_again_meanwhile(*arguments: Any) -> Any:
            monkeypatch.undo()
            decline_interview(running)
            withdraw_decline(running)
            give_consent(running)
            next_question(running)
            submit_answer(running, number=1, text="Nobody trusted it.")
            return next_message(*arguments)

        monkeypatch.setattr(conversation_steps, "next_message", begins_again_meanwhile)
        next_question(running)
        assert "slow" not in str(list(Turn.objects.values()))

    def test_other_wishes_stay(self, running: InterviewRequest, event_types: Any) -> None:
        submit_answer(running, number=1, text="Stop.")
        request_deletion(running)
        decline_interview(running)
        assert stored_flags() == [Flag.WANTS_TO_STOP, Flag.WANTS_DELETION, Flag.DECLINED]
        withdraw_decline(running)
        assert stored_flags() == [Flag.WANTS_TO_STOP, Flag.WANTS_DELETION]


def test_retention_deletes_the_reason_of_a_decline_and_keeps_the_flag(
    acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    decline_interview(interview_request, reason=DeclineReason.NO_TIME, comment=COMMENT)
    Org.objects.update(transcript_days=30)
    run("purge")
    assert stored_reason() == ("no_time", COMMENT)
    Conversation.objects.update(last_activity_at=timezone.now() - timedelta(days=31))
    before = acme_api.get(f"/interviews/{interview_request.pk}")
    run("purge")
    got = acme_api.get(f"/interviews/{interview_request.pk}")
    assert (got.json()["flags"], got.json()["decline"]) == (["declined"], None)
    assert (Conversation.objects.count(), got["ETag"] != before["ETag"]) == (0, True)
    assert interview_state(interview_request).stage == Stage.DECLINED
    assert after(withdraw_decline, interview_request).stage == Stage.INVITED
    assert stored_flags() == []


class TestRating:
    def test_the_last_rating_counts(self, acme_api: ApiClient, completed: InterviewRequest) -> None:
        path = f"/interviews/{completed.pk}"
        before = acme_api.get(path)
        rate_interview(completed, rating=Rating.IN_PART)
        rated = acme_api.get(path)
        rate_interview(completed, rating=Rating.IN_PART)
        same = acme_api.get(path)
        rate_interview(completed, rating=Rating.FULLY)
        last = acme_api.get(path)
        assert [got.json()["rating"] for got in (before, rated, same, last)] == [None, 2, 2, 4]
        assert len({before["ETag"], rated["ETag"], last["ETag"]}) == 3
        assert rated["ETag"] == same["ETag"]
        since = before.json()["updated_at"]
        assert len(acme_api.get("/interviews", updated_after=since).json()["data"]) == 1

    def test_only_a_completed_interview_is_rated(self, running: InterviewRequest) -> None:
        rate_interview(running, rating=Rating.FULLY)
        finish_conversation(running)
        rate_interview(running, rating=Rating.FULLY)
        assert Conversation.objects.get().rating is None

    def test_retention_of_answers_keeps_the_rating(self, completed: InterviewRequest) -> None:
        rate_interview(completed, rating=Rating.MOSTLY)
        Org.objects.update(transcript_days=30)
        InterviewRequest.objects.update(completed_at=timezone.now() - timedelta(days=31))
        run("purge")
        assert (Transcript.objects.count(), Conversation.objects.get().rating) == (0, Rating.MOSTLY)


def test_deletion_can_be_asked_for_after_completion(
    acme_api: ApiClient, completed: InterviewRequest, event_types: Any
) -> None:
    for _ in range(2):
        assert Flag.WANTS_DELETION in after(request_deletion, completed).flags
    assert acme_api.get(f"/interviews/{completed.pk}").json()["flags"] == ["wants_deletion"]
    assert (event_types(), Transcript.objects.count()) == (["flagged"], 1)
