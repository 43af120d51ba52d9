"""The transcript: turns as Markdown, a `**Name:** …` block each, and back. Pure.

What somebody said is text: a reader of the Markdown sees it exactly as it was written, and no answer can look like
another turn. Characters that could open emphasis, HTML, a link, a heading, a list or code get a backslash, so that
two bare asterisks stand before a name and nowhere else; taking the backslashes out again gives the text back.
"""

import re
from collections.abc import Iterable

from interviews.lifecycle import Speaker
from interviews.paige.dialogue import Utterance
from interviews.paige.guide import Guide

PAIGE = "Paige"
CONTACT = "Contact"
"""How a contact is called whose name is not known, or is Paige too."""

SKIPPED = "*(skipped)*"

EXCERPT_LENGTH = 400

_MARKUP = re.compile(r"[\\*`<\[]|_(?=_)|(?<=_)_|&(?=#?\w+;)")
# What makes a heading, a list, a quotation, a rule or a block of code of a line that it begins.
_BLOCK = re.compile(r"(?<=[\r\n])([ \t]*\d*)([#>~+=.)-])")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_HEADING = re.compile(r"(?:\A|\n\n)\*\*((?:\\.|[^\\*])+):\*\* ", re.DOTALL)
_SENTENCE_END = re.compile(r"[.!?…](?=\s)|\n")


def render_transcript(conversation: Iterable[Utterance], contact_name: str) -> str:
    """The conversation as Markdown. The contact is called by the first word of their name, as people are."""
    names = {Speaker.PAIGE: PAIGE, Speaker.CONTACT: _label(contact_name)}
    return "\n\n".join(f"**{_escape(names[turn.speaker])}:** {_said(turn)}" for turn in conversation)


def parse_transcript(content: str) -> list[tuple[Speaker, str]]:
    """Who said what, as it was before rendering; a skipped question is answered by an empty text."""
    before, *parts = _HEADING.split(content)
    if before:
        raise ValueError("A transcript begins with a speaker's name.")
    speakers = [Speaker.PAIGE if name == PAIGE else Speaker.CONTACT for name in parts[::2]]
    texts = ["" if text == SKIPPED else _ESCAPED.sub(r"\1", text) for text in parts[1::2]]
    return list(zip(speakers, texts, strict=True))


def key_answers(guide: Guide, conversation: Iterable[Utterance]) -> list[dict[str, object]]:
    """By topic, in the guide's order, the beginning of each answer on it, in the contact's own words exactly."""
    answers = [turn for turn in conversation if turn.speaker is Speaker.CONTACT and not turn.is_declined]
    by_topic = [(topic, [_excerpt(a.text) for a in answers if a.topic == topic.key]) for topic in guide.every_topic]
    return [
        {"topic": topic.key, "title": topic.title, "excerpts": excerpts} for topic, excerpts in by_topic if excerpts
    ]


def _label(contact_name: str) -> str:
    first = (contact_name.split() or [CONTACT])[0]
    return CONTACT if first.casefold() == PAIGE.casefold() else first


def _said(turn: Utterance) -> str:
    return _escape(turn.text) if turn.text else SKIPPED


def _escape(text: str) -> str:
    return _BLOCK.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", text))


def _excerpt(text: str) -> str:
    """The text, or its first sentences as far as they fit; else what fits of the first, to the end of a word."""
    if len(text) <= EXCERPT_LENGTH:
        return text
    cut = text[: EXCERPT_LENGTH + 1]
    ends = [match.end() for match in _SENTENCE_END.finditer(cut)]
    spaces = [match.start() for match in re.finditer(r"\s", cut)]
    return text[: max(ends or spaces or [EXCERPT_LENGTH])].strip()
