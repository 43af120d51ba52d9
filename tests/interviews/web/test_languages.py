"""The survey page is in the language of the interview, whatever the browser prefers. Everything else is English."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils.translation import get_language

from interviews.lifecycle import Move, Stage
from interviews.models import Conversation, InterviewRequest, InterviewType, Turn
from interviews.paige.guide.guide import shipped_guide
from interviews.paige.reading import answer
from interviews.paige.reading.readings import AnswerReading
from interviews.services.interview_types import archive_interview_type, edit_guide
from interviews.web import views
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from tests.client import ApiClient
from tests.factories import InterviewTypeFactory
from tests.interviews.web.client import SurveyPage, visible
from tests.transcripts import parse_transcript

FIRST = "Was hat in Ihrem Unternehmen den Anstoß für diese Suche gegeben, noch bevor"
GERMAN_GUIDE = "win_loss_buyer_de"
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


@pytest.mark.slow
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


def test_a_running_interview_keeps_its_language(asked: SurveyPage, interview_request: InterviewRequest) -> None:
    kind = interview_request.interview_type
    guide = {**shipped_guide("win_loss_buyer_de"), "version": kind.guide["version"]}
    edit_guide(org_id=kind.org_id, interview_type_id=kind.pk, guide=guide, actor=Actor(ActorKind.STAFF, "Sam"))
    assert is_in("en", asked.get())
    Conversation.objects.all().delete()
    Turn.objects.all().delete()
    assert is_in("de", asked.get())


@pytest.mark.parametrize(("accepted", "language"), [("de-AT,de;q=0.9", "de"), ("fr,de;q=0.2", "de"), ("fr", "en")])
def test_a_page_without_an_interview_follows_the_browser(db: None, accepted: str, language: str) -> None:
    texts = {"de": "Dieser Link führt zu keinem Interview", "en": "This link does not open an interview"}
    unknown = Client(headers={"Accept-Language": accepted}).get("/survey", {"token": "x" * 43})
    assert is_in(language, unknown)
    assert texts[language] in visible(unknown)


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


class TestSwitch:
    """Acme has the same guide in German."""

    @pytest.fixture(autouse=True)
    def german_type(self, page: SurveyPage, interview_request: InterviewRequest) -> InterviewType:
        kind: InterviewType = InterviewTypeFactory.create(org=interview_request.org, guide=shipped_guide(GERMAN_GUIDE))
        return kind

    @pytest.mark.parametrize("wish", ["Können wir auf Deutsch weitermachen?", "Could we go on in German, please?"])
    def test_the_open_question_comes_again_in_the_wanted_language(self, page: SurveyPage, wish: str) -> None:
        page.post("consent")
        assert_german(page.post("answer", number=1, text=wish), "Gern, wir machen auf Deutsch weiter.", FIRST)
        assert_german(page.post("answer", number=3, text="Unser altes System wurde abgeschaltet."), "Frage 2")
        assert_german(page.post("finish"), "Das bekommt Acme zu lesen.", wish, "what was happening")
        assert_german(page.post("send"), "Vielen Dank, Alice")
        content = InterviewRequest.objects.get().transcript.content
        assert [text for _, text in parse_transcript(content)] == list(Turn.objects.values_list("text", flat=True))[:4]
        conversation = Conversation.objects.get()
        assert (conversation.language, conversation.guide["language"]) == ("de", "en")

    def test_a_follow_up_comes_again_with_its_quote(self, page: SurveyPage) -> None:
        page.post("consent")
        quoted = visible(page.post("answer", number=1, text="The board stopped a release in March. We had 40 teams."))
        assert "“The board stopped a release in March”" in quoted
        response = page.post("answer", number=3, text="Auf Deutsch, bitte.")
        assert_german(response, "„The board stopped a release in March“")

    @pytest.mark.slow
    def test_topics_that_were_asked_are_not_asked_again(self, page: SurveyPage) -> None:
        page.post("consent")
        page.post("answer", number=1, text="It just came up.")
        page.post("answer", number=3, text="I do not know. Können wir auf Deutsch weitermachen?")
        number = 5
        while Conversation.objects.get().stage == Stage.IN_PROGRESS:
            page.post("answer", number=number, text="Dazu fällt mir nichts ein.")
            number += 2
        asked = Turn.objects.filter(move__in=[Move.QUESTION, Move.CLOSING]).values_list("topic", flat=True)
        assert len(asked) == len(set(asked)) == 9

    def test_a_contact_may_switch_back(self, page: SurveyPage) -> None:
        page.post("consent")
        page.post("answer", number=1, text="Auf Deutsch bitte.")
        response = page.post("answer", number=3, text="Sorry, can we go on in English?")
        assert is_in("en", response)
        assert "In English, then. Here is the question again." in visible(response)

    def test_a_correction_withdraws_words_that_were_quoted_before_the_switch(self, page: SurveyPage) -> None:
        page.post("consent")
        page.post("answer", number=1, text="The board stopped a release in March.")
        page.post("answer", number=3, text="Auf Deutsch, bitte.")
        page.post("finish")
        page.post("resume", **{"answer-1": "Nothing."})
        assert not Turn.objects.filter(text__contains="stopped a release").exists()

    def shorten(self, german: InterviewType) -> None:
        german.guide["topics"].pop()
        german.save()

    def drop_a_follow_up(self, german: InterviewType) -> None:
        german.guide["topics"][0]["follow_ups"].pop()
        german.save()

    def archive(self, german: InterviewType) -> None:
        archive_interview_type(org_id=german.org_id, interview_type_id=german.pk)

    def add_another(self, german: InterviewType) -> None:
        InterviewTypeFactory.create(org=german.org, guide=german.guide)

    def give_to_another_org(self, german: InterviewType) -> None:
        german.delete()
        InterviewTypeFactory.create(guide=shipped_guide(GERMAN_GUIDE))

    def reword_in_english(self, german: InterviewType) -> None:
        guide = InterviewRequest.objects.get().interview_type.guide
        reworded = [{**topic, "question": f"So, {topic['question']}"} for topic in guide["topics"]]
        closing = f"So, {guide['closing_question']}"
        german.guide = {**guide, "language": "de", "topics": reworded, "closing_question": closing}
        german.save()

    @pytest.mark.parametrize(
        "change", [shorten, drop_a_follow_up, archive, add_another, give_to_another_org, reword_in_english]
    )
    def test_only_the_one_translation_of_the_guide_is_offered(
        self, page: SurveyPage, german_type: InterviewType, change: Callable[[Any, InterviewType], None]
    ) -> None:
        change(self, german_type)
        assert "Deutsch" not in visible(page.get())
        page.post("consent")
        response = page.post("answer", number=1, text="Können wir auf Deutsch weitermachen?")
        assert is_in("en", response)
        assert "I put my questions in one language only, but you may answer in any." in visible(response)
        assert Conversation.objects.get().language == ""

    def test_the_page_offers_the_other_language(self, page: SurveyPage) -> None:
        page.post("consent")
        assert "Bitte auf Deutsch weiter." in visible(page.get())
        response = page.post("switch_language:de", number=1, text="It was slow.")
        assert_german(response, "Gern, wir machen auf Deutsch weiter.")
        assert Turn.objects.get(number=2).text == "It was slow.\nBitte auf Deutsch weiter."
        assert "Please go on in English." in visible(page.get(**GERMAN))

    def test_the_button_does_not_depend_on_what_the_reader_hears(
        self, page: SurveyPage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page.post("consent")
        monkeypatch.setattr(answer, "_read", lambda *_: AnswerReading())
        for text in ("It was slow.", ""):
            number = Turn.objects.latest("number").number
            assert_german(page.post("switch_language:de", number=number, text=text), "Deutsch weiter.")
            assert is_in("en", page.post("switch_language:en", number=number + 2))

    def test_the_invitation_is_read_in_either_language(self, page: SurveyPage) -> None:
        german = f'href="/survey?token={page.token}&amp;language=de" lang="de" hreflang="de">Deutsch</a>'
        assert german in page.get().content.decode()
        response = page.client.get("/survey", {"token": page.token, "language": "de"})
        assert is_in("de", response)
        assert "Acme möchte Ihre Sicht kennenlernen" in visible(response)
        assert "welchen Eindruck Acme da" in visible(response)
        assert 'language=en" lang="en" hreflang="en">English</a>' in response.content.decode()
        response = page.post("consent", language="de")
        assert is_in("de", response)
        assert "Was hat in Ihrem Unternehmen den Anstoß" in visible(response)
        assert Conversation.objects.get().language == "de"
        assert "Please go on in English." in visible(response)

    def test_an_invitation_that_was_read_in_the_other_language_is_declined_in_it(self, page: SurveyPage) -> None:
        shown = page.client.get("/survey", {"token": page.token, "language": "de"}).content.decode()
        assert '<input type="hidden" name="language" value="de">' in shown
        assert_german(page.post("decline", language="de"), "Sie haben die Teilnahme abgelehnt")
        conversation = Conversation.objects.get()
        assert (conversation.stage, conversation.language, conversation.guide["language"]) == ("declined", "de", "en")
        assert_german(page.post("decline", reason="no_time", comment=""), "Ihre Begründung ist gespeichert")
        assert_german(page.post("decline", comment="x" * 2_001), "Möglich sind höchstens 2.000 Zeichen")
        declined = page.get(**{"Accept-Language": "en"})
        assert_german(declined, "Doch teilnehmen", "Ich habe keine Zeit")
        assert '<input type="hidden" name="language" value="de">' in declined.content.decode()
        again = page.post("reconsider", language="de")
        assert_german(again, "Acme möchte Ihre Sicht kennenlernen")
        assert not Conversation.objects.exists()
        assert_german(page.post("consent", language="de"), FIRST)

    @pytest.mark.parametrize("language", ["xx", "fr", "en", "", "de\0"])
    def test_a_language_that_is_not_offered_is_ignored(self, page: SurveyPage, language: str) -> None:
        assert is_in("en", page.client.get("/survey", {"token": page.token, "language": language}))
        assert is_in("en", page.post("decline", language=language))
        conversation = Conversation.objects.get()
        assert (conversation.stage, conversation.language, conversation.translation) == ("declined", "", None)
        assert is_in("en", page.post("reconsider", language=language))
        assert is_in("en", page.post("consent", language=language))
        assert Conversation.objects.get().language == ""

    def test_an_unknown_language_changes_nothing(self, page: SurveyPage) -> None:
        page.post("consent")
        assert page.post("switch_language:xx", number=1, text="It was slow.").status_code == 409
        assert Turn.objects.count() == 1
