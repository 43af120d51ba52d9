"""The request to word a message, and all that it may depend on: no notes, objective, picks and record of the contact.

`public_brief_of` in interviews/paige/turn/compose.py makes its PublicBrief (decision 50).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from django.utils.translation import get_language_info

from interviews.lifecycle import Speaker
from interviews.paige.chat import MAX_ANSWER_CHARACTERS, ChatMessage, PromptTexts, object_schema
from interviews.paige.dialogue import Utterance, prompt_conversation, said_by
from interviews.paige.guide.texts import FollowUpKind

AS_AUTHORED = "-"
"""In the place of a topic's question: the authored one fits best."""
MAX_WORDS = 40

SCHEMA = object_schema(text={"type": "string"})

_words = PromptTexts(Path(__file__).with_name("prompt.txt"))


class Task(StrEnum):
    """TOPIC: the question that opens a topic."""

    FOLLOW_UP = "follow_up"
    TOPIC = "topic"


@dataclass(frozen=True)
class PublicBrief:
    """`topics`: titles and questions of the guide. `authored`: the words to replace.

    For a follow-up: `statement` is the clause of the contact that it takes up, and `asks_for` what it is to find out.
    `subjects` may be named although the contact has not mentioned them.
    """

    vendor: str
    language: str
    purpose: str
    topics: tuple[tuple[str, str], ...]
    conversation: tuple[Utterance, ...] = field(repr=False)
    task: Task
    title: str
    authored: str = field(repr=False)
    statement: str = field(default="", repr=False)
    asks_for: FollowUpKind | None = None
    shows_feeling: bool = False
    subjects: tuple[str, ...] = field(default=(), repr=False)

    @property
    def said(self) -> list[str]:
        """By Paige."""
        return [turn.text for turn in said_by(Speaker.PAIGE, self.conversation)]

    @property
    def answers(self) -> list[str]:
        return [turn.text for turn in said_by(Speaker.CONTACT, self.conversation)]

    def public_texts(self) -> Iterator[str]:
        """What the contact has read or may read."""
        yield from (self.vendor, self.purpose, self.authored, *self.subjects)
        for title, question in self.topics:
            yield from (title, question)
        yield from (turn.text for turn in self.conversation)


def wording_messages(public: PublicBrief, refused: str = "") -> list[ChatMessage]:
    """`refused`: why the check does not show the last reply."""
    mark, said = prompt_conversation(_words, public.conversation)
    parts = [_words("conversation", mark=mark, conversation=said), _task(public)]
    parts += [_words("refused", refused=refused)] if refused else []
    system = _words(
        "system",
        max_words=MAX_WORDS,
        rules=_words(f"{public.task}_rules"),
        language=get_language_info(public.language)["name"],
        vendor=public.vendor,
        purpose=public.purpose,
        topics="\n".join(_words("topic", title=title, question=question) for title, question in public.topics),
    )
    return [ChatMessage("system", system), ChatMessage("user", "\n\n".join(parts))]


def _task(public: PublicBrief) -> str:
    authored = json.dumps({"text": public.authored}, ensure_ascii=False)
    if public.task is Task.TOPIC:
        return _words("topic_task", title=public.title, authored=authored)
    named = ", ".join(public.subjects)
    return _words(
        "follow_up",
        title=public.title,
        authored=authored,
        statement=" ".join(public.statement.split()).replace('"', "'")[:MAX_ANSWER_CHARACTERS],
        asks_for=_words(public.asks_for) if public.asks_for else "",
        feeling=f"\n{_words('feeling')}" if public.shows_feeling else "",
        subjects=f"\n{_words('subjects', subjects=named)}" if named else "",
    )
