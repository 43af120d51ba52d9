"""Reads replies such as `{"move": 3, "quote": "…"}` leniently."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"\A.*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_OBJECT = re.compile(r"\{[^{}]*\}")
_MOVE = re.compile(r"\bmove\b[^\w\[-]{0,5}(?:number\W{0,3}|no\W{0,3})?([0-9]{1,3})\b", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"(?<![\w.\[-])[0-9]{1,3}(?![\w.]?[0-9])", re.ASCII)
_QUOTE = re.compile(r'"quote"\s*:\s*"([^"\n]*)"')


@dataclass(frozen=True)
class ChosenMove:
    """`move` counts from 1."""

    move: int
    quote: str | None = field(default=None, repr=False)


def read_reply(text: str, moves: int) -> ChosenMove | None:
    for found in json_objects(text):
        if (chosen := _of_object(found)) and 1 <= chosen.move <= moves:
            return chosen
    said = _without_thoughts(text)
    named = _MOVE.findall(said) or _NUMBER.findall(said)
    quote = _QUOTE.search(said)
    numbers = {int(number) for number in named}
    if len(numbers) != 1 or not 1 <= (number := numbers.pop()) <= moves:
        return None
    return ChosenMove(number, quote[1] if quote else None)


def json_objects(text: str) -> Iterator[dict[str, Any]]:
    """The last object first. Skips the reasoning that some models put before it."""
    for found in reversed(_OBJECT.findall(_without_thoughts(text))):
        try:
            yield json.loads(found)
        except (ValueError, RecursionError):
            continue


def _without_thoughts(text: str) -> str:
    return _THOUGHT.sub("", _THOUGHT_END.sub("", text, count=1) if "<think" not in text.lower() else text)


def _of_object(data: Mapping[str, Any]) -> ChosenMove | None:
    move, quote = data.get("move"), data.get("quote")
    if isinstance(move, str) and (digits := re.fullmatch(r"\D*([0-9]{1,3})\D*", move, re.ASCII)):
        move = int(digits[1])
    if isinstance(move, float) and move.is_integer():
        move = int(move)
    if not isinstance(move, int) or isinstance(move, bool):
        return None
    return ChosenMove(move, quote if isinstance(quote, str) else None)
