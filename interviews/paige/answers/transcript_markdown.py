"""Converts turns to Markdown, one `**Name:** …` block each, and back.

Markdown syntax in answers is escaped, so that an answer cannot look like another turn.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from interviews.lifecycle import Speaker
from interviews.paige.answers.dialogue import Utterance

PAIGE = "Paige"
CONTACT = "Contact"

SKIPPED = "*(skipped)*"
WORDED = "*(worded by a model)*"
"""Ends a message that a model has worded. Answers cannot contain it: their asterisks are escaped."""

_MARKUP = re.compile(r"[\\*`<\[]|_(?=_)|(?<=_)_|&(?=#?\w+;)")
_BLOCK_MARKER = re.compile(r"(?<=[\r\n])([ \t]*\d*)([#>~+=.)-])")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CHARACTER = re.compile(r"\\?.", re.DOTALL)
_SPEAKER_LABEL = re.compile(r"(?:\A|\n\n)\*\*((?:\\.|[^\\*])+):\*\* ", re.DOTALL)


def render_transcript(conversation: Iterable[Utterance], contact_name: str) -> str:
    """The contact is called by the first name, unless it is Paige's."""
    first = (contact_name.split() or [CONTACT])[0]
    names = {Speaker.PAIGE: PAIGE, Speaker.CONTACT: CONTACT if first.casefold() == PAIGE.casefold() else first}
    return "\n\n".join(f"**{escaped(names[turn.speaker])}:** {_markdown_text(turn)}" for turn in conversation)


def _markdown_text(turn: Utterance) -> str:
    text = escaped(turn.text) if turn.text else SKIPPED
    return f"{text} {WORDED}" if turn.authored else text


@dataclass(frozen=True)
class Block:
    speaker: Speaker
    markdown: str = field(repr=False)
    start: int

    @property
    def text(self) -> str:
        return "" if self.markdown == SKIPPED else unescaped(self.markdown.removesuffix(f" {WORDED}"))

    @property
    def is_worded(self) -> bool:
        return self.markdown.endswith(f" {WORDED}")

    def content_offset(self, offset: int) -> int:
        """Converts an offset in the text to one in the content. Before an escaped character, that of its backslash."""
        return self.start + self._positions[offset]

    @cached_property
    def _positions(self) -> list[int]:
        return [*(character.start() for character in _CHARACTER.finditer(self.markdown)), len(self.markdown)]


def blocks(content: str) -> list[Block]:
    """Raises ValueError if the content does not begin with a speaker."""
    labels = list(_SPEAKER_LABEL.finditer(content))
    if content and (not labels or labels[0].start() > 0):
        raise ValueError("A transcript must begin with the name of a speaker.")
    ends = [*(label.start() for label in labels[1:]), len(content)]
    return [
        Block(Speaker.PAIGE if label[1] == PAIGE else Speaker.CONTACT, content[label.end() : end], label.end())
        for label, end in zip(labels, ends, strict=False)
    ]


def escaped(text: str) -> str:
    return _BLOCK_MARKER.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", text))


def unescaped(markdown: str) -> str:
    return _ESCAPED.sub(r"\1", markdown)
