"""Key answers: what is left out, and where each excerpt stands in the transcript."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.transcript_markdown import blocks, render_transcript, unescaped
from interviews.paige.findings.excerpts import EXCERPT_LENGTH
from interviews.paige.findings.findings import key_answers
from interviews.paige.reading.readings import Act, Clause, StatementKind
from interviews.paige.turn.brief import Brief
from tests.interviews.paige.hostile_answers import texts
from tests.interviews.paige.read_answers import answer, says, talks, told

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
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
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


def test_a_place_counts_code_points_of_the_content(brief: Brief) -> None:
    said = answer("start", talks("Are you a bot?", Act.ASKS_ABOUT_AI), says(f"{ASTRAL} was *slow*."))
    content, [found] = found_in(brief, said)
    assert content == f"**Paige:** Why?\n\n**Jane:** Are you a bot? {ASTRAL} was \\*slow\\*."
    assert found["excerpts"] == [f"{ASTRAL} was *slow*."]
    assert found["places"] == [{"turn": 2, "start": 42, "end": len(content)}]


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
