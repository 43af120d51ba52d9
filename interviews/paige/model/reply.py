"""Reads replies such as `{"move": 3}` leniently."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"\A.*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_OBJECT = re.compile(r"\{[^{}]*\}")
_MOVE = re.compile(r"\bmove\b[^\w\[-]{0,5}(?:number\W{0,3}|no\W{0,3})?([0-9]{1,3})\b", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"(?<![\w.\[-])[0-9]{1,3}(?![\w.]?[0-9])", re.ASCII)


def read_reply(text: str, moves: int) -> int | None:
    """The number of a move, from 1."""
    for found in json_objects(text):
        if 1 <= (number := _move_of(found) or 0) <= moves:
            return number
    said = _without_thoughts(text)
    numbers = {int(number) for number in _MOVE.findall(said) or _NUMBER.findall(said)}
    is_clear = len(numbers) == 1 and numbers <= {*range(1, moves + 1)}
    return numbers.pop() if is_clear else None


def read_wording(text: str) -> str:
    """Without JSON, the whole reply is the text."""
    for found in json_objects(text):
        if isinstance(found.get("text"), str):
            return str(found["text"]).strip()
    return _without_thoughts(text).strip()


def whole_object(text: str) -> Mapping[str, Any]:
    """From the first brace to the last one. Empty if that is not a JSON object."""
    said = _without_thoughts(text)
    try:
        found = json.loads(said[said.find("{") : said.rfind("}") + 1])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def json_objects(text: str) -> Iterator[dict[str, Any]]:
    """The last object first. Skips the reasoning that some models put before it."""
    for found in reversed(_OBJECT.findall(_without_thoughts(text))):
        try:
            yield json.loads(found)
        except (ValueError, RecursionError):
            continue


def _without_thoughts(text: str) -> str:
    return _THOUGHT.sub("", _THOUGHT_END.sub("", text, count=1) if "<think" not in text.lower() else text)


def _move_of(data: Mapping[str, Any]) -> int | None:
    move = data.get("move")
    if isinstance(move, str) and (digits := re.fullmatch(r"\D*([0-9]{1,3})\D*", move, re.ASCII)):
        move = int(digits[1])
    if isinstance(move, float) and move.is_integer():
        move = int(move)
    return move if type(move) is int else None
