"""Converts turns to Markdown, one `**Name:** …` block each, and back.

Markdown syntax in answers is escaped, so that an answer cannot look like another turn.
"""

import re
from collections.abc import Iterable

from interviews.lifecycle import Speaker
from interviews.paige.dialogue import Utterance
from interviews.paige.guide import Guide

PAIGE = "Paige"
CONTACT = "Contact"
"""The label of a contact without a name, or with the name Paige."""

SKIPPED = "*(skipped)*"

EXCERPT_LENGTH = 400

_MARKUP = re.compile(r"[\\*`<\[]|_(?=_)|(?<=_)_|&(?=#?\w+;)")
# A heading, list, quotation, thematic break or code block.
_BLOCK_MARKER = re.compile(r"(?<=[\r\n])([ \t]*\d*)([#>~+=.)-])")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPEAKER_LABEL = re.compile(r"(?:\A|\n\n)\*\*((?:\\.|[^\\*])+):\*\* ", re.DOTALL)
_SENTENCE_END = re.compile(r"[.!?…](?=\s)|\n")


def render_transcript(conversation: Iterable[Utterance], contact_name: str) -> str:
    """The contact's label is the first word of their name."""
    names = {Speaker.PAIGE: PAIGE, Speaker.CONTACT: _label(contact_name)}
    return "\n\n".join(f"**{_escape(names[turn.speaker])}:** {_markdown_text(turn)}" for turn in conversation)


def parse_transcript(content: str) -> list[tuple[Speaker, str]]:
    """Raises ValueError."""
    before, *parts = _SPEAKER_LABEL.split(content)
    if before:
        raise ValueError("A transcript must begin with the name of a speaker.")
    speakers = [Speaker.PAIGE if name == PAIGE else Speaker.CONTACT for name in parts[::2]]
    texts = ["" if text == SKIPPED else _ESCAPED.sub(r"\1", text) for text in parts[1::2]]
    return list(zip(speakers, texts, strict=True))


def key_answers(guide: Guide, conversation: Iterable[Utterance]) -> list[dict[str, object]]:
    """Excerpts by topic, in the guide's order, of the answers with findings."""
    answers = [turn for turn in conversation if turn.speaker is Speaker.CONTACT and turn.reading.findings]
    by_topic = [(topic, [_excerpt(a.text) for a in answers if a.topic == topic.key]) for topic in guide.every_topic]
    return [
        {"topic": topic.key, "title": topic.title, "excerpts": excerpts} for topic, excerpts in by_topic if excerpts
    ]


def _label(contact_name: str) -> str:
    first = (contact_name.split() or [CONTACT])[0]
    return CONTACT if first.casefold() == PAIGE.casefold() else first


def _markdown_text(turn: Utterance) -> str:
    return _escape(turn.text) if turn.text else SKIPPED


def _escape(text: str) -> str:
    return _BLOCK_MARKER.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", text))


def _excerpt(text: str) -> str:
    """Cuts a long text after the last sentence, or else the last word, that fits."""
    if len(text) <= EXCERPT_LENGTH:
        return text
    cut = text[: EXCERPT_LENGTH + 1]
    ends = [match.end() for match in _SENTENCE_END.finditer(cut)]
    spaces = [match.start() for match in re.finditer(r"\s", cut)]
    return text[: max(ends or spaces or [EXCERPT_LENGTH])].strip()
