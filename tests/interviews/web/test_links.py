"""Survey links: unknown ones reveal nothing, and valid ones do not leak."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from hindsight.http.logs import JSONFormatter, TextFormatter
from interviews.models import Conversation, InterviewRequest, Turn
from interviews.web import views
from tests.interviews.steps import take_before
from tests.interviews.web.client import SurveyPage, unsaved_texts, visible

STATIC = Path(__file__).parents[3] / "interviews" / "web" / "static"
UNKNOWN_TOKEN = "x" * 43


class TestUnknownLinks:
    @pytest.mark.parametrize(
        "token", [UNKNOWN_TOKEN, "", "x", "x" * 5000, "a\0b", "語" * 43, "'; DROP TABLE", "../admin"]
    )
    def test_every_unknown_link_gets_the_same_page(self, interview_request: InterviewRequest, token: str) -> None:
        response = SurveyPage(token).get()
        assert response.status_code == 404
        assert "This link does not open an interview" in visible(response)
        assert "Acme" not in visible(response)
        assert response.content == Client().get("/survey").content

    def test_a_link_of_a_deleted_interview_request_is_unknown(
        self, page: SurveyPage, interview_request: InterviewRequest
    ) -> None:
        interview_request.delete()
        assert (page.get().status_code, page.get().content) == (404, SurveyPage(UNKNOWN_TOKEN).get().content)

    def test_a_link_is_unknown_if_the_row_is_deleted_while_the_page_is_rendered(
        self, page: SurveyPage, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take_before(interview_request.delete, monkeypatch, views, "next_question")
        assert page.get().status_code == 404

    def test_a_form_for_an_unknown_link_stores_nothing_and_shows_the_text_again(self, asked: SurveyPage) -> None:
        asked.token = UNKNOWN_TOKEN
        response = asked.post("answer", number=1, text="It was slow.")
        assert (response.status_code, unsaved_texts(response)) == (404, ["It was slow."])
        assert Turn.objects.count() == 1


class TestForgedForms:
    """The forms have no CSRF token: see interviews.web.views."""

    def test_a_form_with_origin_null_is_accepted_over_https(self, page: SurveyPage, settings: Settings) -> None:
        settings.SECURE_SSL_REDIRECT = True
        client = Client(enforce_csrf_checks=True)
        form = {"token": page.token, "step": "consent"}
        response = client.post("/survey", form, headers={"Origin": "null"}, secure=True)
        assert response.status_code == 303
        assert Conversation.objects.exists()

    @pytest.mark.parametrize("query", [{}, {"token": "mine"}])
    def test_the_token_must_be_in_the_form(self, page: SurveyPage, query: dict[str, str]) -> None:
        url = f"/survey?token={page.token}"
        assert Client().post(url, {"step": "consent", **query}).status_code == 404
        assert not Conversation.objects.exists()

    def test_the_page_sets_no_cookies(self, completed: SurveyPage) -> None:
        assert not completed.client.cookies


STEPS_TO_STATES: dict[str, tuple[dict[str, Any], ...]] = {
    "invitation": (),
    "question": ({"step": "consent"},),
    "error": ({"step": "consent"}, {"step": "answer", "number": 1, "text": "x" * 10_001}),
    "second tab": (
        {"step": "consent"},
        {"step": "answer", "number": 1, "text": "First."},
        {"step": "answer", "number": 1, "text": "Second."},
    ),
    "recap": ({"step": "consent"}, {"step": "answer", "number": 1, "text": "Slow."}, {"step": "finish"}),
    "recap error": (
        {"step": "consent"},
        {"step": "answer", "number": 1, "text": "Slow."},
        {"step": "finish"},
        {"step": "send", "answer-1": "x" * 10_001},
    ),
    "thanks": ({"step": "consent"}, {"step": "finish"}, {"step": "send"}),
    "rated": ({"step": "consent"}, {"step": "finish"}, {"step": "send"}, {"step": "rate", "rating": 3}),
    "declined": ({"step": "decline"}, {"step": "decline", "reason": "no_time", "comment": "Slow."}),
    "decline error": ({"step": "decline", "comment": "x" * 2_001},),
}


def responses_up_to(page: SurveyPage, steps: tuple[dict[str, Any], ...]) -> Iterator[Any]:
    """Yields every response on the way to the state, and the page after a reload."""
    for step in steps:
        yield page.submit(**step)
        yield page.get()
    yield page.get()


@pytest.mark.parametrize("state", STEPS_TO_STATES)
class TestEveryPage:
    @pytest.mark.slow
    def test_reveals_no_secret_and_loads_nothing_from_other_hosts(
        self, page: SurveyPage, interview_request: InterviewRequest, state: str
    ) -> None:
        """No notes, no objective, no caching, no indexing, no inline scripts, and nothing from other hosts."""
        interview_request.contact.notes, interview_request.objective = "n0tesmarker pricing", "0bjectivemarker pricing"
        interview_request.contact.save()
        interview_request.save()
        inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=|javascript:|https?:|//", re.IGNORECASE)
        for response in responses_up_to(page, STEPS_TO_STATES[state]):
            html = response.content.decode()
            for secret in ("n0tesmarker", "0bjectivemarker", interview_request.contact.email):
                assert secret not in html + str(response.headers)
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["Cache-Control"] == "no-store"
            assert "noindex" in response.headers["X-Robots-Tag"]
            assert not response.cookies
            assert response.status_code == 303 or '<meta name="robots" content="noindex, nofollow">' in html
            assert not inline.search(html)

    def test_logs_no_token_and_no_answer(self, page: SurveyPage, caplog: pytest.LogCaptureFixture, state: str) -> None:
        caplog.set_level("DEBUG")
        for _ in responses_up_to(page, STEPS_TO_STATES[state]):
            pass
        page.client.put(f"/survey?token={page.token}")
        page.client.get(f"/survey/{page.token}")
        lines = [form.format(record) for record in caplog.records for form in (TextFormatter(), JSONFormatter())]
        assert any("GET /survey 200" in line for line in lines)
        assert not [line for line in lines if "Slow." in line or "xxxx" in line]
        assert not [line for line in lines if page.token in line and f"/survey/{page.token}" not in line]


def test_static_files_name_no_other_host() -> None:
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".css", ".js", ".svg"}
    for path in files:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\(|@import", text)


class TestRateLimit:
    @pytest.fixture(autouse=True)
    def limit_of_3(self, settings: Settings) -> Iterator[None]:
        settings.ANONYMOUS_RATE_LIMIT = 3
        with time_machine.travel(1_800_000_000, tick=False):
            yield

    def test_an_address_over_the_limit_gets_a_page_with_the_waiting_time(self, page: SurveyPage) -> None:
        codes = [response.status_code for response in (page.get(), SurveyPage(UNKNOWN_TOKEN).get(), page.submit())]
        assert codes == [200, 404, 303]
        response = page.get()
        assert response.status_code == 429
        wait = response.headers["Retry-After"]
        assert 1 <= int(wait) <= 60
        assert f"Wait {wait} second" in visible(response)
        assert not [name for name in response.headers if name.startswith("X-RateLimit")]

    def test_a_limited_request_reads_no_interview_and_shows_the_text_again(self, asked: SurveyPage) -> None:
        for _ in range(3):
            asked.get()
        with CaptureQueriesContext(connection) as queries:
            response = asked.post("answer", number=1, text="It was slow.")
        assert (response.status_code, unsaved_texts(response)) == (429, ["It was slow."])
        assert not [query for query in queries if "interview" in query["sql"]]
        assert Turn.objects.count() == 1
