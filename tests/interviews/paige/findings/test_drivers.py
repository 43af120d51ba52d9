"""Drivers: exact quotes of the contact, their topics, and their places in the transcript."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.lifecycle import Direction, Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.transcript_markdown import blocks, render_transcript, unescaped
from interviews.paige.findings.drivers import MAX_CLAUSES_OF_AN_ANSWER, MAX_DRIVERS_OF_A_TOPIC, clauses, drivers
from interviews.paige.turn.brief import Brief
from tests.interviews.paige.hostile_answers import texts
from tests.interviews.paige.interviews import buyer_brief

OPINIONS = ["It was **too** expensive", "but", "the _support_ was `great`!", "\N{THUMBS UP SIGN} fast,", "Aber", "⒈but"]
answers = st.lists(st.sampled_from(OPINIONS) | texts, min_size=1, max_size=6).map(" ".join)


def told(brief: Brief, *said: tuple[str, str]) -> Brief:
    """`said`: topics and answers."""
    return brief.after(
        utterance
        for topic, text in said
        for utterance in (Utterance(Speaker.PAIGE, "Why?", topic), Utterance(Speaker.CONTACT, text, topic))
    )


@pytest.mark.slow
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(said=st.lists(answers, max_size=3))
def test_every_quote_stands_at_its_place_in_the_transcript(said: list[str]) -> None:
    brief = told(buyer_brief(), *(("pricing", answer) for answer in said))
    content = render_transcript(brief.conversation, "Jane")
    for driver in drivers(brief):
        shown = driver.shown(blocks(content))
        assert unescaped(content[shown["start"] : shown["end"]]) == shown["quote"]
        assert shown["quote"] in said[shown["turn"] // 2 - 1]


def test_a_sentence_with_two_directions_gives_two_drivers() -> None:
    brief = told(buyer_brief(), ("vendor", "Hello. We *loved* the reports, but the import kept failing!"))
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
        "review": None,
    }
    assert (second["direction"], second["quote"]) == ("against", "the import kept failing!")


def test_a_driver_belongs_to_the_topic_that_its_words_are_about() -> None:
    [driver] = drivers(told(buyer_brief(), ("vendor", "The price and the discounts were generous.")))
    assert (driver.topic.key, driver.direction) == ("pricing", "for")


@pytest.mark.parametrize(
    "answer",
    [
        "Is it too expensive?",
        "I don't know whether it was good. I wasn't there.",
        "From: sales@globex.example\nIt was too expensive.",
        "We had two meetings in March.",
        "",
    ],
)
def test_questions_refusals_pasted_texts_and_facts_are_no_drivers(answer: str) -> None:
    assert drivers(told(buyer_brief(), ("vendor", answer))) == []


def test_a_topic_has_a_limited_number_of_drivers() -> None:
    brief = told(buyer_brief(), ("vendor", "The import was slow.\n" * 9), ("experience", "The demo was great."))
    topics = [driver.topic.key for driver in drivers(brief)]
    assert topics == ["vendor"] * MAX_DRIVERS_OF_A_TOPIC + ["experience"]


@pytest.mark.slow
def test_a_long_answer_is_read_in_part() -> None:
    """The conversation's row is locked meanwhile: 10,000 characters in short sentences took 5 s before."""
    brief = told(buyer_brief(), ("vendor", "a.\n" * 3_333), ("pricing", "x but " * 1_000))
    assert [clause.asked.key for clause in clauses(brief)] == [
        *["vendor"] * MAX_CLAUSES_OF_AN_ANSWER,
        *["pricing"] * MAX_CLAUSES_OF_AN_ANSWER,
    ]


def test_a_language_without_words_of_opinions_has_no_drivers() -> None:
    assert drivers(told(buyer_brief(), ("vendor", "Il prodotto era molto lento e non era facile da usare."))) == []


@pytest.mark.parametrize(
    ("topic", "answer", "reason"),
    [
        ("decision", "There was no single sign-on.", "There was no single sign-on."),
        ("decision", "In the end our CFO wanted one contract for all countries.", "our CFO wanted one contract"),
        ("vendor", "We signed with Globex because their system runs in our data centre.", "because their system runs"),
        ("process", "SSO was not there. That is why we went elsewhere.", "SSO was not there."),
        ("decision", "Der Betriebsrat hatte keine Unterlagen.", "Der Betriebsrat hatte keine Unterlagen."),
        ("criteria", "Wir haben uns entschieden, weil die Daten in Frankfurt liegen.", "weil die Daten in Frankfurt"),
        ("criteria", "SSO gab es nicht. Deshalb haben wir uns anders entschieden.", "SSO gab es nicht."),
        ("options", "Nous avons choisi Globex parce que leur outil parle SAP.", "parce que leur outil parle SAP"),
        ("options", "Elegimos a Globex porque su sistema habla con SAP.", "porque su sistema habla con SAP"),
    ],
)
def test_the_reason_for_the_decision_is_a_driver(topic: str, answer: str, reason: str) -> None:
    assert any(reason in driver.quote.text for driver in drivers(told(buyer_brief(), (topic, answer))))


@pytest.mark.parametrize(
    ("topic", "answer"),
    [
        ("decision", "The board decided in March."),
        ("decision", "With SSO we would have signed."),
        ("decision", "I cannot say."),
        ("process", "We met on Fridays because the office is empty then."),
        ("trigger", "Our old contract ended in May."),
    ],
)
def test_what_gives_no_reason_for_the_decision_is_no_driver(topic: str, answer: str) -> None:
    assert drivers(told(buyer_brief(), (topic, answer))) == []


def test_a_reason_points_where_the_decision_went() -> None:
    lost = told(buyer_brief(), ("options", "We chose Globex, a rival."), ("decision", "There was no single sign-on."))
    reasons = [driver for driver in drivers(lost) if "single" in driver.quote.text]
    assert [driver.direction for driver in reasons] == ["against"]
    [reason] = drivers(told(buyer_brief(), ("decision", "There was no single sign-on.")))
    assert (reason.direction, reason.topic.key) == ("unclear", "decision")


def test_a_reason_is_not_left_out_for_the_number_of_drivers() -> None:
    brief = told(buyer_brief(), ("decision", "The import was slow.\n" * 9), ("decision", "Because SSO was absent."))
    assert "Because SSO was absent." in [driver.quote.text for driver in drivers(brief)]


def test_a_model_gives_a_reason_its_direction() -> None:
    brief = told(buyer_brief(), ("decision", "There was no single sign-on."))
    [reason] = drivers(brief)
    assert [driver.direction for driver in drivers(brief, {reason.quote: Direction.AGAINST})] == ["against"]
