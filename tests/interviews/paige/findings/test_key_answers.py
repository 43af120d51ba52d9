"""Key answers: what is left out, and where each excerpt stands in the transcript."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.lifecycle import Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.transcript_markdown import blocks, render_transcript, unescaped
from interviews.paige.findings.excerpts import EXCERPT_LENGTH
from interviews.paige.findings.findings import key_answers
from interviews.paige.turn.brief import Brief
from tests.interviews.paige.hostile_answers import texts

ASTRAL = "\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}\N{ZERO WIDTH JOINER}\N{MATHEMATICAL BOLD CAPITAL A}"
META = [
    "I don't know.",
    "Are you a bot?",
    "What do you mean?",
    "Stop.",
    "Delete my data.",
    "Price never came up.",
    "No.",
]
pieces = texts | st.sampled_from([*META, ASTRAL, "It was **slow**.", "e\N{COMBINING ACUTE ACCENT}t\u00e9", "\u2029a"])
answers = st.lists(pieces, min_size=1, max_size=5).map(" ".join).map(str.strip).filter(bool)


def found_in(brief: Brief, *said: str, topic: str = "start", name: str = "Jane") -> tuple[str, list[dict[str, Any]]]:
    """The transcript of these answers, and its key answers."""
    conversation = [
        utterance
        for text in said
        for utterance in (Utterance(Speaker.PAIGE, "Why?", topic), Utterance(Speaker.CONTACT, text, topic))
    ]
    content = render_transcript(conversation, name)
    return content, key_answers(brief.guide, conversation, blocks(content))


@pytest.mark.slow
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(said=st.lists(answers, max_size=4), name=st.sampled_from(["Jane", "**", ASTRAL, ""]))
def test_every_excerpt_stands_at_its_place_in_the_transcript(brief: Brief, said: list[str], name: str) -> None:
    content, found = found_in(brief, *said, name=name)
    for topic in found:
        assert len(topic["excerpts"]) == len(topic["places"])
        for excerpt, place in zip(topic["excerpts"], topic["places"], strict=True):
            markdown = content[place["start"] : place["end"]]
            assert unescaped(markdown) == excerpt
            assert markdown == excerpt or "\\" in markdown
            assert excerpt in said[place["turn"] // 2 - 1]
            assert 0 < len(excerpt) <= EXCERPT_LENGTH
            block = blocks(content)[place["turn"] - 1]
            assert block.start <= place["start"] < place["end"] <= block.start + len(block.markdown)


def test_a_place_counts_code_points_of_the_content(brief: Brief) -> None:
    content, [found] = found_in(brief, f"Are you a bot? {ASTRAL} was *slow*.")
    assert content == f"**Paige:** Why?\n\n**Jane:** Are you a bot? {ASTRAL} was \\*slow\\*."
    assert found["excerpts"] == [f"{ASTRAL} was *slow*."]
    assert found["places"] == [{"turn": 2, "start": 42, "end": len(content)}]


@pytest.mark.parametrize("answer", META)
def test_key_answers_omit_questions_wishes_refusals_bare_denials_and_paiges_turns(brief: Brief, answer: str) -> None:
    _, found = found_in(brief, answer, "Bob left.")
    assert [topic["excerpts"] for topic in found] == [["Bob left."]]


def test_an_excerpt_leaves_out_what_is_not_a_finding(brief: Brief) -> None:
    answer = "Hm. Nobody trusted the numbers.\nSo we looked around. Are you a bot? The board met in March. Stop."
    _, [found] = found_in(brief, answer)
    assert found["excerpts"] == ["Nobody trusted the numbers.\nSo we looked around.", "The board met in March."]


def test_a_denial_with_a_finding_is_a_key_answer(brief: Brief) -> None:
    _, [found] = found_in(brief, "There was no integration with SAP.", "We never had a trial, which was odd.")
    assert found["excerpts"] == ["There was no integration with SAP.", "We never had a trial, which was odd."]


def test_key_answers_stand_in_the_order_of_the_guide(brief: Brief) -> None:
    said = [Utterance(Speaker.CONTACT, f"It was the {topic}.", topic) for topic in ("closing", "price", "start")]
    found = key_answers(brief.guide, said, blocks(render_transcript(said, "Jane")))
    assert [(topic["topic"], topic["title"]) for topic in found] == [
        ("start", "How it started"),
        ("price", "What it cost"),
        ("closing", "Anything not asked"),
    ]


def test_a_long_answer_is_cut_after_a_sentence_or_word(brief: Brief) -> None:
    def excerpts(text: str) -> object:
        return found_in(brief, text)[1][0]["excerpts"]

    sentence = "It cost us 3.5 days. "
    assert excerpts(sentence * 40) == [(sentence * 19).strip()]
    assert excerpts("word " * 200) == [("word " * 80).strip()]
    assert excerpts("x" * 900) == ["x" * EXCERPT_LENGTH]
    assert excerpts("word " * 60 + "and more. Are you a bot? " + sentence * 9) == ["word " * 60 + "and more."]
