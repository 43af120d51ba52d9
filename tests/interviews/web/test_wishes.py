"""Declining, rating, asking for deletion, suspended orgs and cancelled interviews, without JavaScript."""

import re
from typing import Any

import pytest
from django.utils import timezone

from interviews.lifecycle import Stage
from interviews.models import Conversation, InterviewRequest, Transcript, Turn
from orgs.models import Org
from tests.interviews.web.client import SurveyPage, boxes, opened, unsaved_texts, visible

DECLINED = "You have declined the interview"
PRIVACY, CONTACT = "https://acme.example/privacy", "research@acme.example"


def flags() -> str:
    return InterviewRequest.objects.get().flags


def pressed(response: Any) -> list[str]:
    """The values of the rating buttons that are pressed."""
    return re.findall(r'name="rating" value="(\d)" aria-pressed="true"', response.content.decode())


def checked(response: Any) -> list[str]:
    return re.findall(r'name="reason" value="(\w+)" checked', response.content.decode())


def test_the_message_has_the_button_to_finish(asked: SurveyPage) -> None:
    assert 'class="primary" name="step" value="finish"' not in asked.get().content.decode()
    response = asked.post("answer", number=1, text="I have to stop here.")
    html = response.content.decode()
    assert html.count('value="finish"') == html.count('class="primary" name="step" value="finish"') == 1
    assert "Let's start before any vendor" not in visible(response)
    response = asked.post("answer", number=3, text="Go on.")
    assert "Let's start before any vendor" in visible(response)
    assert 'class="primary" name="step" value="finish"' not in response.content.decode()


class TestDecline:
    def test_one_press_on_the_invitation_declines(self, page: SurveyPage) -> None:
        assert "No, thanks" in visible(page.get())
        response = page.post("decline")
        assert (response.status_code, flags()) == (200, "declined")
        for words in (
            DECLINED,
            "Acme is told that you do not take part",
            "Your link stays valid",
            "Take part after all",
        ):
            assert words in visible(response)
        assert "answers that you gave before" not in visible(response)
        assert visible(page.get()) == visible(response)
        assert not Turn.objects.exists()

    def test_a_reason_is_optional_and_can_be_changed(self, page: SurveyPage) -> None:
        page.post("decline")
        response = page.post("decline", reason="no_ai", comment="Call me,\r\nplease. ")
        assert "Your reason is saved" in visible(response)
        assert (checked(response), boxes(response)) == (["no_ai"], ["Call me,\nplease."])
        response = page.post("decline", reason="no_time", comment="")
        assert (checked(response), boxes(response)) == (["no_time"], [""])
        conversation = Conversation.objects.get()
        assert (conversation.decline_reason, conversation.decline_comment) == ("no_time", "")

    def test_a_comment_that_is_too_long_stays_in_the_box(self, page: SurveyPage) -> None:
        page.post("decline", reason="no_ai", comment="Short.")
        response = page.post("decline", reason="no_time", comment="x" * 2_001)
        assert response.status_code == 422
        assert "Send at most 2,000 characters; this has 2,001." in visible(response)
        assert boxes(response) == ["x" * 2_001]
        assert Conversation.objects.get().decline_comment == "Short."

    def test_an_unknown_reason_is_left_out(self, page: SurveyPage) -> None:
        assert page.post("decline", reason="<script>", comment="").status_code == 200
        assert Conversation.objects.get().decline_reason == ""

    def test_from_a_question_the_text_in_the_box_is_shown_and_not_stored(self, asked: SurveyPage) -> None:
        assert "End without sending" in visible(asked.get())
        response = asked.post("decline", number=1, text="It was slow.")
        assert (response.status_code, unsaved_texts(response)) == (409, ["It was slow."])
        assert DECLINED in visible(response)
        assert (Turn.objects.count(), flags()) == (1, "declined")

    def test_from_the_recap_only_changed_texts_are_shown_again(self, at_recap: SurveyPage) -> None:
        assert "End without sending" in visible(at_recap.get())
        texts = {"answer-1": "It was slow.\r\n", "answer-3": "Bob\r\ndecided."}
        response = at_recap.post("decline", **texts)
        assert (response.status_code, unsaved_texts(response)) == (422, [])
        assert boxes(response) == ["It was slow.\r\n", "Bob\r\ndecided."]
        assert opened(response) == ["3"]
        assert "The answers that you have given are deleted, and Acme does not receive them." in visible(response)
        assert (flags(), Conversation.objects.get().stage) == ("", Stage.RECAP)
        response = at_recap.post("decline_with_answers", **texts)
        assert (response.status_code, unsaved_texts(response)) == (409, ["Bob\r\ndecided."])
        assert "The answers that you gave before were deleted. Acme has not received them." in visible(response)
        assert "It was slow." not in visible(at_recap.get())
        assert Turn.objects.get(number=2).text == ""

    def test_from_a_question_after_answers_it_asks_once_and_keeps_the_text(self, asked: SurveyPage) -> None:
        asked.post("answer", number=1, text="It was slow.")
        response = asked.post("decline", number=3, text="Bob")
        assert (response.status_code, boxes(response), flags()) == (422, ["Bob"], "")
        before_the_question = response.content.decode().partition("<h1")[0]
        assert 'value="decline_with_answers"' in before_the_question
        assert 'value="decline"' not in response.content.decode()
        response = asked.post("decline_with_answers", number=3, text="Bob")
        assert (response.status_code, unsaved_texts(response), flags()) == (409, ["Bob"], "declined")

    @pytest.mark.parametrize("step", ["consent", "answer", "skip", "finish", "resume", "send", "rate"])
    def test_no_other_step_continues(self, asked: SurveyPage, step: str) -> None:
        asked.post("decline", number=1)
        response = asked.post(step, number=1, rating=4, **{"answer-1": "Late."})
        assert DECLINED in visible(response)
        assert (Turn.objects.count(), Conversation.objects.get().stage) == (1, Stage.DECLINED)

    def test_a_change_of_mind_begins_again_with_the_invitation(self, asked: SurveyPage) -> None:
        first = visible(asked.get())
        asked.post("answer", number=1, text="It was slow.")
        asked.post("decline_with_answers", number=3, reason="no_time")
        assert "The interview then begins again." in visible(asked.get())
        response = asked.post("reconsider")
        assert "I agree, start the interview" in visible(response)
        assert (flags(), Turn.objects.count()) == ("", 0)
        assert visible(asked.post("consent")) == first


