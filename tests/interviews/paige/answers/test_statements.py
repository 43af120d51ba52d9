"""What an answer states, of which kind, and about whom."""

from time import process_time

import pytest

from interviews.paige.answers.lexicon import Intent
from interviews.paige.answers.reading import read
from interviews.paige.answers.statements import MAX_STATEMENTS, StatementKind, statements
from interviews.paige.guide.texts import FollowUpKind

JUDGEMENT, NEED, EVENT, FACT = StatementKind

KINDS = [
    ("en", "It was far too expensive.", JUDGEMENT),
    ("en", "The review was a mess.", JUDGEMENT),
    ("en", "Your people were charming.", JUDGEMENT),
    ("en", "The planner was slow until we called.", JUDGEMENT),
    ("en", "It had to run on our own servers.", NEED),
    ("en", "We lost a customer in March.", EVENT),
    ("en", "They sent a two-year-old report.", EVENT),
    ("en", "We went from 40 to 160 people.", EVENT),
    ("en", "From 40 to 160 people in a year.", FACT),
    ("en", "Me and the CFO.", FACT),
    ("en", "Acme needed one afternoon.", FACT),
    ("en", "The setup takes about three weeks.", FACT),
    ("en", "It needed a second review by our lawyers.", NEED),
    ("en", "We needed a week that was not too expensive.", JUDGEMENT),
    ("de", "Acme brauchte einen Nachmittag.", FACT),
    ("de", "Die Einrichtung braucht nur zwei Wochen.", FACT),
    ("de", "Wir brauchten eine eigene Umgebung.", NEED),
    ("de", "Das war uns viel zu teuer.", JUDGEMENT),
    ("de", "Die Einrichtung war umständlich.", JUDGEMENT),
    ("de", "Es musste auf unseren Servern laufen.", NEED),
    ("de", "Im März ist uns ein Kunde verloren gegangen.", EVENT),
    ("de", "Der Anbieter schickte einen alten Bericht.", EVENT),
    ("de", "Von 40 auf 160 Leute in einem Jahr.", FACT),
    ("fr", "Nous avons comparé deux outils.", FACT),
]


@pytest.mark.parametrize(("language", "answer", "kind"), KINDS)
def test_a_statement_is_a_judgement_a_need_an_event_or_a_fact(language: str, answer: str, kind: StatementKind) -> None:
    assert [each.kind for each in statements(answer, language)] == [kind]


@pytest.mark.parametrize("asked", ["What mattered most?", "Worauf kam es Ihnen am meisten an?"])
def test_an_answer_to_what_mattered_is_a_need(asked: str) -> None:
    assert [each.kind for each in statements("EU hosting and a good API.", "en", asked)] == [NEED]


@pytest.mark.parametrize(
    ("language", "answer", "is_about_others"),
    [
        ("en", "They sent a two-year-old report.", True),
        ("en", "Your account manager called twice.", True),
        ("en", "Acme left us waiting.", True),
        ("en", "We left their demo early.", False),
        ("en", "Our CFO liked your price.", False),
        ("en", "Guests waited for an hour.", False),
        ("de", "Ihr Vertrieb hat dreimal angerufen.", True),
        ("de", "Wir haben Ihr Angebot geprüft.", False),
    ],
)
def test_a_statement_is_about_whom_it_names_first(language: str, answer: str, is_about_others: bool) -> None:
    assert [each.is_about_others for each in statements(answer, language, vendor="Acme")] == [is_about_others]


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        *(("en", each) for each in ("Fair question.", "Sorry to be blunt.", "It was like pulling teeth.")),
        *(("en", each) for each in ("You know how it is.", "Hello Paige!", "That's it, really.", "I don't know.")),
        *(("en", each) for each in ("Nothing beyond what I wrote.", "Oh, where do I begin.", "Ask your own people.")),
        *(("de", each) for each in ("Gute Frage.", "Das nur am Rande.", "Das war der Tropfen auf den heißen Stein.")),
        *(("de", each) for each in ("Keine Ahnung.", "Aber so ist das bei uns.", "Da war ich nicht dabei.")),
        *(("en", each) for each in ("Bear with me, there is a dog barking.", "Figures from memory.", "Back again.")),
        *(("en", each) for each in ("I think I've waffled on about that.", "I'd only be guessing.")),
        *(("de", each) for each in ("Moment, da war gerade die Post da.", "Ich habe nur noch zehn Minuten.")),
        *(("de", each) for each in ("Mehr war da nicht.", "Da fällt mir beim besten Willen nichts ein.")),
        ("de", "Einen bestimmten Moment kann ich Ihnen da ehrlich gesagt nicht nennen."),
        ("de", "Sicher weiß ich das nicht, das ist nur mein Eindruck."),
        ("de", "Ich kann nur für den Test sprechen, vom Rest habe ich nichts mitbekommen."),
        *(("de", each) for each in ("Vom ersten Kontakt weiß ich nichts.", "Verglichen habe ich da nichts.")),
        *(
            ("de", each)
            for each in ("Ich kann da aber nur für mein Team sprechen.", "So kam es jedenfalls bei uns an.")
        ),
        *(("de", each) for each in ("Für andere kann ich da nicht sprechen.",)),
        *(("en", each) for each in ("Of the talks I know nothing.", "I can't pin that to one moment, sorry.")),
        ("en", "That's only my impression, I was not in the room."),
        ("en", "There is not more to it than what I said."),
        ("en", "What would you have done?"),
        ("en", "On Monday Bob wrote:\n> Nobody trusted the weekly numbers."),
    ],
)
def test_small_talk_figures_of_speech_and_words_of_others_are_no_statements(language: str, answer: str) -> None:
    assert statements(answer, language) == ()


