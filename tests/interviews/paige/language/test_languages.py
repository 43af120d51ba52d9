"""Each language has the same phrases, with the same places, and names the buttons as the page does."""

import re

import pytest
from django.utils import translation

from interviews.lifecycle import Speaker
from interviews.paige.answers.transcript_markdown import render_transcript
from interviews.paige.guide.guide import GUIDES, shipped_guide
from interviews.paige.language.lexicons import languages, languages_with, phrases
from interviews.paige.reading.readings import Act
from interviews.paige.turn.brief import Brief
from tests.interviews.paige.interviews import buyer_brief, conduct
from tests.interviews.paige.readings import JUDGEMENT, does, spoken, states
from tests.transcripts import parse_transcript

OTHERS = [language for language in languages() if language != "en"]
BUTTONS = ("Finish here", "Skip this question")


def test_english_and_german_are_complete() -> None:
    assert languages() == ["de", "en"]
    assert languages() == languages_with("phrases"), "each has a catalog of the page"
    assert {shipped_guide(path.stem)["language"] for path in GUIDES.glob("*.json")} == set(languages())


@pytest.mark.parametrize("language", OTHERS)
def test_the_phrases_are_those_of_english(language: str) -> None:
    assert phrases(language).keys() == phrases("en").keys()
    for name, wordings in phrases("en").items():
        translated = phrases(language)[name]
        assert len(translated) == len(wordings)
        assert {tuple(places(text)) for text in translated} == {tuple(places(text)) for text in wordings}, name
        assert {text.count("?") for text in translated} == {text.count("?") for text in wordings}, name
        assert len(set(translated)) == len(translated)


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", text))


@pytest.mark.parametrize("language", languages())
def test_the_phrase_about_stopping_names_the_buttons_of_the_page(language: str) -> None:
    (how_to_stop,) = phrases(language)["how_to_stop"]
    with translation.override(language):
        assert [button for button in BUTTONS if translation.gettext(button) not in how_to_stop] == []


@pytest.mark.slow
def test_a_german_interview_answers_in_german_and_its_transcript_parses_back() -> None:
    asks_back = {
        (Act.ASKS_ABOUT_AI, "Sind Sie ein Bot?"): "Ich bin eine KI-Interviewerin, kein Mensch.",
        (Act.ASKS_PURPOSE, "Wozu wollen Sie das wissen?"): "Ich frage das, weil ",
        (Act.ASKS_MEANING, "Was meinen Sie damit?"): "Anders gefragt: ",
        (Act.ASKS_WHO_READS, "Wer liest das?"): "Ihre Antworten liest das Team von Acme",
        (Act.DECLINES, "Keine Ahnung."): "Das ist in Ordnung.",
        (Act.ASKS_HOW_LONG, "Wie lange dauert das noch?"): "Über der Frage sehen Sie",
        (Act.WANTS_A_PERSON, "Kann ich mit einem Mitarbeiter sprechen?"): "mit einem Menschen sprechen möchten",
        (Act.WANTS_DELETION, "Bitte löschen Sie meine Daten."): "dass Sie die Löschung Ihrer Daten wünschen",
        (Act.WANTS_TO_STOP, "Ich möchte aufhören."): "Mit „Hier beenden“ schließen Sie das Interview ab",
    }
    slow = spoken(states("Es war zu langsam.", JUDGEMENT))
    for question, answer in asks_back.items():
        said = conduct(german_brief(), [spoken(does(*question)), slow])
        assert answer in said[2].text
        assert {turn.text for turn in said if turn.speaker is Speaker.PAIGE} & english_texts() == set()
        parsed = parse_transcript(render_transcript(said, "Sabine Krüger"))
        assert parsed == [(turn.speaker, turn.text) for turn in said]


def german_brief() -> Brief:
    return buyer_brief(guide="win_loss_buyer_de")


def english_texts() -> set[str]:
    return {text for texts in phrases("en").values() for text in texts}
