"""The utterances of an interview, and their Markdown: one `**Name:** …` block each.

Markdown syntax in answers is escaped, so that an answer cannot look like another turn.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from interviews.lifecycle import Move, Speaker
from interviews.paige.chat import PromptTexts, mark_of, shortened
from interviews.paige.language import language_of, languages_named, switch_requests, unaccented
from interviews.paige.reading.readings import Act, AnswerReading

AGAIN = frozenset({Move.REPEAT, Move.REPHRASE})

# The header of an e-mail, or a quoted line: others wrote what follows.
_PASTED = re.compile(
    r"^[^\S\n]*(?:from|to|cc|sent|subject|von|an|gesendet|betreff):[^\S\n]|^[^\S\n]*>|^-{2,}\s?original message",
    re.IGNORECASE | re.MULTILINE,
)

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


@dataclass(frozen=True)
class Utterance:
    """A contact's utterance without text is a skipped question. `follow_up`: its index among those of the topic.

    `authored`: the text without the words of a model, if it has any. `reading`: of an answer, None if not read yet.
    """

    speaker: Speaker
    text: str = field(repr=False)
    topic: str
    move: Move = Move.QUESTION
    follow_up: int | None = None
    authored: str = field(default="", repr=False)
    reading: AnswerReading | None = field(default=None, repr=False, compare=False)

    @property
    def authored_text(self) -> str:
        return self.authored or self.text

    @property
    def as_read(self) -> AnswerReading:
        """Raises ValueError unless the answer was read. The answers in `Brief.heard` are read."""
        if self.reading is None:
            raise ValueError("The answer was not read.")
        return self.reading

    @property
    def is_pasted(self) -> bool:
        """Whether it contains an e-mail."""
        return _PASTED.search(self.text) is not None


def said_by(speaker: Speaker, conversation: Iterable[Utterance]) -> list[Utterance]:
    return [turn for turn in conversation if turn.speaker is speaker]


def wants_to_stop(heard: Sequence[Utterance]) -> bool:
    """The last utterance is the contact's, and was read."""
    return bool(heard) and Act.WANTS_TO_STOP in heard[-1].as_read.acts


def answered(conversation: Sequence[Utterance]) -> Sequence[Utterance]:
    """Without a question at the end that waits for its answer."""
    return conversation[:-1] if conversation and conversation[-1].speaker is Speaker.PAIGE else conversation


def prompt_conversation(words: PromptTexts, conversation: Iterable[Utterance]) -> tuple[str, str]:
    """Returns the delimiter of the messages in a prompt, and the messages, each of them shortened."""
    said = [(turn.speaker, shortened(turn.text) if turn.text.strip() else words("skipped")) for turn in conversation]
    mark = mark_of(text for _, text in said)
    return mark, "\n".join(words("said", speaker=speaker, text=text, mark=mark) for speaker, text in said)


def wanted_language(reading: AnswerReading) -> str | None:
    """The language that the contact names, or else the one in which they ask. None if they name several."""
    requests = [clause.text for clause in reading.clauses if clause.act is Act.WANTS_LANGUAGE]
    if requests and (by_button := switch_requests().get(requests[-1])):
        return by_button
    text = " ".join(requests)
    named = languages_named(text)
    if not unaccented(text) or len(named) > 1:
        return None
    return named.pop() if named else language_of(text)


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
