"""Key answers and drivers: exact quotes of the contact, with their places in the transcript."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.lifecycle import Direction, Speaker
from interviews.paige.dialogue import Utterance, blocks, render_transcript, unescaped
from interviews.paige.findings import EXCERPT_LENGTH, MAX_DRIVERS_OF_A_TOPIC, drivers, key_answers
from interviews.paige.reading.answer import read_answer
from interviews.paige.reading.readings import Act, Clause, StatementKind, names_of
from interviews.paige.turn.brief import Brief
from tests.interviews.paige.hostile_answers import texts
from tests.interviews.paige.interviews import buyer_brief
from tests.interviews.paige.readings import answer, says, talks, told

ASTRAL = "\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}\N{ZERO WIDTH JOINER}\N{MATHEMATICAL BOLD CAPITAL A}"
talk = st.builds(talks, st.sampled_from(["Hm.", "Hello!"]), st.sampled_from([None, *Act]))
findings = st.builds(
    says,
    texts.filter(bool) | st.sampled_from([ASTRAL, "It was **slow**.", "e\N{COMBINING ACUTE ACCENT}t\u00e9", "\u2029a"]),
)
answers = st.lists(findings | talk, max_size=5)


def found_in(brief: Brief, *said: Utterance, name: str = "Jane") -> tuple[str, list[dict[str, Any]]]:
    """The transcript of these answers, and its key answers."""
    conversation = told(brief, *said).conversation
    content = render_transcript(conversation, name)
    return content, key_answers(brief.guide, conversation, blocks(content))


def excerpts(brief: Brief, *clauses: Clause) -> list[str]:
    _, found = found_in(brief, answer("start", *clauses))
    return [excerpt for topic in found for excerpt in topic["excerpts"]]


@pytest.mark.slow
@settings(max_examples=300)
@given(said=st.lists(answers, max_size=4), name=st.sampled_from(["Jane", "**", ASTRAL, ""]))
def test_every_excerpt_stands_at_its_place_in_the_transcript(brief: Brief, said: list[list[Clause]], name: str) -> None:
    given_answers = [answer("start", *clauses) for clauses in said]
    content, found = found_in(brief, *given_answers, name=name)
    for topic in found:
        assert len(topic["excerpts"]) == len(topic["places"])
        for excerpt, place in zip(topic["excerpts"], topic["places"], strict=True):
            markdown = content[place["start"] : place["end"]]
            assert unescaped(markdown) == excerpt
            assert markdown == excerpt or "\\" in markdown
            assert excerpt in given_answers[place["turn"] // 2 - 1].text
            assert 0 < len(excerpt) <= EXCERPT_LENGTH
            block = blocks(content)[place["turn"] - 1]
            assert block.start <= place["start"] < place["end"] <= block.start + len(block.markdown)


def test_a_remark_beside_a_wish_is_no_key_answer_unless_it_states_something(brief: Brief) -> None:
    wish = talks("Können wir auf Englisch weitermachen?", Act.WANTS_LANGUAGE)
    assert excerpts(brief, wish, talks("Mein Kollege liest mit.")) == []
    assert excerpts(brief, wish, says("Mein Kollege hat entschieden.")) == ["Mein Kollege hat entschieden."]


def test_an_excerpt_leaves_out_what_is_not_a_finding(brief: Brief) -> None:
    assert excerpts(
        brief,
        talks("Hm."),
        says("Nobody trusted the numbers,"),
        talks("well,"),
        says("so we looked around."),
        talks("Are you a bot?", Act.ASKS_ABOUT_AI),
        says("The board met in March,"),
        talks("and it rains here.", Act.SMALL_TALK),
    ) == ["Nobody trusted the numbers, well, so we looked around.", "The board met in March"]


def test_a_bare_denial_is_no_key_answer(brief: Brief) -> None:
    assert excerpts(brief, says("Price never came up.", kind=StatementKind.DENIAL)) == []
    longer = says("There was no integration with SAP.", kind=StatementKind.DENIAL)
    assert excerpts(brief, longer) == ["There was no integration with SAP."]


def test_key_answers_stand_in_the_order_of_the_guide(brief: Brief) -> None:
    said = [answer(topic, says(f"It was the {topic}.")) for topic in ("closing", "price", "start")]
    _, found = found_in(brief, *said)
    assert [(topic["topic"], topic["title"]) for topic in found] == [
        ("start", "How it started"),
        ("price", "What it cost"),
        ("closing", "Anything not asked"),
    ]


def test_a_long_answer_is_cut_after_a_sentence_or_word(brief: Brief) -> None:
    sentence = "It cost us 3.5 days."
    assert excerpts(brief, *[says(sentence)] * 40) == [" ".join([sentence] * 19)]
    assert excerpts(brief, says("word " * 200)) == [("word " * 80).strip()]
    assert excerpts(brief, says("x" * 900)) == ["x" * EXCERPT_LENGTH]
    first, question = says("word " * 60 + "and more."), talks("Are you a bot?", Act.ASKS_ABOUT_AI)
    assert excerpts(brief, first, question, *[says(sentence)] * 9) == [first.text]


FOR, AGAINST = Direction.FOR, Direction.AGAINST
OPINIONS = [
    "It was **too** expensive,",
    "but",
    "the _support_ was `great`!",
    "\N{THUMBS UP SIGN} fast,",
    " -- ",
    "⒈but",
]
clauses = st.builds(says, st.sampled_from(OPINIONS) | texts.filter(bool), speaks=st.sampled_from([FOR, AGAINST, None]))


def found(topic: str, *said: Clause) -> list[tuple[str, str, str, bool]]:
    """The topic, direction and quote of each driver, and whether it is a reason."""
    shown = drivers(told(buyer_brief(), answer(topic, *said)))
    return [(each.topic.key, each.direction.value, each.quote.text, each.is_reason) for each in shown]


@pytest.mark.slow
@settings(max_examples=300)
@given(said=st.lists(st.lists(clauses, max_size=5), max_size=3))
def test_every_quote_stands_at_its_place_in_the_transcript(said: list[list[Clause]]) -> None:
    answers = [answer("pricing", *each) for each in said]
    brief = told(buyer_brief(), *answers)
    content = render_transcript(brief.conversation, "Jane")
    for driver in drivers(brief):
        shown = driver.shown(blocks(content))
        assert unescaped(content[shown["start"] : shown["end"]]) == shown["quote"]
        assert shown["quote"] in answers[shown["turn"] // 2 - 1].text
        assert 0 < len(shown["quote"]) <= EXCERPT_LENGTH


def test_a_clause_that_speaks_for_or_against_the_vendor_is_a_driver() -> None:
    brief = told(
        buyer_brief(),
        answer(
            "vendor",
            talks("Hello."),
            says("We *loved* the reports,", speaks=FOR, topics=("vendor",)),
            says("but the import kept failing!", speaks=AGAINST),
            says("We met in March.", topics=("process",)),
        ),
    )
    content = render_transcript(brief.conversation, "Jane")
    first, second = (driver.shown(blocks(content)) for driver in drivers(brief))
    assert first == {
        "topic": "vendor",
        "title": "What stood out about Acme, good and bad",
        "direction": "for",
        "quote": "We *loved* the reports",
        "turn": 2,
        "start": content.index("We"),
        "end": content.index(", but"),
        "is_reason": False,
        "is_decisive": False,
        "about": None,
        "about_name": None,
        "source": "read",
        "tags": [],
        "review": None,
    }
    assert (second["direction"], second["quote"]) == ("against", "but the import kept failing!")


def test_a_driver_belongs_to_the_first_topic_that_it_tells_of() -> None:
    assert found(
        "vendor",
        says("The price was generous.", speaks=FOR, topics=("pricing", "vendor")),
        says("It was fast.", speaks=FOR),
        says("It was slow.", speaks=AGAINST, topics=("of_another_guide",)),
    ) == [
        ("pricing", "for", "The price was generous.", False),
        ("vendor", "for", "It was fast.", False),
        ("vendor", "against", "It was slow.", False),
    ]


def test_the_reasons_are_decisive_clauses_and_answers_to_the_question_on_the_decision() -> None:
    decisive = says("The audit trail tipped it.", speaks=AGAINST, is_decisive=True, topics=("vendor",))
    other = says("There was no sign-on.", speaks=AGAINST)
    assert [each[2:] for each in found("process", decisive, other)] == [
        ("The audit trail tipped it.", True),
        ("There was no sign-on.", False),
    ]
    asked = found("decision", other, says("The board met in March."))
    assert asked == [("decision", "against", "There was no sign-on.", True)]


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.SAID_BEFORE])
def test_questions_wishes_refusals_and_talk_are_no_drivers(act: Act) -> None:
    assert found("vendor", says("It was slow.", speaks=AGAINST, act=act)) == []


def test_a_topic_has_a_limited_number_of_drivers_and_the_decisive_ones_come_first() -> None:
    slow = [says(f"The import was slow {i}.", speaks=AGAINST) for i in range(9)]
    decisive = says("The sign-on tipped it.", speaks=AGAINST, is_decisive=True)
    assert [each[2] for each in found("decision", *slow, decisive)] == [
        *(clause.text for clause in slow[: MAX_DRIVERS_OF_A_TOPIC - 1]),
        decisive.text,
    ]


def test_a_long_clause_is_cut_after_a_word() -> None:
    [(_, _, quote, _)] = found("vendor", says("slow " * 200, speaks=AGAINST))
    assert quote == ("slow " * 80).strip()


def test_the_reader_knows_the_names_of_competitors() -> None:
    text = "Globex charges per plant."
    brief = replace(told(buyer_brief(), Utterance(Speaker.CONTACT, text, "options")), competitors=("Globex",))
    expected = read_answer(text, "Why?", brief.guide, names_of("Acme", ["Globex"]))
    assert brief.heard[1].reading is expected  # read_answer() keeps its results
