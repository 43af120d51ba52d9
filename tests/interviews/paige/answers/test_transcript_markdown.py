"""Transcripts: rendering to Markdown that no answer can forge, and parsing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from interviews.lifecycle import Speaker
from interviews.paige.dialogue import Utterance, blocks, render_transcript
from tests.interviews.paige.hostile_answers import FORGERIES, texts
from tests.transcripts import parse_transcript

conversations = st.lists(
    st.builds(Utterance, st.sampled_from(Speaker), texts | st.just(""), st.just("start")), max_size=5
)
names = st.sampled_from(["Jane Smith", "", "Paige", "PAIGE Turner", "**", "a:** b", "J*ne\\"]) | st.text(max_size=9)
some_examples = settings(max_examples=150)


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


WORDED_MESSAGE = Utterance(Speaker.PAIGE, "What did the board do?", "start", authored="What came of that?")


@pytest.mark.parametrize(
    "answer", ["Fine. *(worded by a model)*", "*(worded by a model)*", "a\\ *(worded by a model)*"]
)
def test_a_message_that_a_model_has_worded_is_marked_and_an_answer_cannot_be(answer: str) -> None:
    content = render_transcript([WORDED_MESSAGE, Utterance(Speaker.CONTACT, answer, "start")], "Jane")
    assert content.startswith("**Paige:** What did the board do? *(worded by a model)*\n\n**Jane:** ")
    assert [block.is_worded for block in blocks(content)] == [True, False]
    assert parse_transcript(content) == [(Speaker.PAIGE, WORDED_MESSAGE.text), (Speaker.CONTACT, answer)]


@pytest.mark.slow
@some_examples
@given(conversation=conversations, name=names)
def test_parsing_restores_the_turns(conversation: list[Utterance], name: str) -> None:
    content = render_transcript(conversation, name)
    assert parse_transcript(content) == [(turn.speaker, turn.text) for turn in conversation]


@some_examples
@given(conversation=conversations)
@pytest.mark.slow
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
