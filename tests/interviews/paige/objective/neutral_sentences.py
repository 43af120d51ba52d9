"""Whether a sentence that names no topic changes how the objective next to it is read."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from interviews.paige.guide.guide import Guide
from interviews.paige.objective.steering import steer
from tests.interviews.paige.objective.labelled_objectives import LabelledObjective
from tests.labelled_rows import labelled_rows

NEUTRAL = Path(__file__).with_name("neutral_sentences_held_back.tsv")

_BOUNDARY = re.compile(r"(?<=[.!?])\s+|\n+")


def changed_readings(guide: Guide, objectives: Sequence[LabelledObjective]) -> tuple[Counter[str], Counter[str]]:
    """By language: how many readings there are, and how many of them change. Each objective gets other sentences."""
    neutral: dict[str, list[str]] = {}
    for language, text in labelled_rows(NEUTRAL):
        neutral.setdefault(language, []).append(text)
    read, changed = Counter[str](), Counter[str]()
    for number, objective in enumerate(objectives):
        plain = _topics(guide, objective.text)
        options = neutral[objective.language]
        for text in _with(objective.text, options[number % len(options)]):
            read[objective.language] += 1
            changed[objective.language] += _topics(guide, text) != plain
    return read, changed


def _with(objective: str, neutral: str) -> Iterator[str]:
    """The neutral sentence before, after, and between the sentences of the objective."""
    parts = [
        part if part[-1:] in (".", "!", "?", ":", ",") else f"{part}." for part in _BOUNDARY.split(objective.strip())
    ]
    for place in dict.fromkeys((0, len(parts), len(parts) // 2)):
        yield " ".join((*parts[:place], neutral, *parts[place:]))


def _topics(guide: Guide, text: str) -> tuple[tuple[str, ...], frozenset[str]]:
    found = steer(guide, text)
    return found.emphasize, frozenset(found.avoid)
