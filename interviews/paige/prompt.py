import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Literal

from interviews.lifecycle import Speaker
from interviews.paige.brief import Brief
from interviews.paige.dialogue import Utterance
from interviews.paige.guide import Guide
from interviews.paige.guide_serializers import MAX_QUESTION_WORDS


@dataclass(frozen=True)
class ChatMessage:
    role: Literal["system", "user", "assistant"]
    content: str


def messages_for(brief: Brief, refused: Sequence[str] = ()) -> list[ChatMessage]:
    """`refused`: the rules that an earlier attempt broke. Roles alternate, because common chat templates require it."""
    opening = [ChatMessage("system", _system(brief, refused)), ChatMessage("user", _words("opened"))]
    return [*opening, *map(_said, brief.conversation)]


def render_prompt(messages: Iterable[ChatMessage]) -> str:
    """The messages as text, each below its role and a delimiter that no message contains."""
    shown = list(messages)
    mark = _mark(message.content for message in shown)
    return "\n\n".join(_words("shown_message", role=m.role, mark=mark, content=m.content) for m in shown)


@dataclass(frozen=True)
class Segment:
    """`label` names the customer data, such as "objective". Empty for other text."""

    label: str
    text: str


def segments(message: ChatMessage) -> list[Segment]:
    """Splits a message at its blocks of customer data."""
    parts, end = [], 0
    if message.role == "system":
        for block in _BLOCK.finditer(message.content):
            parts += [Segment("", message.content[end : block.start()]), Segment(block["label"], block[0])]
            end = block.end()
    return [*parts, Segment("", message.content[end:])]


def _system(brief: Brief, refused: Sequence[str]) -> str:
    data = {
        "contact_name": brief.contact_name,
        "contact_notes": brief.contact_notes,
        "objective": brief.objective,
    }
    mark = _mark(data.values())
    return _words(
        "system",
        max_words=MAX_QUESTION_WORDS,
        guide_name=brief.guide.name,
        vendor=brief.vendor,
        purpose=brief.guide.purpose,
        topics=_topics(brief.guide),
        mark=mark,
        task="\n".join([_task(brief), *(_words("refused", rule=rule) for rule in refused)]),
        **{label: _block(label, text, mark) for label, text in data.items()},
    )


def _topics(guide: Guide) -> str:
    lines = (
        _words("topic", number=number, title=topic.title, question=topic.question)
        for number, topic in enumerate(guide.every_topic, start=1)
    )
    return "\n".join(lines)


def _block(label: str, text: str, mark: str) -> str:
    return _words("block", label=label, text=text, mark=mark) if text.strip() else _words(f"no_{label}")


def _task(brief: Brief) -> str:
    step = {
        "turn": brief.position.turn,
        "max_turns": brief.guide.max_turns,
        "title": brief.topic.title,
        "question": brief.question,
    }
    return _words("follow_up", order=brief.probe.order, **step) if brief.probe else _words("ask", **step)


def _said(turn: Utterance) -> ChatMessage:
    if turn.speaker is Speaker.PAIGE:
        return ChatMessage("assistant", turn.text)
    # Providers reject a message without content.
    return ChatMessage("user", turn.text if turn.text.strip() else _words("skipped"))


def _mark(texts: Iterable[str]) -> str:
    """A delimiter derived from a hash of the texts; a text cannot feasibly contain its own hash."""
    return sha256("\0".join(texts).encode()).hexdigest()[:16]


def _words(section: str, **values: object) -> str:
    """Raises KeyError if a value is missing."""
    return _SECTIONS[section].substitute(values)


def _sections(text: str) -> dict[str, Template]:
    _, *parts = re.split(r"^\[(\w+)\]\n", text, flags=re.MULTILINE)
    return {name: Template(body.strip()) for name, body in zip(parts[::2], parts[1::2], strict=True)}


_BLOCK = re.compile(
    r"^<(?P<label>contact_name|contact_notes|objective) (?P<mark>[0-9a-f]{16})>$.*?^</(?P=label) (?P=mark)>$",
    re.MULTILINE | re.DOTALL,
)

_SECTIONS = _sections(Path(__file__).with_name("prompt.txt").read_text(encoding="utf-8"))

RULES = Template(_SECTIONS["system"].template.partition("# Guide")[0]).substitute(max_words=MAX_QUESTION_WORDS)
"""The first part of every system message."""
