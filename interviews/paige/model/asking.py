"""Asks a model, at most twice, and reads its replies leniently. Each call writes one line to the log, without texts."""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any, Protocol, TypeVar

from interviews.paige.chat import MAX_TOKENS, Asked, ChatMessage, ProviderError, Reply, sum_of_counts

logger = logging.getLogger(__name__)

ATTEMPTS = 2

T = TypeVar("T")

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"\A.*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_OBJECT = re.compile(r"\{[^{}]*\}")
_MOVE = re.compile(r"\bmove\b[^\w\[-]{0,5}(?:number\W{0,3}|no\W{0,3})?([0-9]{1,3})\b", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"(?<![\w.\[-])[0-9]{1,3}(?![\w.]?[0-9])", re.ASCII)


class CompletionProvider(Protocol):
    def complete(
        self, messages: Sequence[ChatMessage], seconds: float, schema: Mapping[str, Any], max_tokens: int = MAX_TOKENS
    ) -> Reply: ...


class RefusedError(Exception):
    """The message says what is wrong with a reply. It has no text of the reply."""


def ask(
    provider: CompletionProvider,
    messages: Callable[[str], Sequence[ChatMessage]],
    schema: Mapping[str, Any],
    read: Callable[[str], T | None],
    *,
    asked_for: str,
    seconds: float,
    max_tokens: int = MAX_TOKENS,
) -> Asked[T]:
    """`messages` gets the reason why the last reply was refused, or "". `read` returns None if the reply lacks what is
    asked for, or raises RefusedError. `seconds`: for all attempts. Does not raise.
    """
    started = monotonic()
    asked: Asked[T] = Asked()
    refused = ""
    for _ in range(ATTEMPTS):
        left = started + seconds - monotonic()
        if left <= 0 or asked.chosen is not None:
            break
        try:
            reply = provider.complete(messages(refused), left, schema, max_tokens)
            asked.prompt_tokens = sum_of_counts(asked.prompt_tokens, reply.prompt_tokens)
            asked.completion_tokens = sum_of_counts(asked.completion_tokens, reply.completion_tokens)
            asked.chosen = read(reply.text)
            asked.outcomes.append("chosen" if asked.chosen is not None else f"no {asked_for} in the reply")
        except RefusedError as error:
            refused = str(error)
            asked.outcomes.append(refused)
        except ProviderError as error:
            asked.outcomes.append(str(error))
            if not error.is_retryable:
                break
    asked.outcomes = asked.outcomes or ["timeout"]
    asked.latency_ms = round((monotonic() - started) * 1000)
    outcome, level = ", ".join(asked.outcomes), logging.WARNING if asked.fallback else logging.INFO
    extra = {"outcome": outcome, "fallback": asked.fallback, "duration_ms": asked.latency_ms}
    logger.log(level, "Paige asked the model for a %s", asked_for, extra=extra)
    return asked


def read_reply(text: str, moves: int) -> int | None:
    """The number of a move, from 1. Accepts replies such as `{"move": 3}` and "Move 3"."""
    for found in _json_objects(text):
        if 1 <= (number := _move_of(found) or 0) <= moves:
            return number
    said = _without_thoughts(text)
    numbers = {int(number) for number in _MOVE.findall(said) or _NUMBER.findall(said)}
    is_clear = len(numbers) == 1 and numbers <= {*range(1, moves + 1)}
    return numbers.pop() if is_clear else None


def read_wording(text: str) -> str:
    """The `text` of a JSON object, or else the whole reply."""
    for found in _json_objects(text):
        if isinstance(found.get("text"), str):
            return str(found["text"]).strip()
    return _without_thoughts(text).strip()


def whole_object(text: str) -> Mapping[str, Any]:
    """From the first brace to the last one. Empty if that is not a JSON object."""
    said = _without_thoughts(text)
    found = _parsed(said[said.find("{") : said.rfind("}") + 1])
    return found if isinstance(found, dict) else {}


def objects_in(entries: Any) -> list[Any]:
    """Empty if that is not a list. Leaves out what is no JSON object."""
    return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []


def _json_objects(text: str) -> Iterator[dict[str, Any]]:
    """Objects without inner ones, the last first."""
    parsed = map(_parsed, reversed(_OBJECT.findall(_without_thoughts(text))))
    return (found for found in parsed if found is not None)


def _parsed(text: str) -> Any:
    """Returns None if the text is not valid JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _without_thoughts(text: str) -> str:
    """Without the reasoning that some models put before the reply."""
    return _THOUGHT.sub("", _THOUGHT_END.sub("", text, count=1) if "<think" not in text.lower() else text)


def _move_of(data: Mapping[str, Any]) -> int | None:
    move = data.get("move")
    if isinstance(move, str) and (digits := re.fullmatch(r"\D*([0-9]{1,3})\D*", move, re.ASCII)):
        move = int(digits[1])
    if isinstance(move, float) and move.is_integer():
        move = int(move)
    return move if type(move) is int else None