class TestLastAnswer:
    def test_a_wish_is_acknowledged_at_the_recap_and_at_the_end(self, asked: SurveyPage) -> None:
        response = asked.post("finish", number=1, text="It was slow. Can a person call me?")
        assert 'class="reply">I cannot connect you from here, but I have noted' in response.content.decode()
        assert "wants_a_person" in flags()
        response = asked.post("send", **{"answer-1": "It was slow. Can a person call me?"})
        assert "Acme has been told that you want to speak with a person." in visible(response)

    def test_an_unanswered_question_has_no_reply_at_the_recap(self, asked: SurveyPage) -> None:
        asked.post("answer", number=1, text="It was slow. Can a person call me?")
        assert "I cannot connect you" not in visible(asked.post("finish", number=3))


class TestRating:
    def test_a_rating_is_stored_and_can_be_changed(self, completed: SurveyPage) -> None:
        assert "Did this capture your view?" in visible(completed.get())
        assert pressed(completed.get()) == []
        response = completed.post("rate", rating=2)
        assert "your rating is saved" in visible(response)
        assert pressed(response) == ["2"]
        assert pressed(completed.post("rate", rating=4)) == ["4"]
        assert Conversation.objects.get().rating == 4

    @pytest.mark.parametrize("rating", ["0", "5", "-1", "x", "", "99999999999"])
    def test_another_value_changes_nothing(self, completed: SurveyPage, rating: str) -> None:
        completed.post("rate", rating=3)
        assert pressed(completed.post("rate", rating=rating)) == ["3"]
        assert Conversation.objects.get().rating == 3


