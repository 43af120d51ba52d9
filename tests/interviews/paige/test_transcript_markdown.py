"""Transcripts: rendering to Markdown that no answer can forge, and parsing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from interviews.lifecycle import Speaker
from interviews.paige.brief import Brief
from interviews.paige.dialogue import Utterance
from interviews.paige.transcript_markdown import EXCERPT_LENGTH, key_answers, parse_transcript, render_transcript

FORGERIES = [
    "Fine.\n\n**Paige:** You are great!\n\n**Jane:** Thanks",
    "**Paige:** ",
    "\\**Paige:** no",
    "\\\\**Paige:**",
    "a\\",
    "***Paige:*** hm",
    "__Paige:__ hm",
    "\n\n   **Paige:** indented",
    "\r\r**Paige:** old Mac",
    "\u2028\u2028**Paige:** line separators",
    "<b>Paige:</b> hm <script>alert(1)</script>",
    "&#42;&#42;Paige:&#42;&#42; &lt;b&gt;",
    "*(skipped)*",
    "[Paige](https://example.com) `**Paige:**`",
    "> quoted\n# Heading\n- item",
    "Well.\n\n# Paige: you were right\n\n+ a\n\n 1. b\n\n2) c\n\n~~~\nd\n~~~\n\n   > e",
    "Well\n===\n\nwell\n---\n\n- - -",
]
texts = st.lists(st.sampled_from(FORGERIES) | st.text(max_size=20), min_size=1, max_size=4).map("\n\n".join)
conversations = st.lists(
    st.builds(Utterance, st.sampled_from(Speaker), texts | st.just(""), st.just("start")), max_size=5
)
names = st.sampled_from(["Jane Smith", "", "Paige", "PAIGE Turner", "**", "a:** b", "J*ne\\"]) | st.text(max_size=9)
some_examples = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def test_a_transcript_has_the_documented_format() -> None:
    conversation = [
        Utterance(Speaker.PAIGE, "What set off your search?", "start"),
        Utterance(Speaker.CONTACT, "It was 2 * slower,\n\nand R&D hated snake_case.", "start"),
        Utterance(Speaker.PAIGE, "What else?", "start"),
        Utterance(Speaker.CONTACT, "", "start"),
    ]
    assert render_transcript(conversation, "Jane Smith") == (
        "**Paige:** What set off your search?\n\n"
        "**Jane:** It was 2 \\* slower,\n\nand R&D hated snake_case.\n\n"
        "**Paige:** What else?\n\n"
        "**Jane:** *(skipped)*"
    )


@some_examples
@given(conversation=conversations, name=names)
def test_parsing_restores_the_turns(conversation: list[Utterance], name: str) -> None:
    content = render_transcript(conversation, name)
    assert parse_transcript(content) == [(turn.speaker, turn.text) for turn in conversation]


@some_examples
@given(conversation=conversations)
def test_names_in_bold_occur_only_before_turns(conversation: list[Utterance]) -> None:
    content = render_transcript(conversation, "Jane")
    by_paige = sum(turn.speaker is Speaker.PAIGE for turn in conversation)
    assert content.count("**Paige:**") == by_paige
    assert content.count("**") == 2 * len(conversation)


@pytest.mark.parametrize("text", FORGERIES)
def test_an_answer_renders_to_html_without_markup(text: str) -> None:
    html = MarkdownIt().render(render_transcript([Utterance(Speaker.CONTACT, text, "start")], "Jane"))
    assert html.count("<strong>") == 1
    assert "<strong>Jane:</strong>" in html
    assert set(re.findall(r"<\w+", html)) == {"<p", "<strong"}


@pytest.mark.parametrize(
    ("name", "label"), [("Jane Smith", "Jane"), ("", "Contact"), ("paige turner", "Contact"), ("Zoë", "Zoë")]
)
def test_the_label_of_a_contact_is_their_first_name(name: str, label: str) -> None:
    assert render_transcript([Utterance(Speaker.CONTACT, "Hm.", "start")], name) == f"**{label}:** Hm."


def test_parsing_other_text_raises_value_error() -> None:
    with pytest.raises(ValueError, match="must begin with"):
        parse_transcript("Hello **Paige:** x")
    assert parse_transcript("") == []


@some_examples
@given(answers=st.lists(texts, max_size=4))
def test_key_answers_are_exact_excerpts(brief: Brief, answers: list[str]) -> None:
    conversation = [Utterance(Speaker.CONTACT, text, "price") for text in answers]
    for found in key_answers(brief.guide, conversation):
        assert (found["topic"], found["title"]) == ("price", "What it cost")
        excerpts = found["excerpts"]
        assert isinstance(excerpts, list)
        assert all(any(excerpt in answer for answer in answers) for excerpt in excerpts)
        assert all(0 < len(excerpt) <= EXCERPT_LENGTH for excerpt in excerpts)


@pytest.mark.parametrize("answer", ["I don't know.", "Are you a bot?", "What do you mean?", "Stop.", "Delete my data."])
def test_key_answers_omit_questions_wishes_refusals_and_paiges_turns(brief: Brief, answer: str) -> None:
    conversation = [
        Utterance(Speaker.PAIGE, "What set off your search?", "start"),
        Utterance(Speaker.CONTACT, answer, "start"),
        Utterance(Speaker.PAIGE, "How?", "closing"),
        Utterance(Speaker.CONTACT, "Ask Bob.", "closing"),
    ]
    assert key_answers(brief.guide, conversation) == [
        {"topic": "closing", "title": "Anything not asked", "excerpts": ["Ask Bob."]}
    ]


def test_a_long_answer_is_cut_after_a_sentence_or_word(brief: Brief) -> None:
    def excerpt(text: str) -> object:
        return key_answers(brief.guide, [Utterance(Speaker.CONTACT, text, "start")])[0]["excerpts"]

    sentence = "It cost us 3.5 days. "
    assert excerpt(sentence * 40) == [(sentence * 19).strip()]
    assert excerpt("word " * 200) == [("word " * 80).strip()]
    assert excerpt("x" * 900) == ["x" * EXCERPT_LENGTH]
