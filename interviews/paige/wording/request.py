"""Depends on nothing but a PublicBrief."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import get_language_info

from interviews.paige.answers.dialogue import Utterance
from interviews.paige.chat import ChatMessage, PromptTexts, mark_of
from interviews.paige.wording.check import MAX_WORDS
from interviews.paige.wording.public_brief import PublicBrief, Task

MAX_ANSWER_CHARACTERS = 2_000
"""Of a longer answer, the middle is left out."""

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}

_words = PromptTexts(Path(__file__).with_name("prompt.txt"))


def wording_messages(public: PublicBrief, refused: str = "") -> list[ChatMessage]:
    """`refused`: why the check does not show the last reply."""
    parts = [_conversation(public), _task(public), *([_words("refused", refused=refused)] if refused else [])]
    return [ChatMessage("system", _system(public)), ChatMessage("user", "\n\n".join(parts))]


def _system(public: PublicBrief) -> str:
    topics = "\n".join(_words("topic", title=title, question=question) for title, question in public.topics)
    return _words(
        "system",
        max_words=MAX_WORDS,
        rules=_words(f"{public.task}_rules"),
        language=get_language_info(public.language)["name"],
        vendor=public.vendor,
        purpose=public.purpose,
        topics=topics,
    )


def _conversation(public: PublicBrief) -> str:
    texts = [_said(turn) for turn in public.conversation]
    mark = mark_of(texts)
    said = (
        _words("said", speaker=turn.speaker, text=text, mark=mark)
        for turn, text in zip(public.conversation, texts, strict=True)
    )
    return _words("conversation", mark=mark, conversation="\n".join(said))


def _said(turn: Utterance) -> str:
    text = turn.text.strip()
    if len(text) > MAX_ANSWER_CHARACTERS:
        text = f"{text[: MAX_ANSWER_CHARACTERS // 2]} […] {text[-MAX_ANSWER_CHARACTERS // 2 :]}"
    return text or _words("skipped")


def _task(public: PublicBrief) -> str:
    authored = json.dumps({"text": public.authored}, ensure_ascii=False)
    if public.task is Task.TOPIC:
        return _words("topic_task", title=public.title, authored=authored)
    feeling = _line("feeling") if public.shows_feeling else ""
    statement = " ".join(public.statement.split()).replace('"', "'")[:MAX_ANSWER_CHARACTERS]
    subjects = _line("subjects", subjects=", ".join(public.subjects)) if public.subjects else ""
    asks_for = _words(public.asks_for) if public.asks_for else ""
    return _words(
        "follow_up",
        title=public.title,
        authored=authored,
        statement=statement,
        asks_for=asks_for,
        feeling=feeling,
        subjects=subjects,
    )


def _line(section: str, **values: object) -> str:
    return f"\n{_words(section, **values)}"
