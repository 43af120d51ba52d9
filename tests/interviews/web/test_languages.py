"""The survey page is in the language of the interview, whatever the browser prefers. Everything else is English."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.test import Client
from django.utils.translation import get_language

from interviews.models import Conversation, InterviewRequest, InterviewType, Turn
from interviews.paige.answers.transcript_markdown import parse_transcript
from interviews.paige.guide.guide import shipped_guide
from interviews.services.guides import edit_guide
from interviews.web import views
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from tests.client import ApiClient
from tests.interviews.web.client import SurveyPage, visible

FIRST = "Was hat in Ihrem Unternehmen den Anstoß für diese Suche gegeben, noch bevor"
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.fixture
def german(page: SurveyPage, interview_request: InterviewRequest) -> SurveyPage:
    """Alice's page, for an interview with the German guide."""
    InterviewType.objects.update(guide=shipped_guide("win_loss_buyer_de"))
    return page


def is_in(language: str, response: Any) -> bool:
    return f'<html lang="{language}">' in response.content.decode()


def assert_german(response: Any, *texts: str) -> None:
    assert is_in("de", response)
    assert [text for text in texts if text not in visible(response)] == []


def test_a_german_interview_is_german_from_the_invitation_to_the_thanks(german: SurveyPage) -> None:
    long = "x" * 10_001
    assert_german(german.get(), "Guten Tag Alice, Acme möchte Ihre Sicht kennenlernen", "Etwa 15 Minuten")
    assert_german(german.post("consent"), FIRST, "Frage 1 · noch etwa 15 Minuten", "Antwort senden")
    assert_german(german.post("answer", number=1, text=" "), "Schreiben Sie eine Antwort oder überspringen Sie")
    assert_german(german.post("answer", number=1, text=long), "Möglich sind höchstens 10.000 Zeichen; Ihr Text hat")
    assert_german(german.post("answer", number=1, text="Sind Sie ein Bot?"), "Ich bin eine KI-Interviewerin")
    german.post("answer", number=3, text="Es war zu langsam.")
    assert_german(german.post("finish"), "Das bekommt Acme zu lesen.")
    assert_german(german.post("send", **{"answer-1": "", "answer-3": "Es war langsam."}), "Vielen Dank, Alice")
    content = InterviewRequest.objects.get().transcript.content
    assert [text for _, text in parse_transcript(content)] == list(Turn.objects.values_list("text", flat=True))[:4]


def test_an_english_interview_is_english_in_a_german_browser(page: SurveyPage) -> None:
    response = page.get(**GERMAN)
    assert is_in("en", response)
    assert "Acme would like to hear from you" in visible(response)


def test_a_running_interview_keeps_its_language(asked: SurveyPage, interview_request: InterviewRequest) -> None:
    kind = interview_request.interview_type
    guide = {**shipped_guide("win_loss_buyer_de"), "version": kind.guide["version"]}
    edit_guide(org_id=kind.org_id, interview_type_id=kind.pk, guide=guide, actor=Actor(ActorKind.STAFF, "Sam"))
    assert is_in("en", asked.get())
    Conversation.objects.all().delete()
    Turn.objects.all().delete()
    assert is_in("de", asked.get())


def test_the_guides_from_before_there_were_languages_are_english(page: SurveyPage) -> None:
    guide = shipped_guide("win_loss_buyer")
    del guide["language"]
    InterviewType.objects.update(guide=guide)
    assert is_in("en", page.get(**GERMAN))
    assert "Question 1 " in visible(page.post("consent"))


@pytest.mark.parametrize(("accepted", "language"), [("de-AT,de;q=0.9", "de"), ("fr,de;q=0.2", "de"), ("fr", "en")])
def test_a_page_without_an_interview_follows_the_browser(
    accepted: str, language: str, settings: LazySettings, page: SurveyPage
) -> None:
    client = Client(headers={"Accept-Language": accepted})
    texts = {"de": "Dieser Link führt zu keinem Interview", "en": "This link does not open an interview"}
    unknown = client.get("/survey", {"token": "x" * 43})
    assert is_in(language, unknown)
    assert texts[language] in visible(unknown)
    assert is_in(language, client.post("/survey", "{}", content_type="multipart/form-data; boundary=ä"))
    assert is_in(language, client.post("/survey", {"text": "x" * 1_048_577}))
    settings.ANONYMOUS_RATE_LIMIT = 1
    client.get("/survey")
    busy = client.get("/survey", {"token": page.token})
    assert (busy.status_code, is_in(language, busy)) == (429, True)


def test_the_error_pages_of_a_german_interview_are_german(german: SurveyPage, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = {"Da ist etwas schiefgegangen": RuntimeError("x"), "nicht erreichen": OperationalError("x")}
    for text, error in errors.items():

        def fail(*args: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(views, "visited_page", fail)
        response = german.get()
        assert response.status_code >= 500
        assert is_in("de", response)
        assert text in visible(response)
    assert get_language() == "en"


def test_api_staff_pages_and_docs_are_english_in_a_german_browser(
    german: SurveyPage, acme: Org, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    german.get(**GERMAN)
    path = f"/interviews/{interview_request.pk}"
    refused = acme_api.patch(path, {"objective": "x" * 10_001}, Accept_Language="de")
    assert "Send at most 10,000 characters; this has 10,001." in refused.content.decode()
    missing = acme_api.get("/interviews/999", Accept_Language="de")
    assert missing.json()["error"]["message"] == acme_api.get("/interviews/999").json()["error"]["message"]
    client = Client(headers=GERMAN)
    for url in ("/admin/login/", "/api/docs", "/nowhere"):
        assert 'lang="en"' in client.get(url).content.decode()
    assert "Password" in visible(client.get("/admin/login/"))
