"""Addresses of questions, Back, and returning to an unfinished interview."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from interviews.models import Turn
from interviews.web.pages import RETURN_AFTER
from tests.interviews.web.client import SurveyPage, boxes, visible

FIRST = "what was happening at your company that set off this search?"
LONG = "In March we lost an order because nobody trusted our spreadsheets. " * 4


def address(page: SurveyPage, question: object) -> str:
    return f"/survey?token={page.token}&question={question}"


class TestAddresses:
    def test_every_question_has_an_address(self, page: SurveyPage) -> None:
        steps: list[dict[str, Any]] = [{"step": "consent"}, {"step": "answer", "number": 1, "text": LONG}]
        steps += [{"step": "skip", "number": 3}, {"step": "finish", "number": 5}, {"step": "resume"}]
        locations = []
        for step in steps:
            locations.append(page.submit(**step).headers["Location"])
            page.get()
        assert locations == [address(page, question) for question in (1, 3, 5, 7, "")]

    def test_the_address_of_an_earlier_question_shows_it_and_leads_back(self, asked: SurveyPage) -> None:
        asked.post("answer", number=1, text="It was\n<b>slow</b>.")
        shown = asked.client.get(address(asked, 1))
        assert (shown.status_code, boxes(shown)) == (200, [])
        assert FIRST in visible(shown)
        assert "It was\n&lt;b&gt;slow&lt;/b&gt;." in shown.content.decode()
        assert "You can change it at the end" in visible(shown)
        assert boxes(asked.client.get(address(asked, ""))) == [""]
        asked.post("skip", number=3)
        assert "You skipped this question." in visible(asked.client.get(address(asked, 3)))

    @pytest.mark.parametrize("question", [3, 4, 999, 0, "", "x", "9" * 50, "٣"])
    def test_any_other_address_shows_the_current_question(self, asked: SurveyPage, question: object) -> None:
        asked.post("answer", number=1, text=LONG)
        response = asked.client.get(address(asked, question))
        assert response.status_code == 200
        assert "Question 2 " in visible(response)


class TestReturning:
    def test_opening_the_link_again_shows_the_last_exchange(self, asked: SurveyPage) -> None:
        asked.post("answer", number=1, text="It was slow.")
        shown = visible(asked.get())
        assert "Welcome back, Alice." in shown
        assert FIRST in shown
        assert "It was slow." in shown
        asked.post("skip", number=3)
        assert "You skipped this question." in visible(asked.get())

    def test_the_last_question_is_whole_and_without_what_paige_replied(self, asked: SurveyPage) -> None:
        reply, question = "That is fine. " * 20, "What happened in the first weeks after that, as far as you saw it?"
        Turn.objects.filter(number=1).update(text=f"{reply}{question}")
        asked.post("answer", number=1, text="It was slow.")
        welcome = asked.get().content.decode().partition('class="welcome"')[2].partition("</section>")[0]
        assert f"<blockquote>{question}</blockquote>" in welcome

    def test_nobody_is_welcomed_back_before_the_first_answer_or_at_the_next_question(self, asked: SurveyPage) -> None:
        assert "Welcome back" not in visible(asked.get())
        assert "Welcome back" not in visible(asked.post("answer", number=1, text=LONG))
        assert "Welcome back" not in visible(asked.post("answer", number=3, text=""))

    def test_a_reload_after_a_while_shows_the_last_exchange(self, page: SurveyPage) -> None:
        now = datetime(2026, 11, 25, 12, tzinfo=UTC)
        with time_machine.travel(now, tick=False) as clock:
            page.post("consent")
            page.post("answer", number=1, text=LONG)
            clock.shift(RETURN_AFTER)
            assert "Welcome back" not in visible(page.client.get(address(page, 3)))
            clock.shift(timedelta(seconds=1))
            assert "Welcome back" in visible(page.client.get(address(page, 3)))

    def test_a_contact_who_left_before_the_next_question_is_welcomed_back(self, asked: SurveyPage) -> None:
        with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC), tick=False) as clock:
            asked.submit(step="answer", number=1, text=LONG)
            assert Turn.objects.count() == 2
            clock.shift(timedelta(hours=1))
            assert "Welcome back" in visible(asked.client.get(address(asked, 3)))
