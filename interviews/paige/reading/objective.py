"""Reads which topics of a guide an objective asks about and which it avoids, and what it names within them.

Notes only avoid, sentence by sentence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from interviews.paige.guide.guide import Guide
from interviews.paige.language.sentences import SENTENCE_GAP
from interviews.paige.reading import thresholds
from interviews.paige.reading.model import ASKED, AVOIDED, MAX_PIECES, ObjectiveScores, reader, topic_vectors
from interviews.paige.reading.passages import Names, Word, names_of, trimmed
from interviews.paige.reading.readings import ObjectiveReading, TopicReading

MAX_READ_PIECES, MAX_READ_CHARACTERS, MAX_READ_SENTENCES_OF_NOTES = 1_200, 10_000, 40
"""What follows them is not read. Bounds the time: about 0.5 s."""
REMEMBERED_TEXTS = 1024
MAX_SUBJECTS, MAX_WORDS_OF_A_SUBJECT, MAX_LENGTH_OF_A_SUBJECT = 6, 6, 60

_SENTENCE_END = re.compile(r"[.!?:]['\")\]]*\s+|\n+")
_ITEM = re.compile(r"\s*[-*\N{BULLET}]")


@lru_cache(maxsize=REMEMBERED_TEXTS)
def read_objective(text: str, guide: Guide, vendor: str = "") -> ObjectiveReading:
    return _read(text[:MAX_READ_CHARACTERS], guide, vendor, thresholds.AVOIDED)


@lru_cache(maxsize=REMEMBERED_TEXTS)
def read_notes(text: str, guide: Guide, vendor: str = "") -> ObjectiveReading:
    """The topics that a sentence says not to ask about, each with its first such sentence as the words."""
    found: dict[str, TopicReading] = {}
    for start, sentence in islice(_sentences(text[:MAX_READ_CHARACTERS]), MAX_READ_SENTENCES_OF_NOTES):
        for each in _read(sentence, guide, vendor, thresholds.AVOIDED_BY_NOTES).topics:
            if each.is_avoided:
                found.setdefault(each.topic, replace(each, words=sentence, start=start))
    return ObjectiveReading(tuple(found.values()))


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Each with its offset. An introduction, such as "Do not ask about:", includes the items of its list."""
    start, is_list = 0, False
    for gap_start, gap_end in [*(gap.span() for gap in SENTENCE_GAP.finditer(text)), (len(text), len(text))]:
        is_list = is_list or text[start:gap_start].rstrip().endswith(":")
        if is_list and _ITEM.match(text, gap_end):
            continue
        if sentence := text[start:gap_start].strip():
            yield text.index(sentence, start), sentence
        start, is_list = gap_end, False


def _read(text: str, guide: Guide, vendor: str, least_avoided: float) -> ObjectiveReading:
    names = names_of(vendor)
    found: dict[str, TopicReading] = {}
    subjects: dict[str, str] = {}
    keys, vectors = [topic.key for topic in guide.topics], topic_vectors(guide, names)
    for words in _windows(text, names):
        scores = reader().objective_scores(words, vectors)
        for each in _topics(text, words, scores, keys, least_avoided):
            # What is avoided in one part stays avoided.
            if each.topic not in found or each.is_avoided:
                found[each.topic] = each
        for subject, topic in _subjects(text, words, scores, keys):
            subjects.setdefault(subject, topic)
    ordered = sorted(found.values(), key=lambda each: each.start)
    return ObjectiveReading(tuple(ordered), tuple(subjects.items())[:MAX_SUBJECTS])


def _windows(text: str, names: Names) -> Iterator[list[Word]]:
    """Cut at ends of sentences, if possible."""
    ends = {end.end() for end in _SENTENCE_END.finditer(text)}
    window: list[Word] = []
    read, size, cut = 0, 0, 0
    for word in reader().words(text, names):
        if window and word.start in ends:
            cut = len(window)
        if size + len(word.pieces) > MAX_PIECES:
            yield window[: cut or None]
            window = window[cut:] if cut else []
            size, cut = sum(len(each.pieces) for each in window), 0
        if size + len(word.pieces) > MAX_PIECES or (read := read + len(word.pieces)) > MAX_READ_PIECES:
            break
        window.append(word)
        size += len(word.pieces)
    if window:
        yield window


def _topics(
    text: str, words: Sequence[Word], scores: ObjectiveScores, keys: Sequence[str], least_avoided: float
) -> Iterator[TopicReading]:
    for topic, (key, shares) in enumerate(zip(keys, scores.topics, strict=True)):
        is_avoided = shares[AVOIDED] >= shares[ASKED]
        if shares[AVOIDED if is_avoided else ASKED] >= (least_avoided if is_avoided else thresholds.ASKED):
            odds = [clause[topic][is_avoided] for clause in scores.of_clauses]
            first, last = scores.clauses[odds.index(max(odds))]
            start, end = trimmed(text, words[first].start, words[last].end)
            yield TopicReading(key, is_avoided, text[start:end], start)


def _subjects(
    text: str, words: Sequence[Word], scores: ObjectiveScores, keys: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """With the topic that its clause asks about the most, of those that are asked about."""
    asked = [i for i, shares in enumerate(scores.topics) if shares[ASKED] >= thresholds.ASKED]
    for first, last in _runs([share >= thresholds.SUBJECT for share in scores.named]):
        start, end = trimmed(text, words[first].start, words[last].end)
        subject = " ".join(text[start:end].split())
        if subject and last - first < MAX_WORDS_OF_A_SUBJECT and len(subject) <= MAX_LENGTH_OF_A_SUBJECT:
            odds = next(each for each, (_, end) in zip(scores.of_clauses, scores.clauses, strict=True) if first <= end)
            own = max(asked, key=lambda i: odds[i][0], default=None)
            yield subject, "" if own is None else keys[own]


def _runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for i, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            yield start, i - 1
            start = None
