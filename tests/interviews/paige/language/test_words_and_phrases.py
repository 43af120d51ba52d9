"""Words, sentences, patterns, the phrases of each language, and which language a text is in."""

import re

import pytest
from django.utils import translation

from interviews.paige.dialogue import wanted_language
from interviews.paige.language import (
    SpelledText,
    language_of,
    languages,
    languages_with,
    lower_case,
    phrases,
    reply_and_question,
    whole_words,
)
from interviews.paige.reading.readings import Act
from tests.interviews.paige.readings import FACT, does, spoken, states


@pytest.mark.parametrize("pattern", ["(a|b", "a)", "(a]"])
def test_a_missing_bracket(pattern: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        whole_words([pattern])


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("(a|an) <thing>", "Is it a robot?", "a robot "),
        ("<thing> ?", "a robot, or a man?", "man ? "),
        ("what ... mean", "What did you really mean?", "what did you really mean "),
        ("[very] good", "It is good", "good "),
        ("*tent*", "It was inconsistent", "inconsistent "),
        ("good|good enough", "good enough for us", "good enough "),
        ("don't", "I DON\u2019T know", "don t "),
        ("go", "gone", ""),
    ],
)
def test_a_regular_expression(pattern: str, text: str, found: str) -> None:
    match = whole_words([pattern], named={"thing": "robot|man"}).search(lower_case(text))
    assert (match[0] if match else "") == found


def test_the_words_that_a_pattern_has_found_in_the_original_text() -> None:
    text = "Price? “Don't you” agree"
    spelled = SpelledText.of(text, lower_case)
    found = whole_words(["don't you"]).search(spelled.plain)
    assert found
    assert text[slice(*spelled.span(found))] == "Don't you"


@pytest.mark.parametrize(
    ("message", "reply", "question"),
    [
        ("How did it compare?", "", "How did it compare?"),
        ("I am an AI. I save your answers. How was it?", "I am an AI. I save your answers.", "How was it?"),
        (
            "You said “It was slow. Nobody called.” and left. Why?",
            "You said “It was slow. Nobody called.” and left.",
            "Why?",
        ),
        ("Gern. Woran lag „Es war teuer. Sehr.“?", "Gern.", "Woran lag „Es war teuer. Sehr.“?"),
        ("Of “Why us? Why now?”, which came up first?", "", "Of “Why us? Why now?”, which came up first?"),
    ],
)
def test_a_message_is_split_before_its_last_sentence(message: str, reply: str, question: str) -> None:
    assert reply_and_question(message) == (reply, question)


def test_each_language_is_told_from_the_others_by_few_words() -> None:
    texts = {
        "de": "Wir haben das im Mai mit dem Vorstand entschieden.",
        "en": "We had decided it with the board in May.",
        "es": "Lo decidimos en mayo con la dirección.",
        "fr": "Nous avons pris la décision en mai avec la direction.",
        "it": "Abbiamo deciso a maggio con la direzione.",
        "nl": "We hebben het in mei met de directie besloten.",
    }
    assert sorted(texts) == languages_with("languages")
    assert {code: language_of(text) for code, text in texts.items()} == {code: code for code in texts}


def test_the_default_wins_a_tie() -> None:
    assert [language_of("SAP?", "de"), language_of("SAP?")] == ["de", "en"]


@pytest.mark.parametrize(
    ("request_", "language"),
    [
        ("Können wir bitte auf Englisch weitermachen?", "en"),
        ("Could we continue in German please?", "de"),
        ("¿Podemos seguir en francés?", "fr"),
        ("Können wir bitte in meiner Sprache weitermachen?", "de"),
        ("In English or in German?", None),
    ],
)
def test_the_named_language_is_wanted_or_else_that_of_the_request(request_: str, language: str | None) -> None:
    answer = spoken(states("Our French office decided.", FACT), does(Act.WANTS_LANGUAGE, request_))
    assert wanted_language(answer.reading) == language


def test_the_words_of_a_button_are_those_of_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    button = "(Please go on in English.)"
    monkeypatch.setattr("interviews.paige.dialogue.switch_requests", lambda: {button: "eo"})
    assert wanted_language(spoken(does(Act.WANTS_LANGUAGE, button)).reading) == "eo"


def test_without_a_request_no_language_is_wanted() -> None:
    assert wanted_language(spoken(states("The English office decided.", FACT)).reading) is None


OTHERS = [language for language in languages() if language != "en"]
BUTTONS = ("Finish here", "Skip this question")


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
