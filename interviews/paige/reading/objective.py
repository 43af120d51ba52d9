"""Reads which topics of a guide an objective asks about or avoids, and which subjects it names; in notes, only which
topics a sentence avoids.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain, groupby, islice, zip_longest

from interviews.paige.guide.guide import Guide
from interviews.paige.language import SENTENCE_GAP
from interviews.paige.reading import thresholds
from interviews.paige.reading.model import (
    ASKED,
    AVOIDED,
    MAX_PIECES,
    ObjectiveScores,
    Word,
    reader,
    topic_vectors,
    trimmed,
    windows,
)
from interviews.paige.reading.readings import ObjectiveReading, TopicReading, names_of

MAX_READ_PIECES, MAX_READ_CHARACTERS = 1_200, 10_000
MAX_READ_SENTENCES_OF_NOTES = 40
"""The text after them is not read. Limits the time to about 0.5 s."""
REMEMBERED_TEXTS = 1024

_PART_END = re.compile(r"[.;!?\n]+\s*|(?P<within>,?\s+(?:and|und)\s+|,\s+)", re.IGNORECASE)
MAX_PARTS, MIN_WORDS_OF_A_PART = 20, 4

_ITEM = re.compile(r"\s*[-*\N{BULLET}]")


@lru_cache(maxsize=REMEMBERED_TEXTS)
def read_objective(text: str, guide: Guide, vendor: str = "") -> ObjectiveReading:
    return _read(text[:MAX_READ_CHARACTERS], guide, vendor, thresholds.AVOIDED)


def objective_parts(text: str, guide: Guide, vendor: str = "") -> tuple[TopicReading, ...]:
    """At most MAX_PARTS. Consecutive parts on one topic are one. A part is there once for each topic that it asks
    about, or with "" if it avoids topics, or is background or nothing that the guide asks about.

    A part ends with a sentence, at a comma or at "and", unless one side is short, as in "price and packaging".
    """
    found: list[list[TopicReading]] = []
    for start, end in islice(_places_of_parts(text[:MAX_READ_CHARACTERS]), MAX_PARTS):
        words = text[start:end].strip()
        topics = read_objective(words, guide, vendor).topics
        asked = [each.topic for each in topics if not each.is_avoided]
        if found and asked == [each.topic for each in found[-1]]:
            start = found.pop()[0].start
            words = text[start:end].strip()
        found.append([TopicReading(topic, bool(topics and not asked), words, start) for topic in asked or [""]])
    return tuple(chain.from_iterable(found))


def _places_of_parts(text: str) -> Iterator[tuple[int, int]]:
    start, gaps = 0, [*_PART_END.finditer(text)]
    for gap, after in zip_longest(gaps, gaps[1:]):
        rest = text[gap.end() : after.start() if after else None]
        sides = len(text[start : gap.start()].split()), len(rest.split())
        if not gap["within"] or min(sides) >= MIN_WORDS_OF_A_PART:
            if sides[0]:
                yield start, gap.start()
            start = gap.end()
    if text[start:].strip():
        yield start, len(text)


def _read(text: str, guide: Guide, vendor: str, least_avoided: float) -> ObjectiveReading:
    names = names_of(vendor)
    keys, vectors = [topic.key for topic in guide.topics], topic_vectors(guide, names)
    topics: list[TopicReading] = []
    subjects: list[tuple[str, str]] = []
    for words in windows(text, reader().words(text, names), MAX_PIECES, MAX_READ_PIECES):
        scores = reader().objective_scores(words, vectors)
        topics += _topics(text, words, scores, keys, least_avoided)
        subjects += _subjects(text, words, scores, keys)
    return ObjectiveReading.of(topics, subjects)


@lru_cache(maxsize=REMEMBERED_TEXTS)
def read_notes(text: str, guide: Guide, vendor: str = "") -> ObjectiveReading:
    """The topics that a sentence says not to ask about. `words` is the first such sentence."""
    found: dict[str, TopicReading] = {}
    for start, sentence in islice(_sentences(text[:MAX_READ_CHARACTERS]), MAX_READ_SENTENCES_OF_NOTES):
        for each in _read(sentence, guide, vendor, thresholds.AVOIDED_BY_NOTES).topics:
            if each.is_avoided:
                found.setdefault(each.topic, replace(each, words=sentence, start=start))
    return ObjectiveReading(tuple(found.values()))


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yields each with its offset. A sentence such as "Do not ask about:" includes the list that follows."""
    start, is_list = 0, False
    for gap_start, gap_end in [*(gap.span() for gap in SENTENCE_GAP.finditer(text)), (len(text), len(text))]:
        is_list = is_list or text[start:gap_start].rstrip().endswith(":")
        if is_list and _ITEM.match(text, gap_end):
            continue
        if sentence := text[start:gap_start].strip():
            yield text.index(sentence, start), sentence
        start, is_list = gap_end, False


def _topics(
    text: str, words: Sequence[Word], scores: ObjectiveScores, keys: Sequence[str], least_avoided: float
) -> Iterator[TopicReading]:
    for topic, (key, shares) in enumerate(zip(keys, scores.topics, strict=True)):
        is_avoided = shares[AVOIDED] >= shares[ASKED]
        if shares[AVOIDED if is_avoided else ASKED] >= (least_avoided if is_avoided else thresholds.ASKED):
            odds = [clause[topic][is_avoided] for clause in scores.of_clauses]
            first, last = scores.clauses[odds.index(max(odds))]
            start, end = trimmed(text, words[first].start, words[last].end)
            if start < end:  # not for a clause of punctuation marks
                yield TopicReading(key, is_avoided, text[start:end], start)


def _subjects(
    text: str, words: Sequence[Word], scores: ObjectiveScores, keys: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yields each with the topic that its clause asks about the most, among the topics that are asked about."""
    asked = [i for i, shares in enumerate(scores.topics) if shares[ASKED] >= thresholds.ASKED]
    for is_named, run in groupby(range(len(words)), key=lambda i: scores.named[i] >= thresholds.SUBJECT):
        if not is_named:
            continue
        indexes = [*run]
        start, end = trimmed(text, words[indexes[0]].start, words[indexes[-1]].end)
        odds = next(odds for odds, (_, at) in zip(scores.of_clauses, scores.clauses, strict=True) if indexes[0] <= at)
        own = max(asked, key=lambda i: odds[i][0], default=None)
        yield text[start:end], "" if own is None else keys[own]