def test_a_sentence_is_cut_where_a_clause_with_its_own_subject_begins() -> None:
    found = statements("We replaced the old tool, and the owners noticed it, which helped.", "en")
    assert [each.text for each in found] == ["We replaced the old tool", "and the owners noticed it, which helped."]


def test_what_follows_a_remark_and_a_colon_is_a_statement() -> None:
    [found] = statements("Ich kann da nur für mein Team sprechen: Im Dezember klingelt das Telefon ohne Pause.", "de")
    assert found.quote == "Im Dezember klingelt das Telefon ohne Pause"


def test_what_follows_a_remark_is_a_statement() -> None:
    [found] = statements("As I told your manager twice, we ran the trial with our own data.", "en")
    assert (found.kind, found.quote) == (EVENT, "we ran the trial with our own data")


def test_what_is_told_after_a_refusal_is_a_statement() -> None:
    answer = "Ob es andere gab, weiß ich nicht, im Gespräch war sonst nur ein neues Telefonmenü."
    assert [each.text for each in statements(answer, "de")] == ["im Gespräch war sonst nur ein neues Telefonmenü."]
    assert Intent.DECLINES in read(answer).intents
    assert not read(answer).is_declined


def test_what_the_answer_compares_needs_no_comparison() -> None:
    price, _ = statements("The price was all right. It came out a little above the analyst's salary.", "en")
    assert FollowUpKind.COMPARISON in price.shows


def test_a_refusal_that_is_taken_back_is_none() -> None:
    assert Intent.DECLINES not in read("I was not involved at first, but from March on I ran it.").intents


def test_what_had_been_is_not_hypothetical() -> None:
    [found] = statements("We'd bought three practices in eighteen months.", "en")
    assert found.shows == frozenset()


@pytest.mark.parametrize("answer", ["I would have signed in June.", "Dann hätten wir im Juni unterschrieben."])
def test_what_would_have_been_has_its_consequence_in_it(answer: str) -> None:
    [found] = statements(answer, "de" if "wir" in answer else "en")
    assert {FollowUpKind.CONSEQUENCE, FollowUpKind.CHANGE} <= found.shows


def test_praise_is_told_from_complaints() -> None:
    found = statements("The search is excellent. The export is awful. The setup was not easy.", "en")
    assert [each.is_praise for each in found] == [True, False, False]


def test_a_name_with_a_title_is_not_cut() -> None:
    [found] = statements("Den Ausschlag gab, dass Herr Dr. Lohse das Budget freigegeben hat.", "de")
    assert found.text == "Den Ausschlag gab, dass Herr Dr. Lohse das Budget freigegeben hat."


@pytest.mark.parametrize("part", ["a ", "i am, ", "x, ", "we lost and ", "we lost the file, and ", "they were slow. "])
@pytest.mark.slow
def test_a_long_answer_is_read_in_a_moment(part: str) -> None:
    answer = part * (10_000 // len(part))
    statements("warm up", "en")
    started = process_time()
    assert len(statements(answer, "en")) <= MAX_STATEMENTS
    assert process_time() - started < 3


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("en", "I had 35,000 approved."),
        ("en", "My team wanted something simple."),
        ("en", "The rollout plan was a joke."),
        ("en", "It was over budget."),
        ("de", "Das war über dem Budget."),
        ("de", "Ich habe das mit unserer IT geprüft."),
        ("de", "Die Schnittstelle fehlte."),
    ],
)
def test_a_statement_on_the_subject_is_not_doubtful(language: str, answer: str) -> None:
    assert [each.is_doubtful for each in statements(answer, language)] == [False]


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("en", "There was no second vendor, and we had to decide by the end of the quarter."),
        (
            "de",
            "Die alten Terminals waren seit dem Frühjahr alle kaputt, und Ersatz gibt es beim Hersteller nicht mehr.",
        ),
    ],
)
def test_a_long_denial_states_something(language: str, answer: str) -> None:
    assert statements(answer, language)


@pytest.mark.parametrize(
    ("language", "answer"),
    [("en", "The pilot was like talking to a wall."), ("de", "Der Test war wie gegen eine Wand reden.")],
)
def test_a_comparison_in_figures_of_speech_is_not_quoted(language: str, answer: str) -> None:
    assert not [each.quote for each in statements(answer, language) if each.quote]
