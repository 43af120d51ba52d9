"""Which language a text is in, and which one a contact asks for."""

import pytest

from interviews.paige.answers import languages
from interviews.paige.answers.languages import language_of, wanted_language
from interviews.paige.language.lexicons import LEXICONS, languages_with
from interviews.paige.reading.readings import Act
from tests.interviews.paige.readings import FACT, does, spoken, states


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
    assert max(path.stat().st_size for path in LEXICONS.glob("*/languages.json")) < 1_000


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
    monkeypatch.setattr(languages, "switch_requests", lambda: {"(Please go on in English.)": "eo"})
    assert wanted_language(spoken(does(Act.WANTS_LANGUAGE, "(Please go on in English.)")).reading) == "eo"


def test_without_a_request_no_language_is_wanted() -> None:
    assert wanted_language(spoken(states("The English office decided.", FACT)).reading) is None