class TestDeletion:
    def test_a_wish_in_an_answer_is_explained_and_deletes_nothing(
        self, asked: SurveyPage, interview_request: InterviewRequest
    ) -> None:
        response = asked.post("answer", number=1, text="It was slow. Delete my data. Stop.")
        assert "I have noted that you want your data deleted" in visible(response)
        asked.post("finish", number=3)
        assert "It was slow. Delete my data. Stop." in asked.get().content.decode()
        response = asked.post("send", **{"answer-1": "It was slow. Delete my data. Stop."})
        assert "Acme has been told that you want your data deleted." in visible(response)
        assert "wants_deletion" in flags().split()
        assert Turn.objects.filter(text="It was slow. Delete my data. Stop.").exists()
        assert "Delete my data." in Transcript.objects.get().content
        before = interview_request.contact.name, interview_request.contact.email
        interview_request.contact.refresh_from_db()
        assert (interview_request.contact.name, interview_request.contact.email) == before
        assert asked.get().status_code == 200

    def test_it_can_be_asked_for_after_a_decline(self, page: SurveyPage, acme: Org) -> None:
        page.post("decline")
        assert "Ask for deletion" in visible(page.get())
        response = page.post("request_deletion")
        assert "wants_deletion" in flags().split()
        text = visible(response)
        for words in ("Acme has been told", "this link stops working", "ask the people at Acme"):
            assert words in text
        assert "Ask for deletion" not in text
        Org.objects.update(contact_address=CONTACT)
        assert f"If you have questions about it:  {CONTACT}" in visible(page.get())


class TestOrg:
    @pytest.fixture(autouse=True)
    def shown(self, acme: Org) -> None:
        Org.objects.update(contact_address=CONTACT, privacy_url=PRIVACY, transcript_days=90)

    @pytest.mark.parametrize("stage", ["page", "asked", "at_recap", "completed"])
    def test_every_page_shows_privacy_contact_and_retention(self, request: pytest.FixtureRequest, stage: str) -> None:
        page: SurveyPage = request.getfixturevalue(stage)
        footer = page.get().content.decode().partition("<footer>")[2]
        assert f'href="{PRIVACY}"' in footer
        assert f'href="mailto:{CONTACT}"' in footer
        assert "Your answers are deleted after 90 days." in footer
        if stage != "completed":
            assert PRIVACY in page.post("decline").content.decode()

    def test_what_the_org_has_not_set_is_left_out(self, page: SurveyPage) -> None:
        Org.objects.update(contact_address="", privacy_url="", transcript_days=None)
        assert "<footer></footer>" in page.get().content.decode()

    def test_markup_in_the_contact_address_is_text(self, page: SurveyPage) -> None:
        Org.objects.update(contact_address="<script>alert(1)</script>")
        assert "<script>alert" not in page.get().content.decode()


@pytest.fixture(params=["suspended", "cancelled"])
def paused(request: pytest.FixtureRequest, asked: SurveyPage) -> SurveyPage:
    """Because of the org, or of the interview request."""
    Org.objects.update(is_active=request.param != "suspended", contact_address=CONTACT)
    InterviewRequest.objects.update(cancelled_at=timezone.now() if request.param == "cancelled" else None)
    return asked


class TestPaused:
    @pytest.mark.parametrize(
        ("paused", "words"),
        [
            (
                "suspended",
                ("This interview is paused", "Interviews of Acme are paused", "Your link stays valid", CONTACT),
            ),
            ("cancelled", ("This interview was cancelled", "Acme no longer needs your answers", CONTACT)),
        ],
        indirect=["paused"],
    )
    def test_the_page_says_so(self, paused: SurveyPage, words: tuple[str, ...]) -> None:
        response = paused.get()
        assert response.status_code == 403
        assert [text for text in words if text not in visible(response)] == []
        assert "does not open an interview" not in visible(response)
        assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")

    @pytest.mark.parametrize("step", ["answer", "skip", "finish", "send", "decline", "reconsider", "request_deletion"])
    def test_nothing_is_stored_and_the_text_is_shown_again(self, paused: SurveyPage, step: str) -> None:
        before = (list(Turn.objects.values()), Conversation.objects.values().get(), flags())
        response = paused.post(step, number=1, text="It was slow.", comment="No time.", **{"answer-1": "Slower."})
        assert (response.status_code, unsaved_texts(response)) == (403, ["It was slow.", "Slower.", "No time."])
        assert before == (list(Turn.objects.values()), Conversation.objects.values().get(), flags())

    def test_the_interview_continues_where_it_was(self, paused: SurveyPage) -> None:
        Org.objects.update(is_active=True)
        InterviewRequest.objects.update(cancelled_at=None)
        assert paused.post("answer", number=1, text="It was slow.").status_code == 200
        assert Turn.objects.get(number=2).text == "It was slow."
