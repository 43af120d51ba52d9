"""A model sorts the clauses that the rules do not judge. Only the choice in its reply is shown."""

import logging
import re
from collections import Counter
from collections.abc import Mapping
from functools import partial
from itertools import islice
from time import monotonic
from typing import Any

from interviews.lifecycle import Direction
from interviews.paige.findings.drivers import judged
from interviews.paige.findings.excerpts import Excerpt
from interviews.paige.model.asking import CompletionProvider, ask
from interviews.paige.model.prompt import driver_messages
from interviews.paige.model.reply import json_objects
from interviews.paige.turn.brief import Brief

logger = logging.getLogger(__name__)

DIRECTIONS = (Direction.FOR, Direction.AGAINST, Direction.NEUTRAL)
MIN_WORDS = 3
MAX_PIECES = 60

_NUMBER = re.compile(r"[0-9]{1,3}", re.ASCII)


def chosen_directions(brief: Brief, provider: CompletionProvider, *, timeout: float) -> Mapping[Excerpt, Direction]:
    """Empty if the model fails. Takes up to `timeout` seconds: do not call it inside a database transaction."""
    open_clauses = (clause for clause, direction in judged(brief) if direction is None)
    worded = (clause for clause in open_clauses if len(clause.quote.text.split()) >= MIN_WORDS)
    pieces = list(islice(worded, MAX_PIECES))
    if not pieces:
        return {}
    started = monotonic()
    asked = ask(
        provider,
        partial(driver_messages, brief.vendor, [(piece.asked.title, piece.quote.text) for piece in pieces]),
        _schema(len(pieces)),
        partial(read_directions, pieces=len(pieces)),
        deadline=started + timeout,
        unread="no choice in the reply",
    )
    level = logging.WARNING if asked.chosen is None else logging.INFO
    duration = round((monotonic() - started) * 1000)
    extra = {"outcome": ", ".join(asked.outcomes), "duration_ms": duration}
    logger.log(level, "Paige asked the model for drivers", extra=extra)
    return {pieces[number - 1].quote: direction for number, direction in (asked.chosen or {}).items()}


def read_directions(text: str, pieces: int) -> dict[int, Direction] | None:
    """A number with two directions has none. None if the reply has no list of numbers."""
    for data in json_objects(text):
        lists = {way: _numbers(data[way]) for way in DIRECTIONS if isinstance(data.get(way), list)}
        named = [(number, way) for way, numbers in lists.items() for number in numbers if 1 <= number <= pieces]
        counts = Counter(number for number, _ in named)
        if lists:
            return {number: way for number, way in named if counts[number] == 1}
    return None


def _numbers(values: list[Any]) -> set[int]:
    texts = [str(value) for value in values if isinstance(value, int | str) and not isinstance(value, bool)]
    return {int(text) for text in texts if _NUMBER.fullmatch(text)}


def _schema(pieces: int) -> Mapping[str, Any]:
    numbers = {"type": "array", "items": {"type": "integer", "enum": [*range(1, pieces + 1)]}}
    return {
        "type": "object",
        "properties": {direction.value: numbers for direction in DIRECTIONS},
        "required": [direction.value for direction in DIRECTIONS],
        "additionalProperties": False,
    }
