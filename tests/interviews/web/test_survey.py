"""The survey page without JavaScript: what the contact sees and what is stored."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from interviews.lifecycle import Speaker, Stage, Status
from interviews.models import Conversation, InterviewRequest, Transcript, Turn
from tests.client import ApiClient
from tests.interviews.web.client import SurveyPage, boxes, opened, said, unsaved_texts, visible

FIRST = "what was happening at your company that set off this search?"
LONG = "In March we lost an order because nobody trusted our spreadsheets. " * 4


def answers() -> list[str]:
    return [turn.text for turn in Turn.objects.filter(speaker=Speaker.CONTACT)]


class TestInvitation:
    def test_explains_interviewer_purpose_readers_and_duration(self, page: SurveyPage) -> None:
        response = page.get()
        text = visible(response)
        assert response.status_code == 200
        assert "Hello Alice" in text
        for words in ("Paige, an AI interviewer", "not a person", "How long it takes", "About 15 minutes"):
            assert words in text
        assert "This interview is about how you and your colleagues came to your decision" in text
        assert "Who sees your answers" in text

    def test_asks_nothing_and_stores_nothing_before_consent(self, page: SurveyPage) -> None:
        assert FIRST not in visible(page.get())
        assert boxes(page.get()) == []
        assert not Conversation.objects.exists()

    def test_consent_leads_to_the_first_question(self, page: SurveyPage) -> None:
        response = page.submit(step="consent")
        assert (response.status_code, response.headers["Location"]) == (303, f"/survey?token={page.token}&question=1")
        assert Conversation.objects.get().stage == Stage.CONSENTED
        assert FIRST in visible(page.get())
        assert Conversation.objects.get().stage == Stage.IN_PROGRESS

    def test_a_contact_without_a_name_gets_an_invitation_without_hello(
        self, page: SurveyPage, interview_request: InterviewRequest
    ) -> None:
        interview_request.contact.name = ""
        interview_request.contact.save()
        assert "Acme would like to hear from you" in visible(page.get())
        assert "Hello" not in visible(page.get())


class TestQuestions:
    def test_questions_come_one_at_a_time_with_progress(self, asked: SurveyPage) -> None:
        assert "Question 1 · about 15 minutes left" in visible(asked.get())
        response = asked.post("answer", number=1, text=LONG)
        assert "Question 2 · about 15 minutes left" in visible(response)
        assert FIRST not in visible(response)
        assert boxes(response) == [""]
        assert answers() == [LONG.strip()]

    def test_the_heading_is_the_question_only(self, asked: SurveyPage) -> None:
        html = asked.post("answer", number=1, text="Are you a bot?").content.decode()
        reply, question = re.findall(r'<p class="reply" id="reply">(.*?)</p>|<label for="text-3">(.*?)</label>', html)
        assert "AI interviewer" in reply[0]
        assert question[1].endswith(FIRST)
        assert "AI interviewer" not in question[1]
        assert 'aria-describedby="reply hint"' in html

    def test_a_skip_with_text_in_the_box_asks_once_and_keeps_the_text(self, asked: SurveyPage) -> None:
        text = "  It was\n<b>slow</b>."
        response = asked.post("skip", number=1, text=text)
        assert (response.status_code, boxes(response)) == (422, [text])
        assert "Do you want to skip this question without sending your text?" in visible(response)
        assert answers() == []
        response = asked.post("skip_without_text", number=1, text=text)
        assert (response.status_code, boxes(response), unsaved_texts(response)) == (200, [""], [])
        assert answers() == [""]

    def test_finishing_stores_the_text_in_the_box(self, asked: SurveyPage) -> None:
        response = asked.post("finish", number=1, text="It was slow.")
        assert "Look over your answers" in visible(response)
        assert (boxes(response), answers()) == (["It was slow."], ["It was slow."])

    @pytest.mark.parametrize(
        ("step", "text", "problem"),
        [
            ("answer", "", "Write an answer, or skip the question."),
            ("answer", " \r\n", "Write an answer, or skip the question."),
            ("answer", "\nä" + "x" * 10_000 + "y", "Send at most 10,000 characters; this has 10,002."),
            ("finish", "x" * 10_001, "Send at most 10,000 characters; this has 10,001."),
            ("answer", "a\0b", "This cannot be stored"),
        ],
    )
    def test_an_invalid_answer_stays_in_the_box(self, asked: SurveyPage, step: str, text: str, problem: str) -> None:
        response = asked.post(step, number=1, text=text)
        assert response.status_code == 422
        assert problem in visible(response)
        assert boxes(response) == [text]
        assert FIRST in visible(response)
        assert (answers(), Conversation.objects.get().stage) == ([], Stage.IN_PROGRESS)

    def test_an_answer_may_have_10_000_characters_of_any_script(self, asked: SurveyPage) -> None:
        assert asked.post("answer", number=1, text="語" * 10_000).status_code == 200
        assert answers() == ["語" * 10_000]

    def test_a_guide_that_the_process_knows_is_not_read(self, asked: SurveyPage) -> None:
        with CaptureQueriesContext(connection) as queries:
            response = asked.post("answer", number=1, text="It was slow.")
        assert response.status_code == 200
        assert not [query for query in queries if '."guide"' in query["sql"]]


class TestRecap:
    def test_answers_are_shown_and_corrections_stored_and_sent(self, at_recap: SurveyPage, acme_api: ApiClient) -> None:
        response = at_recap.get()
        assert (said(response), boxes(response)) == (
            ["It was slow.", "You skipped this question."],
            ["It was slow.", ""],
        )
        assert opened(response) == []
        assert not Transcript.objects.exists()
        response = at_recap.post("send", **{"answer-1": "It was\r\nvery slow.", "answer-3": "Bob decided."})
        assert response.status_code == 200
        assert "Thank you, Alice" in visible(response)
        assert answers() == ["It was\nvery slow.", "Bob decided."]
        got = acme_api.get(f"/interviews/{InterviewRequest.objects.get().pk}").json()
        assert got["status"] == Status.COMPLETED
        assert "**Alice:** It was\nvery slow." in got["transcript"]["content"]

    def test_one_answer_is_changed_and_read_again_before_all_are_sent(self, at_recap: SurveyPage) -> None:
        response = at_recap.post("correct", **{"answer-1": "It was\r\nvery slow.", "answer-3": ""})
        assert (response.status_code, said(response)[0], opened(response)) == (200, "It was\nvery slow.", [])
        assert (answers(), Conversation.objects.get().stage) == (["It was\nvery slow.", ""], Stage.RECAP)

    def test_the_list_has_questions_with_quotes_and_nothing_else_that_paige_said(self, at_recap: SurveyPage) -> None:
        message = "I am an AI interviewer, not a person. You said “It was slow”. What led to that?"
        Turn.objects.filter(number=3).update(text=message)
        assert "You said “It was slow”. What led to that?" in " ".join(visible(at_recap.get()).split())
        assert "not a person. You said" not in " ".join(visible(at_recap.get()).split())

    def test_a_cleared_answer_is_withdrawn(self, at_recap: SurveyPage) -> None:
        at_recap.post("send", **{"answer-1": " "})
        assert answers() == ["", ""]
        assert "slow" not in Transcript.objects.get().content

    @pytest.mark.parametrize("step", ["correct", "send"])
    def test_one_invalid_correction_stores_none_and_keeps_all_texts_in_the_boxes(
        self, at_recap: SurveyPage, step: str
    ) -> None:
        response = at_recap.post(step, **{"answer-1": "x" * 10_001, "answer-3": "Bob decided."})
        assert response.status_code == 422
        assert boxes(response) == ["x" * 10_001, "Bob decided."]
        assert opened(response) == ["1", "3"]
        assert "Send at most 10,000 characters; this has 10,001." in visible(response)
        assert '<a href="#exchange-1">' in response.content.decode()
        assert answers() == ["It was slow.", ""]
        assert Conversation.objects.get().stage == Stage.RECAP

    def test_continuing_stores_the_corrections(self, at_recap: SurveyPage) -> None:
        response = at_recap.post("resume", **{"answer-1": "It was very slow."})
        assert "Question 3 " in visible(response)
        assert answers() == ["It was very slow.", ""]

    @pytest.mark.slow
    def test_an_interview_with_nothing_left_to_ask_cannot_be_continued(self, asked: SurveyPage) -> None:
        assert "Continue the interview" in visible(asked.post("finish"))
        asked.post("resume")
        while question := Turn.objects.filter(speaker=Speaker.PAIGE).latest("number"):
            response = asked.post("answer", number=question.number, text=LONG)
            if "Look over" in visible(response):
                break
        assert "Continue the interview" not in visible(response)
        assert "Continue the interview" not in visible(asked.post("resume", **{"answer-1": "Short."}))

    def test_an_interview_may_end_without_an_answer(self, asked: SurveyPage) -> None:
        response = asked.post("finish", number=1)
        assert "You have not answered a question yet" in visible(response)
        assert "Thank you" in visible(asked.post("send"))
        assert InterviewRequest.objects.get().status == Status.COMPLETED


class TestCompleted:
    @pytest.mark.parametrize("address", ["", "&question=1"])
    def test_no_address_shows_an_answer_that_was_sent(self, completed: SurveyPage, address: str) -> None:
        response = completed.client.get(f"/survey?token={completed.token}{address}")
        assert (response.status_code, "Thank you, Alice" in visible(response)) == (200, True)
        assert "slow" not in response.content.decode()

    @pytest.mark.parametrize(
        "step", ["consent", "answer", "skip", "finish", "correct", "resume", "send", "decline", ""]
    )
    def test_no_step_reopens_the_interview(self, completed: SurveyPage, step: str) -> None:
        before = (list(Turn.objects.values()), Transcript.objects.get().content)
        response = completed.post(step, number=5, text="Late.", **{"answer-1": "Other."})
        assert "Thank you, Alice" in visible(response)
        assert before == (list(Turn.objects.values()), Transcript.objects.get().content)


class TestRepeatedAndConcurrentSteps:
    def test_a_double_submit_stores_one_answer(self, asked: SurveyPage) -> None:
        first = asked.post("answer", number=1, text="It was slow.")
        second = asked.post("answer", number=1, text="It was slow.")
        assert (second.status_code, visible(second)) == (200, visible(first))
        assert answers() == ["It was slow."]

    @pytest.mark.parametrize("step", ["answer", "skip", "skip_without_text"])
    def test_the_slower_tab_sees_its_text_and_the_current_question(self, asked: SurveyPage, step: str) -> None:
        asked.post("answer", number=1, text=LONG)
        response = asked.post(step, number=1, text="From the other tab.")
        assert (response.status_code, unsaved_texts(response), boxes(response)) == (409, ["From the other tab."], [""])
        assert "Do you want to skip" not in visible(response)
        assert "Question 2 " in visible(response)
        assert answers() == [LONG.strip()]

    def test_an_answer_after_finish_is_in_the_recap(self, asked: SurveyPage) -> None:
        asked.post("finish", number=1)
        response = asked.post("answer", number=1, text="It was slow.")
        assert (response.status_code, boxes(response)) == (200, ["It was slow."])

    def test_a_recap_sent_twice_is_sent_once(self, at_recap: SurveyPage) -> None:
        fields = {"answer-1": "It was very slow.", "answer-3": ""}
        sent = [at_recap.post("send", **fields) for _ in range(2)]
        assert [(response.status_code, unsaved_texts(response)) for response in sent] == [(200, [])] * 2
        assert Transcript.objects.count() == 1

    def test_corrections_after_sending_are_shown_again(self, completed: SurveyPage) -> None:
        response = completed.post("send", **{"answer-1": "It was slow.", "answer-3": "Bob decided."})
        assert (response.status_code, unsaved_texts(response)) == (409, ["Bob decided."])
        assert answers() == ["It was slow.", ""]

    @pytest.mark.parametrize("step", ["correct", "send"])
    def test_corrections_of_an_interview_resumed_in_another_tab_are_shown_again(
        self, at_recap: SurveyPage, step: str
    ) -> None:
        at_recap.post("resume")
        response = at_recap.post(step, **{"answer-1": "It was very slow."})
        assert (response.status_code, unsaved_texts(response)) == (409, ["It was very slow."])
        assert "Question 3 " in visible(response)
        assert InterviewRequest.objects.get().status == Status.CREATED


@pytest.mark.parametrize(("before", "after"), ["“”", "„“", "«»", "''"])
def test_a_withdrawn_answer_is_not_quoted_in_the_transcript(asked: SurveyPage, before: str, after: str) -> None:
    guide = json.dumps(Conversation.objects.get().guide, ensure_ascii=False)
    edited = {**json.loads(guide.replace("“", before).replace("”", after)), "version": 2}
    Conversation.objects.update(guide=edited)
    shown = visible(asked.post("answer", number=1, text="Bob broke the old tool. We had 40 teams."))
    assert "Bob broke the old tool" in shown
    asked.post("finish", number=3, text="")
    asked.post("send", **{"answer-1": "A tool broke.", "answer-3": "Wear and tear."})
    assert "Bob" not in Transcript.objects.get().content
    assert not Turn.objects.filter(text__contains="Bob").exists()
