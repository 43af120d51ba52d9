"""A summary in the words of the model behind the endpoint. Each sentence must rest on exact words of the contact."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from interviews.lifecycle import Speaker
from interviews.paige.chat import object_schema
from interviews.paige.dialogue import Utterance
from interviews.paige.model.asking import CompletionProvider, ask, objects_in, whole_object
from interviews.paige.model.prompt import summary_messages
from interviews.paige.turn.brief import Brief

MAX_SENTENCES, MAX_QUOTES, MAX_CHARACTERS = 5, 3, 300
MIN_CHARACTERS_OF_A_QUOTE = 8
MAX_REPLY_TOKENS = 2_048

_MARKUP = re.compile(r"[<>\[\]{}*_`#|\\]|://|\bwww\.|@")


class Quoted(NamedTuple):
    """`turn` counts from 1, `start` in code points of the answer."""

    turn: int
    start: int
    words: str


class ModelSentence(NamedTuple):
    text: str
    quotes: Sequence[Quoted]


def model_summary(provider: CompletionProvider, brief: Brief, *, timeout: float) -> list[ModelSentence] | None:
    """None if no sentence has an exact quote. The prompt has neither notes nor objective.

    Takes up to `timeout` seconds: do not call it inside a transaction.
    """
    quote = object_schema(turn={"type": "integer"}, words={"type": "string"})
    sentence = object_schema(text={"type": "string"}, quotes={"type": "array", "items": quote})
    schema = object_schema(sentences={"type": "array", "items": sentence})
    read = partial(read_summary, conversation=brief.conversation)
    messages = summary_messages(brief)
    return ask(
        provider, lambda _: messages, schema, read, asked_for="summary", seconds=timeout, max_tokens=MAX_REPLY_TOKENS
    ).chosen


def read_summary(reply: str, conversation: Sequence[Utterance]) -> list[ModelSentence] | None:
    """Leaves out sentences with markup, too long ones, and those of which no quote is exact."""
    entries = whole_object(reply).get("sentences")
    found = [each for each in (_sentence(entry, conversation) for entry in objects_in(entries)) if each is not None]
    return found[:MAX_SENTENCES] or None


def _sentence(entry: Mapping[str, Any], conversation: Sequence[Utterance]) -> ModelSentence | None:
    text = " ".join(entry["text"].split()) if isinstance(entry.get("text"), str) else ""
    if not text.isprintable() or not 0 < len(text) <= MAX_CHARACTERS or _MARKUP.search(text):
        return None
    quotes = [*_quotes(objects_in(entry.get("quotes")), conversation)]
    return ModelSentence(text, quotes[:MAX_QUOTES]) if quotes else None


def _quotes(entries: Sequence[Any], conversation: Sequence[Utterance]) -> Iterator[Quoted]:
    for each in entries:
        turn, words = each.get("turn"), each.get("words")
        if type(turn) is int and 1 <= turn <= len(conversation) and isinstance(words, str):
            said = conversation[turn - 1]
            if said.speaker is Speaker.CONTACT and len(words) >= MIN_CHARACTERS_OF_A_QUOTE and words in said.text:
                yield Quoted(turn, said.text.index(words), words)
